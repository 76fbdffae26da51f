-- How many members of a file have no eligibility at all.
SELECT COUNT(DISTINCT a.member_id) AS members
FROM {table} AS a
LEFT JOIN members AS m ON m.member_id = a.member_id
WHERE m.member_no IS NULL
