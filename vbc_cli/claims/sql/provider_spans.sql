-- The days on which an NPI has its owner, each day once even where rows of one owner overlap.
WITH spans AS (
    SELECT
        npi AS npi,
        owner AS owner,
        COALESCE(effective_date, DATE '1900-01-01') AS start_date,
        COALESCE(end_date, DATE '9999-12-31') AS end_date
    FROM providers
),
ordered AS (
    SELECT
        npi AS npi,
        owner AS owner,
        start_date AS start_date,
        end_date AS end_date,
        MAX(end_date) OVER
            (PARTITION BY npi ORDER BY start_date, end_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            AS covered_to
    FROM spans
)
SELECT
    npi AS npi,
    owner AS owner,
    CASE WHEN covered_to >= start_date THEN CAST(covered_to + INTERVAL 1 DAY AS DATE) ELSE start_date END
        AS start_date,
    end_date AS end_date
FROM ordered
WHERE covered_to IS NULL OR covered_to < end_date
