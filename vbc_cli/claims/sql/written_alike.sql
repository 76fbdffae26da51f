-- How many keys of a file are those of others but for the way of writing, by the first way that suffices.
SELECT g.way AS way, COUNT(*) AS keys, SUM(g.spare) AS line_count
FROM (
    SELECT CASE {ways} ELSE {several} END AS way, w.spare AS spare
    FROM (
        SELECT b.brief AS brief, MIN(b.key_text) AS key_text, MAX(b.key_text) AS {key}, COUNT(*) - 1 AS spare
        FROM (
            SELECT u.key_text AS key_text, {brief_known} AS brief
            FROM (SELECT DISTINCT {key} AS key_text FROM {known}) AS u
        ) AS b
        WHERE b.brief <> ''
        GROUP BY b.brief
        HAVING COUNT(*) > 1
    ) AS w
) AS g
GROUP BY g.way
ORDER BY g.way
