-- Every stratum of the eligibility file, numbered; a span without one is in the stratum ''.
SELECT stratum, CAST(ROW_NUMBER() OVER (ORDER BY stratum) AS SMALLINT) AS stratum_no
FROM (SELECT DISTINCT COALESCE(stratum, '') AS stratum FROM eligibility) AS named
