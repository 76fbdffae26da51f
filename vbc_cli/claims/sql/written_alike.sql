-- How many keys of a file are those of others but for the way of writing, by the first way that suffices.
WITH alike AS (
    SELECT b.brief AS brief
    FROM {briefs} AS b
    WHERE b.brief IS NOT NULL
    GROUP BY b.brief
    HAVING COUNT(*) > 1
),
pairs AS (
    SELECT k.brief AS brief, MIN(k.key_text) AS one, MAX(k.key_text) AS other, COUNT(*) - 1 AS spare
    FROM {briefs} AS k
    INNER JOIN alike AS a ON a.brief = k.brief
    GROUP BY k.brief
),
found AS (
    SELECT CASE {ways} ELSE {several} END AS way, p.spare AS spare
    FROM pairs AS p
)
SELECT way AS way, COUNT(*) AS keys, SUM(spare) AS line_count
FROM found
GROUP BY way
ORDER BY way
