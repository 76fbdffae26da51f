-- Each stratum's member months of scored members in parts of a month, and their risk scores in millionths times those
-- parts; a member's score is the one of the latest eligibility span that has one.
WITH known AS (
    SELECT
        m.member_no AS member_no,
        CAST(COALESCE(e.risk_score, {unscored}) * 1000000 AS BIGINT) AS millionths,
        ROW_NUMBER() OVER (
            PARTITION BY m.member_no
            ORDER BY CASE WHEN e.risk_score IS NULL THEN 1 ELSE 0 END, e.enrollment_start_date DESC
        ) AS place
    FROM eligibility AS e
    INNER JOIN members AS m ON m.member_id = e.member_id
)
SELECT
    s.stratum AS stratum,
    CAST(SUM((r.last_month - r.first_month + 1) * r.parts) AS BIGINT) AS parts,
    SUM(CAST(c.millionths * (r.last_month - r.first_month + 1) * r.parts AS DECIMAL(38, 0))) AS millionths
FROM {months} AS r
INNER JOIN strata AS s ON s.stratum_no = r.stratum_no
INNER JOIN known AS c ON c.member_no = r.member_no AND c.place = 1 AND c.millionths IS NOT NULL
GROUP BY s.stratum
ORDER BY s.stratum
