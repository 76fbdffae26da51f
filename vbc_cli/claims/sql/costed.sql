-- Each member's months and cost in cents; a member without a claim has cost 0, one with claims and no month that counts
-- has no months. Where strata have limits of their own, a row is a member's part in one stratum; otherwise the
-- stratum is 0.
SELECT
    COALESCE(m.member_no, c.member_no) AS member_no,
    COALESCE(m.stratum_no, c.stratum_no) AS stratum_no,
    CAST(COALESCE(m.months, 0) AS BIGINT) AS months,
    CAST(COALESCE(c.cost, 0) AS BIGINT) AS cost
FROM ({months}) AS m
FULL OUTER JOIN ({costs}) AS c
    ON c.member_no = m.member_no AND c.stratum_no = m.stratum_no
