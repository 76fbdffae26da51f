-- Categories of which every claim of several lines carries one amount other than zero on all of them.
WITH claims AS (
    SELECT
        claim_id AS claim_id,
        MIN(service_category) AS service_category,
        MIN(amount) AS lowest,
        MAX(amount) AS highest,
        COUNT(*) - 1 AS repeats
    FROM first_lines
    WHERE file_no = {file_no}
    GROUP BY claim_id
    HAVING COUNT(*) > 1 AND MAX(ABS(amount)) > 0
)
SELECT service_category AS service_category, COUNT(*) AS claims
FROM claims
GROUP BY service_category
HAVING SUM(CASE WHEN lowest = highest THEN 0 ELSE 1 END) = 0 AND COUNT(*) >= {claims_at_least}
    AND SUM(repeats) >= {repeats_at_least}
ORDER BY service_category
