"""The results of a contract that asks for no comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from vbc_cli.api import Settlement
from vbc_cli.comparison import StreamAccount, account_of, gained
from vbc_cli.formula.units import USD
from vbc_cli.report.assumed import assumed_in, assumed_lines
from vbc_cli.report.columns import TextColumn, laid_out
from vbc_cli.report.matching import files_in_short
from vbc_cli.report.numbers import worksheet_number
from vbc_cli.settlement import SETTLEMENT, SettledArrangement

HEADINGS = ("arrangement", "stream", "result", "value")


def arrangement_lines(settlement: Settlement, width: int | None) -> Iterator[str]:
    """Yield each arrangement's streams with the results of their models."""
    contract = settlement.contract
    cells = [cells for settled in settlement.arrangements for cells in _results(settled)]
    columns = [
        TextColumn(heading, [row[place] for row in cells], number=place == len(HEADINGS) - 1)
        for place, heading in enumerate(HEADINGS)
    ]
    title = f"{contract.title} · {contract.period.start} to {contract.period.end}"
    said = list(assumed_lines(assumed_in(contract, settlement.measured)))
    if settlement.measured is not None:
        said += files_in_short(settlement.measured)
    return laid_out([title, "", columns, *[""] * bool(said), *said], width)


def _results(settled: SettledArrangement) -> Iterator[tuple[str, str, str, str]]:
    (row,) = settled.rows
    paid = []
    for stream in settled.arrangement.streams:
        units = {line.name: line.unit for line in stream.lines}
        for result, line in stream.model.results.items():
            if line in units:  # a result may be a table, which only other models read
                value = worksheet_number(row.sheets[stream.name].value(line), units[line])
                yield settled.arrangement.name, stream.name, result, f"{value} {units[line]}"
        if SETTLEMENT in stream.model.results:
            paid.append(account_of(row.sheets[stream.name], {}))
    if len(paid) > 1:
        for result, amount in _together(paid):
            shown = f"{worksheet_number(amount, USD)} {USD}"
            yield settled.arrangement.name, "all streams", result, shown


def _together(paid: Sequence[StreamAccount]) -> Iterator[tuple[str, Decimal]]:
    """Yield what streams of one direction come to; of several directions, what each party gains."""
    if len({(each.payer, each.payee) for each in paid}) == 1:
        yield SETTLEMENT, gained(paid, paid[0].payee)
        return
    for party in dict.fromkeys(name for each in paid for name in (each.payee, each.payer)):
        yield f"to {party}", gained(paid, party)
