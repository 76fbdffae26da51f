-- How many of the keys that match nothing, with how many rows, would match if both sides were written alike, by the
-- first way of writing that suffices.
WITH wanted AS (
    SELECT u.key_text AS key_text, u.line_count AS line_count, {brief} AS brief
    FROM unmatched_keys AS u
),
found AS (
    SELECT w.key_text AS key_text, w.line_count AS line_count, MIN(CASE {ways} ELSE {several} END) AS way
    FROM {briefs} AS k
    INNER JOIN wanted AS w ON w.brief = k.brief
    GROUP BY w.key_text, w.line_count
)
SELECT way AS way, COUNT(*) AS keys, SUM(line_count) AS line_count
FROM found
GROUP BY way
ORDER BY way
