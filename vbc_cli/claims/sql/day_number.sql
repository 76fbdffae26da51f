-- A date as a whole number of days, day 1 being the first of January of year 1.
CAST(
    (EXTRACT(YEAR FROM {date}) - 1) * 365 + (EXTRACT(YEAR FROM {date}) - 1) {div} 4
    - (EXTRACT(YEAR FROM {date}) - 1) {div} 100 + (EXTRACT(YEAR FROM {date}) - 1) {div} 400
    + EXTRACT(DOY FROM {date}) AS INTEGER
)
