"""What completion adds to a measured cost, by category, at low, best and high where they are known."""

from __future__ import annotations

from collections.abc import Iterator

from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.formula.exact import total
from vbc_cli.report.columns import Part, TextColumn
from vbc_cli.report.numbers import fixed


def completion_lines(name: str, cost: MeasuredCost) -> Iterator[Part]:
    """Yield the table of what is added; nothing where the cost is not completed."""
    if not cost.completion_added:
        return
    categories = list(cost.completion_added)
    cases = {
        f"{case}{', settled' if added == cost.completion_added else ''} $": added
        for case, added in cost.completion_cases.items()
    }
    columns = [
        TextColumn(
            heading, [fixed(added[each], 2) for each in categories], footer=fixed(total([*added.values()]), 2)
        )
        for heading, added in cases.items()
    ]
    yield ""
    yield [TextColumn(f"{name}: completion adds", categories, number=False, footer="total"), *columns]
