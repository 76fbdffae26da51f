-- The days of members who belong to the contracted provider: all days of the years that claims are measured in.
SELECT a.member_no AS member_no, y.year_no AS year_no, y.start_date AS start_date, y.end_date AS end_date
FROM assigned AS a
CROSS JOIN years AS y
WHERE a.own = 1
