-- The days on which a member was enrolled, cut to the years that claims are measured in, and whether the
-- member was attributed on any day of that year.
SELECT
    m.member_no AS member_no,
    s.stratum_no AS stratum_no,
    y.year_no AS year_no,
    GREATEST(e.start_date, y.start_date) AS start_date,
    LEAST(e.end_date, y.end_date) AS end_date,
    e.birth_date AS birth_date,
    e.other_coverage AS other_coverage,
    CASE WHEN {everyone_attributed} OR a.member_no IS NOT NULL THEN 1 ELSE 0 END AS attributed_in_year
FROM {enrolment} AS e
INNER JOIN members AS m ON m.member_id = e.member_id
INNER JOIN strata AS s ON s.stratum = e.stratum
INNER JOIN years AS y ON e.start_date <= y.end_date AND e.end_date >= y.start_date
LEFT JOIN (SELECT DISTINCT member_no AS member_no, year_no AS year_no FROM attributed) AS a
    ON a.member_no = m.member_no AND a.year_no = y.year_no
WHERE e.start_date <= e.end_date
