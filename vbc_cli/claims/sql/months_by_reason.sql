-- The member months, in parts of a month, that go with the members left out, by reason.
SELECT x.reason AS reason, CAST(SUM((m.last_month - m.first_month + 1) * m.parts) AS BIGINT) AS parts
FROM {months} AS m
INNER JOIN {excluded} AS x ON x.member_no = m.member_no
GROUP BY x.reason
