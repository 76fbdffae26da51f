-- How many members have the same run of months in the same stratum.
SELECT
    s.stratum AS stratum, m.first_month AS first_month, m.last_month AS last_month, COUNT(*) AS members
FROM {months} AS m
INNER JOIN strata AS s ON s.stratum_no = m.stratum_no
GROUP BY s.stratum, m.first_month, m.last_month
