-- Each member's cost and the part of it within the limit.
SELECT
    member_no AS member_no,
    stratum_no AS stratum_no,
    months AS months,
    cost AS cost,
    LEAST(cost, {limit_cents}) AS kept
FROM {costed}
