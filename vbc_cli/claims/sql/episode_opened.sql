-- Of the triggers still waiting, the first of each member; it opens an episode.
SELECT
    member_no AS member_no,
    start_day AS start_day,
    end_day AS end_day,
    type_no AS type_no,
    code_no AS code_no,
    look_back_days AS look_back_days,
    days_after AS days_after
FROM (
    SELECT
        *,
        ROW_NUMBER() OVER
            (PARTITION BY member_no ORDER BY start_day, kind, end_day DESC, type_no, code_no) AS place
    FROM {waiting}
) AS ordered
WHERE place = 1
