-- Each member's demographic score: that of the latest eligibility span that has one.
WITH ordered AS (
    SELECT
        m.member_no AS member_no,
        CAST(e.demographic_score * 1000000 AS BIGINT) AS millionths,
        ROW_NUMBER() OVER (PARTITION BY m.member_no ORDER BY e.enrollment_start_date DESC) AS place
    FROM eligibility AS e
    INNER JOIN members AS m ON m.member_id = e.member_id
    WHERE e.demographic_score IS NOT NULL
)
SELECT o.member_no AS member_no, o.millionths AS millionths
FROM ordered AS o
WHERE o.place = 1
