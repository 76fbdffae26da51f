-- The spread of the members' kept costs. Squares are summed in parts of 10,000 cents, so that no sum overflows.
WITH parted AS (
    SELECT
        months AS months,
        cost AS cost,
        kept AS kept,
        kept {div} 10000 AS high,
        kept - (kept {div} 10000) * 10000 AS low
    FROM {kept}
)
SELECT
    COUNT(*) AS members,
    SUM(months) AS months,
    SUM(CAST(months * months AS DECIMAL(38, 0))) AS months_squared,
    SUM(cost) AS cost,
    SUM(kept) AS kept,
    SUM(CAST(kept * months AS DECIMAL(38, 0))) AS kept_times_months,
    SUM(high * high) AS high_squared,
    SUM(high * low) AS high_times_low,
    SUM(low * low) AS low_squared,
    SUM(CASE WHEN cost > kept THEN 1 ELSE 0 END) AS members_over
FROM parted
