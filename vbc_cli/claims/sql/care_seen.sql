-- What every member had of primary care in each step, by provider: a visit is a day with a provider that is not
-- reversed. Providers of the contracted provider count as one; care of a provider who is not known is nobody's.
WITH visited AS (
    SELECT
        patient_no AS member_no,
        ABS(care_step) AS step,
        CASE WHEN owner_no = 1 THEN 1 ELSE 0 END AS own,
        CASE WHEN owner_no = 1 THEN 0 ELSE {provider_key} END AS provider_no,
        service_date AS service_date,
        SUM(CASE WHEN care_step < 0 THEN -1 ELSE 1 END) AS net_lines,
        {sums}
    FROM lines_read
    WHERE care_step <> 0 AND patient_no IS NOT NULL AND (owner_no = 1 OR {provider_key} IS NOT NULL)
    GROUP BY
        patient_no, ABS(care_step), CASE WHEN owner_no = 1 THEN 1 ELSE 0 END,
        CASE WHEN owner_no = 1 THEN 0 ELSE {provider_key} END, service_date
)
SELECT
    member_no AS member_no,
    step AS step,
    own AS own,
    SUM(CASE WHEN net_lines > 0 THEN 1 ELSE 0 END) AS visits,
    MAX(CASE WHEN net_lines > 0 THEN service_date END) AS latest_visit,
    {sums}
FROM visited
GROUP BY member_no, step, own, provider_no
