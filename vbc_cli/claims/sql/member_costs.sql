-- What each member cost in the period, in cents, one column for each measure.
SELECT member_no AS member_no, {costs}
FROM {lines}
WHERE standing = 0
GROUP BY member_no
