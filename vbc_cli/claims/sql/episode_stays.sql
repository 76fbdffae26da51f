-- Stays that belong together: those of the same {together} that overlap, and with a transfer also one that begins
-- the day after in another facility. The stay keeps the first day and the last, and is told by one of its bills.
WITH ordered AS (
    SELECT
        member_no AS member_no,
        facility_no AS facility_no,
        start_day AS start_day,
        end_day AS end_day,
        drg_no AS drg_no,
        owner_no AS owner_no,
        attributed AS attributed,
        MAX(end_day) OVER
            (PARTITION BY {together} ORDER BY start_day, end_day, drg_no, facility_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
        LAG(facility_no) OVER (PARTITION BY {together} ORDER BY start_day, end_day, drg_no, facility_no)
            AS facility_before
    FROM {stays}
),
begun AS (
    SELECT
        *,
        CASE
            WHEN start_day <= reached THEN 0
            WHEN start_day = reached + 1 AND facility_no <> facility_before THEN 0
            ELSE 1
        END AS begins
    FROM ordered
),
numbered AS (
    SELECT
        *,
        SUM(begins) OVER
            (PARTITION BY {together} ORDER BY start_day, end_day, drg_no, facility_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay_no
    FROM begun
),
placed AS (
    SELECT
        *,
        MIN(start_day) OVER (PARTITION BY {together}, stay_no) AS first_day,
        MAX(end_day) OVER (PARTITION BY {together}, stay_no) AS last_day,
        ROW_NUMBER() OVER
            (PARTITION BY {together}, stay_no
            ORDER BY start_day {told_by}, end_day {told_by}, drg_no {told_by}, facility_no {told_by}) AS place
    FROM numbered
)
SELECT
    member_no AS member_no,
    facility_no AS facility_no,
    first_day AS start_day,
    last_day AS end_day,
    drg_no AS drg_no,
    owner_no AS owner_no,
    attributed AS attributed
FROM placed
WHERE place = 1
