-- Each member's months in each stratum, in parts of a month.
SELECT
    member_no AS member_no,
    stratum_no AS stratum_no,
    CAST(SUM((last_month - first_month + 1) * parts) AS BIGINT) AS months
FROM {months}
GROUP BY member_no, stratum_no
