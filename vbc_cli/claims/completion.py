"""What completion adds to a cost: claims of the period that are incurred and not yet paid.

Dollars kept within the limit are multiplied by category, and with a chain ladder by month of service too;
each category is rounded once, half up to the cent. Low and high are added beside best where they are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from vbc_cli.claims.cells import Filter
from vbc_cli.claims.chain_ladder import Ladder, NoFactorError, Rows, climb
from vbc_cli.claims.completion_settings import CASES, Case, ChainLadder, Completion, Factors
from vbc_cli.claims.engine import Engine, statement
from vbc_cli.claims.lines import PAID_DATE, Cut
from vbc_cli.claims.read import refuse_if
from vbc_cli.claims.settings import Measure, Period, Valuation, month_number
from vbc_cli.claims.truncation import counted_sql
from vbc_cli.problems import Problem

ALL = "all categories"
COMPLETE = Ladder({}, Fraction(1), True)
Cells = Mapping[tuple[str, int], int]
"""Cents by category and month of service."""
Added = Mapping[Case, Mapping[str, int]]
"""Cents that each case adds, by category."""
Paid = Iterable[tuple[str, int, int, int]]
"""Category, month of service, month of payment and cents of the claims that make a triangle."""


def has_ladder(measure: Measure) -> bool:
    """Say whether a measure is completed by a chain ladder."""
    return measure.complete is not None and measure.complete.chain_ladder is not None


def read_ladders(
    engine: Engine,
    measures: Sequence[Measure],
    conditions: Sequence[Sequence[Filter]],
    cut: Cut,
    lines: str,
) -> list[dict[str, Ladder]]:
    """Return the chain ladders of each measure, none where it has none; refuse what gives no factors."""
    found: list[dict[str, Ladder]] = []
    problems: list[Problem] = []
    for measure, wanted in zip(measures, conditions, strict=True):
        paid: Paid = ()
        if has_ladder(measure):
            problems += without_whole_months(measure, cut)
            paid = engine.rows(
                "triangle",
                amount=measure.amount_sql,
                counted=counted_sql(wanted),
                lines=lines,
                paid_month=statement("month_number", date=PAID_DATE).strip(),
            )
        ladders, faults = build_ladders(measure, paid, cut.period, month_number(cut.cut_off))
        found.append(ladders)
        problems += faults
    refuse_if(problems)
    return found


def without_whole_months(measure: Measure, cut: Cut) -> Iterable[Problem]:
    """Yield the problem of a triangle whose last month of payments is not whole."""
    if (cut.cut_off + timedelta(days=1)).day != 1:
        what = f"'{measure.name}' has a chain ladder, and claims are cut on {cut.cut_off}, inside a month"
        yield Problem(measure.contract_file, measure.line, what, "Cut claims at the end of a month.")


def without_paid_dates(measures: Iterable[Measure], valuation: Valuation) -> Iterable[Problem]:
    """Yield the problem of every chain ladder over claims that have no date to cut on."""
    for each in measures:
        if has_ladder(each) and valuation.cut_on == "none":
            what = f"'{each.name}' has a chain ladder, and claims are cut on no date"
            yield Problem(each.contract_file, each.line, what, "Say cut_on: paid_date, or give factors.")


def complete(
    completion: Completion | None,
    kept: Cells,
    member_months: Fraction | int,
    ladders: Mapping[str, Ladder],
    last: int,
) -> Added:
    """Return what each case adds to the cents kept; `last` is the month up to which claims were paid."""
    if completion is None:
        return {}
    if completion.ibnr_pmpm is not None:
        given = completion.ibnr_pmpm
        return {case: {ALL: half_up(Fraction(given[case]) * 100 * member_months)} for case in given}
    if completion.chain_ladder is not None:
        return by_ladder(completion.chain_ladder, kept, ladders, last)
    factors = completion.factors or {}
    return {case: by_factor(factors[case], kept) for case in factors}


def by_factor(factors: Factors, kept: Cells) -> dict[str, int]:
    """Return what one factor, or a factor for each category, adds."""
    sums: dict[str, int] = {}
    for (category, _), cents in kept.items():
        sums[category] = sums.get(category, 0) + cents
    found = {name: factors if isinstance(factors, Decimal) else factors[name] for name in sums}
    return {name: half_up(Fraction(found[name]) * cents) - cents for name, cents in sorted(sums.items())}


def by_ladder(settings: ChainLadder, kept: Cells, ladders: Mapping[str, Ladder], last: int) -> Added:
    """Return what the chain ladder adds to each category, and as many standard errors less and more."""
    best, spread = {}, {}
    for category in sorted({category for category, _ in kept}):
        ladder = ladders.get(category if settings.by == "category" else ALL, COMPLETE)
        # Months that begin after the valuation are not completed: what is paid of them was paid in advance.
        mine = {month: cents for (name, month), cents in kept.items() if name == category and month <= last}
        completed = (cents * ladder.to_ultimate(last - month) for month, cents in mine.items())
        best[category] = half_up(sum(completed, Fraction(0))) - sum(mine.values())
        if settings.standard_errors is not None:
            latest: dict[int, list[Fraction]] = {}
            for month, cents in mine.items():
                latest.setdefault(last - month, []).append(Fraction(cents))
            error = Fraction(ladder.standard_error(latest)) * Fraction(settings.standard_errors)
            spread[category] = half_up(error)
    added: dict[Case, Mapping[str, int]] = {"best": best}
    if settings.standard_errors is not None:
        # Less than what was paid is not to be expected, unless best itself expects it.
        added["low"] = {name: max(cents - spread[name], min(cents, 0)) for name, cents in best.items()}
        added["high"] = {name: cents + spread[name] for name, cents in best.items()}
    return {case: added[case] for case in CASES if case in added}


def build_ladders(
    measure: Measure, paid: Paid, period: Period, last: int
) -> tuple[dict[str, Ladder], list[Problem]]:
    """Return the ladder of each category, or of all together, with the problem of each that has no factor."""
    settings = None if measure.complete is None else measure.complete.chain_ladder
    if settings is None:
        return {}, []
    if settings.experience_months < len(period.months):
        what = f"'{measure.name}' reads fewer months than the {len(period.months)} of the period"
        repair = "Let experience_months cover the period, better a year more."
        return {}, [Problem(measure.contract_file, measure.line, what, repair)]
    first = month_number(period.end) - settings.experience_months + 1
    youngest = max(last - month_number(period.end), 0)
    ladders, problems = {}, []
    for name, triangle in triangles(settings, paid, first, last, period).items():
        try:
            ladders[name] = climb(triangle, settings, youngest)
        except NoFactorError as fault:
            months = f"month {fault.age + 1} of payment to the next"
            what = f"'{measure.name}': the claims of {name} give no factor from {months}"
            repair = "Take by: all_categories, average: volume_weighted, or give factors."
            problems.append(Problem(measure.contract_file, measure.line, what, repair))
    return ladders, problems


def triangles(settings: ChainLadder, paid: Paid, first: int, last: int, period: Period) -> dict[str, Rows]:
    """Return the cents paid up to each age by month of service, for each category or all together."""
    until = min(last, month_number(period.end))
    increments: dict[str, dict[int, list[int]]] = {}
    for category, service, month, cents in paid:
        if first <= service <= until:
            name = category if settings.by == "category" else ALL
            rows = increments.setdefault(name, {})
            row = rows.setdefault(service, [0] * (last - service + 1))
            # A claim paid before the month of its service counts in the first month.
            row[max(month - service, 0)] += int(cents)
    for rows in increments.values():
        for month in range(min(rows), until + 1):
            rows.setdefault(month, [0] * (last - month + 1))
    return {name: {month: running(row) for month, row in rows.items()} for name, rows in increments.items()}


def running(increments: Iterable[int]) -> list[int]:
    """Return the sums up to each place."""
    sums, reached = [], 0
    for cents in increments:
        reached += cents
        sums.append(reached)
    return sums


def half_up(cents: Fraction) -> int:
    """Return whole cents, halves away from zero."""
    whole = int(abs(cents) + Fraction(1, 2))
    return whole if cents >= 0 else -whole
