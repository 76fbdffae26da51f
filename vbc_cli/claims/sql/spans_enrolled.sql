-- The days of the period on which a member was enrolled.
SELECT
    e.member_no AS member_no,
    e.stratum_no AS stratum_no,
    e.start_date AS start_date,
    e.end_date AS end_date,
    e.birth_date AS birth_date,
    e.other_coverage AS other_coverage
FROM enrolled AS e
WHERE e.year_no = 0
