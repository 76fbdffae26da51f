-- By file the lines that count, those of them whose allowed amount is not the sum of its parts, and by how many cents.
SELECT
    d.file_no AS file_no,
    COUNT(*) AS line_count,
    SUM(CASE WHEN d.apart > 0 THEN 1 ELSE 0 END) AS lines_apart,
    SUM(COALESCE(d.apart, 0)) AS cents
FROM (
    SELECT l.file_no AS file_no, ABS(l.{allowed} - ({parts})) AS apart
    FROM lines AS l
    WHERE l.standing IN (0, 1)
) AS d
GROUP BY d.file_no
HAVING SUM(CASE WHEN d.apart > 0 THEN 1 ELSE 0 END) > 0
ORDER BY d.file_no
