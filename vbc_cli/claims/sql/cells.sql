-- Claim lines and cents by everything a measure may ask for.
SELECT
    l.file_no AS file_no,
    l.standing AS standing,
    l.attributed AS attributed,
    l.owner_no AS owner_no,
    l.capitated AS capitated,
    l.service_category AS service_category,
    l.service_month AS service_month,
    l.stratum_no AS stratum_no,
    {left_out} AS left_out,
    COUNT(*) AS line_count,
    {sums}
FROM {lines} AS l
GROUP BY
    l.file_no, l.standing, l.attributed, l.owner_no, l.capitated, l.service_category, l.service_month, l.stratum_no,
    {left_out}
