-- The risk tier of a member in a counted month: of the roster row that touches the month first, or of the last
-- row of all where none touches it.
WITH counted AS (
    SELECT
        r.member_no AS member_no,
        k.member_id AS member_id,
        c.month_no AS month_no,
        c.first_day AS first_day,
        c.last_day AS last_day
    FROM {runs} AS r
    INNER JOIN calendar AS c ON c.month_no >= r.first_month AND c.month_no <= r.last_month
    INNER JOIN members AS k ON k.member_no = r.member_no
),
tiered AS (
    SELECT
        m.member_no AS member_no,
        m.month_no AS month_no,
        a.risk_tier AS risk_tier,
        a.effective_date AS effective_date,
        CASE
            WHEN a.effective_date <= m.last_day AND COALESCE(a.end_date, m.last_day) >= m.first_day
                THEN a.effective_date
        END AS touching_from
    FROM counted AS m
    INNER JOIN attribution AS a ON a.member_id = m.member_id
),
ordered AS (
    SELECT
        member_no AS member_no,
        month_no AS month_no,
        risk_tier AS risk_tier,
        ROW_NUMBER() OVER (
            PARTITION BY member_no, month_no
            ORDER BY CASE WHEN touching_from IS NULL THEN 1 ELSE 0 END, touching_from, effective_date DESC
        ) AS place
    FROM tiered
)
SELECT member_no AS member_no, month_no AS month_no, risk_tier AS risk_tier
FROM ordered
WHERE place = 1
