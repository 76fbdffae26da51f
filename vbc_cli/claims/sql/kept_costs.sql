-- Each member's cost in cents and the part of it within the limit; a member without a claim has cost 0, one with
-- claims and no month that counts has no months.
WITH costed AS (
    SELECT
        COALESCE(m.member_no, c.member_no) AS member_no,
        CAST(COALESCE(m.months, 0) AS BIGINT) AS months,
        CAST(COALESCE(c.{cost}, 0) AS BIGINT) AS cost
    FROM {months} AS m
    FULL OUTER JOIN (SELECT member_no AS member_no, {cost} AS {cost} FROM member_costs WHERE {cost} <> 0) AS c
        ON c.member_no = m.member_no
)
SELECT member_no AS member_no, months AS months, cost AS cost, LEAST(cost, {limit_cents}) AS kept
FROM costed
