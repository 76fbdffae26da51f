-- Each member's cost in cents and the part of it within the limit; a member without a claim has cost 0.
WITH costed AS (
    SELECT m.member_no AS member_no, m.months AS months, CAST(COALESCE(c.{cost}, 0) AS BIGINT) AS cost
    FROM {months} AS m
    LEFT JOIN member_costs AS c ON c.member_no = m.member_no
)
SELECT member_no AS member_no, months AS months, cost AS cost, LEAST(cost, {limit_cents}) AS kept
FROM costed
