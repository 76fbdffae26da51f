-- Members that are left out, each with the number of the first reason.
SELECT member_no AS member_no, MIN(reason) AS reason
FROM ({reasons}) AS found
GROUP BY member_no
