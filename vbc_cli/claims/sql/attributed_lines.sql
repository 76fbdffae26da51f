-- The claim lines, each with whether its member is attributed on the service date.
SELECT
    l.*,
    CAST(CASE WHEN l.member_no IS NOT NULL AND a.member_no IS NOT NULL THEN 2 ELSE 0 END AS TINYINT) AS attributed
FROM lines_read AS l
LEFT JOIN {attributed} AS a ON a.member_no = l.member_no
