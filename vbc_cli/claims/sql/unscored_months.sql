-- Each stratum's member months without a score, in parts of a month, what those members count as in millionths times
-- the parts, and how many of them count as nothing.
WITH pieces AS (
    SELECT
        r.member_no AS member_no, r.stratum_no AS stratum_no, (r.last_month - r.first_month + 1) * r.parts AS parts
    FROM {months} AS r
    UNION ALL
    SELECT
        r.member_no AS member_no,
        r.stratum_no AS stratum_no,
        -(LEAST(r.last_month, k.last_month) - GREATEST(r.first_month, k.first_month) + 1) * r.parts AS parts
    FROM {months} AS r
    INNER JOIN scores AS k
        ON k.member_no = r.member_no AND k.first_month <= r.last_month AND k.last_month >= r.first_month
            AND (k.stratum_no IS NULL OR k.stratum_no = r.stratum_no)
    WHERE {is_model}
),
unscored AS (
    SELECT p.member_no AS member_no, p.stratum_no AS stratum_no, CAST(SUM(p.parts) AS BIGINT) AS parts
    FROM pieces AS p
    GROUP BY p.member_no, p.stratum_no
    HAVING SUM(p.parts) > 0
)
SELECT
    s.stratum AS stratum,
    CAST(SUM(u.parts) AS BIGINT) AS parts,
    COALESCE(SUM(CAST({millionths} * u.parts AS DECIMAL(38, 0))), 0) AS millionths,
    SUM(CASE WHEN {millionths} IS NULL THEN 1 ELSE 0 END) AS members
FROM unscored AS u
INNER JOIN strata AS s ON s.stratum_no = u.stratum_no
LEFT JOIN demographic AS d ON d.member_no = u.member_no
GROUP BY s.stratum
ORDER BY s.stratum
