-- Single calendar months that count as member months by their enrolled days, each with the parts of a month that
-- count; a month that counts whole is in the stratum of the member's first counted day in it.
WITH touched AS (
    SELECT
        s.member_no AS member_no,
        s.stratum_no AS stratum_no,
        s.start_date AS start_date,
        c.month_no AS month_no,
        c.days AS days,
        c.days_in_period AS days_in_period,
        CAST(EXTRACT(DAY FROM LEAST(s.end_date, c.last_day)) AS BIGINT)
        - CAST(EXTRACT(DAY FROM GREATEST(s.start_date, c.first_day)) AS BIGINT) + 1 AS covered,
        CASE WHEN s.start_date <= c.fifteenth AND s.end_date >= c.fifteenth THEN 1 ELSE 0 END
        + CASE WHEN s.start_date <= c.sixteenth AND s.end_date >= c.sixteenth THEN 1 ELSE 0 END AS middle
    FROM {spans} AS s
    INNER JOIN calendar AS c ON s.start_date <= c.last_day AND s.end_date >= c.first_day
),
gathered AS (
    SELECT
        member_no AS member_no,
        stratum_no AS stratum_no,
        month_no AS month_no,
        days AS days,
        days_in_period AS days_in_period,
        covered AS covered,
        ROW_NUMBER() OVER (PARTITION BY member_no, month_no ORDER BY start_date) AS place,
        SUM(covered) OVER (PARTITION BY member_no, month_no) AS covered_days,
        SUM(middle) OVER (PARTITION BY member_no, month_no) AS middle_days
    FROM touched
)
SELECT
    member_no AS member_no,
    stratum_no AS stratum_no,
    month_no AS first_month,
    month_no AS last_month,
    CAST({parts} AS BIGINT) AS parts
FROM gathered
WHERE {counts}
