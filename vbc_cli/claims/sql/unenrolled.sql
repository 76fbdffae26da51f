-- How many attributed members have no eligibility at all.
SELECT COUNT(DISTINCT a.member_id) AS members
FROM attribution AS a
LEFT JOIN members AS m ON m.member_id = a.member_id
WHERE m.member_no IS NULL
