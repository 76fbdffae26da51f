-- Claims that contradict what they say of the claim they correct: the kind of fault, the claim, and what it says.
SELECT 'code' AS fault, source_no AS source_no, claim_id AS claim_id, written AS other
FROM corrections
WHERE last_code = '?'
UNION ALL
SELECT 'both' AS fault, source_no AS source_no, claim_id AS claim_id, original_id AS other
FROM corrections
WHERE code = '7' AND last_code = '8'
UNION ALL
SELECT 'two' AS fault, source_no AS source_no, claim_id AS claim_id, last_original_id AS other
FROM corrections
WHERE original_id <> last_original_id
UNION ALL
SELECT 'itself' AS fault, source_no AS source_no, claim_id AS claim_id, original_id AS other
FROM corrections
WHERE claim_id = original_id
UNION ALL
SELECT DISTINCT 'members' AS fault, k.source_no AS source_no, k.claim_id AS claim_id, k.original_id AS other
FROM corrections AS k
INNER JOIN claims_in_corrections AS d
    ON d.source_no = k.source_no AND (d.claim_id = k.claim_id OR d.claim_id = k.original_id)
WHERE d.of_several AND k.claim_id <> k.original_id
UNION ALL
SELECT 'void' AS fault, k.source_no AS source_no, k.claim_id AS claim_id, k.original_id AS other
FROM corrections AS k
INNER JOIN corrections AS v ON v.source_no = k.source_no AND v.claim_id = k.original_id AND v.code = '8'
WHERE k.claim_id <> k.original_id
UNION ALL
SELECT 'again' AS fault, m.source_no AS source_no, m.claim_id AS claim_id, f.claim_id AS other
FROM corrections_made AS m
INNER JOIN (
    SELECT source_no AS source_no, original_id AS original_id, MIN(claim_id) AS claim_id
    FROM corrections_made
    WHERE code = '7' AND NOT refused
    GROUP BY source_no, original_id
) AS f ON f.source_no = m.source_no AND f.original_id = m.original_id AND f.claim_id < m.claim_id
WHERE m.code = '7' AND NOT m.refused
ORDER BY source_no, claim_id, fault
