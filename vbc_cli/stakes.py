"""What can happen under an arrangement: the worst and the best within its terms, and where it breaks even.

Limits that the models name bound what a stream pays or owes; a stream that reads other streams, such as
a limit over several, is settled again over their worst or best. Where nothing bounds a side it is open, and
the arrangement is shown with claims five percent dearer and cheaper. Break-even is found by settling
the same agreement over dearer and cheaper claims, to the cent a member and month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.measured import COST_COLUMNS
from vbc_cli.contract.order import in_order_of_use
from vbc_cli.formula.compiled import LineFault, Table
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT, ZERO
from vbc_cli.settlement import (
    SETTLEMENT,
    PreparedStream,
    SettledArrangement,
    StreamFault,
    Worksheet,
    settle_streams,
    untouched,
)

WORST, BEST = "worst", "best"
AS_CLAIMS = "as_claims"
SHOWN = Decimal("0.05")
COSTS, COUNT = ("spending", "episodes"), ".count"
_ONE = Decimal(1)
_HALF, _HALF_AGAIN = Decimal("0.5"), Decimal("1.5")
CENT = -2


def stake(settled: SettledArrangement, side: str) -> Decimal | None:
    """Return the worst or best that the terms allow, None where no limit binds."""
    (row,) = settled.rows
    known = dict(row.facts)
    for sheet in row.sheets.values():
        known.update(sheet.results())
    own = {stream.name for stream in settled.arrangement.streams}
    amounts = []
    for stream in in_order_of_use(settled.arrangement.streams):
        sheet = row.sheets[stream.name]
        reads = {source.partition(".")[0] for _, source, _ in stream.reads() if source.endswith(SETTLEMENT)}
        if side in stream.model.results:
            value = known[f"{stream.name}.{side}"]
            if value is None and stream.paid != AS_CLAIMS:
                return None
        elif reads & own:
            value = _settled_over(sheet, known)
        else:
            value = sheet.settled
        known[f"{stream.name}.{SETTLEMENT}"] = value
        amounts.append(ZERO if stream.paid == AS_CLAIMS else value or ZERO)
    return total(amounts)


def _settled_over(sheet: Worksheet, known: Mapping[str, Any]) -> Decimal | None:
    """Settle a stream once more, over what the streams it reads come to at their worst or best."""
    try:
        return PreparedStream(sheet.stream, EXACT_BACKEND).settle(known).settled
    except LineFault:
        return sheet.settled


class DearerOrCheaper:
    """One arrangement over the same facts, but claims that cost more or less; nobody behaves otherwise."""

    def __init__(self, contract: Contract, settled: SettledArrangement) -> None:
        (row,) = settled.rows
        self.prepared = settled.prepared
        self.facts = row.facts
        self.replaced = settled.arrangement.replaced
        costs = {name for name, fact in contract.measured.items() if fact.kind in COSTS}
        costs.add(contract.comparison.get("cost", ""))
        read = {source for stream in self.prepared for _, source, _ in stream.stream.reads()}
        read.update(name for stream in self.prepared for name in stream.stream.replaces)
        found = {
            name: self.facts[name] for name in read & self.facts.keys() if name.partition(".")[0] in costs
        }
        self.scaled = [
            name for name, value in found.items() if isinstance(value, Decimal) and not name.endswith(COUNT)
        ]
        self.tables = {name: value for name, value in found.items() if isinstance(value, Table)}
        changed = [*self.scaled, *self.tables]
        self.standing = {name: row.sheets[name] for name in untouched(self.prepared, changed)}

    def at(self, factor: Decimal) -> dict[str, Worksheet] | None:
        """Return the worksheets with claims times a factor, None where the agreement has no result there."""
        amounts = {name: EXACT.multiply(self.facts[name], factor) for name in self.scaled}
        tables = {name: _scaled(table, factor) for name, table in self.tables.items()}
        try:
            return settle_streams(self.prepared, {**self.facts, **amounts, **tables}, self.standing)
        except StreamFault:
            return None

    def replaced_at(self, factor: Decimal) -> Decimal:
        """Return the claims that the streams replace, times a factor."""
        return EXACT.multiply(total([self.facts[name] for name in self.replaced]), factor)


def _scaled(table: Table, factor: Decimal) -> Table:
    """Return a table of measured costs with its amounts times a factor."""
    rows = (
        {
            column: EXACT.multiply(value, factor) if column in COST_COLUMNS and value is not None else value
            for column, value in row.items()
        }
        for row in table
    )
    return Table(table.key, rows)


Total = Callable[[Mapping[str, Worksheet]], Decimal]
"""What worksheets come to for the provider."""


def shown_where_open(claims: DearerOrCheaper, comes_to: Total) -> tuple[Decimal, Decimal] | None:
    """Return the least and the most that the streams come to with claims five percent dearer or cheaper.

    It is counted beside the claims that they replace, which are as much dearer or cheaper.
    """
    factors = (EXACT.subtract(_ONE, SHOWN), _ONE, EXACT.add(_ONE, SHOWN))
    sheets = [(claims.at(factor), claims.replaced_at(factor)) for factor in factors]
    found = [EXACT.subtract(comes_to(each), replaced) for each, replaced in sheets if each is not None]
    return (min(found), max(found)) if len(found) == len(sheets) else None


def break_even(
    claims: DearerOrCheaper, cost: Decimal, member_months: Decimal, comes_to: Total
) -> tuple[Decimal | None, Decimal | None]:
    """Return the cost PMPM below which the provider is paid, and above which it owes.

    Looked for from half to one and a half times the actual cost; None where there is no such cost.
    """
    if cost <= 0 or member_months <= 0:
        return None, None
    actual = EXACT.divide(cost, member_months).scaleb(-CENT, EXACT)
    low, high = (int(EXACT.multiply(actual, share).to_integral_value()) for share in (_HALF, _HALF_AGAIN))

    @cache
    def settles(cents: int) -> Decimal:
        sheets = claims.at(EXACT.divide(Decimal(cents), actual))
        return ZERO if sheets is None else comes_to(sheets)

    if settles(low) == settles(high):
        return None, None  # it does not depend on what claims cost
    paid = last_where(lambda cents: settles(cents) > 0, low, high)
    not_owed = last_where(lambda cents: settles(cents) >= 0, low, high)
    return _pmpm(paid), _pmpm(not_owed)


def last_where(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the last whole number at which a condition holds that ends between low and high."""
    if not holds(low) or holds(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _pmpm(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(CENT, EXACT)
