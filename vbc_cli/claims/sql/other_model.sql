-- How many members with months have a score of another model than the one named.
SELECT COUNT(DISTINCT r.member_no) AS members
FROM {months} AS r
INNER JOIN scores AS k ON k.member_no = r.member_no
WHERE k.risk_model <> {model}
