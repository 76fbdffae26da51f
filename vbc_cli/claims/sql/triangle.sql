-- What was paid by category, month of service and month of payment, for the members a measure counts.
SELECT
    service_category AS service_category,
    service_month AS service_month,
    paid_month AS paid_month,
    SUM({amount}) AS cents
FROM {lines}
WHERE member_no IS NOT NULL AND {counted}
GROUP BY service_category, service_month, paid_month
