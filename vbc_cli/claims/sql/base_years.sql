-- The base-year table.
SELECT
    b.base_year AS base_year,
    b.stratum AS stratum,
    b.member_months AS member_months,
    b.allowed_pmpm AS allowed_pmpm,
    b.risk_score AS risk_score
FROM base_years AS b
ORDER BY b.base_year, COALESCE(b.stratum, '')
