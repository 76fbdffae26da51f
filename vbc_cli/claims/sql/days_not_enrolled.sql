-- The days on which known members were not enrolled.
SELECT d.member_no AS member_no, {start_day} AS start_day, {end_day} AS end_day
FROM member_days AS d
WHERE d.enrolled = 0
