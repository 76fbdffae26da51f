-- The enrolment that the contract recognises, one row for each span of the file: a newborn's first span from birth,
-- no span beyond the month of death where months after it do not count, a change no further back than its limit.
-- `stated_start` and `stated_end` are the days before the limits.
WITH stated AS (
    SELECT
        e.member_id AS member_id,
        COALESCE(e.stratum, '') AS stratum,
        e.enrollment_start_date AS start_date,
        COALESCE(e.enrollment_end_date, DATE '9999-12-31') AS end_date,
        {birth_date} AS birth_date,
        MAX({death_date}) OVER (PARTITION BY e.member_id) AS death_date,
        {start_known_date} AS start_known_date,
        {end_known_date} AS end_known_date,
        CASE WHEN {other_coverage} = 'yes' THEN 1 ELSE 0 END AS other_coverage,
        ROW_NUMBER() OVER (PARTITION BY e.member_id ORDER BY e.enrollment_start_date) AS place,
        LEAD(e.enrollment_start_date) OVER (PARTITION BY e.member_id ORDER BY e.enrollment_start_date) AS later_start
    FROM eligibility AS e
),
born AS (
    SELECT
        s.*,
        CASE
            WHEN s.place = 1 AND s.birth_date < s.start_date
                AND s.start_date <= CAST(s.birth_date + INTERVAL {newborn_days} DAY AS DATE) THEN s.birth_date
            ELSE s.start_date
        END AS stated_start
    FROM stated AS s
)
SELECT
    b.member_id AS member_id,
    b.stratum AS stratum,
    b.stated_start AS stated_start,
    b.end_date AS stated_end,
    GREATEST(b.stated_start, COALESCE(CAST(b.start_known_date - INTERVAL {additions_days} DAY AS DATE), b.stated_start))
        AS start_date,
    CASE
        WHEN b.death_date IS NOT NULL AND NOT {counts_after_death} THEN LEAST(b.end_date, LAST_DAY(b.death_date))
        WHEN b.death_date IS NOT NULL OR b.end_known_date IS NULL THEN b.end_date
        ELSE
            LEAST(
                GREATEST(b.end_date, CAST(b.end_known_date - INTERVAL {deletions_days} DAY AS DATE)),
                COALESCE(CAST(b.later_start - INTERVAL 1 DAY AS DATE), DATE '9999-12-31')
            )
    END AS end_date,
    b.birth_date AS birth_date,
    b.death_date AS death_date,
    b.other_coverage AS other_coverage
FROM born AS b
