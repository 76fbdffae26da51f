"""The comparison of a contract's arrangements."""

from __future__ import annotations

from collections.abc import Iterator

from vbc_cli.api import Settlement
from vbc_cli.report.columns import TextColumn, write
from vbc_cli.report.numbers import worksheet_number


def arrangement_lines(settlement: Settlement) -> Iterator[str]:
    """Yield each arrangement's streams with the results of their models."""
    contract = settlement.contract
    yield f"{contract.title} · {contract.period.start} to {contract.period.end}"
    yield ""
    cells: list[tuple[str, str, str, str]] = []
    for settled in settlement.arrangements:
        (row,) = settled.rows
        for stream in settled.arrangement.streams:
            units = {line.name: line.unit for line in stream.lines}
            for result, line in stream.model.results.items():
                if line not in units:
                    continue  # a table that other models read
                value = table_number(row.sheets[stream.name].value(line), units[line])
                cells.append(
                    (settled.arrangement.name, stream.name, result, f"{heading(units[line])}{value}")
                )
    heads = ("arrangement", "stream", "result", "value")
    columns = [
        TextColumn(head, [cell[place] for cell in cells], number=place == len(heads) - 1)
        for place, head in enumerate(heads)
    ]
    yield from write(columns)
