-- What was paid up to the valuation day, by stream and kind, in cents.
SELECT p.stream AS stream, p.kind AS kind, SUM(p.amount) AS amount, COUNT(*) AS row_count
FROM payments AS p
WHERE p.payment_date <= DATE '{as_of}'
GROUP BY p.stream, p.kind
ORDER BY p.stream, p.kind
