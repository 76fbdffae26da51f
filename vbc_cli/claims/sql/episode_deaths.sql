-- The day on which each member died, of those who did.
SELECT m.member_no AS member_no, MIN({death_day}) AS death_day
FROM eligibility AS e
INNER JOIN members AS m ON m.member_id = e.member_id
WHERE e.death_date IS NOT NULL
GROUP BY m.member_no
