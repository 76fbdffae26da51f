-- The lines of one source, and which of them repeat an amount that is the whole claim's: the claim's first line
-- keeps it (1), the others repeat it (2); 3 where the lines of a claim do not carry the same amounts.
SELECT
    c.*,
    CASE
        WHEN c.faulty OR COALESCE(c.left_out, '') <> '' OR c.amount_level <> 'header_repeated' THEN 0
        WHEN {unequal} THEN 3
        WHEN ROW_NUMBER() OVER (
            PARTITION BY c.claim_id, c.left_out, c.amount_level, c.faulty
            ORDER BY LENGTH(c.claim_line_number), c.claim_line_number
        ) = 1 THEN 1
        ELSE 2
    END AS repeated
FROM ({claims}) AS c
