-- Whether a member's latest choice up to a day is the contracted provider on that day.
WITH choices AS (
    SELECT
        m.member_no AS member_no,
        c.npi AS npi,
        ROW_NUMBER() OVER (PARTITION BY m.member_no ORDER BY c.effective_date DESC, c.file_no DESC, c.row_no DESC)
            AS place
    FROM voluntary_alignment AS c
    INNER JOIN members AS m ON m.member_id = c.member_id
    WHERE c.effective_date <= DATE '{until}'
)
SELECT c.member_no AS member_no, CASE WHEN p.owner = 'own' THEN 1 ELSE 0 END AS own
FROM choices AS c
LEFT JOIN provider_spans AS p
    ON p.npi = c.npi AND p.start_date <= DATE '{until}' AND p.end_date >= DATE '{until}'
WHERE c.place = 1
