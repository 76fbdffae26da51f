"""What is wrong with a file of quality measures as a whole: several rows of one measure, undecided shares.

A share is a percent where the largest of the file is above 1, as in portfolios; a file that mixes both ways,
or that could be either, is refused. Rates of several rows do not add up without their counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches

from msgspec import Struct

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import EXACT
from vbc_cli.claims.header import Matched
from vbc_cli.claims.quality_rates import HUNDRED, reading_of
from vbc_cli.claims.refusals import at, found_at
from vbc_cli.claims.settings import OTHERS, RateReading, Source
from vbc_cli.problems import Problem

ONE = Decimal(1)
STATE = "State read: fraction or read: percent, for each measure where they differ."


class Largest(Struct, frozen=True):
    """The lowest rate above zero and the largest of a measure in the files of one source."""

    source_no: int
    measure: str
    lowest: Decimal | None
    largest: Decimal


def quality_problems(engine: Engine, matched: Matched | None) -> Iterator[Problem]:
    """Yield what is wrong with the rates of whole files."""
    if matched is None:
        return
    rates = rates_found(engine)
    for number, source in sources_of(matched).items():
        yield from unknown_measures(engine, source)
        yield from undecided(source, [each for each in rates if each.source_no == number])
    several = engine.rows("quality_without_numerators")
    records = found_at(matched, ((file_no, row_no) for file_no, row_no, *_ in several), engine)
    for file_no, row_no, measure, rows in several:
        what = f"measure {measure} has {rows:,} rows, and this one has no numerator: rates do not add up"
        repair = "Give the numerator of every row, 0 where nobody counts, or one row for the measure."
        yield at(matched.files[file_no], records[file_no, row_no], what, repair)


def sources_of(matched: Matched) -> dict[int, Source]:
    """Return how the files of each source are read, by its number."""
    return {each.source_no: each.source for each in matched.files}


def rates_found(engine: Engine) -> list[Largest]:
    """Return the rates of each measure and source, the lowest above zero and the largest."""
    return [Largest(*row) for row in engine.rows("quality_rates")]


def unknown_measures(engine: Engine, source: Source) -> Iterator[Problem]:
    """Yield the measures whose reading is stated and that the files do not have."""
    known = [measure for (measure,) in engine.execute("SELECT DISTINCT measure_id FROM quality ORDER BY 1")]
    for measure in source.rates_read:
        if measure not in (*known, OTHERS):
            near = get_close_matches(measure, known, n=1)
            repair = f"Did you mean '{near[0]}'?" if near else f"It has: {', '.join(known)}."
            what = f"read: names the measure '{measure}', which the quality file does not have"
            yield Problem(source.contract_file, source.line, what, repair)


def undecided(source: Source, rates: list[Largest]) -> Iterator[Problem]:
    """Yield why nobody can say how the shares of a source are written."""
    shares = [each for each in rates if reading_of(source, each.measure) == "share"]
    above_zero = [(each.lowest, each.measure) for each in shares if each.lowest is not None]
    if not above_zero:
        return
    lowest, largest = min(above_zero), max((each.largest, each.measure) for each in shares)
    if largest[0] > ONE >= lowest[0]:
        what = (
            f"quality rates hold {plain(largest[0])} ({largest[1]}), a percent, and "
            f"{plain(lowest[0])} ({lowest[1]}), which may be a fraction or a percent"
        )
        yield Problem(source.contract_file, source.line, what, STATE)
    elif largest[0] * HUNDRED <= ONE:
        what = f"no quality rate is above {plain(largest[0])}: they may be fractions or percents"
        yield Problem(source.contract_file, source.line, what, STATE)


def written_as(source: Source, measure: str, rates: list[Largest], number: int) -> RateReading:
    """Return how the rate of a measure is written, decided for the source where it is a share."""
    read = reading_of(source, measure)
    if read != "share":
        return read
    shares = [each for each in rates if each.source_no == number]
    largest = max(each.largest for each in shares if reading_of(source, each.measure) == "share")
    return "percent" if largest > ONE else "fraction"


def as_fraction(rate: Decimal | None, read: RateReading) -> Decimal | None:
    """Return a rate as the fraction or ratio that models read."""
    return rate if rate is None or read != "percent" else EXACT.divide(rate, HUNDRED)


def plain(rate: Decimal) -> str:
    """Return a rate without trailing zeros."""
    return f"{rate.normalize():f}"
