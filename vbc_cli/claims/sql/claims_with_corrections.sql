-- The claim lines, each with the reason for which a later claim, or its own being a void, leaves it out. A line that
-- only repeats its claim's amount keeps that reason.
SELECT c.*, CASE WHEN c.repeated < 2 THEN k.reason END AS corrected
FROM ({claims}) AS c
LEFT JOIN corrected_claims AS k ON k.source_no = c.source_no AND k.claim_id = c.claim_id
