-- The keys that stand on more than one claim line, one part of the keys at a time.
SELECT line_key AS line_key
FROM lines
WHERE line_key % {parts} = {part}
GROUP BY line_key
HAVING COUNT(*) > 1
