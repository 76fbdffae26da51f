-- Corrections of claims that are corrections themselves.
SELECT k.source_no AS source_no, k.claim_id AS claim_id, k.original_id AS original_id
FROM corrections AS k
INNER JOIN corrections AS o ON o.source_no = k.source_no AND o.claim_id = k.original_id
WHERE k.claim_id <> k.original_id
ORDER BY k.source_no, k.claim_id
