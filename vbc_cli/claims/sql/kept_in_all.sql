-- Each member's cost and what is kept of it, all strata together.
SELECT
    member_no AS member_no,
    CAST(0 AS SMALLINT) AS stratum_no,
    CAST(SUM(months) AS BIGINT) AS months,
    CAST(SUM(cost) AS BIGINT) AS cost,
    CAST(SUM(kept) AS BIGINT) AS kept
FROM {parts}
GROUP BY member_no
