-- Spans without the members and the days that are left out.
SELECT
    s.member_no AS member_no,
    s.stratum_no AS stratum_no,
    GREATEST(s.start_date, {first_day}) AS start_date,
    s.end_date AS end_date,
    s.birth_date AS birth_date,
    s.other_coverage AS other_coverage
FROM {spans} AS s
LEFT JOIN {excluded} AS x ON x.member_no = s.member_no
WHERE x.member_no IS NULL
    AND s.other_coverage <= {most_coverage}
    AND s.end_date >= {first_day}
    AND {stays}
