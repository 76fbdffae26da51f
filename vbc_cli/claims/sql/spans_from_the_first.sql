-- Spans that begin in the member's month of birth, begun on the first day of that month.
SELECT
    s.member_no AS member_no,
    s.stratum_no AS stratum_no,
    CASE
        WHEN CAST(DATE_TRUNC('month', s.start_date) AS DATE) = CAST(DATE_TRUNC('month', s.birth_date) AS DATE)
            THEN GREATEST(CAST(DATE_TRUNC('month', s.start_date) AS DATE), DATE '{start}')
        ELSE s.start_date
    END AS start_date,
    s.end_date AS end_date
FROM {spans} AS s
