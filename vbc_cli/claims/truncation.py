"""The limit of each member's cost: an amount, one for each stratum, or a percentile of the members' costs.

Costs to date are added up for each member, raised to a year where the contract says annualised, compared with
the limit and cut. A percentile is taken over everybody with a month that counts, also without a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil, floor

from vbc_cli.claims.cells import Filter
from vbc_cli.claims.engine import Engine, statement
from vbc_cli.claims.percentile import at_place, place_of
from vbc_cli.claims.read import refuse_if
from vbc_cli.claims.settings import Measure, TruncateAt
from vbc_cli.problems import Problem

NO_LIMIT = "cost"


def counted_sql(conditions: Sequence[Filter]) -> str:
    """Return the conditions of a measure as SQL."""
    return " AND ".join(f"({condition.sql})" for condition in conditions) or "TRUE"


def cut_members(
    engine: Engine, measure: Measure, number: int, conditions: Sequence[Filter], lines: str, parts: int
) -> dict[str, int]:
    """Make the tables of what is kept: `parts_kept_<n>` of each stratum, `kept_<n>` of each member.

    Return the limits in cents by stratum, '' where there is one for all. `parts` is into how many parts the
    members' months are divided.
    """
    truncate = measure.truncate or TruncateAt()
    query = statement(
        "costed",
        months=months_query(measure, truncate),
        costs=costs_query(measure, truncate, number, conditions, lines),
    )
    costed = f"({query})"
    if truncate.in_strata or truncate.percentile is not None:
        costed = f"costed_{number}"
        engine.register(costed, query)
    limits: dict[int, int] = {}
    if measure.truncate is not None:
        limits = limits_of(engine, measure, truncate, costed, parts)
    table = f"parts_kept_{number}" if truncate.in_strata else f"kept_{number}"
    engine.derive(table, "kept_costs", limit_cents=limit_sql(truncate, limits, parts), costed=costed)
    if truncate.in_strata:
        engine.derive(f"kept_{number}", "kept_in_all", parts=table)
    if not truncate.in_strata:
        return {"": limits[0]} if limits else {}
    names: dict[int, str] = dict(engine.execute("SELECT stratum_no, stratum FROM strata"))
    return {names[stratum]: cents for stratum, cents in sorted(limits.items())}


def months_query(measure: Measure, truncate: TruncateAt) -> str:
    """Return the query for the members' months, by stratum where each has its own limit."""
    if truncate.in_strata:
        return statement("months_in_strata", months=f"runs_{measure.membership}")
    return (
        "SELECT member_no AS member_no, CAST(0 AS SMALLINT) AS stratum_no, months AS months "
        f"FROM months_{measure.membership}"
    )


def costs_query(
    measure: Measure, truncate: TruncateAt, number: int, conditions: Sequence[Filter], lines: str
) -> str:
    """Return the query for the members' costs, by stratum where each has its own limit."""
    if truncate.in_strata:
        counted = counted_sql(conditions)
        return statement("stratum_costs", amount=measure.amount_sql, lines=lines, counted=counted)
    return (
        f"SELECT member_no AS member_no, CAST(0 AS SMALLINT) AS stratum_no, cost_{number} AS cost "
        f"FROM member_costs WHERE cost_{number} <> 0"
    )


def limits_of(
    engine: Engine, measure: Measure, truncate: TruncateAt, costed: str, parts: int
) -> dict[int, int]:
    """Return the limit in cents of each stratum, by its number; 0 stands for all of them."""
    if truncate.amount is not None:
        return {0: in_cents(truncate.amount)}
    strata = [int(row[0]) for row in engine.execute(f"SELECT DISTINCT stratum_no FROM {costed} ORDER BY 1")]
    if truncate.percentile is not None:
        return {stratum: at_percentile(engine, truncate, costed, stratum, parts) for stratum in strata}
    names: dict[int, str] = dict(engine.execute("SELECT stratum_no, stratum FROM strata"))
    stated = dict(truncate.by_stratum)
    refuse_if(
        Problem(
            measure.contract_file,
            measure.line,
            f"'{measure.name}' has no limit for the stratum '{names[stratum]}'",
            "Add it to at_by_stratum.",
        )
        for stratum in strata
        if names[stratum] not in stated
    )
    return {stratum: in_cents(stated[names[stratum]]) for stratum in strata}


def at_percentile(engine: Engine, truncate: TruncateAt, costed: str, stratum: int, parts: int) -> int:
    """Return the cost in cents at a percentile of the members with a month, of a year where annualised."""
    assert truncate.percentile is not None
    members = f"SELECT COUNT(*) FROM {costed} WHERE months > 0 AND stratum_no = {stratum}"
    count = engine.execute(members)[0][0]
    if not count:
        return 0
    place = place_of(count, truncate.percentile, truncate.method)
    found: dict[int, int] = dict(
        engine.rows(
            "cost_at_places",
            value=statement("annualised_cost", parts=parts).strip() if truncate.annualised else "cost",
            parts=costed,
            stratum_no=stratum,
            places=f"{floor(place)}, {ceil(place)}",
        )
    )
    return at_place(place, int(found[floor(place)]), int(found[ceil(place)]))


def limit_sql(truncate: TruncateAt, limits: Mapping[int, int], parts: int) -> str:
    """Return a member's limit in cents, as SQL; the cost itself where there is none."""
    if not limits:
        return NO_LIMIT
    cases = (f"WHEN {stratum} THEN CAST({cents} AS BIGINT)" for stratum, cents in limits.items())
    cents = f"CASE stratum_no {' '.join(cases)} END"
    return statement("annualised_limit", cents=cents, parts=parts).strip() if truncate.annualised else cents


def in_cents(dollars: Decimal) -> int:
    """Return dollars as whole cents."""
    return int(dollars.scaleb(2))
