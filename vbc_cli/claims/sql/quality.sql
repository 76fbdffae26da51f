-- Numerators and denominators of each quality measure, added up over its rows.
SELECT
    q.measure_id AS measure_id,
    MAX(q.measure_name) AS measure_name,
    SUM(q.numerator) AS numerator,
    SUM(q.denominator) AS denominator,
    CASE WHEN COUNT(*) = 1 THEN MAX(q.rate) END AS rate,
    COUNT(*) AS row_count,
    MAX(q.source_no) AS source_no
FROM quality AS q
WHERE {members}
GROUP BY q.measure_id
ORDER BY q.measure_id
