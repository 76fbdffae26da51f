"""Measured costs by member or by provider, as a table, CSV or JSON.

Members are listed only where somebody asked for them by name: their ids are protected health information.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vbc_cli.claims.facts import DetailRow, Measured
from vbc_cli.formula.exact import total
from vbc_cli.report.columns import Part, TextColumn
from vbc_cli.report.numbers import fixed
from vbc_cli.report.plain import plain


def detail_csv(measured: Measured) -> str:
    """Return one row a member or provider, one column a measured cost."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys, care, costs = headings(measured)
    writer.writerow([*keys, *care, *costs])
    for row in measured.detail:
        numbers = (*row.care.values(), *(row.costs[name] for name in costs))
        writer.writerow([*row.keys.values(), *("" if each is None else plain(each) for each in numbers)])
    return out.getvalue()


def detail_json(measured: Measured) -> list[dict[str, Any]]:
    """Return one object a member or provider."""
    return [
        {**row.keys, **{name: plain(number) for name, number in {**row.care, **row.costs}.items()}}
        for row in measured.detail
    ]


def detail_lines(measured: Measured) -> Iterator[Part]:
    """Yield a table with its totals, and what leads from them to the costs in the settlement."""
    keys, care, costs = headings(measured)
    if not measured.detail:
        yield "Nothing was measured of anybody."
        return
    columns = [
        TextColumn(
            key.replace("_", " "),
            [row.keys[key] for row in measured.detail],
            number=False,
            footer="total" if key == keys[0] else "",
        )
        for key in keys
    ]
    columns += [care_column(name, [row.care[name] for row in measured.detail]) for name in care]
    columns += [cost_column(name, measured.detail) for name in costs]
    yield columns
    for name, cost in measured.costs.items():
        if cost.bridge.after_claims:
            steps = ", ".join(f"{step.what} {fixed(step.dollars, 2)}" for step in cost.bridge.after_claims)
            yield f"{name}: claims {fixed(cost.claims, 2)}; {steps}; in the settlement {fixed(cost.total, 2)}"


def care_column(name: str, counted: list[int | Decimal | None]) -> TextColumn:
    """Return a column of the care that decided, in visits or dollars."""
    heading = name.replace("_", " ") + " $" * any(isinstance(each, Decimal) for each in counted)
    return TextColumn(heading, ["" if each is None else care_shown(each) for each in counted])


def care_shown(care: int | Decimal) -> str:
    """Return visits or dollars as printed."""
    return f"{care:,}" if isinstance(care, int) else fixed(care, 2)


def cost_column(name: str, rows: tuple[DetailRow, ...]) -> TextColumn:
    """Return the column of one cost with its total."""
    dollars: list[Decimal] = [row.costs[name] for row in rows]
    heading = name.replace(".", " ").replace("_", " ") + " $"
    return TextColumn(heading, [fixed(each, 2) for each in dollars], footer=fixed(total(dollars), 2))


def headings(measured: Measured) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the keys, of the care that decided and of the costs."""
    first = measured.detail[0] if measured.detail else DetailRow({}, {})
    return list(first.keys), list(first.care), list(first.costs)
