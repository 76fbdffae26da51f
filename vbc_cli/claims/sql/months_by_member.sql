-- Each member's months.
SELECT member_no AS member_no, CAST(SUM(last_month - first_month + 1) AS BIGINT) AS months
FROM {months}
GROUP BY member_no
