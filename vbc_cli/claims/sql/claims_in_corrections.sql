-- The claims that correct another one or are named by one that does: the first day on which each counts as decided,
-- whether all of its lines were denied, and whether its number is that of several members' claims.
SELECT
    c.source_no AS source_no,
    c.claim_id AS claim_id,
    MIN({cut_on}) AS first_day,
    MIN(CASE WHEN c.claim_status = 'denied' THEN 1 ELSE 0 END) AS denied,
    MIN(c.member_id) <> MAX(c.member_id) AS of_several
FROM ({claims}) AS c
INNER JOIN (
    SELECT source_no AS source_no, claim_id AS claim_id FROM corrections
    UNION
    SELECT source_no AS source_no, original_id AS claim_id FROM corrections WHERE original_id IS NOT NULL
) AS k ON k.source_no = c.source_no AND k.claim_id = c.claim_id
WHERE COALESCE(c.left_out, '') = ''
GROUP BY c.source_no, c.claim_id
