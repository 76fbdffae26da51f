-- All member months, in parts of a month.
SELECT CAST(COALESCE(SUM((last_month - first_month + 1) * parts), 0) AS BIGINT) AS parts
FROM {months}
