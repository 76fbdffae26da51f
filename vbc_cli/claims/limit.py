"""The limit on one member's cost: what is over it, and the spread of what is kept.

The claims of the period to date are added up for each member, compared with the limit, which is lower for
fewer months where the contract says annualised, and cut. Completion comes after this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vbc_cli.claims.cells import Filter
from vbc_cli.claims.engine import Engine, statement
from vbc_cli.claims.facts import Distribution
from vbc_cli.claims.read import refuse_if
from vbc_cli.claims.rounding import spread
from vbc_cli.claims.settings import Measure, TruncateAt
from vbc_cli.problems import Problem

MOST_HIGH_COST = 100_000


@dataclass(frozen=True)
class Kept:
    """Cents before the limit, the members' spread after it, the cents over it by category, and members
    of high cost, each with months and cents."""

    cost: int
    distribution: Distribution
    members_over: int
    over: dict[str, int]
    high_cost: tuple[tuple[int | Fraction, int], ...] = ()


def counted_sql(conditions: Sequence[Filter]) -> str:
    """Return the conditions of a measure as SQL."""
    return " AND ".join(f"({condition.sql})" for condition in conditions) or "TRUE"


def prepare_costs(
    engine: Engine, measures: Sequence[Measure], conditions: Sequence[Sequence[Filter]], lines: str
) -> None:
    """Add up the claims of every member for all measures in one pass."""
    sums = (
        f"SUM(CASE WHEN {counted_sql(wanted)} THEN {measure.amount} ELSE 0 END) AS cost_{number}"
        for number, (measure, wanted) in enumerate(zip(measures, conditions, strict=True))
    )
    engine.derive("member_costs", "member_costs", costs=", ".join(sums), lines=lines)


def limit_cents(truncate: TruncateAt | None, parts: int) -> str:
    """Return the limit of a member in cents, as SQL; the cost itself where there is none.

    `parts` is into how many parts the member's months are divided.
    """
    if truncate is None:
        return "cost"
    cents = int(truncate.amount.scaleb(2))
    if not truncate.annualised:
        return str(cents)
    return statement("annualised_limit", "duckdb", cents=cents, parts=parts).strip()


def keep_within_limit(
    engine: Engine, measure: Measure, number: int, conditions: Sequence[Filter], lines: str, parts: int
) -> Kept:
    """Cut each member's cost of one measure at its limit."""
    months, kept = f"months_{measure.membership}", f"kept_{number}"
    limit = limit_cents(measure.truncate, parts)
    engine.derive(kept, "kept_costs", cost=f"cost_{number}", months=months, limit_cents=limit)
    sums = (int(value or 0) for value in engine.rows("distribution", kept=kept)[0])
    members, held, held_squared, cost, cents, times, high, middle, low, over = sums
    squares = 10**8 * high + 2 * 10**4 * middle + low
    distribution = Distribution(members, held, held_squared, cents, squares, times)
    excess = over_by_category(engine, kept, measure, conditions, lines) if over else {}
    return Kept(cost, distribution, over, excess, high_cost_members(engine, kept, measure, parts))


def high_cost_members(
    engine: Engine, kept: str, measure: Measure, parts: int
) -> tuple[tuple[int | Fraction, int], ...]:
    """Return months and cents before the limit of every member above the amount asked for, dearest first."""
    if measure.high_cost_from is None:
        return ()
    cents = int(measure.high_cost_from.scaleb(2))
    found = engine.rows("high_cost", kept=kept, cents=cents, most=MOST_HIGH_COST + 1)
    if len(found) > MOST_HIGH_COST:
        what = f"more than {MOST_HIGH_COST:,} members above {measure.high_cost_from:,} in '{measure.name}'"
        refuse_if([Problem(measure.contract_file, measure.line, what, "List members from a higher cost.")])
    return tuple(
        (int(months) if parts == 1 else Fraction(months, parts), int(cost)) for months, cost in found
    )


def over_by_category(
    engine: Engine, kept: str, measure: Measure, conditions: Sequence[Filter], lines: str
) -> dict[str, int]:
    """Return the cents over the limit by category, each member's in proportion to the member's categories."""
    members: dict[tuple[int, int], dict[str, int]] = {}
    counted = counted_sql(conditions)
    rows = engine.rows("over_the_limit", kept=kept, amount=measure.amount, counted=counted, lines=lines)
    for member, excess, category, cents in rows:
        members.setdefault((member, int(excess)), {})[category] = int(cents)
    over: dict[str, int] = {}
    for (_, excess), categories in sorted(members.items()):
        for category, cents in spread(excess, categories).items():
            over[category] = over.get(category, 0) + cents
    return over
