-- What each member with a month in the period cost within the limit and above it, in cents, and the member's months.
SELECT m.member_id AS member_id, {columns}
FROM members AS m
INNER JOIN (SELECT DISTINCT member_no AS member_no FROM enrolled WHERE year_no = 0) AS e
    ON e.member_no = m.member_no
{joins}
WHERE {counted}
ORDER BY m.member_id
