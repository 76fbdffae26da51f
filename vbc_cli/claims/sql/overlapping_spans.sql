-- Spans of one member that begin before the member's earlier one has ended, with the row of that earlier one.
WITH ordered AS (
    SELECT
        file_no AS file_no,
        row_no AS row_no,
        {start} AS start_date,
        LAG(COALESCE({end}, DATE '9999-12-31')) OVER
            (PARTITION BY member_id ORDER BY {start}, file_no, row_no) AS earlier_end,
        LAG(file_no) OVER (PARTITION BY member_id ORDER BY {start}, file_no, row_no) AS earlier_file,
        LAG(row_no) OVER (PARTITION BY member_id ORDER BY {start}, file_no, row_no) AS earlier_row
    FROM {table}
)
SELECT file_no AS file_no, row_no AS row_no, earlier_file AS earlier_file, earlier_row AS earlier_row
FROM ordered
WHERE start_date <= earlier_end
ORDER BY file_no, row_no
LIMIT {most}
