-- The days of the period on which a member was both enrolled and attributed, and the member's months by any day.
SELECT m.member_id AS member_id, s.start_date AS start_date, s.end_date AS end_date, k.months AS months
FROM spans_while_attributed AS s
INNER JOIN members AS m ON m.member_no = s.member_no
INNER JOIN months_while_attributed AS k ON k.member_no = s.member_no
ORDER BY m.member_id, s.start_date
