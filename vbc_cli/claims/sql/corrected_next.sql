-- The claims that are left out because the claim correcting them, which is not in force itself, was corrected.
SELECT m.source_no AS source_no, m.original_id AS claim_id, MIN(f.code) AS code, {place} AS place
FROM corrections_made AS m
INNER JOIN corrected AS f ON f.source_no = m.source_no AND f.claim_id = m.claim_id AND f.place = {place} - 1
LEFT JOIN corrected AS k ON k.source_no = m.source_no AND k.claim_id = m.original_id
WHERE NOT m.in_force AND m.original_id IS NOT NULL AND k.claim_id IS NULL
GROUP BY m.source_no, m.original_id
