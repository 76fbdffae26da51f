-- The lines of one source. Where an amount is the whole claim's, a line says what the claim is by all of its lines; the
-- first of them keeps the amount (1) and the others repeat it (2). From 3 on the lines disagree on what money depends
-- on. A denied line with other amounts than its claim stands apart (0), and so do those of a claim that was denied whole.
SELECT
    {columns},
    CASE
        WHEN c.whole = 0 OR {apart} THEN 0
        {disagreements}
        WHEN c.place = 1 THEN 1
        ELSE 2
    END AS repeated
FROM (
    SELECT
        c.*,
        {of_claim},
        ROW_NUMBER() OVER (
            PARTITION BY {claim} ORDER BY c.denied, LENGTH(c.claim_line_number), c.claim_line_number, c.file_no
        ) AS place
    FROM (
        SELECT
            c.*,
            CASE
                WHEN c.faulty OR COALESCE(c.left_out, '') <> '' OR c.amount_level <> 'header_repeated' THEN 0
                ELSE 1
            END AS whole,
            CASE WHEN c.claim_status = 'denied' THEN 1 ELSE 0 END AS denied,
            CASE WHEN c.claim_status = 'reversal' THEN 1 ELSE 0 END AS reversed{of_line}
        FROM ({claims}) AS c
        {owners}
    ) AS c
) AS c
