-- Every claim line with its standing: 0 counts for the period, 1 counts for the year before it and was paid
-- late, anything else names the first reason that leaves it out; from 20 on the contract's own reasons. Category,
-- month, stratum and owner are kept for lines that count for a member, and for those outside the period that an
-- episode may reach. Where a line's member is unknown, or else its provider, their id is kept as `unmatched`. Amounts
-- are in whole cents.
WITH dated AS (
    SELECT
        {key} AS line_key,
        c.file_no AS file_no,
        c.member_id AS member_id,
        {category} AS category_key,
        {year_by} AS service_date,
        {month_by} AS month_date,
        {npi} AS npi,
        c.paid_under AS paid_under,
        CASE
            WHEN c.faulty THEN 9
            WHEN {left_out} <> '' THEN 20 + CAST({left_out} AS BIGINT)
            WHEN c.repeated >= 3 THEN 11
            WHEN c.repeated = 2 THEN 10
            WHEN c.claim_status = 'denied' THEN 2
            WHEN {year_by} < DATE '{start}' OR {year_by} > DATE '{end}' THEN
                CASE
                    WHEN {year_by} >= DATE '{prior_start}' AND {year_by} < DATE '{start}'
                        AND {cut_on} > DATE '{prior_cut_off}' AND {cut_on} <= DATE '{cut_off}' THEN 1
                    WHEN {within_reach} AND {cut_on} <= DATE '{cut_off}' THEN 7
                    ELSE 3
                END
            WHEN {cut_on} > DATE '{cut_off}' THEN 4
            ELSE 0
        END AS standing,
        {columns}
    FROM ({claims}) AS c
    {procedures}
),
enrolled_lines AS (
    SELECT
        d.*,
        e.member_no AS known_no,
        CASE WHEN e.enrolled = 1 AND d.standing IN (0, 1, 7) THEN e.member_no END AS member_no,
        e.stratum_no AS stratum_no,
        e.attributed_in_year AS attributed_in_year,
        e.other_coverage AS other_coverage
    FROM dated AS d
    LEFT JOIN member_days AS e
        ON e.member_id = CASE WHEN d.standing IN (0, 1, 7) OR {is_care} THEN d.member_id END
        AND d.service_date >= e.start_date AND d.service_date <= e.end_date
)
SELECT
    l.line_key AS line_key,
    l.file_no AS file_no,
    l.member_no AS member_no,
    l.stratum_no AS stratum_no,
    CASE WHEN l.member_no IS NOT NULL THEN l.category_key END AS category_key,
    CASE
        WHEN l.member_no IS NOT NULL THEN
            CAST(
                CAST(EXTRACT(YEAR FROM l.month_date) AS BIGINT) * 12
                + CAST(EXTRACT(MONTH FROM l.month_date) AS BIGINT) - 1 AS INTEGER
            )
    END AS service_month,
    CAST(
        CASE
            WHEN l.standing = 7 THEN 3
            WHEN l.standing > 1 OR l.member_no IS NOT NULL THEN l.standing
            WHEN l.known_no IS NULL THEN 5
            WHEN t.member_no IS NOT NULL THEN 8
            ELSE 6
        END AS SMALLINT
    ) AS standing,
    CAST(
        CASE
            WHEN l.member_no IS NULL THEN 0
            WHEN {everyone_attributed} OR a.member_no IS NOT NULL THEN 2
            ELSE l.attributed_in_year
        END AS TINYINT
    ) AS {attributed_as},
    CAST(CASE WHEN {owner_unknown} THEN 0 WHEN p.owner = 'own' THEN 1 ELSE 2 END AS TINYINT) AS owner_no,
    CAST(CASE WHEN l.paid_under = 'capitated' THEN 1 ELSE 0 END AS TINYINT) AS capitated,
    CASE
        WHEN l.standing > 1 THEN NULL
        WHEN l.known_no IS NULL THEN l.member_id
        WHEN l.member_no IS NOT NULL AND NOT {owner_unknown} AND p.npi IS NULL THEN COALESCE(l.npi, '')
    END AS unmatched,
    {kept_columns}
FROM enrolled_lines AS l
LEFT JOIN {late} AS t
    ON t.member_no = CASE WHEN l.member_no IS NULL THEN l.known_no END
    AND l.service_date >= t.start_date AND l.service_date <= t.end_date
LEFT JOIN {attributed} AS a
    ON a.member_no = l.member_no AND l.service_date >= a.start_date AND l.service_date <= a.end_date
LEFT JOIN {providers} AS p
    ON p.npi = CASE WHEN l.member_no IS NOT NULL OR {is_care} THEN l.npi END
    AND l.service_date >= p.start_date AND l.service_date <= p.end_date
