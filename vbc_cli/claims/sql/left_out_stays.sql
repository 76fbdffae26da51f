-- Stays after the anchor whose DRG does not count, so that services during them may be left out too.
SELECT e.episode_no AS episode_no, s.start_day AS start_day, s.end_day AS end_day
FROM stays AS s
INNER JOIN episodes AS e
    ON e.member_no = s.member_no AND s.start_day > e.anchor_end AND s.start_day <= e.last_day
INNER JOIN episode_excluded AS x ON x.type_no = e.type_no AND x.code_no = s.drg_no
