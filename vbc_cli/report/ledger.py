"""What the books carry of each arrangement: earned, paid already, to accrue and due now, stream by stream.

Positive is due to the provider. What is earned and not paid stands on the books of both parties until it is
paid; what each party gains sums to zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from vbc_cli.api import Settlement
from vbc_cli.comparison import ArrangementResult, StreamAccount, settled_after, without
from vbc_cli.contract.parties import direction
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT, ZERO
from vbc_cli.report.columns import Part, TextColumn, laid_out
from vbc_cli.report.numbers import DASH, fixed, signed

FULL_WIDTH = 100
_WHEN = {"prospectively": "in advance", "at_settlement": "after the period"}


class _Row(NamedTuple):
    name: str
    earned: Decimal | None
    paid_already: Decimal
    accrue: Decimal
    due: Decimal | None


def ledger_lines(settlement: Settlement, width: int | None) -> Iterator[str]:
    """Yield the account, folded; in a pipe its sentences are as wide as the page."""
    return laid_out(_ledger(settlement), width, FULL_WIDTH)


def _ledger(settlement: Settlement) -> Iterator[Part]:
    """Yield a table for each arrangement that has streams beside the claims."""
    table = settlement.comparison
    assert table is not None
    yield "ACCOUNTS, $: what is earned and not yet paid is accrued; positive is due to the provider"
    for result in table.results:
        if result.accounts:
            yield ""
            yield result.name
            yield from _arrangement(result)


def _arrangement(result: ArrangementResult) -> Iterator[Part]:
    own = [each for each in result.accounts if direction(each, result.provider)]
    if own:
        yield _of_provider(result, own)
    others = without(result.accounts, result.provider)
    if others:
        yield ""
        yield [
            TextColumn("others' streams", [each.stream for each in others], number=False),
            TextColumn("who pays", [f"{each.payer} pays {each.payee}" for each in others], number=False),
            *_columns(
                [_Row(each.stream, each.earned, each.paid_already, each.accrue, each.due) for each in others]
            ),
        ]
    shown = ", ".join(f"{party} {signed(amount)}" for party, amount in result.parties().items())
    pays = dict.fromkeys(f"{each.payer} pays {each.payee}" for each in result.accounts)
    if len(pays) == 1:
        yield f"{next(iter(pays))}. Gained: {shown}; sum 0."
        return
    who = "; ".join(f"{each.stream}: {each.payer} pays {each.payee}" for each in result.accounts)
    yield f"{who}. Gained: {shown}; sum 0."


def _of_provider(result: ArrangementResult, accounts: Sequence[StreamAccount]) -> list[TextColumn]:
    """Return the provider's streams, what it pays being negative, with their total."""
    rows = [_row(each, direction(each, result.provider)) for each in accounts]
    when = [_WHEN.get(each.paid_when, "") for each in accounts]
    party = [each.payer if direction(each, result.provider) > 0 else each.payee for each in accounts]
    if result.part is not None:
        part = result.part
        in_parts = settled_after(result)
        rows = [
            row._replace(due=None) if account in in_parts else row
            for row, account in zip(rows, accounts, strict=True)
        ]
        rows.append(_Row(part.settlement, None, part.paid_before, EXACT.minus(part.paid_before), part.due))
        when.append("settlement")
        party.append(result.payer)
    return [
        TextColumn("stream", [row.name for row in rows], number=False, footer="total"),
        TextColumn("when", when, number=False),
        *([TextColumn("with", party, number=False)] if set(party) != {result.payer} else []),
        *_columns(rows, foot=True),
    ]


def _row(account: StreamAccount, side: int) -> _Row:
    """Return a stream's amounts, negative where they are paid."""
    earned, *others = (
        amount if side > 0 or amount is None else EXACT.minus(amount)
        for amount in (account.earned, account.paid_already, account.accrue, account.due)
    )
    return _Row(account.stream, earned, *(each or ZERO for each in others))


def _columns(rows: Sequence[_Row], *, foot: bool = False) -> list[TextColumn]:
    return [
        _amounts("earned", [row.earned for row in rows], foot),
        _amounts("paid already", [row.paid_already for row in rows], foot),
        _amounts("accrue", [row.accrue for row in rows], foot),
        _amounts("due now", [row.due for row in rows], foot),
    ]


def _amounts(heading: str, amounts: list[Decimal | None], foot: bool) -> TextColumn:
    cells = [DASH if amount is None else fixed(amount) for amount in amounts]
    footer = fixed(total([each for each in amounts if each is not None])) if foot else ""
    return TextColumn(heading, cells, footer=footer)
