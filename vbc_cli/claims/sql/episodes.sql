-- The episodes with their days: from the look-back, but not into the member's episode before, to the last day after.
-- 1 counts, 0 lies outside the period, 2 is cancelled by the member's death, 3 by days without enrolment while alive.
WITH ordered AS (
    SELECT
        *,
        LAG(end_day + days_after) OVER (PARTITION BY member_no ORDER BY start_day) AS closed_before,
        CAST(ROW_NUMBER() OVER (ORDER BY member_no, start_day) AS INTEGER) AS episode_no
    FROM ({opened}) AS every_round
),
with_days AS (
    SELECT
        *,
        GREATEST(start_day - look_back_days, COALESCE(closed_before + 1, start_day - look_back_days)) AS first_day,
        end_day + days_after AS last_day
    FROM ordered
)
SELECT
    o.member_no AS member_no,
    o.episode_no AS episode_no,
    o.type_no AS type_no,
    o.code_no AS code_no,
    o.start_day AS anchor_start,
    o.end_day AS anchor_end,
    o.first_day AS first_day,
    o.last_day AS last_day,
    CASE
        WHEN o.{counted_on} NOT BETWEEN {period_start} AND {period_end} THEN 0
        WHEN d.death_day BETWEEN o.start_day AND {cancelled_by_death_until} THEN 2
        WHEN {needs_enrolment} AND EXISTS (
            SELECT 1 FROM days_not_enrolled AS g
            WHERE g.member_no = o.member_no AND g.end_day >= o.first_day
                AND g.start_day <= LEAST(o.last_day, COALESCE(d.death_day, o.last_day))
        ) THEN 3
        ELSE 1
    END AS counted
FROM with_days AS o
LEFT JOIN episode_deaths AS d ON d.member_no = o.member_no
