-- Whom every member belongs to and why, and the most primary care in the step that decides: from the contracted
-- provider, and from any other one.
WITH most AS (
    SELECT
        member_no AS member_no,
        step AS step,
        MAX(CASE WHEN own = 1 THEN {counted_by} ELSE 0 END) AS own_care,
        MAX(CASE WHEN own = 0 THEN {counted_by} ELSE 0 END) AS other_care
    FROM care_seen
    WHERE visits >= {minimum_visits}
    GROUP BY member_no, step
)
SELECT
    m.member_id AS member_id,
    a.own AS own,
    a.step AS step,
    a.tied AS tied,
    k.own_care AS own_care,
    k.other_care AS other_care
FROM assigned AS a
INNER JOIN members AS m ON m.member_no = a.member_no
LEFT JOIN most AS k ON k.member_no = a.member_no AND k.step = a.step
