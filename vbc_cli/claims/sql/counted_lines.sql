-- The claim lines with the number of the reason for which each membership leaves them out, 0 where they count.
SELECT l.*, {columns}
FROM lines AS l
{joins}
