-- The calendar month of a date as a running number, January of year 0 being 0.
CAST(EXTRACT(YEAR FROM {date}) * 12 + EXTRACT(MONTH FROM {date}) - 1 AS INTEGER)
