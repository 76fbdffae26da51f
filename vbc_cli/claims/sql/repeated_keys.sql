-- The keys that stand on more than one claim line, one part of the keys at a time. Lines with amounts below zero take
-- back the line of the same amounts above zero; a key is repeated where more than one line is left of it, or a line
-- that takes back nothing.
WITH repeated AS (
    SELECT counted.line_key AS line_key
    FROM (
        SELECT line_key AS line_key, ROW_NUMBER() OVER (PARTITION BY line_key ORDER BY line_key) AS place
        FROM lines
        WHERE line_key % {parts} = {part}
    ) AS counted
    WHERE counted.place = 2
)
SELECT s.line_key AS line_key
FROM (
    SELECT l.line_key AS line_key, SUM({sign}) AS lines_left
    FROM lines AS l
    INNER JOIN repeated AS r ON r.line_key = l.line_key
    GROUP BY l.line_key, {sizes}
) AS s
GROUP BY s.line_key
HAVING SUM(s.lines_left) > 1 OR MIN(s.lines_left) < 0
