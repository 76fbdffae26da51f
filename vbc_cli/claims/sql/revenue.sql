-- Premium of the period by month and stratum, in cents, with the parts that may be taken off it.
SELECT
    r.month AS month,
    COALESCE(r.stratum, '') AS stratum,
    COUNT(*) AS row_count,
    SUM(r.premium_amount) AS premium_amount,
    SUM(r.taxes_amount) AS taxes_amount,
    SUM(r.assessments_amount) AS assessments_amount,
    SUM(r.commissions_amount) AS commissions_amount,
    SUM(r.reinsurance_amount) AS reinsurance_amount
FROM revenue AS r
WHERE r.month IS NULL OR (r.month >= DATE '{start}' AND r.month <= DATE '{end}')
GROUP BY r.month, COALESCE(r.stratum, '')
ORDER BY r.month, COALESCE(r.stratum, '')
