-- Every member with whom it belongs to and why: step 0 is its own choice, -1 nothing that decides.
SELECT
    m.member_no AS member_no,
    COALESCE(v.own, c.own, 0) AS own,
    CASE WHEN v.member_no IS NOT NULL THEN 0 ELSE COALESCE(c.step, -1) END AS step,
    CASE WHEN v.member_no IS NULL THEN COALESCE(c.tied, 0) ELSE 0 END AS tied
FROM members AS m
LEFT JOIN primary_care AS c ON c.member_no = m.member_no
LEFT JOIN {chosen} AS v ON v.member_no = m.member_no
