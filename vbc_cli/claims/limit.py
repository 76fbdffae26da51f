"""What the members' costs come to within their limit and over it, and the spread of what is kept.

The claims of the period to date are added up for each member and cut. Completion comes after this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct, field

from vbc_cli.claims.cells import Filter
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import Distribution
from vbc_cli.claims.read import refuse_if
from vbc_cli.claims.rounding import spread
from vbc_cli.claims.settings import Measure
from vbc_cli.claims.truncation import counted_sql, cut_members
from vbc_cli.problems import Problem

DEAREST = 2
"""Claims are never tried at as much as this times what they cost."""
MOST_HIGH_COST = 100_000


class Kept(Struct, frozen=True):
    """Cents before the limit, the members' spread after it, the cents over it by category and month, and
    members of high cost, each with months and cents, and those who would be if claims were dearer (None: too
    many); the limits in cents by stratum."""

    cost: int
    distribution: Distribution
    members_over: int
    over: dict[tuple[str, int], int]
    high_cost: tuple[tuple[int | Fraction, int], ...] = ()
    nearly_high_cost: tuple[tuple[int | Fraction, int], ...] | None = ()
    limits: Mapping[str, int] = field(default_factory=dict)


def prepare_costs(
    engine: Engine, measures: Sequence[Measure], conditions: Sequence[Sequence[Filter]], lines: str
) -> None:
    """Add up the claims of every member in one pass, for all measures but those with limits by stratum."""
    sums = [
        f"SUM(CASE WHEN {counted_sql(wanted)} THEN {measure.amount_sql} ELSE 0 END) AS cost_{number}"
        for number, (measure, wanted) in enumerate(zip(measures, conditions, strict=True))
        if measure.truncate is None or not measure.truncate.in_strata
    ]
    if sums:
        engine.derive("member_costs", "member_costs", costs=", ".join(sums), lines=lines)


def keep_within_limit(
    engine: Engine, measure: Measure, number: int, conditions: Sequence[Filter], lines: str, parts: int
) -> Kept:
    """Cut each member's cost of one measure at its limit; months are divided into so many parts."""
    kept = f"kept_{number}"
    limits = cut_members(engine, measure, number, conditions, lines, parts)
    sums = (int(value or 0) for value in engine.rows("distribution", kept=kept)[0])
    members, held, held_squared, cost, cents, times, high, middle, low, over = sums
    squares = 10**8 * high + 2 * 10**4 * middle + low
    distribution = Distribution(members, held, held_squared, cents, squares, times)
    in_strata = measure.truncate is not None and measure.truncate.in_strata
    table = f"parts_{kept}" if in_strata else kept
    excess = over_by_category(engine, table, measure, conditions, lines) if over else {}
    listed, nearly = high_cost_members(engine, kept, measure, parts)
    return Kept(cost, distribution, over, excess, listed, nearly, limits)


def high_cost_members(
    engine: Engine, kept: str, measure: Measure, parts: int
) -> tuple[tuple[tuple[int | Fraction, int], ...], tuple[tuple[int | Fraction, int], ...] | None]:
    """Return months and cents before the limit of every member above the amount asked for, dearest first.

    And those of the members who would be above it if claims were dearer; None where they are too many.
    """
    if measure.high_cost_from is None:
        return (), ()
    cents = int(measure.high_cost_from.scaleb(2))
    rows = engine.rows("high_cost", kept=kept, cents=cents // DEAREST, most=2 * MOST_HIGH_COST + 1)
    found = [(int(months) if parts == 1 else Fraction(months, parts), int(cost)) for months, cost in rows]
    listed = tuple(each for each in found if each[1] > cents)
    if len(listed) > MOST_HIGH_COST:
        what = f"more than {MOST_HIGH_COST:,} members above {measure.high_cost_from:,} in '{measure.name}'"
        refuse_if([Problem(measure.contract_file, measure.line, what, "List members from a higher cost.")])
    nearly = tuple(found[len(listed) :])
    return listed, nearly if len(found) <= MOST_HIGH_COST else None


def over_by_category(
    engine: Engine, kept: str, measure: Measure, conditions: Sequence[Filter], lines: str
) -> dict[tuple[str, int], int]:
    """Return the cents over the limit by category and month, in proportion to each member's costs."""
    members: dict[tuple[int, int, int], dict[tuple[str, int], int]] = {}
    in_strata = measure.truncate is not None and measure.truncate.in_strata
    rows = engine.rows(
        "over_the_limit",
        kept=kept,
        amount=measure.amount_sql,
        counted=counted_sql(conditions),
        lines=lines,
        same_stratum=" AND k.stratum_no = l.stratum_no" if in_strata else "",
    )
    for member, stratum, excess, category, month, cents in rows:
        members.setdefault((member, stratum, int(excess)), {})[category, month] = int(cents)
    over: dict[tuple[str, int], int] = {}
    for (*_, excess), cells in sorted(members.items()):
        for cell, cents in spread(excess, cells).items():
            over[cell] = over.get(cell, 0) + cents
    return over
