-- The day of birth of every member who has one.
SELECT m.member_no AS member_no, MIN(e.birth_date) AS birth_date
FROM enrolment AS e
INNER JOIN members AS m ON m.member_id = e.member_id
WHERE e.birth_date IS NOT NULL
GROUP BY m.member_no
