-- A few claims whose lines do not carry the same amounts, though these are said to be the whole claim's.
SELECT c.file_no AS file_no, c.claim_id AS claim_id
FROM ({claims}) AS c
WHERE c.repeated = 3
GROUP BY c.file_no, c.claim_id
ORDER BY c.file_no, c.claim_id
LIMIT {most}
