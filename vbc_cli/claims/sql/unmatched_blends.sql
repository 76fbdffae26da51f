-- Rows of scores whose member lacks one of the blend's models for the same days.
WITH counted AS (
    SELECT
        t.file_no AS file_no,
        t.row_no AS row_no,
        COUNT(*) OVER (PARTITION BY t.member_id, t.stratum, t.start_date, t.end_date) AS models
    FROM ({touching}) AS t
)
SELECT c.file_no AS file_no, c.row_no AS row_no
FROM counted AS c
WHERE c.models < {models}
