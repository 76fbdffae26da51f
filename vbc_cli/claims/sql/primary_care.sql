-- For each member the provider with the most primary care in the first step that has one.
WITH ranked AS (
    SELECT
        member_no AS member_no,
        step AS step,
        own AS own,
        ROW_NUMBER() OVER (PARTITION BY member_no ORDER BY step, {counted_by} DESC, {tie} DESC, own {own_first}) AS place,
        COUNT(*) OVER (PARTITION BY member_no, step, {counted_by}) AS alike
    FROM care_seen
    WHERE visits >= {minimum_visits}
)
SELECT member_no AS member_no, step AS step, own AS own, CASE WHEN alike > 1 THEN 1 ELSE 0 END AS tied
FROM ranked
WHERE place = 1
