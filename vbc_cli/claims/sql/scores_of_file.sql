-- The calendar months in which each row of the score file counts: those that it touches and no earlier row of the same
-- member, model and stratum does.
WITH touched AS (
    SELECT
        m.member_no AS member_no,
        t.stratum_no AS stratum_no,
        s.risk_model AS risk_model,
        CAST(s.risk_score * 1000000 AS BIGINT) AS millionths,
        s.start_date AS start_date,
        CAST(EXTRACT(YEAR FROM s.start_date) AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM s.start_date) AS BIGINT) - 1
            AS first_month,
        CAST(EXTRACT(YEAR FROM s.end_date) AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM s.end_date) AS BIGINT) - 1
            AS last_month
    FROM score_spans AS s
    INNER JOIN members AS m ON m.member_id = s.member_id
    LEFT JOIN strata AS t ON t.stratum = s.stratum
    WHERE s.start_date <= DATE '{end}' AND s.end_date >= DATE '{start}'
),
ordered AS (
    SELECT
        t.*,
        LAG(t.last_month) OVER (PARTITION BY t.member_no, t.risk_model, t.stratum_no ORDER BY t.start_date)
            AS counted_to
    FROM touched AS t
)
SELECT
    o.member_no AS member_no,
    o.stratum_no AS stratum_no,
    o.risk_model AS risk_model,
    o.millionths AS millionths,
    GREATEST(o.first_month, COALESCE(o.counted_to + 1, o.first_month)) AS first_month,
    o.last_month AS last_month
FROM ordered AS o
