-- How much of a month the members with the same run of months in the same stratum have in each month of it.
SELECT
    s.stratum AS stratum, m.first_month AS first_month, m.last_month AS last_month, CAST(SUM(m.parts) AS BIGINT) AS parts
FROM {months} AS m
INNER JOIN strata AS s ON s.stratum_no = m.stratum_no
GROUP BY s.stratum, m.first_month, m.last_month
