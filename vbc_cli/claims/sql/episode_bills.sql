-- The bills of inpatient stays: those with a DRG, unless as many were reversed as were sent.
WITH billed AS (
    SELECT
        l.member_no AS member_no,
        l.billing_npi_key AS facility_no,
        {start_day} AS start_day,
        {end_day} AS end_day,
        COALESCE(c.code_no, 0) AS drg_no,
        l.owner_no AS owner_no,
        l.attributed AS attributed,
        l.{amount} AS cents
    FROM lines AS l
    LEFT JOIN episode_codes AS c ON c.kind = 'drg' AND c.code = l.drg_code
    WHERE l.member_no IS NOT NULL AND l.drg_code IS NOT NULL
)
SELECT
    member_no AS member_no,
    facility_no AS facility_no,
    start_day AS start_day,
    end_day AS end_day,
    drg_no AS drg_no,
    owner_no AS owner_no,
    attributed AS attributed
FROM billed
GROUP BY member_no, facility_no, start_day, end_day, drg_no, owner_no, attributed
HAVING SUM(CASE WHEN cents < 0 THEN -1 ELSE 1 END) > 0
