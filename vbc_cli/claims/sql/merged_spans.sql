-- The spans of {table}, those of one member that overlap made one where they agree in all that
-- is read of them; the first row stands for all of them. Sources whose spans are not merged keep theirs.
WITH ordered AS (
    SELECT
        s.*,
        CASE
            WHEN s.source_no NOT IN ({sources}) THEN 1
            WHEN s.{start} <= MAX(COALESCE(s.{end}, DATE '9999-12-31')) OVER (
                PARTITION BY s.source_no, {columns} ORDER BY s.{start}, s.file_no, s.row_no
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) THEN 0
            ELSE 1
        END AS begins
    FROM {table} AS s
),
numbered AS (
    SELECT
        s.*,
        SUM(s.begins) OVER (PARTITION BY s.source_no, {columns} ORDER BY s.{start}, s.file_no, s.row_no) AS span_no
    FROM ordered AS s
),
gathered AS (
    SELECT
        s.*,
        MAX(COALESCE(s.{end}, DATE '9999-12-31')) OVER (PARTITION BY s.source_no, {columns}, s.span_no) AS last_day,
        ROW_NUMBER() OVER
            (PARTITION BY s.source_no, {columns}, s.span_no ORDER BY s.{start}, s.file_no, s.row_no) AS place
    FROM numbered AS s
)
SELECT
    {columns},
    s.{start} AS {start},
    NULLIF(s.last_day, DATE '9999-12-31') AS {end},
    s.left_out AS left_out,
    s.file_no AS file_no,
    s.source_no AS source_no,
    s.row_no AS row_no
FROM gathered AS s
WHERE s.place = 1
