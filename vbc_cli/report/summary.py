"""Several portfolios at a glance: one row a contract, with what was generated, earned, owed and is due.

Which line is what, the models say (`totals:`); earned and owed are the positive and the negative amounts of a
model's first result. A part that a model does not have is a dash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from vbc_cli.api import Settlement
from vbc_cli.expect import Comparison
from vbc_cli.formula import units
from vbc_cli.formula.exact import total
from vbc_cli.report.columns import TextColumn, write
from vbc_cli.report.numbers import DASH, table_number
from vbc_cli.report.plain import plain

AMOUNTS = ("generated", "earned", "owed", "due")


class SummaryRow(Struct, frozen=True):
    """What one contract's portfolio comes to; None where its model has no such amount."""

    contract: str
    rows: int
    amounts: Mapping[str, Decimal | None]
    agree: int
    compared: int
    outside: int


def summarise(
    settled: Sequence[Settlement], comparisons: Mapping[str, Sequence[Comparison]]
) -> list[SummaryRow]:
    """Return a row for each contract that settles a portfolio."""
    return [
        _row(each, comparisons.get(each.contract.file, ()))
        for each in settled
        if each.contract.portfolio is not None
    ]


def _row(settlement: Settlement, comparisons: Sequence[Comparison]) -> SummaryRow:
    agree = sum(each.agree for each in comparisons)
    return SummaryRow(
        settlement.contract.name,
        len(settlement.arrangements[0].rows),
        _amounts(settlement),
        agree,
        agree + sum(len(each.differences) for each in comparisons),
        sum(each.outside for each in comparisons),
    )


def _amounts(settlement: Settlement) -> dict[str, Decimal | None]:
    model = settlement.arrangements[0].arrangement.streams[-1].model
    first = next(iter(model.results.values()))
    earned = _values(settlement, first)
    return {
        "generated": _added(_values(settlement, model.totals.get("generated"))),
        "earned": _added(earned and [value for value in earned if value > 0]),
        "owed": _added(earned and [value for value in earned if value < 0]),
        "due": _added(_values(settlement, model.totals.get("due", first))),
    }


def _values(settlement: Settlement, line: str | None) -> list[Decimal] | None:
    """Return the amounts of a line, None where it is no line of dollars or applies to no row."""
    (settled,) = settlement.arrangements
    stream = settled.arrangement.streams[-1]
    if units.USD not in {each.unit for each in stream.lines if each.name == line}:
        return None
    assert line is not None
    found = [row.sheets[stream.name].value(line) for row in settled.rows]
    return [value for value in found if value is not None] or None


def _added(values: Sequence[Decimal] | None) -> Decimal | None:
    return None if values is None else total(values)


def summary_lines(rows: Sequence[SummaryRow]) -> Iterator[str]:
    """Yield the printed summary, with totals over all contracts."""
    names = TextColumn("contract", [row.contract for row in rows], number=False, footer="total")
    counts = TextColumn("rows", [f"{row.rows:,}" for row in rows], footer=f"{sum(_rows(rows)):,}")
    columns = [names, counts, *(_amount_column(name, rows) for name in AMOUNTS)]
    if any(row.compared for row in rows):
        columns.append(TextColumn("agree", list(map(_agreement, rows)), footer=_agreement_of_all(rows)))
        outside = sum(row.outside for row in rows)
        columns.append(TextColumn("outside", [f"{row.outside:,}" for row in rows], footer=f"{outside:,}"))
    yield from write(columns)


def _rows(rows: Sequence[SummaryRow]) -> Iterator[int]:
    return (row.rows for row in rows)


def _amount_column(name: str, rows: Sequence[SummaryRow]) -> TextColumn:
    found = [row.amounts[name] for row in rows]
    added = _added([value for value in found if value is not None] or None)
    cells = [table_number(value, units.USD) for value in found]
    return TextColumn(f"{name} $", cells, footer=table_number(added, units.USD))


def _agreement(row: SummaryRow) -> str:
    return f"{row.agree:,} of {row.compared:,}" if row.compared else DASH


def _agreement_of_all(rows: Sequence[SummaryRow]) -> str:
    return f"{sum(row.agree for row in rows):,} of {sum(row.compared for row in rows):,}"


def summary_records(rows: Sequence[SummaryRow]) -> list[dict[str, Any]]:
    """Return the summary as records, with exact amounts as text."""
    return [
        {
            "contract": row.contract,
            "rows": row.rows,
            **{name: plain(row.amounts[name]) for name in AMOUNTS},
            "agree": row.agree,
            "compared": row.compared,
            "outside": row.outside,
        }
        for row in rows
    ]
