-- The rows of a roster that attribute somebody in the years that claims are measured in; those that were cancelled as
-- errors do not, and of years gone by a roster may have members who are in no eligibility file any more.
SELECT a.*
FROM attribution AS a
WHERE COALESCE(a.change_type, '') <> 'cancelled'
    AND EXISTS (
        SELECT 1 FROM years AS y WHERE a.effective_date <= y.end_date AND COALESCE(a.end_date, y.end_date) >= y.start_date
    )
