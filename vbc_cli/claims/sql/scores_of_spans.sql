-- Each member's score from the eligibility file, for every month: that of the latest span that has one.
WITH ordered AS (
    SELECT
        m.member_no AS member_no,
        COALESCE({model}, '') AS risk_model,
        CAST(e.risk_score * 1000000 AS BIGINT) AS millionths,
        ROW_NUMBER() OVER (PARTITION BY m.member_no ORDER BY e.enrollment_start_date DESC) AS place
    FROM eligibility AS e
    INNER JOIN members AS m ON m.member_id = e.member_id
    WHERE e.risk_score IS NOT NULL
)
SELECT
    o.member_no AS member_no,
    CAST(NULL AS SMALLINT) AS stratum_no,
    o.risk_model AS risk_model,
    o.millionths AS millionths,
    CAST(0 AS BIGINT) AS first_month,
    CAST(119999 AS BIGINT) AS last_month
FROM ordered AS o
WHERE o.place = 1
