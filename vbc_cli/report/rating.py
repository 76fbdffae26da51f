"""What a capitation is rated by, in print: member months by rate cell, members of high cost, and premium."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from vbc_cli.claims.facts import Measured, Revenue, add_up, as_decimal
from vbc_cli.report.columns import Part, TextColumn
from vbc_cli.report.months import shown
from vbc_cli.report.numbers import fixed


def rating_lines(measured: Measured) -> Iterator[Part]:
    """Yield the member months of each cell, and the premium with its parts."""
    for months in measured.member_months.values():
        for name, cells in months.by_cell.items():
            yield [
                TextColumn(name, [" ".join(cell) for cell in cells], number=False, footer="all cells"),
                TextColumn(
                    "member months",
                    [shown(count) for count in cells.values()],
                    footer=shown(sum(cells.values())),
                ),
            ]
            yield ""
    if measured.revenue is not None:
        parts = premium_parts(measured.revenue)
        yield [
            TextColumn("revenue of the period", list(parts), number=False),
            TextColumn("$", [fixed(amount, 2) for amount in parts.values()]),
        ]
        yield ""


def rating_values(measured: Measured) -> Iterator[tuple[str, Decimal]]:
    """Yield the same by name."""
    for months in measured.member_months.values():
        for name, cells in months.by_cell.items():
            for cell, count in cells.items():
                yield f"{name}.{' '.join(cell)}", as_decimal(count)
    for name, cost in measured.costs.items():
        if cost.high_cost_from is not None:
            yield f"{name}.high_cost_members", Decimal(len(cost.high_cost))
    if measured.revenue is not None:
        for part, amount in premium_parts(measured.revenue).items():
            yield f"revenue.{part}", amount


def premium_parts(revenue: Revenue) -> dict[str, Decimal]:
    """Return the premium of the period and each part that may be taken off it."""
    parts = list(revenue.rows[0][2]) if revenue.rows else []
    return {part: add_up(amounts[part] for _, _, amounts in revenue.rows) for part in parts}
