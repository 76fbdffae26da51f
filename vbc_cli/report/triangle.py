"""The triangle of a measured cost: months of service down, months of payment across, and what is to come.

A triangle that is wider than the page is folded: each block shows a range of months of payment, and the
months of service that have reached it. JSON and CSV hold the same numbers with every digit.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from vbc_cli.claims.facts import MeasuredCost, Triangle, as_decimal
from vbc_cli.formula.check import suggest
from vbc_cli.formula.exact import total
from vbc_cli.problems import Problem
from vbc_cli.report.columns import GAP, Part, TextColumn
from vbc_cli.report.numbers import DASH, fixed
from vbc_cli.report.plain import plain

PAGE = 80
FACTOR_PLACES = 4
HEADINGS = ("fact", "triangle", "what", "month_of_service", "month_of_payment", "value")


def no_triangle(name: str, costs: Sequence[MeasuredCost]) -> Problem | None:
    """Return why a fact has no triangle, None where it has one."""
    with_one = [cost.name for cost in costs if cost.triangles]
    if name in with_one:
        return None
    known = [cost.name for cost in costs]
    what = f"'{name}' is no measured cost" if name not in known else f"'{name}' has no chain ladder"
    repair = "No cost of this contract is completed by one: say chain_ladder: under a cost's complete:."
    return Problem("--triangle", None, what, suggest(name, with_one) if with_one else repair)


def triangle_json(cost: MeasuredCost) -> dict[str, Any]:
    """Return the triangles of a cost as JSON values."""
    return {
        name: {
            "paid": {month.isoformat(): [plain(each) for each in row] for month, row in found.paid.items()},
            "factors": {str(age): exact(factor) for age, factor in found.factors.items()},
            "tail_factor": exact(found.tail_factor),
            "completed": [
                {
                    "month_of_service": each.month.isoformat(),
                    "within_limit": plain(each.within_limit),
                    "to_ultimate": exact(each.to_ultimate),
                    "to_come": plain(each.to_come),
                }
                for each in found.completed
            ],
        }
        for name, found in cost.triangles.items()
    }


def triangle_csv(cost: MeasuredCost) -> str:
    """Return the triangles of a cost as rows, one for each number."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    for name, found in cost.triangles.items():
        writer.writerows((cost.name, name, *row) for row in records(found))
    return out.getvalue()


def records(found: Triangle) -> Iterator[tuple[str, str, int | str, str]]:
    """Yield every number of a triangle: what it is, its months of service and of payment, and the number."""
    for month, row in found.paid.items():
        for age, dollars in enumerate(row, start=1):
            yield "paid", month.isoformat(), age, plain(dollars)
    for age, factor in found.factors.items():
        yield "factor to the next month", "", age, exact(factor)
    yield "tail_factor", "", "", exact(found.tail_factor)
    for each in found.completed:
        yield "within_limit", each.month.isoformat(), "", plain(each.within_limit)
        yield "to_ultimate", each.month.isoformat(), "", exact(each.to_ultimate)
        yield "to_come", each.month.isoformat(), "", plain(each.to_come)


def exact(factor: Fraction) -> str:
    """Return a factor with every digit, or the first 34 of them."""
    return str(plain(as_decimal(factor)))


def triangle_lines(cost: MeasuredCost) -> Iterator[Part]:
    """Yield every triangle of a cost, its factors, and what is still to be paid."""
    for name, found in cost.triangles.items():
        yield f"{cost.name}, {name}"
        yield f"{cost.amount} paid up to each month of payment, $, before any limit"
        yield from legend(found)
        yield ""
        for ages in ranges(found):
            yield from block(found, ages)
            yield ""
        yield from completed_lines(found)
        yield ""


def legend(found: Triangle) -> Iterator[str]:
    """Yield what the columns are, and what a dash is where there is one."""
    yield "month 1 is that of the service; a factor leads to the next, the last is the tail"
    longest = max(map(len, found.paid.values()), default=1)
    if any(age not in found.factors for age in range(1, longest)):
        yield f"{DASH} no factor is needed: every month of the period has passed it"


def ranges(found: Triangle) -> Iterator[range]:
    """Yield ranges of months of payment that fit the page."""
    longest = max(map(len, found.paid.values()), default=0)
    widest = max((len(fixed(each)) for row in found.paid.values() for each in row), default=1)
    room = (PAGE - len("service")) // (max(widest, len("month 99"), FACTOR_PLACES + 2) + len(GAP))
    for first in range(0, longest, room):
        yield range(first, min(first + room, longest))


def block(found: Triangle, ages: range) -> Iterator[Part]:
    """Yield one range of months of payment, the months of service that have reached it, and the factors."""
    rows = {month: row for month, row in found.paid.items() if len(row) > ages[0]}
    columns = [TextColumn("service", [label(month) for month in rows], number=False, footer="factor")]
    for age in ages:
        cells = [fixed(row[age]) if len(row) > age else "" for row in rows.values()]
        columns.append(TextColumn(f"month {age + 1}", cells, footer=factor_after(found, age + 1)))
    yield columns


def factor_after(found: Triangle, age: int) -> str:
    """Return the factor behind a month of payment; a dash where the whole period has passed it."""
    if age == max(map(len, found.paid.values())):
        return rounded(found.tail_factor)
    return rounded(found.factors[age]) if age in found.factors else DASH


def rounded(factor: Fraction) -> str:
    """Return a factor for the eye."""
    return fixed(as_decimal(factor), FACTOR_PLACES)


def completed_lines(found: Triangle) -> Iterator[Part]:
    """Yield the months of the period: paid within the limit, factor to ultimate, and what is to come."""
    months = found.completed
    within, to_come = [each.within_limit for each in months], [each.to_come for each in months]
    yield [
        TextColumn("service", [label(each.month) for each in months], number=False, footer="total"),
        TextColumn("within the limit $", [fixed(each, 2) for each in within], footer=fixed(total(within), 2)),
        TextColumn("factor to ultimate", [rounded(each.to_ultimate) for each in months]),
        TextColumn(
            "still to be paid (IBNR) $",
            [fixed(each, 2) for each in to_come],
            footer=fixed(total(to_come), 2),
        ),
    ]


def label(month: date) -> str:
    """Return a month as the triangle names it."""
    return f"{month:%Y-%m}"
