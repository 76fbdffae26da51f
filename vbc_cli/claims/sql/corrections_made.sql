-- The corrections, and whether each is in force at the valuation; one that was denied as a whole may correct nothing.
SELECT
    k.source_no AS source_no,
    k.claim_id AS claim_id,
    k.code AS code,
    k.original_id AS original_id,
    d.denied = 1 AND k.source_no IN ({denied_correct_nothing}) AS refused,
    d.first_day <= DATE '{cut_off}' AND NOT (d.denied = 1 AND k.source_no IN ({denied_correct_nothing})) AS in_force,
    o.claim_id IS NOT NULL AS original_found
FROM corrections AS k
INNER JOIN claims_in_corrections AS d ON d.source_no = k.source_no AND d.claim_id = k.claim_id
LEFT JOIN claims_in_corrections AS o ON o.source_no = k.source_no AND o.claim_id = k.original_id
