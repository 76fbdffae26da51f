-- Each stratum's member months of scored members in parts of a month, and their risk scores in millionths times those
-- parts; a member's score is the one of the latest eligibility span that has one.
WITH scored AS (
    SELECT
        m.member_no AS member_no,
        CAST(e.risk_score * 1000000 AS BIGINT) AS millionths,
        ROW_NUMBER() OVER (PARTITION BY m.member_no ORDER BY e.enrollment_start_date DESC) AS place
    FROM eligibility AS e
    INNER JOIN members AS m ON m.member_id = e.member_id
    WHERE e.risk_score IS NOT NULL
)
SELECT
    s.stratum AS stratum,
    CAST(SUM((r.last_month - r.first_month + 1) * r.parts) AS BIGINT) AS parts,
    SUM(CAST(c.millionths * (r.last_month - r.first_month + 1) * r.parts AS DECIMAL(38, 0))) AS millionths
FROM {months} AS r
INNER JOIN strata AS s ON s.stratum_no = r.stratum_no
INNER JOIN scored AS c ON c.member_no = r.member_no AND c.place = 1
GROUP BY s.stratum
ORDER BY s.stratum
