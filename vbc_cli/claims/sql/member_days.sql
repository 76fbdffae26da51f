-- What every known member is on the days that claims are asked about: one row for each span of enrolment and one for
-- each gap before, between and after them, so that a day finds one row.
WITH spans AS ({spans}),
ordered AS (
    SELECT
        member_no AS member_no,
        stratum_no AS stratum_no,
        start_date AS start_date,
        end_date AS end_date,
        attributed_in_year AS attributed_in_year,
        other_coverage AS other_coverage,
        LAG(end_date) OVER (PARTITION BY member_no ORDER BY start_date) AS earlier_end,
        LEAD(start_date) OVER (PARTITION BY member_no ORDER BY start_date) AS later_start
    FROM spans
),
gaps AS (
    SELECT
        member_no AS member_no,
        COALESCE(CAST(earlier_end + INTERVAL 1 DAY AS DATE), DATE '{first}') AS start_date,
        CAST(start_date - INTERVAL 1 DAY AS DATE) AS end_date
    FROM ordered
    UNION ALL
    SELECT
        member_no AS member_no,
        CAST(end_date + INTERVAL 1 DAY AS DATE) AS start_date,
        DATE '{last}' AS end_date
    FROM ordered
    WHERE later_start IS NULL
    UNION ALL
    SELECT m.member_no AS member_no, DATE '{first}' AS start_date, DATE '{last}' AS end_date
    FROM members AS m
    LEFT JOIN spans AS s ON s.member_no = m.member_no
    WHERE s.member_no IS NULL
),
days AS (
    SELECT
        member_no AS member_no,
        1 AS enrolled,
        stratum_no AS stratum_no,
        start_date AS start_date,
        end_date AS end_date,
        attributed_in_year AS attributed_in_year,
        other_coverage AS other_coverage
    FROM ordered
    UNION ALL
    SELECT
        member_no AS member_no,
        0 AS enrolled,
        CAST(NULL AS SMALLINT) AS stratum_no,
        start_date AS start_date,
        end_date AS end_date,
        0 AS attributed_in_year,
        0 AS other_coverage
    FROM gaps
    WHERE start_date <= end_date AND start_date <= DATE '{last}' AND end_date >= DATE '{first}'
)
SELECT
    m.member_id AS member_id,
    d.member_no AS member_no,
    d.enrolled AS enrolled,
    d.stratum_no AS stratum_no,
    d.start_date AS start_date,
    d.end_date AS end_date,
    d.attributed_in_year AS attributed_in_year,
    d.other_coverage AS other_coverage
FROM days AS d
INNER JOIN members AS m ON m.member_no = d.member_no
