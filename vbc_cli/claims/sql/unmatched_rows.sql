-- The keys of a small file that no row of the file they lead to has, each with its rows; '' stands for no key.
SELECT COALESCE(a.{key}, '') AS key_text, COUNT(*) AS line_count
FROM ({table}) AS a
LEFT JOIN {known} AS k ON k.{key} = a.{key}
WHERE k.{key} IS NULL
GROUP BY COALESCE(a.{key}, '')
