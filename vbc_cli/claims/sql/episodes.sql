-- The episodes with their days: from the look-back, but not into the member's episode before, to the last day after.
WITH ordered AS (
    SELECT
        *,
        LAG(end_day + days_after) OVER (PARTITION BY member_no ORDER BY start_day) AS closed_before,
        CAST(ROW_NUMBER() OVER (ORDER BY member_no, start_day) AS INTEGER) AS episode_no
    FROM ({opened}) AS every_round
)
SELECT
    member_no AS member_no,
    episode_no AS episode_no,
    type_no AS type_no,
    code_no AS code_no,
    start_day AS anchor_start,
    end_day AS anchor_end,
    GREATEST(start_day - look_back_days, COALESCE(closed_before + 1, start_day - look_back_days)) AS first_day,
    end_day + days_after AS last_day,
    CASE WHEN {counted_on} BETWEEN {period_start} AND {period_end} THEN 1 ELSE 0 END AS counted
FROM ordered
