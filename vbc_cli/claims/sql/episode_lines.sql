-- The claim lines inside episodes: where they lie in it, why they do not count (0: they do), their cents, and the
-- cents within the episode of a claim that ends after it, in proportion to its days.
WITH dated AS (
    SELECT
        l.member_no AS member_no,
        l.owner_no AS owner_no,
        l.capitated AS capitated,
        l.category_key AS category_key,
        l.drg_code AS drg_code,
        l.procedure_no AS procedure_no,
        {start_day} AS start_day,
        {end_day} AS end_day,
        l.{amount} AS cents
    FROM lines AS l
    INNER JOIN (SELECT DISTINCT member_no AS member_no FROM episodes) AS m ON m.member_no = l.member_no
),
inside AS (
    SELECT
        e.episode_no AS episode_no,
        l.owner_no AS owner_no,
        CASE WHEN l.start_day < e.anchor_start THEN 0 WHEN l.start_day <= e.anchor_end THEN 1 ELSE 2 END AS place,
        CASE
            WHEN e.counted = 0 THEN 1
            WHEN e.counted = 2 THEN 8
            WHEN e.counted = 3 THEN 9
            WHEN NOT ({categories}) THEN 2
            WHEN NOT ({capitated}) THEN 3
            WHEN c.excluded_key IS NOT NULL THEN 4
            WHEN d.code_no IS NOT NULL AND l.start_day > e.anchor_end THEN 5
            WHEN p.code_no IS NOT NULL THEN 6
            WHEN {stays_left_out} AND EXISTS (
                SELECT 1 FROM left_out_stays AS s
                WHERE s.episode_no = e.episode_no AND l.start_day >= s.start_day AND l.start_day <= s.end_day
            ) THEN 7
            ELSE 0
        END AS fate,
        CASE WHEN {prorated} AND l.end_day > e.last_day THEN e.last_day - l.start_day + 1 ELSE 1 END AS days,
        CASE WHEN {prorated} AND l.end_day > e.last_day THEN l.end_day - l.start_day + 1 ELSE 1 END AS all_days,
        COALESCE(l.cents, 0) AS cents
    FROM dated AS l
    INNER JOIN episodes AS e
        ON e.member_no = l.member_no AND l.start_day >= e.first_day AND l.start_day <= e.last_day
    LEFT JOIN episode_codes AS g ON g.kind = 'drg' AND g.code = l.drg_code
    LEFT JOIN episode_excluded AS d ON d.type_no = e.type_no AND d.code_no = g.code_no
    LEFT JOIN episode_excluded AS p ON p.type_no = e.type_no AND p.code_no = l.procedure_no
    LEFT JOIN episode_categories AS c ON c.type_no = e.type_no AND c.excluded_key = l.category_key
)
SELECT
    episode_no AS episode_no,
    owner_no AS owner_no,
    place AS place,
    fate AS fate,
    COUNT(*) AS line_count,
    SUM(cents) AS cents,
    SUM(
        CASE
            WHEN cents < 0 THEN -((-2 * cents * days + all_days) {div} (2 * all_days))
            ELSE (2 * cents * days + all_days) {div} (2 * all_days)
        END
    ) AS cents_inside
FROM inside
GROUP BY episode_no, owner_no, place, fate
