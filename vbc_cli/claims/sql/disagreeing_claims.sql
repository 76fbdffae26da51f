-- Lines of claims whose lines disagree on what money depends on, claim by claim in the order of the files.
SELECT
    d.repeated AS repeated,
    d.file_no AS file_no,
    d.row_no AS row_no,
    d.claim_id AS claim_id,
    d.source_no AS source_no,
    d.member_id AS member_id
FROM (
    SELECT
        c.*,
        MIN(CAST(c.file_no AS BIGINT) * 1000000000000 + c.row_no) OVER (PARTITION BY c.source_no, c.member_id, c.claim_id) AS begins
    FROM ({claims}) AS c
    WHERE c.repeated >= 3
) AS d
ORDER BY d.begins, d.file_no, d.row_no
LIMIT {most}
