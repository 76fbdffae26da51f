-- Every member who was ever eligible, or of whom a row says so that does not count, numbered.
SELECT member_id, CAST(ROW_NUMBER() OVER (ORDER BY member_id) AS INTEGER) AS member_no
FROM (
    SELECT member_id AS member_id FROM eligibility
    UNION
    SELECT member_id AS member_id FROM known_otherwise
) AS known
