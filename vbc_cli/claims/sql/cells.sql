-- Claim lines and cents by everything a measure may ask for.
SELECT
    l.file_no AS file_no,
    l.standing AS standing,
    l.attributed AS attributed,
    l.owner_no AS owner_no,
    l.capitated AS capitated,
    n.category AS category,
    l.service_month AS service_month,
    l.stratum_no AS stratum_no,
    l.line_count AS line_count,
    {amounts}
    {marks}
FROM (
    SELECT
        l.file_no AS file_no,
        l.standing AS standing,
        l.attributed AS attributed,
        l.owner_no AS owner_no,
        l.capitated AS capitated,
        l.category_key AS category_key,
        l.service_month AS service_month,
        l.stratum_no AS stratum_no,
        {marked}
        COUNT(*) AS line_count,
        {sums}
    FROM {lines} AS l
    GROUP BY
        l.file_no, l.standing, l.attributed, l.owner_no, l.capitated, l.category_key, l.service_month, l.stratum_no
        {by_marks}
) AS l
LEFT JOIN categories AS n ON n.category_key = l.category_key
