-- The categories of the members whose cost is above the limit.
SELECT
    k.member_no AS member_no,
    k.cost - k.kept AS excess,
    l.service_category AS service_category,
    SUM(l.{amount}) AS cost
FROM {lines} AS l
INNER JOIN (SELECT member_no AS member_no, cost AS cost, kept AS kept FROM {kept} WHERE cost > kept) AS k
    ON k.member_no = l.member_no
WHERE l.standing = 0 AND {counted}
GROUP BY k.member_no, k.cost - k.kept, l.service_category
