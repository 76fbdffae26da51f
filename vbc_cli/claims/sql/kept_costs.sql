-- Each member's cost in cents and the part of it within the limit; a member without a claim has cost 0, one with
-- claims and no month that counts has no months. Where strata have limits of their own, a row is a member's part in
-- one stratum; otherwise the stratum is 0.
WITH costed AS (
    SELECT
        COALESCE(m.member_no, c.member_no) AS member_no,
        COALESCE(m.stratum_no, c.stratum_no) AS stratum_no,
        CAST(COALESCE(m.months, 0) AS BIGINT) AS months,
        CAST(COALESCE(c.cost, 0) AS BIGINT) AS cost
    FROM ({months}) AS m
    FULL OUTER JOIN ({costs}) AS c
        ON c.member_no = m.member_no AND c.stratum_no = m.stratum_no
)
SELECT
    member_no AS member_no,
    stratum_no AS stratum_no,
    months AS months,
    cost AS cost,
    LEAST(cost, {limit_cents}) AS kept
FROM costed
