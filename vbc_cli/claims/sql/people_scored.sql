-- The members enrolled on any day of a year, each with what the latest such span of the eligibility file says.
WITH ordered AS (
    SELECT
        e.member_id AS member_id,
        e.birth_date AS birth_date,
        e.sex AS sex,
        e.dual_status_code AS dual_status_code,
        e.original_reason_entitlement_code AS original_reason,
        COALESCE(e.new_enrollee, 'no') AS new_enrollee,
        ROW_NUMBER() OVER (PARTITION BY e.member_id ORDER BY e.enrollment_start_date DESC) AS place
    FROM eligibility AS e
    WHERE e.enrollment_start_date <= DATE '{end}'
        AND COALESCE(e.enrollment_end_date, DATE '9999-12-31') >= DATE '{start}'
)
SELECT
    o.member_id AS member_id,
    o.birth_date AS birth_date,
    o.sex AS sex,
    o.dual_status_code AS dual_status_code,
    o.original_reason AS original_reason,
    o.new_enrollee AS new_enrollee
FROM ordered AS o
WHERE o.place = 1
ORDER BY o.member_id
