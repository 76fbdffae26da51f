"""Premium: what the plan was paid for the members, by month and stratum, with the parts taken off it.

A percent of premium is agreed net of taxes or other parts; the contract names them. Every month of the period
must be there, because a month without premium would settle as if there were none.
"""

from __future__ import annotations

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import FactSource, Revenue, add_up
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.rounding import dollars
from vbc_cli.claims.settings import PREMIUM_PARTS, Period
from vbc_cli.claims.tables import files_of
from vbc_cli.problems import Problem

PREMIUM = "premium"


def revenue_problems(engine: Engine, loaded: Loaded | None, period: Period) -> list[Problem]:
    """Return a problem for every month of the period without premium."""
    if loaded is None or not loaded.matched.has("month"):
        return []
    known = {month for month, *_ in engine.rows("revenue", start=period.start, end=period.end)}
    file = str(loaded.matched.files[0].path)
    return [
        Problem(file, None, f"no premium for {month:%Y-%m}", "Add its row, 0 where there is none.")
        for month in period.months
        if (month.year, month.month) not in {(day.year, day.month) for day in known}
    ]


def revenue(engine: Engine, loaded: Loaded | None, period: Period) -> Revenue | None:
    """Return the premium of the period; None without a file."""
    if loaded is None:
        return None
    rows = []
    count = 0
    for month, stratum, number, *cents in engine.rows("revenue", start=period.start, end=period.end):
        parts = zip((PREMIUM, *PREMIUM_PARTS), cents, strict=True)
        known = {part: dollars(int(amount)) for part, amount in parts if amount is not None}
        rows.append((month, stratum, known))
        count += number
    total = add_up(known[PREMIUM] for _, _, known in rows)
    said = f"premium of {period.start} to {period.end}"
    return Revenue(tuple(rows), FactSource(files_of(loaded), said, count, total))
