"""What the books carry of each arrangement: earned, paid already, to accrue and due now, stream by stream.

Positive is due to the provider. What is earned and not paid stands on the books of both parties until it is
paid; what each party gains sums to zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from vbc_cli.api import Settlement
from vbc_cli.comparison import ArrangementResult, StreamAccount
from vbc_cli.formula.exact import total
from vbc_cli.report.columns import TextColumn, folded, write
from vbc_cli.report.numbers import DASH, fixed, signed

FULL_WIDTH = 100
_WHEN = {"prospectively": "in advance", "at_settlement": "after the period"}


def ledger_lines(settlement: Settlement, width: int | None) -> Iterator[str]:
    """Yield a table for each arrangement that has streams beside the claims."""
    table = settlement.comparison
    assert table is not None
    yield "ACCOUNTS, $: what is earned and not yet paid is accrued; positive is due to the payee"
    for result in table.results:
        if result.accounts:
            yield ""
            yield result.name
            yield from _arrangement(settlement, result, width or FULL_WIDTH)


def _arrangement(settlement: Settlement, result: ArrangementResult, width: int) -> Iterator[str]:
    accounts = result.accounts
    yield from write(
        [
            TextColumn("stream", [each.stream for each in accounts], number=False, footer="total"),
            TextColumn("when", [_WHEN.get(each.paid_when, "") for each in accounts], number=False),
            _amounts("earned", [each.earned for each in accounts]),
            _amounts("paid already", [each.paid_already for each in accounts]),
            _amounts("accrue", [each.accrue for each in accounts]),
            _amounts("due now", [each.due for each in accounts]),
        ]
    )
    between = f"{settlement.contract.payer} pays {settlement.contract.provider}"
    other = [
        f"{each.stream}: {each.payer} pays {each.payee}" for each in accounts if _others(settlement, each)
    ]
    gained = ", ".join(f"{party} {signed(amount)}" for party, amount in result.parties().items())
    yield from folded(f"{'; '.join([between, *other])}. Gained: {gained}; sum 0.", width)


def _others(settlement: Settlement, account: StreamAccount) -> bool:
    return (account.payer, account.payee) != (settlement.contract.payer, settlement.contract.provider)


def _amounts(heading: str, amounts: list[Decimal | None]) -> TextColumn:
    cells = [DASH if amount is None else fixed(amount) for amount in amounts]
    return TextColumn(heading, cells, footer=fixed(total([each for each in amounts if each is not None])))
