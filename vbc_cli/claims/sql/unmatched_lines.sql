-- The keys of claim lines that no row of the file they lead to has, each with its lines and cents; '' stands for
-- lines without a key.
SELECT u.key_text AS key_text, u.line_count AS line_count{amounts}
FROM (
    SELECT CASE WHEN {is_known} THEN l.unmatched ELSE '' END AS key_text, COUNT(*) AS line_count{sums}
    FROM lines AS l
    WHERE l.unmatched IS NOT NULL AND l.standing IN ({standings})
    GROUP BY CASE WHEN {is_known} THEN l.unmatched ELSE '' END
) AS u
LEFT JOIN {known} AS k ON k.{key} = u.key_text
WHERE k.{key} IS NULL
