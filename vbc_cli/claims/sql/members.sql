-- Every member who was ever eligible, numbered.
SELECT member_id, CAST(ROW_NUMBER() OVER (ORDER BY member_id) AS INTEGER) AS member_no
FROM (SELECT DISTINCT member_id AS member_id FROM eligibility) AS known
