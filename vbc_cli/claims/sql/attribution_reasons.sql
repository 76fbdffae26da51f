-- How many enrolled members, with how many months, belong to whom for which reason.
SELECT
    a.own AS own,
    a.step AS step,
    a.tied AS tied,
    COUNT(*) AS members,
    CAST(SUM(m.months) AS BIGINT) AS months
FROM assigned AS a
INNER JOIN months_enrolled AS m ON m.member_no = a.member_no
GROUP BY a.own, a.step, a.tied
ORDER BY a.step, a.own DESC, a.tied
