"""What the books carry of each arrangement: earned, paid already, to accrue and due now, stream by stream.

Positive is due to the provider. What is earned and not paid stands on the books of both parties until it is
paid; what each party gains sums to zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from vbc_cli.api import Settlement
from vbc_cli.comparison import AT_SETTLEMENT, ArrangementResult, StreamAccount
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT
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
    yield "ACCOUNTS, $: what is earned and not yet paid is accrued; positive is due to the payee"
    for result in table.results:
        if result.accounts:
            yield ""
            yield result.name
            yield from _arrangement(settlement, result)


def _arrangement(settlement: Settlement, result: ArrangementResult) -> Iterator[Part]:
    accounts = result.accounts
    rows = [_Row(each.stream, each.earned, each.paid_already, each.accrue, each.due) for each in accounts]
    when = [_WHEN.get(each.paid_when, "") for each in accounts]
    if result.part is not None:
        part = result.part
        held = [each.paid_when == AT_SETTLEMENT for each in accounts]
        rows = [row._replace(due=None) if late else row for row, late in zip(rows, held, strict=True)]
        rows.append(_Row(part.settlement, None, part.paid_before, EXACT.minus(part.paid_before), part.due))
        when.append("settlement")
    yield [
        TextColumn("stream", [row.name for row in rows], number=False, footer="total"),
        TextColumn("when", when, number=False),
        _amounts("earned", [row.earned for row in rows]),
        _amounts("paid already", [row.paid_already for row in rows]),
        _amounts("accrue", [row.accrue for row in rows]),
        _amounts("due now", [row.due for row in rows]),
    ]
    between = f"{settlement.contract.payer} pays {settlement.contract.provider}"
    other = [
        f"{each.stream}: {each.payer} pays {each.payee}" for each in accounts if _others(settlement, each)
    ]
    gained = ", ".join(f"{party} {signed(amount)}" for party, amount in result.parties().items())
    yield f"{'; '.join([between, *other])}. Gained: {gained}; sum 0."


def _others(settlement: Settlement, account: StreamAccount) -> bool:
    return (account.payer, account.payee) != (settlement.contract.payer, settlement.contract.provider)


def _amounts(heading: str, amounts: list[Decimal | None]) -> TextColumn:
    cells = [DASH if amount is None else fixed(amount) for amount in amounts]
    return TextColumn(heading, cells, footer=fixed(total([each for each in amounts if each is not None])))
