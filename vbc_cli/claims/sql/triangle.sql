-- What was paid by category, month of service and month of payment, for the members a measure counts.
SELECT n.category AS category, p.service_month AS service_month, p.paid_month AS paid_month, p.cents AS cents
FROM (
    SELECT
        category_key AS category_key,
        service_month AS service_month,
        {paid_month} AS paid_month,
        SUM({amount}) AS cents
    FROM {lines}
    WHERE member_no IS NOT NULL AND {counted}
    GROUP BY category_key, service_month, {paid_month}
) AS p
INNER JOIN categories AS n ON n.category_key = p.category_key
