-- The keys that are known, each with what is left of it in whatever way it is written, as a number.
SELECT k.{key} AS key_text, {brief} AS brief
FROM {known} AS k
