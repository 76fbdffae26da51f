-- The rows of the score file, each with the days on which its score holds: as the row says them, or those of its
-- payment month or year; always, where it says nothing.
SELECT
    s.member_id AS member_id,
    COALESCE(s.risk_model, '') AS risk_model,
    s.stratum AS stratum,
    s.risk_score AS risk_score,
    COALESCE(
        s.effective_date,
        MAKE_DATE(CAST(s.payment_year AS INTEGER), CAST(COALESCE(s.payment_month, 1) AS INTEGER), 1),
        DATE '1900-01-01'
    ) AS start_date,
    COALESCE(
        s.end_date,
        CAST(
            MAKE_DATE(CAST(s.payment_year AS INTEGER), CAST(COALESCE(s.payment_month, 12) AS INTEGER), 1)
            + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE
        ),
        DATE '9999-12-31'
    ) AS end_date,
    s.file_no AS file_no,
    s.row_no AS row_no
FROM risk_scores AS s
