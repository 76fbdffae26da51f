"""What was measured from the files, under the names that the contract gives it.

A measured cost `expenditure` is read as `expenditure`, `expenditure.own`, `.other`, `.over_the_limit`,
`.by_category` and `.high_cost_members`; member months as `members`, `members.persons`, `.by_month`,
`.by_stratum` and `.by_cell`; premium as `premium`, `premium.gross`, `.by_month` and `.by_stratum`.
Episodes are `bundles`, `bundles.by_type` and `bundles.each`. Each name knows its source: files, filter, rows
and dollars.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from vbc_cli.claims.benchmarks import Benchmark
from vbc_cli.claims.episode_facts import MeasuredEpisodes, own_and_other
from vbc_cli.claims.facts import (
    FactSource,
    HighCostMember,
    Measured,
    MeasuredCost,
    MemberMonths,
    Revenue,
    add_up,
    as_decimal,
)
from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.measured import MeasuredFact
from vbc_cli.contract.provided import NEARLY_HIGH_COST
from vbc_cli.formula.check import suggest
from vbc_cli.formula.compiled import Table
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT, ZERO
from vbc_cli.problems import InputRefused, Problem

READ_AS = {"quality_benchmarks": "benchmarks"}
"""The kind of file of a measured fact where it is not called like the fact."""


def measured_facts(contract: Contract, measured: Measured) -> dict[str, Any]:
    """Return every measured fact by name; raise `InputRefused` where a file for one is missing."""
    found: dict[str, Any] = {}
    problems: list[Problem] = [*_strata_not_there(contract, measured)]
    for fact in contract.measured.values():
        if fact.kind == "spending":
            found |= _spending(fact.name, measured.costs[fact.name])
        elif fact.kind == "episodes":
            found |= _episodes(fact.name, measured.episodes[fact.name])
        elif fact.kind == "member_months" and _months_of(fact, measured) is not None:
            found |= _member_months(contract, fact, measured)
        elif fact.kind == "quality" and measured.quality:
            found[fact.name] = _quality(measured)
        elif fact.kind == "quality_benchmarks":
            found |= _benchmarks(fact.name, measured.benchmarks[fact.name])
        elif fact.kind == "base_years" and measured.base_years:
            found[fact.name] = _base_years(measured)
        elif fact.kind == "revenue" and measured.revenue is not None:
            lacking = [
                part for part in fact.net_of if not all(part in row[2] for row in measured.revenue.rows)
            ]
            problems += [
                Problem(
                    contract.file,
                    fact.line,
                    f"'{fact.name}' is net of {part}, and the revenue file has no column '{part}_amount'",
                    "Map the column, or leave the part out of net_of.",
                )
                for part in lacking
            ]
            found |= {} if lacking else _revenue(fact, measured.revenue)
        else:
            what = f"'{fact.name}' cannot be measured without its file"
            problems.append(
                Problem(contract.file, fact.line, what, f"Name the file of {fact.kind} under data:.")
            )
    if problems:
        raise InputRefused(problems)
    return found


def _strata_not_there(contract: Contract, measured: Measured) -> Iterator[Problem]:
    """Yield each stratum of a population that no member of the eligibility file is in."""
    known = {stratum for months in measured.member_months.values() for stratum in months.by_stratum}
    for name, membership in contract.measuring.memberships.items():
        for stratum in membership.exclude.all_strata_but:
            if stratum not in known:
                what = f"'{name}' counts the stratum '{stratum}', in which nobody is enrolled"
                line = contract.measured[name].line
                yield Problem(contract.file, line, what, suggest(stratum, known))


def source_of(contract: Contract, measured: Measured, name: str) -> FactSource | None:
    """Return where a measured fact comes from, None for a name that is not measured."""
    fact = contract.measured.get(name.partition(".")[0])
    if fact is None:
        return None
    if fact.kind == "spending":
        return measured.costs[fact.name].source
    if fact.kind == "episodes":
        return measured.episodes[fact.name].source
    if fact.kind == "member_months":
        months = _months_of(fact, measured)
        return None if months is None else _with_scores(months, name)
    if fact.kind == "revenue" and measured.revenue is not None:
        source = measured.revenue.source
        said = f"{source.filter}, net of {', '.join(fact.net_of)}" if fact.net_of else source.filter
        return replace(source, filter=said)
    files = tuple(each.file for each in measured.inputs if each.kind == READ_AS.get(fact.kind, fact.kind))
    rows = sum(each.rows for each in measured.inputs if each.kind == READ_AS.get(fact.kind, fact.kind))
    return FactSource(files, "every row of the file", rows)


def _with_scores(months: MemberMonths, name: str) -> FactSource:
    """Return the source of member months; of the table with risk scores, that of the scores too."""
    if months.scored is None or not name.endswith(".by_stratum"):
        return months.source
    scores = months.scored.source
    files = tuple(dict.fromkeys((*months.source.files, *scores.files)))
    said = f"{months.source.filter}; {scores.filter}, {scores.rows:,} rows of {', '.join(scores.files)}"
    return replace(months.source, files=files, filter=said)


def _spending(name: str, cost: MeasuredCost) -> dict[str, Any]:
    own, other = getattr(cost.own, cost.amount), getattr(cost.other, cost.amount)
    over = Decimal(0)
    for dollars in cost.over_the_limit.values():
        over = EXACT.add(over, dollars)
    nearly = cost.nearly_high_cost
    return {
        name: cost.total,
        f"{name}.own": own,
        f"{name}.other": other,
        f"{name}.over_the_limit": over,
        f"{name}.amount": cost.amount,
        f"{name}.by_category": Table(("category",), _by_category(cost)),
        f"{name}.high_cost_members": _high_cost(cost.high_cost),
        f"{name}.{NEARLY_HIGH_COST}": None if nearly is None else _high_cost(nearly),
        f"{name}.high_cost_from": cost.high_cost_from,
    }


def _high_cost(members: Sequence[HighCostMember]) -> Table:
    rows = [
        {"case": Decimal(place), "member_months": as_decimal(each.member_months), "amount": each.dollars}
        for place, each in enumerate(members, start=1)
    ]
    return Table(("case",), rows)


def _by_category(cost: MeasuredCost) -> list[dict[str, Any]]:
    """Return each category as paid, by owner, and what it comes to within the limit and completed."""
    rows: dict[str, dict[str, Any]] = {}
    for (category, owner), dollars in cost.by_category_and_owner.items():
        row = rows.setdefault(category, {"category": category, "amount": ZERO, "own": ZERO, "other": ZERO})
        row["amount"] = EXACT.add(row["amount"], dollars)
        row[owner] = dollars
    for row in rows.values():
        over = cost.over_the_limit.get(row["category"], ZERO)
        completed = cost.completion_added.get(row["category"], ZERO)
        row["amount"] = EXACT.add(EXACT.subtract(row["amount"], over), completed)
        if "unknown" in row:
            row |= {"own": None, "other": None}
    return list(rows.values())


def _revenue(fact: MeasuredFact, revenue: Revenue) -> dict[str, Any]:
    """Return the premium without the parts that the contract takes off, and the gross of it."""
    by_month: dict[date, Decimal] = {}
    by_stratum: dict[str, Decimal] = {}
    gross = ZERO
    for month, stratum, amounts in revenue.rows:
        net = total([amounts["premium"], *(EXACT.minus(amounts[part]) for part in fact.net_of)])
        gross = EXACT.add(gross, amounts["premium"])
        by_stratum[stratum] = EXACT.add(by_stratum.get(stratum, ZERO), net)
        if month is not None:
            first = month.replace(day=1)
            by_month[first] = EXACT.add(by_month.get(first, ZERO), net)
    return {
        fact.name: total(list(by_stratum.values())),
        f"{fact.name}.gross": gross,
        f"{fact.name}.by_month": Table(
            ("month",), [{"month": month, "premium": net} for month, net in by_month.items()]
        ),
        f"{fact.name}.by_stratum": Table(
            ("stratum",), [{"stratum": stratum, "premium": net} for stratum, net in by_stratum.items()]
        ),
    }


def _episodes(name: str, found: MeasuredEpisodes) -> dict[str, Any]:
    own, other = own_and_other(found.episodes)
    each = [
        {
            "episode": Decimal(number),
            "episode_type": episode.episode_type,
            "trigger": episode.trigger,
            "anchor_start": episode.anchor_start,
            "case_mix": episode.case_mix,
            "actual": episode.actual,
            "capped": episode.capped,
            "own": episode.own,
            "other": episode.other,
        }
        for number, episode in enumerate(found.episodes, start=1)
    ]
    return {
        name: found.total,
        f"{name}.actual": found.actual,
        f"{name}.over_the_cap": EXACT.subtract(found.actual, found.total),
        f"{name}.own": own,
        f"{name}.other": other,
        f"{name}.count": Decimal(len(found.episodes)),
        f"{name}.by_type": Table(("episode_type",), [_of_type(found, type_) for type_ in found.types]),
        f"{name}.each": Table(("episode",), each),
    }


def _of_type(found: MeasuredEpisodes, type_: str) -> dict[str, Any]:
    episodes = found.of_type(type_)
    actual, capped = add_up(each.actual for each in episodes), add_up(each.capped for each in episodes)
    own, other = own_and_other(episodes)
    return {
        "episode_type": type_,
        "episodes": Decimal(len(episodes)),
        "weighted_episodes": add_up(each.case_mix for each in episodes),
        "actual": actual,
        "capped": capped,
        "over_the_cap": EXACT.subtract(actual, capped),
        "own": own,
        "other": other,
    }


def _months_of(fact: MeasuredFact, measured: Measured) -> MemberMonths | None:
    return measured.member_months.get(fact.membership)


def _member_months(contract: Contract, fact: MeasuredFact, measured: Measured) -> dict[str, Any]:
    months = _months_of(fact, measured)
    assert months is not None
    by_month = [
        {"month": month, "member_months": as_decimal(count)}
        for month, count in sorted(months.by_month.items())
    ]
    by_stratum = [
        {
            "stratum": stratum,
            "member_months": as_decimal(count),
            "risk_score": months.risk_by_stratum.get(stratum),
        }
        for stratum, count in sorted(months.by_stratum.items())
    ]
    return {
        fact.name: as_decimal(months.total),
        f"{fact.name}.persons": Decimal(months.persons),
        f"{fact.name}.by_month": Table(("month",), by_month),
        f"{fact.name}.by_stratum": Table(("stratum",), by_stratum),
        f"{fact.name}.by_cell": Table(("cell",), _by_cell(contract, fact.name, months)),
    }


def _by_cell(contract: Contract, name: str, months: MemberMonths) -> list[dict[str, Any]]:
    """Return the member months of each cell, named by its parts; all in one where no cells are asked for."""
    by = next((each.by for each in contract.measuring.rate_cells if each.name == name), ())
    if not by:
        return [{"cell": "all", "member_months": as_decimal(months.total)}]
    return [
        {"cell": " ".join(parts), **dict(zip(by, parts, strict=True)), "member_months": as_decimal(count)}
        for parts, count in months.by_cell[name].items()
    ]


def _quality(measured: Measured) -> Table:
    return Table(
        ("measure",),
        [
            {
                "measure": each.measure_id,
                "title": each.measure_name,
                "numerator": each.numerator,
                "denominator": each.denominator,
                "rate": each.stated_rate,
            }
            for each in measured.quality
        ],
    )


def _benchmarks(name: str, benchmarks: Sequence[Benchmark]) -> dict[str, Any]:
    keys = [
        {"measure": each.measure, "method": each.method, "year": Decimal(each.year)} for each in benchmarks
    ]
    measures = [
        {**key, "higher_is_better": each.higher_is_better, "topped_out": each.topped_out}
        for key, each in zip(keys, benchmarks, strict=True)
    ]
    steps = [
        {**key, "decile": Decimal(decile), "at": rate}
        for key, each in zip(keys, benchmarks, strict=True)
        for decile, rate in enumerate(each.steps, start=2)
    ]
    return {
        f"{name}.measures": Table(("measure", "method", "year"), measures),
        f"{name}.steps": Table((), steps),
    }


def _base_years(measured: Measured) -> Table:
    return Table(
        ("year", "stratum"),
        [
            {
                "year": Decimal(each.base_year),
                "stratum": each.stratum,
                "member_months": each.member_months,
                "pmpm": each.allowed_pmpm,
                "risk_score": each.risk_score,
            }
            for each in measured.base_years
        ],
    )
