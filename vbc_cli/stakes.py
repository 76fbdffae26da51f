"""What can happen under an arrangement: the worst and the best within its terms, and where it breaks even.

Limits that the models name bound what a stream pays or owes; a stream that reads other streams, such as
a limit over several, is settled again over their worst or best. Where nothing bounds a side it is open, and
the arrangement is shown with claims five percent dearer and cheaper. Break-even is found by settling
the same agreement over dearer and cheaper claims, to the cent a member and month.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from functools import cache

from msgspec import Struct

from vbc_cli.contract.agreement import Contract, Stream
from vbc_cli.contract.order import in_order_of_use
from vbc_cli.contract.parties import direction
from vbc_cli.contract.provided import CLAIMS, provided_by
from vbc_cli.faults import explain_fault
from vbc_cli.formula.compiled import LineFault, Table
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT, canonical
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
_ONE, _CENT = Decimal(1), Decimal("0.01")
_HALF, _HALF_AGAIN = Decimal("0.5"), Decimal("1.5")
CENT = -2
_FINE = Decimal("1e-16")
"""Claims times a factor of so many places are exact, so that what adds up goes on adding up."""
_OTHER_SIDE = {WORST: BEST, BEST: WORST}


class Stake(Struct, frozen=True):
    """The worst or the best for the provider; None where it is open: what has no limit, or no result."""

    amount: Decimal | None
    open_because: str = ""
    no_result: str = ""


def sides_of(stream: Stream, provider: str, sides: Iterable[str]) -> list[str]:
    """Return the result of a stream that is each side for the provider: what it pays is worst at its best."""
    received = direction(stream, provider)
    return [side if received > 0 else _OTHER_SIDE[side] for side in sides if received]


def stake(settled: SettledArrangement, provider: str, side: str) -> Stake:
    """Return the worst or best for the provider that the terms allow, open where no limit binds.

    What the provider pays is at its worst where the stream is at its best. Streams of others count only where
    a stream of the provider reads them; nobody limits them, so that it is open where they may move.
    """
    (row,) = settled.rows
    known = dict(row.facts)
    for sheet in row.sheets.values():
        known.update(sheet.results())
    own = {stream.name for stream in settled.arrangement.streams}
    amounts = []
    moving: set[str] = set()
    for stream in in_order_of_use(settled.arrangement.streams):
        sheet = row.sheets[stream.name]
        received = direction(stream, provider)
        (result,) = sides_of(stream, provider, [side]) or [side]
        reads = {source.partition(".")[0] for _, source, _ in stream.reads() if source.endswith(SETTLEMENT)}
        if not received:
            if result in stream.model.results or reads & moving:
                moving.add(stream.name)
            continue
        if reads & moving:
            return Stake(None, f"{stream.name} reads a stream of others")
        if result in stream.model.results:
            value = known[f"{stream.name}.{result}"]
            if value is None and stream.paid != AS_CLAIMS:
                return Stake(None, f"no limit on {stream.name}")
        elif reads & own:
            try:
                value = PreparedStream(sheet.stream, EXACT_BACKEND).settle(known).settled
            except LineFault as fault:
                why = f"{side} open: {explain_fault(fault, stream)[0]}"
                return Stake(None, f"no result of {stream.name}", why)
        else:
            value = sheet.settled
        known[f"{stream.name}.{SETTLEMENT}"] = value
        if stream.paid != AS_CLAIMS and value is not None:
            amounts.append(value if received > 0 else EXACT.minus(value))
    return Stake(total(amounts))


class NoResultAt(Exception):
    """An agreement that has no result where claims cost more or less: how much, and why."""

    def __init__(self, factor: Decimal, why: str) -> None:
        share = EXACT.multiply(EXACT.subtract(factor, _ONE), Decimal(100)).quantize(_CENT, context=EXACT)
        super().__init__(
            f"with claims {'+' if share > 0 else ''}{canonical(share)}%, {why}" if share else why
        )


class DearerOrCheaper:
    """One arrangement over the same facts, but claims that cost more or less; nobody behaves otherwise."""

    def __init__(self, contract: Contract, settled: SettledArrangement) -> None:
        (row,) = settled.rows
        self.prepared = settled.prepared
        self.facts = row.facts
        self.replaced = settled.arrangement.replaced
        provided = {contract.comparison.get("cost", ""): CLAIMS}
        for fact in contract.measured.values():
            provided |= provided_by(fact)
        read = {source for stream in self.prepared for _, source, _ in stream.stream.reads()}
        read.update(name for stream in self.prepared for name in stream.stream.replaces)
        found = {name: provided[name] for name in read & self.facts.keys() & provided.keys()}
        self.scaled = [
            name for name, each in found.items() if each.claims_dollars and self.facts[name] is not None
        ]
        self.tables = {name: each for name, each in found.items() if each.dollar_columns}
        changed = [*self.scaled, *self.tables]
        self.standing = {name: row.sheets[name] for name in untouched(self.prepared, changed)}

    def at(self, factor: Decimal) -> dict[str, Worksheet]:
        """Return the worksheets with claims times a factor; raise `NoResultAt` where there is no result."""
        amounts = {name: EXACT.multiply(self.facts[name], factor) for name in self.scaled}
        tables = {name: self._table(name, factor) for name in self.tables}
        try:
            return settle_streams(self.prepared, {**self.facts, **amounts, **tables}, self.standing)
        except StreamFault as fault:
            raise NoResultAt(factor, explain_fault(fault.fault, fault.stream)[0]) from None

    def _table(self, name: str, factor: Decimal) -> Table:
        """Return a table with its dollars of claims times a factor, cut anew where it lists what is above."""
        provided, table = self.tables[name], self.facts[name]
        if not provided.above:
            return _scaled(table, provided.dollar_columns, factor)
        below = self.facts[provided.below]
        if below is None and factor > 1:
            raise NoResultAt(factor, f"'{name}' would list too many members")
        (amount,) = provided.dollar_columns
        candidates = [*table, *(below or ())]
        scaled = _scaled(Table(table.key, candidates), provided.dollar_columns, factor)
        return Table(table.key, [row for row in scaled if row[amount] > self.facts[provided.above]])

    def replaced_at(self, factor: Decimal) -> Decimal:
        """Return the claims that the streams replace, times a factor."""
        return EXACT.multiply(total([self.facts[name] for name in self.replaced]), factor)


def _scaled(table: Table, columns: Collection[str], factor: Decimal) -> Table:
    """Return a table with the amounts of some columns times a factor."""
    rows = (
        {
            column: EXACT.multiply(value, factor) if column in columns and value is not None else value
            for column, value in row.items()
        }
        for row in table
    )
    return Table(table.key, rows)


Total = Callable[[Mapping[str, Worksheet]], Decimal]
"""What worksheets come to for the provider."""


def shown_where_open(claims: DearerOrCheaper, comes_to: Total) -> tuple[Decimal, Decimal]:
    """Return the least and the most that the streams come to with claims five percent dearer or cheaper.

    It is counted beside the claims that they replace, which are as much dearer or cheaper. Raises
    `NoResultAt`.
    """
    factors = (EXACT.subtract(_ONE, SHOWN), _ONE, EXACT.add(_ONE, SHOWN))
    found = [EXACT.subtract(comes_to(claims.at(factor)), claims.replaced_at(factor)) for factor in factors]
    return min(found), max(found)


def break_even(
    claims: DearerOrCheaper, cost: Decimal, member_months: Decimal, comes_to: Total
) -> tuple[Decimal | None, Decimal | None]:
    """Return the cost PMPM below which the provider is paid, and above which it owes.

    Looked for from half to one and a half times the actual cost; None where there is no such cost. Raises
    `NoResultAt` where the agreement has no result at a cost that has to be looked at.
    """
    if cost <= 0 or member_months <= 0:
        return None, None
    actual = EXACT.divide(cost, member_months).scaleb(-CENT, EXACT)
    low, high = (int(EXACT.multiply(actual, share).to_integral_value()) for share in (_HALF, _HALF_AGAIN))

    @cache
    def settles(cents: int) -> Decimal:
        factor = EXACT.divide(Decimal(cents), actual)
        return comes_to(claims.at(factor.quantize(_FINE, context=EXACT)))

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
