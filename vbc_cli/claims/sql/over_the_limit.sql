-- The categories and months of members whose cost is above the limit,
-- of each stratum that has a limit of its own.
SELECT
    o.member_no AS member_no,
    o.stratum_no AS stratum_no,
    o.excess AS excess,
    n.category AS category,
    o.service_month AS service_month,
    o.cost AS cost
FROM (
    SELECT
        k.member_no AS member_no,
        k.stratum_no AS stratum_no,
        k.cost - k.kept AS excess,
        l.category_key AS category_key,
        l.service_month AS service_month,
        SUM({amount}) AS cost
    FROM {lines} AS l
    INNER JOIN (
        SELECT member_no AS member_no, stratum_no AS stratum_no, cost AS cost, kept AS kept
        FROM {kept}
        WHERE cost > kept
    ) AS k ON k.member_no = l.member_no{same_stratum}
    WHERE l.standing = 0 AND {counted}
    GROUP BY k.member_no, k.stratum_no, k.cost - k.kept, l.category_key, l.service_month
) AS o
INNER JOIN categories AS n ON n.category_key = o.category_key
