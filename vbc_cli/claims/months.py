"""Member months: calendar months in which a member was enrolled and attributed on any day.

Enrolment comes from the eligibility spans, attribution from the roster with its dates. `while_attributed`
counts days that are both; `whole_year` counts every enrolled day of a member attributed at all in the period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import EXACT, FactSource, MemberMonths
from vbc_cli.claims.lines import Cut
from vbc_cli.claims.rate_cells import count_cells
from vbc_cli.claims.settings import Attribution, Period, RateCells, month_start

NO_ROSTER = (
    "SELECT CAST(NULL AS VARCHAR) AS member_id, DATE '1900-01-01' AS effective_date, "
    "DATE '1900-01-01' AS end_date WHERE FALSE"
)
FILTERS: dict[Attribution, str] = {
    "while_attributed": "months of {start} to {end} with a day both enrolled and attributed",
    "whole_year": "months of {start} to {end} with an enrolled day, of members attributed on any day of it",
}


def prepare_members(engine: Engine, cut: Cut, attributed: bool) -> None:
    """Make the tables of members, strata, enrolled days and attributed days."""
    years = (
        f"SELECT {number} AS year_no, DATE '{year.start}' AS start_date, DATE '{year.end}' AS end_date"
        for number, year in enumerate(cut.years)
    )
    engine.register("years", " UNION ALL ".join(years))
    engine.derive("members", "members")
    engine.derive("strata", "strata")
    if not attributed:
        engine.register("attribution", NO_ROSTER)
    engine.derive("attributed", "attributed")
    engine.derive("enrolled", "enrolled", everyone_attributed="FALSE" if attributed else "TRUE")


def count_months(
    engine: Engine,
    period: Period,
    attribution: Attribution,
    attributed: bool,
    files: tuple[str, ...],
    cells: Sequence[RateCells] = (),
) -> MemberMonths:
    """Count the member months of one attribution setting; keep each member's in `months_<setting>`."""
    spans = "spans_whole_year" if attribution == "whole_year" or not attributed else "spans_while_attributed"
    engine.derive("counted_spans", spans)
    engine.derive("month_runs", "months", spans="counted_spans")
    engine.derive(f"months_{attribution}", "months_by_member", months="month_runs")
    table = by_month_and_stratum(engine.rows("months_by_stratum", months="month_runs"))
    risk = mean_risk(engine.rows("risk_by_stratum", months="month_runs"))
    persons, rows = (
        engine.execute(f"SELECT COUNT(*) FROM {name}")[0][0]
        for name in (f"months_{attribution}", "counted_spans")
    )
    said = FILTERS[attribution].format(start=period.start, end=period.end)
    source = FactSource(files, said, rows)
    by_cell = {each.name: count_cells(engine, period, each, "month_runs") for each in cells}
    return MemberMonths(attribution, table, risk, persons, len(period.months), source, by_cell)


def mean_risk(sums: Iterable[tuple[str, int, int]]) -> dict[str, Decimal]:
    """Return each stratum's mean raw risk score by member months, from sums in millionths."""
    scaled = ((stratum, Decimal(millionths), Decimal(months)) for stratum, months, millionths in sums)
    return {stratum: EXACT.divide(total, months).scaleb(-6, EXACT) for stratum, total, months in scaled}


def by_month_and_stratum(runs: Iterable[tuple[str, int, int, int]]) -> dict[tuple[date, str], int]:
    """Spread runs of months (stratum, first, last, members) over the calendar."""
    counts: Counter[tuple[int, str]] = Counter()
    for stratum, first, last, members in runs:
        for month in range(first, last + 1):
            counts[month, stratum] += members
    return {(month_start(month), stratum): counts[month, stratum] for month, stratum in sorted(counts)}
