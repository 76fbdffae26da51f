"""How the rates of quality measures are written, and whether they are what the counts beside them say.

A share is written as a fraction or as a percent, or in whichever of the two the whole file tells; a ratio,
such as observed over expected, is no share and may be above 1. What the contract does not say is a fraction.
A rate that stands beside its counts is their quotient up to its last digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from vbc_cli.claims.engine import literal
from vbc_cli.claims.settings import OTHERS, RateReading, Source

MOST_DIGITS = 6
HUNDRED = Decimal(100)
UNITS = [f"WHEN {digits} THEN 0.{'0' * (digits - 1)}1" for digits in range(1, MOST_DIGITS)]
Fault = tuple[str, str]
WRITTEN = "Say how rates are written, data: quality: {file: ..., read: percent}"
NO_SHARE = "of a measure that is no share, such as observed over expected, say read: {MEASURE: ratio}."


def reading_of(source: Source, measure: str) -> RateReading:
    """Return how the rate of a measure is written."""
    return source.rates_read.get(measure) or source.rates_read.get(OTHERS, "fraction")


def reading_sql(source: Source) -> str:
    """Return how the rate of a row's measure is written, as SQL."""
    stated = {name: each for name, each in source.rates_read.items() if name != OTHERS}
    cases = (f"WHEN measure_id = {literal(name)} THEN {literal(each)}" for name, each in stated.items())
    others = literal(reading_of(source, OTHERS))
    return f"CASE {' '.join(cases)} ELSE {others} END" if stated else others


def row_conditions(source: Source, typed: Mapping[str, str]) -> Iterator[str]:
    """Yield what must be true of the counts and the rate of a sound row."""
    read, numerator, denominator = reading_sql(source), typed["numerator"], typed["denominator"]
    yield f"COALESCE({numerator} >= 0, TRUE) AND {denominator} >= 0"
    yield f"{read} = 'ratio' OR COALESCE({numerator} <= {denominator}, TRUE)"
    if "rate" not in typed:
        return
    rate = typed["rate"]
    most = f"CASE {read} WHEN 'fraction' THEN 1 ELSE 100 END"
    yield f"COALESCE({rate} >= 0 AND ({read} = 'ratio' OR {rate} <= {most}), TRUE)"
    if "member_id" in typed:
        return
    digits = f"LENGTH(SPLIT_PART(TRIM({rate}_text), '.', 2))"
    unit = f"CASE {digits} WHEN 0 THEN 1.0 {' '.join(UNITS)} ELSE 0.{'0' * (MOST_DIGITS - 1)}1 END"
    as_it_is = f"ABS({rate} * {denominator} - {numerator}) < {denominator} * {unit}"
    as_percent = f"ABS({rate} * {denominator} - {numerator} * 100) < {denominator} * {unit}"
    yield (
        f"COALESCE({denominator} = 0 OR {read} <> 'percent' AND {as_it_is} "
        f"OR {read} IN ('percent', 'share') AND {as_percent}, TRUE)"
    )


def row_faults(
    source: Source, row: Mapping[str, list[str]], numbers: Mapping[str, Decimal]
) -> Iterator[Fault]:
    """Yield what is wrong with the counts and the rate of a row, given the numbers that are filled in."""
    read = reading_of(source, row["measure_id"][0])
    for name in ("numerator", "denominator"):
        if numbers.get(name, 0) < 0:
            yield f"{name} {numbers[name]} is below zero", "Write a count."
    numerator, denominator = numbers.get("numerator"), numbers.get("denominator", Decimal(0))
    rate, most = numbers.get("rate"), {"fraction": Decimal(1), "ratio": None}.get(read, HUNDRED)
    if numerator is not None and numerator > denominator and read != "ratio":
        yield f"numerator {numerator} is above denominator {denominator}", f"Correct the counts; {NO_SHARE}"
    elif rate is None:
        return
    elif rate < 0:
        yield f"rate {rate} is below zero", "Write a share or a ratio."
    elif most is not None and rate > most:
        yield f"rate {rate} is above {most}", f"{WRITTEN}; {NO_SHARE}"
    elif "member_id" not in row and numerator is not None and denominator and not agrees(row, numbers, read):
        counted = f"{numerator / denominator:.6f}".rstrip("0").rstrip(".")
        what = f"rate {rate} is not numerator {numerator} over denominator {denominator}, which is {counted}"
        yield (
            what,
            f"{WRITTEN}, or correct one; the numerator stays empty where the rate is not of it.",
        )


def agrees(row: Mapping[str, list[str]], numbers: Mapping[str, Decimal], read: RateReading) -> bool:
    """Say whether a rate is its numerator over its denominator, up to its last digit."""
    digits = min(len(row["rate"][0].strip().partition(".")[2]), MOST_DIGITS)
    unit = numbers["denominator"] * Decimal(1).scaleb(-digits)
    scales = {"percent": [HUNDRED], "share": [Decimal(1), HUNDRED]}.get(read, [Decimal(1)])
    rate = round(numbers["rate"], MOST_DIGITS)
    return any(abs(rate * numbers["denominator"] - numbers["numerator"] * scale) < unit for scale in scales)
