-- Each stratum's member months with a score of a model, in parts of a month, and the scores in millionths times those
-- parts.
WITH scored AS (
    SELECT
        r.stratum_no AS stratum_no,
        {model} AS risk_model,
        k.millionths AS millionths,
        (LEAST(r.last_month, k.last_month) - GREATEST(r.first_month, k.first_month) + 1) * r.parts AS parts
    FROM {months} AS r
    INNER JOIN scores AS k
        ON k.member_no = r.member_no AND k.first_month <= r.last_month AND k.last_month >= r.first_month
            AND (k.stratum_no IS NULL OR k.stratum_no = r.stratum_no)
)
SELECT
    s.stratum AS stratum,
    c.risk_model AS risk_model,
    CAST(SUM(c.parts) AS BIGINT) AS parts,
    SUM(CAST(c.millionths * c.parts AS DECIMAL(38, 0))) AS millionths
FROM scored AS c
INNER JOIN strata AS s ON s.stratum_no = c.stratum_no
WHERE c.risk_model IN ({models})
GROUP BY s.stratum, c.risk_model
ORDER BY s.stratum, c.risk_model
