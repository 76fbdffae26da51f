-- The days of the period on which a member was both enrolled and attributed.
SELECT
    e.member_no AS member_no,
    e.stratum_no AS stratum_no,
    GREATEST(e.start_date, a.start_date) AS start_date,
    LEAST(e.end_date, a.end_date) AS end_date,
    e.birth_date AS birth_date,
    e.other_coverage AS other_coverage
FROM enrolled AS e
INNER JOIN attributed AS a
    ON a.member_no = e.member_no AND a.start_date <= e.end_date AND a.end_date >= e.start_date
WHERE e.year_no = 0
