-- The claims that a correction in force names; a replacement goes before a void of the same claim.
SELECT source_no AS source_no, original_id AS claim_id, MIN(code) AS code, 0 AS place
FROM corrections_made
WHERE in_force AND original_id IS NOT NULL
GROUP BY source_no, original_id
