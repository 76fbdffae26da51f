-- Spans of one member, or of one key of {keys}, that begin before the earlier one has ended, with the row of that one.
WITH ordered AS (
    SELECT
        file_no AS file_no,
        row_no AS row_no,
        {start} AS start_date,
        LAG(COALESCE({end}, DATE '9999-12-31')) OVER
            (PARTITION BY {keys} ORDER BY {start}, file_no, row_no) AS earlier_end,
        LAG(file_no) OVER (PARTITION BY {keys} ORDER BY {start}, file_no, row_no) AS earlier_file,
        LAG(row_no) OVER (PARTITION BY {keys} ORDER BY {start}, file_no, row_no) AS earlier_row
    FROM {table}
)
SELECT file_no AS file_no, row_no AS row_no, earlier_file AS earlier_file, earlier_row AS earlier_row
FROM ordered
WHERE start_date <= earlier_end
ORDER BY file_no, row_no
LIMIT {most}
