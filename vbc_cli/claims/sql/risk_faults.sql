-- How many members with months have a score of another model, and how many have no score of any kind.
WITH known AS (
    SELECT
        m.member_no AS member_no,
        COALESCE(e.risk_score, {unscored}) AS score,
        CASE WHEN e.risk_score IS NOT NULL AND {other_model} THEN 1 ELSE 0 END AS other_model,
        ROW_NUMBER() OVER (
            PARTITION BY m.member_no
            ORDER BY CASE WHEN e.risk_score IS NULL THEN 1 ELSE 0 END, e.enrollment_start_date DESC
        ) AS place
    FROM eligibility AS e
    INNER JOIN members AS m ON m.member_id = e.member_id
)
SELECT
    COALESCE(SUM(k.other_model), 0) AS other_model,
    COALESCE(SUM(CASE WHEN k.score IS NULL THEN 1 ELSE 0 END), 0) AS unscored
FROM known AS k
INNER JOIN (SELECT DISTINCT member_no AS member_no FROM {months}) AS r ON r.member_no = k.member_no
WHERE k.place = 1
