-- Primary care of members that nobody is known to have given: its lines and cents.
SELECT COUNT(*) AS line_count{sums}
FROM lines_read
WHERE care_step <> 0 AND patient_no IS NOT NULL AND owner_no <> 1 AND {provider_key} IS NULL
