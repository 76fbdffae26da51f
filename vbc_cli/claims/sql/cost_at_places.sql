-- The costs at some places among the members with a month, lowest first.
WITH ordered AS (
    SELECT value AS value, ROW_NUMBER() OVER (ORDER BY value) - 1 AS place
    FROM (SELECT {value} AS value FROM {parts} WHERE months > 0 AND stratum_no = {stratum_no}) AS valued
)
SELECT place AS place, value AS value
FROM ordered
WHERE place IN ({places})
