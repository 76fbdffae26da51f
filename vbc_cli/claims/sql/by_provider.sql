-- What each provider was paid for the lines that count, in cents, as the contracted provider's own or another's.
SELECT COALESCE(l.provider, '') AS provider, l.owner_no AS owner_no, {sums}
FROM {lines} AS l
WHERE l.standing = 0 AND ({counted})
GROUP BY COALESCE(l.provider, ''), l.owner_no
ORDER BY COALESCE(l.provider, ''), l.owner_no
