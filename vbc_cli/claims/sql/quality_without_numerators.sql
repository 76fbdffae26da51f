-- The first row without a numerator of each measure that has several rows, and how many those are.
WITH counted AS (
    SELECT
        q.measure_id AS measure_id,
        q.file_no AS file_no,
        q.row_no AS row_no,
        COUNT(*) OVER (PARTITION BY q.measure_id) AS row_count,
        ROW_NUMBER() OVER (
            PARTITION BY q.measure_id
            ORDER BY CASE WHEN q.numerator IS NULL THEN 0 ELSE 1 END, q.file_no, q.row_no
        ) AS place,
        q.numerator AS numerator
    FROM quality AS q
)
SELECT c.file_no AS file_no, c.row_no AS row_no, c.measure_id AS measure_id, c.row_count AS row_count
FROM counted AS c
WHERE c.row_count > 1 AND c.place = 1 AND c.numerator IS NULL
ORDER BY c.file_no, c.row_no
