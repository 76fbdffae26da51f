"""Measured costs by member or by provider, for those who ask for them by name.

A member's cost is what the period's claims come to within the limit, beside it what is above; everybody with
a month in the period has a row. Where primary care attributes members, everybody enrolled has one, with the
reason. A provider's cost is what its claims that count come to, before the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from vbc_cli.claims.attribution import said
from vbc_cli.claims.attribution_settings import CountedBy, Plurality
from vbc_cli.claims.cells import OWNERS, Filter
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import DetailRow
from vbc_cli.claims.rounding import dollars
from vbc_cli.claims.settings import Measure
from vbc_cli.claims.truncation import counted_sql

By = Literal["member", "provider"]
Reason: TypeAlias = tuple[dict[str, str], dict[str, int | Decimal | None]]
OVER = ".over_the_limit"
NO_REASON: Reason = ({}, {})


def detail(
    by: By | None,
    engine: Engine,
    measures: Sequence[Measure],
    conditions: Sequence[Sequence[Filter]],
    lines: str,
    plurality: Plurality | None,
) -> tuple[DetailRow, ...]:
    """Return the measured costs by member or by provider; nothing where neither was asked for."""
    if by is None or not measures:
        return ()
    if by == "provider":
        return by_provider(engine, measures, conditions, lines)
    return by_member(engine, measures, plurality)


def by_member(
    engine: Engine, measures: Sequence[Measure], plurality: Plurality | None
) -> tuple[DetailRow, ...]:
    """Return what members cost in the period, and why they are attributed, in the order of their ids."""
    tables = [f"kept_{number}" for number, _ in enumerate(measures)]
    joins = "\n".join(f"LEFT JOIN {table} ON {table}.member_no = m.member_no" for table in tables)
    columns = ", ".join(
        f"COALESCE({table}.kept, 0) AS within_{number}, "
        f"COALESCE({table}.cost - {table}.kept, 0) AS over_{number}"
        for number, table in enumerate(tables)
    )
    counted = " OR ".join(f"{table}.member_no IS NOT NULL" for table in tables)
    reasons = {} if plurality is None else reasons_by_member(engine, plurality)
    rows = engine.rows("by_member", columns=columns, joins=joins, counted="TRUE" if reasons else counted)
    return tuple(
        DetailRow({"member_id": member, **reason}, within_and_over(measures, cents), care)
        for member, *cents in rows
        for reason, care in [reasons.get(member, NO_REASON)]
    )


def reasons_by_member(engine: Engine, plurality: Plurality) -> dict[str, Reason]:
    """Return why each member is attributed or not, with the care that decided; after a choice none did."""
    counted_by = plurality.counted_by
    rows = engine.rows("reasons_by_member", counted_by=counted_by, minimum_visits=plurality.minimum_visits)
    return {
        member: (
            {"attributed": "yes" if own else "no", "reason": said(own, step, tied)},
            {
                f"{counted_by}_own": measured(counted_by, mine),
                f"{counted_by}_elsewhere": measured(counted_by, theirs),
            },
        )
        for member, own, step, tied, mine, theirs in rows
    }


def measured(counted_by: CountedBy, care: int | None) -> int | Decimal | None:
    """Return care as visits, or its cents as dollars."""
    return care if care is None or counted_by == "visits" else dollars(care)


def within_and_over(measures: Sequence[Measure], cents: Sequence[int]) -> dict[str, Decimal]:
    """Return each cost within the limit and, where the contract has one, above it."""
    found: dict[str, Decimal] = {}
    for number, each in enumerate(measures):
        found[each.name] = dollars(cents[2 * number])
        if each.truncate is not None:
            found[each.name + OVER] = dollars(cents[2 * number + 1])
    return found


def by_provider(
    engine: Engine, measures: Sequence[Measure], conditions: Sequence[Sequence[Filter]], lines: str
) -> tuple[DetailRow, ...]:
    """Return what the claims of every provider come to that count, in the order of their numbers."""
    wanted = [counted_sql(each) for each in conditions]
    sums = ", ".join(
        f"SUM(CASE WHEN {counted} THEN {each.amount_sql} ELSE 0 END) AS cost_{number}"
        for number, (each, counted) in enumerate(zip(measures, wanted, strict=True))
    )
    counted = " OR ".join(f"({each})" for each in wanted)
    rows = engine.rows("by_provider", sums=sums, counted=counted, lines=lines)
    names = [each.name for each in measures]
    return tuple(
        DetailRow(
            {"billing_npi": npi, "owner": OWNERS[owner_no]},
            dict(zip(names, map(dollars, cents), strict=True)),
        )
        for npi, owner_no, *cents in rows
    )
