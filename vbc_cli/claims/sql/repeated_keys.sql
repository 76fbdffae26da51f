-- The keys that stand on more than one claim line, one part of the keys at a time.
SELECT line_key AS line_key
FROM (
    SELECT line_key AS line_key, ROW_NUMBER() OVER (PARTITION BY line_key ORDER BY line_key) AS place
    FROM lines
    WHERE line_key % {parts} = {part}
) AS counted
WHERE place = 2
