-- The triggers that lie behind the end of the member's open episode; those inside it open none.
SELECT w.*
FROM {waiting} AS w
INNER JOIN {opened} AS o ON o.member_no = w.member_no
WHERE w.start_day > o.end_day + o.days_after
