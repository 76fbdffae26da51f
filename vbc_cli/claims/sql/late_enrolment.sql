-- The days of enrolment that became known too late to be recognised.
SELECT
    m.member_no AS member_no,
    e.stated_start AS start_date,
    LEAST(CAST(e.start_date - INTERVAL 1 DAY AS DATE), e.stated_end) AS end_date
FROM enrolment AS e
INNER JOIN members AS m ON m.member_id = e.member_id
WHERE e.stated_start < e.start_date
