-- How many claims replace or void one that is not in the files.
SELECT code AS code, COUNT(*) AS claims
FROM corrections_made
WHERE NOT original_found
GROUP BY code
ORDER BY code
