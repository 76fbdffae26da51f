-- The services of one year and the diagnoses of their claims: each line's bill type and procedure with every diagnosis
-- of the claim's lines that count. Lines that are left out or denied do not count, nor those of corrected claims, nor
-- a claim's lines of a procedure of which as many were reversed as paid.
WITH lines AS (
    SELECT
        c.source_no AS source_no,
        c.claim_id AS claim_id,
        c.member_id AS member_id,
        COALESCE(c.bill_type_code, '') AS bill_type,
        UPPER(COALESCE(c.hcpcs_code, '')) AS procedure_code,
        COALESCE(c.claim_end_date, c.claim_start_date) AS service_date,
        COALESCE(c.claim_status, 'paid') AS claim_status,
        COALESCE(c.left_out, '') AS left_out,
        {diagnoses}
    FROM claims AS c
),
standing AS (
    SELECT
        l.source_no AS source_no,
        l.claim_id AS claim_id,
        l.member_id AS member_id,
        l.bill_type AS bill_type,
        l.procedure_code AS procedure_code
    FROM lines AS l
    WHERE l.left_out = ''
    GROUP BY l.source_no, l.claim_id, l.member_id, l.bill_type, l.procedure_code
    HAVING SUM(CASE l.claim_status WHEN 'paid' THEN 1 WHEN 'reversal' THEN -1 ELSE 0 END) > 0
),
counted AS (
    SELECT l.*
    FROM lines AS l
    INNER JOIN standing AS g
        ON g.source_no = l.source_no AND g.claim_id = l.claim_id AND g.member_id = l.member_id
            AND g.bill_type = l.bill_type AND g.procedure_code = l.procedure_code
    LEFT JOIN corrected_claims AS k ON k.source_no = l.source_no AND k.claim_id = l.claim_id
    WHERE l.service_date >= DATE '{start}' AND l.service_date <= DATE '{end}'
        AND l.claim_status = 'paid' AND l.left_out = '' AND k.claim_id IS NULL
),
found AS (
    SELECT DISTINCT
        c.source_no AS source_no,
        c.claim_id AS claim_id,
        c.member_id AS member_id,
        UPPER(REPLACE({diagnosis}, '.', '')) AS diagnosis_code
    FROM counted AS c
    CROSS JOIN ({places}) AS p
),
services AS (
    SELECT DISTINCT source_no, claim_id, member_id, bill_type, procedure_code FROM counted
)
SELECT DISTINCT
    s.member_id AS member_id,
    s.bill_type AS bill_type,
    s.procedure_code AS procedure_code,
    f.diagnosis_code AS diagnosis_code
FROM services AS s
INNER JOIN found AS f ON f.source_no = s.source_no AND f.claim_id = s.claim_id AND f.member_id = s.member_id
WHERE f.diagnosis_code > ''
ORDER BY s.member_id, s.bill_type, s.procedure_code, f.diagnosis_code
