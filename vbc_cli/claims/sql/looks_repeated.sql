-- By file and category, and by file (without a category), the claims of several lines with some amount: how many there
-- are, how many of them carry one amount on every line, on how many lines and with how many different amounts. Lines
-- that count for a member are asked.
WITH claims AS (
    SELECT
        l.file_no AS file_no,
        l.claim_key AS claim_key,
        MIN(l.category_key) AS category_key,
        MIN(l.{amount}) AS lowest,
        MAX(l.{amount}) AS highest,
        COUNT(*) AS line_count
    FROM lines AS l
    WHERE l.claim_key IS NOT NULL AND l.member_no IS NOT NULL AND l.{amount} >= 0
    GROUP BY l.file_no, l.claim_key
    HAVING COUNT(*) > 1 AND MAX(l.{amount}) > 0
)
SELECT
    c.file_no AS file_no,
    n.category AS category,
    COUNT(*) AS claims,
    SUM(CASE WHEN c.lowest = c.highest THEN 1 ELSE 0 END) AS repeating,
    SUM(CASE WHEN c.lowest = c.highest THEN c.line_count ELSE 0 END) AS line_count,
    COUNT(DISTINCT CASE WHEN c.lowest = c.highest THEN c.lowest END) AS amounts
FROM claims AS c
LEFT JOIN categories AS n ON n.category_key = c.category_key
GROUP BY GROUPING SETS ((c.file_no, n.category), (c.file_no))
ORDER BY c.file_no, n.category
