-- What each member cost in the period in each stratum, in cents, for one measure.
SELECT member_no AS member_no, stratum_no AS stratum_no, SUM({amount}) AS cost
FROM {lines}
WHERE standing = 0 AND {counted}
GROUP BY member_no, stratum_no
