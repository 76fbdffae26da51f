-- Each member's months, in parts of a month.
SELECT member_no AS member_no, CAST(SUM((last_month - first_month + 1) * parts) AS BIGINT) AS months
FROM {months}
GROUP BY member_no
