-- Whether the file keeps somebody enrolled after the month of death.
SELECT e.member_id AS member_id
FROM eligibility AS e
INNER JOIN (
    SELECT d.member_id AS member_id, MAX(d.death_date) AS death_date
    FROM eligibility AS d
    WHERE d.death_date IS NOT NULL
    GROUP BY d.member_id
) AS k ON k.member_id = e.member_id
WHERE COALESCE(e.enrollment_end_date, DATE '9999-12-31') > LAST_DAY(k.death_date)
LIMIT 1
