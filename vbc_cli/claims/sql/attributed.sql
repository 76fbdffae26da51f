-- The days on which a known member was attributed, cut to the years that claims are measured in; attribution that
-- was cancelled as an error has none.
SELECT
    m.member_no AS member_no,
    y.year_no AS year_no,
    GREATEST(a.effective_date, y.start_date) AS start_date,
    LEAST(COALESCE(a.end_date, y.end_date), y.end_date) AS end_date
FROM attribution AS a
INNER JOIN members AS m ON m.member_id = a.member_id
INNER JOIN years AS y
    ON a.effective_date <= y.end_date AND COALESCE(a.end_date, y.end_date) >= y.start_date
WHERE COALESCE(a.change_type, '') <> 'cancelled'
