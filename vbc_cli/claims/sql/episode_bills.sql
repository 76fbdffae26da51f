-- The bills of inpatient stays: those with a DRG, unless as many were reversed as were sent.
SELECT
    member_no AS member_no,
    facility_no AS facility_no,
    start_day AS start_day,
    end_day AS end_day,
    drg_no AS drg_no,
    owner_no AS owner_no,
    attributed AS attributed
FROM lines
WHERE member_no IS NOT NULL AND drg_no IS NOT NULL
GROUP BY member_no, facility_no, start_day, end_day, drg_no, owner_no, attributed
HAVING SUM(CASE WHEN {amount} < 0 THEN -1 ELSE 1 END) > 0
