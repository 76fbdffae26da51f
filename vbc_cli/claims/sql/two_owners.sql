-- Rows that give one NPI another owner than an earlier row does, on the same day.
SELECT l.file_no AS file_no, l.row_no AS row_no, MIN(e.file_no) AS earlier_file, MIN(e.row_no) AS earlier_row
FROM providers AS l
INNER JOIN providers AS e
    ON e.npi = l.npi
    AND e.owner <> l.owner
    AND (e.file_no < l.file_no OR (e.file_no = l.file_no AND e.row_no < l.row_no))
    AND COALESCE(e.effective_date, DATE '1900-01-01') <= COALESCE(l.end_date, DATE '9999-12-31')
    AND COALESCE(l.effective_date, DATE '1900-01-01') <= COALESCE(e.end_date, DATE '9999-12-31')
GROUP BY l.file_no, l.row_no
ORDER BY l.file_no, l.row_no
LIMIT {most}
