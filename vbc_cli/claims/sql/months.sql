-- Runs of calendar months that count as member months, once for a member: a span counts in its first month when it
-- begins there by one day of the month, in its last month when it ends there on another day or later, and always
-- in the stratum of the member's first span that counts in the month.
WITH touched AS (
    SELECT
        member_no AS member_no,
        stratum_no AS stratum_no,
        CAST(EXTRACT(YEAR FROM start_date) AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM start_date) AS BIGINT) - 1
            + CASE WHEN EXTRACT(DAY FROM start_date) > {begun_by} THEN 1 ELSE 0 END AS first_month,
        CAST(EXTRACT(YEAR FROM end_date) AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM end_date) AS BIGINT) - 1
            - CASE WHEN EXTRACT(DAY FROM end_date) < {not_ended_before} THEN 1 ELSE 0 END AS last_month,
        start_date AS start_date
    FROM {spans}
),
ordered AS (
    SELECT
        member_no AS member_no,
        stratum_no AS stratum_no,
        first_month AS first_month,
        last_month AS last_month,
        LAG(last_month) OVER (PARTITION BY member_no ORDER BY start_date) AS counted_to
    FROM touched
),
counted AS (
    SELECT
        member_no AS member_no,
        stratum_no AS stratum_no,
        GREATEST(first_month, COALESCE(counted_to + 1, first_month)) AS first_month,
        last_month AS last_month
    FROM ordered
)
SELECT
    member_no AS member_no,
    stratum_no AS stratum_no,
    first_month AS first_month,
    last_month AS last_month,
    CAST(1 AS BIGINT) AS parts
FROM counted
WHERE first_month <= last_month
