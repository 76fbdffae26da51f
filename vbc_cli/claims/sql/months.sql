-- Runs of calendar months that count as member months: a month counts when any day of it does, once for a
-- member, in the stratum of the member's first counted day in it.
WITH touched AS (
    SELECT
        member_no AS member_no,
        stratum_no AS stratum_no,
        CAST(EXTRACT(YEAR FROM start_date) AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM start_date) AS BIGINT) - 1
            AS first_month,
        CAST(EXTRACT(YEAR FROM end_date) AS BIGINT) * 12 + CAST(EXTRACT(MONTH FROM end_date) AS BIGINT) - 1
            AS last_month,
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
SELECT member_no AS member_no, stratum_no AS stratum_no, first_month AS first_month, last_month AS last_month
FROM counted
WHERE first_month <= last_month
