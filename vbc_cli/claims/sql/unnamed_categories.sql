-- Whether any line has a category that is not named yet.
SELECT 1 AS unnamed
FROM (SELECT DISTINCT category_key AS category_key FROM lines WHERE category_key IS NOT NULL) AS l
LEFT JOIN categories AS n ON n.category_key = l.category_key
WHERE n.category_key IS NULL
LIMIT 1
