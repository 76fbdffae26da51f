-- The claims that replace (7) or void (8) another one, each with what its lines say of that claim; a frequency that is
-- no code is a question mark. Contradicting lines show in codes and originals that differ.
SELECT
    d.source_no AS source_no,
    d.claim_id AS claim_id,
    MIN(d.code) AS code,
    MAX(d.code) AS last_code,
    MIN(d.original_id) AS original_id,
    MAX(d.original_id) AS last_original_id,
    MIN(CASE WHEN d.code = '?' THEN d.written END) AS written
FROM (
    SELECT
        c.source_no AS source_no,
        c.claim_id AS claim_id,
        NULLIF(c.original_claim_id, '') AS original_id,
        TRIM(c.claim_frequency_code) AS written,
        CASE
            WHEN LENGTH(TRIM(c.claim_frequency_code)) IN (0, 1) THEN TRIM(c.claim_frequency_code)
            WHEN LENGTH(TRIM(c.claim_frequency_code)) IN (3, 4)
                AND SUBSTR(TRIM(c.claim_frequency_code), 1, 1) BETWEEN '0' AND '9'
                THEN RIGHT(TRIM(c.claim_frequency_code), 1)
            ELSE '?'
        END AS code
    FROM ({claims}) AS c
    WHERE c.source_no IN ({sources}) AND c.claim_frequency_code > '' AND COALESCE(c.left_out, '') = ''
) AS d
WHERE d.code IN ('7', '8', '?')
GROUP BY d.source_no, d.claim_id
