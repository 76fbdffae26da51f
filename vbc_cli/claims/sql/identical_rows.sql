-- The lines of one source; of rows that are alike in every column that is read the first one counts.
SELECT
    {columns},
    CASE
        WHEN c.left_out > '' OR c.faulty THEN c.left_out
        WHEN ROW_NUMBER() OVER (PARTITION BY {alike} ORDER BY c.file_no) > 1 THEN '{reason}'
        ELSE c.left_out
    END AS left_out
FROM ({claims}) AS c
