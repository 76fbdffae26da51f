-- Months and cost, before the limit, of every member above an amount; nothing says who they are.
SELECT months AS months, cost AS cost
FROM {kept}
WHERE cost > {cents}
ORDER BY cost DESC, months DESC
LIMIT {most}
