"""Member months by the cells of a rate table: age band, sex, stratum, risk tier, as the contract states them.

A member is in one cell in a month. Age is counted in completed years on the day that the contract names, a
member born after it is 0. The tier is that of the roster row which first touches the month; what the
files do not say is 'unknown', so that the cells always add up to all member months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.settings import Kind, Period, RateCells
from vbc_cli.problems import Problem

UNKNOWN = "unknown"
FOUND_IN: Mapping[str, tuple[Kind, str]] = {
    "age_band": ("eligibility", "birth_date"),
    "sex": ("eligibility", "sex"),
    "stratum": ("eligibility", "stratum"),
    "risk_tier": ("attribution", "risk_tier"),
}
PARTS = {"sex": "p.sex", "stratum": "m.stratum", "risk_tier": "t.risk_tier"}
NO_TIERS = "(SELECT NULL AS member_no, NULL AS month_no, NULL AS risk_tier WHERE FALSE)"


def uncountable(wanted: Sequence[RateCells], loaded: Mapping[Kind, Loaded]) -> list[Problem]:
    """Return a problem for every part of a cell that no file holds."""
    problems = []
    for each in wanted:
        for part in each.by:
            kind, column = FOUND_IN[part]
            if kind in loaded and loaded[kind].matched.has(column):
                continue
            what = f"'{each.name}' counts by {part}, and the {kind} file has no column '{column}'"
            if kind not in loaded:
                what = f"'{each.name}' counts by {part}, and there is no {kind} file"
            problems.append(
                Problem(each.contract_file, each.line, what, "Map the column, or count without it.")
            )
    return problems


def count_cells(engine: Engine, period: Period, wanted: RateCells, runs: str) -> dict[tuple[str, ...], int]:
    """Return the member months of each cell, in parts of a month, from runs of months in the table `runs`."""
    tiers = NO_TIERS
    if "risk_tier" in wanted.by:
        engine.derive("tier_months", "tier_months", runs=runs)
        tiers = "tier_months"
    ages = {
        "first_of_month": "m.first_day",
        "start_of_period": f"DATE '{period.start}'",
        "end_of_period": f"DATE '{period.end}'",
    }
    parts = {"age_band": band(wanted.age_bands), **PARTS}
    cell = ", ".join(f"COALESCE({parts[part]}, '') AS {part}" for part in wanted.by)
    places = ", ".join(str(place + 1) for place in range(len(wanted.by)))
    rows = engine.rows(
        "months_by_cell", runs=runs, tiers=tiers, age_day=ages[wanted.age_on], cell=cell, places=places
    )
    return {tuple(part or UNKNOWN for part in parts): int(count) for *parts, count in sorted(rows)}


def band(lowest: Sequence[int]) -> str:
    """Return the SQL that names the age band of `p.age`; nothing where the age is not known."""
    cases = [f"WHEN p.age >= {age} THEN '{name}'" for age, name in zip(lowest, names(lowest), strict=True)]
    return f"CASE {' '.join(reversed(cases))} END" if cases else "NULL"


def names(lowest: Sequence[int]) -> list[str]:
    """Return the names of age bands: '0-17', '18-44', '45+'; a band of one year is that year."""
    closed = [str(age) if above == age + 1 else f"{age}-{above - 1}" for age, above in pairwise(lowest)]
    return [*closed, *(f"{age}+" for age in lowest[-1:])]
