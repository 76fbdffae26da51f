-- The spans of enrolment as they are, not cut to years.
SELECT
    m.member_no AS member_no,
    s.stratum_no AS stratum_no,
    e.start_date AS start_date,
    e.end_date AS end_date,
    0 AS attributed_in_year,
    e.other_coverage AS other_coverage
FROM {enrolment} AS e
INNER JOIN members AS m ON m.member_id = e.member_id
INNER JOIN strata AS s ON s.stratum = e.stratum
WHERE e.start_date <= e.end_date
