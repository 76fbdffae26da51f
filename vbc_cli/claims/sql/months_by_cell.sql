-- Member months, in parts of a month, by the cells of a rate table. What a person is, is taken from the latest eligibility span; ages
-- are completed years, 0 before birth.
WITH persons AS (
    SELECT
        k.member_no AS member_no,
        e.birth_date AS birth_date,
        e.sex AS sex,
        ROW_NUMBER() OVER (PARTITION BY k.member_no ORDER BY e.enrollment_start_date DESC) AS place
    FROM eligibility AS e
    INNER JOIN members AS k ON k.member_id = e.member_id
),
counted AS (
    SELECT
        r.member_no AS member_no,
        s.stratum AS stratum,
        c.month_no AS month_no,
        c.first_day AS first_day,
        r.parts AS parts
    FROM {runs} AS r
    INNER JOIN calendar AS c ON c.month_no >= r.first_month AND c.month_no <= r.last_month
    INNER JOIN strata AS s ON s.stratum_no = r.stratum_no
),
aged AS (
    SELECT DISTINCT
        m.member_no AS member_no,
        m.month_no AS month_no,
        q.sex AS sex,
        CASE
            WHEN q.birth_date IS NOT NULL THEN
                GREATEST(
                    (CAST(EXTRACT(YEAR FROM {age_day}) AS BIGINT) - CAST(EXTRACT(YEAR FROM q.birth_date) AS BIGINT)) * 12
                    + CAST(EXTRACT(MONTH FROM {age_day}) AS BIGINT) - CAST(EXTRACT(MONTH FROM q.birth_date) AS BIGINT)
                    - CASE WHEN EXTRACT(DAY FROM {age_day}) < EXTRACT(DAY FROM q.birth_date) THEN 1 ELSE 0 END,
                    0
                ) {div} 12
        END AS age
    FROM counted AS m
    LEFT JOIN persons AS q ON q.member_no = m.member_no AND q.place = 1
)
SELECT {cell}, CAST(SUM(m.parts) AS BIGINT) AS parts
FROM counted AS m
INNER JOIN aged AS p ON p.member_no = m.member_no AND p.month_no = m.month_no
LEFT JOIN {tiers} AS t ON t.member_no = m.member_no AND t.month_no = m.month_no
GROUP BY {places}
