-- The claims whose lines do not count, each once with the number of the contract's reason: voids themselves first.
SELECT source_no AS source_no, claim_id AS claim_id, CAST({void} AS VARCHAR) AS reason
FROM corrections_made
WHERE code = '8'
UNION ALL
SELECT
    k.source_no AS source_no,
    k.claim_id AS claim_id,
    CASE WHEN k.code = '7' THEN CAST({replaced} AS VARCHAR) ELSE CAST({voided} AS VARCHAR) END AS reason
FROM corrected AS k
LEFT JOIN corrections_made AS m ON m.source_no = k.source_no AND m.claim_id = k.claim_id AND m.code = '8'
WHERE m.claim_id IS NULL
