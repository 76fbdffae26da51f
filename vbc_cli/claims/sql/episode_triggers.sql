-- Stays and procedures whose code opens an episode.
SELECT
    s.member_no AS member_no,
    s.start_day AS start_day,
    s.end_day AS end_day,
    0 AS kind,
    t.type_no AS type_no,
    t.code_no AS code_no,
    t.look_back_days AS look_back_days,
    t.days_after AS days_after
FROM stays AS s
INNER JOIN episode_types AS t ON t.code_no = s.drg_no
WHERE {opening}
UNION ALL
SELECT
    s.member_no AS member_no,
    s.start_day AS start_day,
    s.end_day AS end_day,
    1 AS kind,
    t.type_no AS type_no,
    t.code_no AS code_no,
    t.look_back_days AS look_back_days,
    t.days_after AS days_after
FROM (
    SELECT
        member_no AS member_no,
        {start_day} AS start_day,
        {end_day} AS end_day,
        procedure_no AS procedure_no,
        owner_no AS owner_no,
        attributed AS attributed
    FROM lines AS l
    WHERE member_no IS NOT NULL AND procedure_no IS NOT NULL
    GROUP BY member_no, start_date, end_date, procedure_no, owner_no, attributed
    HAVING SUM(CASE WHEN {amount} < 0 THEN -1 ELSE 1 END) > 0
) AS s
INNER JOIN episode_types AS t ON t.code_no = s.procedure_no
WHERE {opening}
