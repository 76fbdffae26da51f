-- The rates of each measure and source: the lowest above zero and the largest.
SELECT
    q.source_no AS source_no,
    q.measure_id AS measure_id,
    MIN(CASE WHEN q.rate > 0 THEN q.rate END) AS lowest,
    MAX(q.rate) AS largest
FROM quality AS q
WHERE q.rate IS NOT NULL
GROUP BY q.source_no, q.measure_id
ORDER BY q.source_no, q.measure_id
