"""The triangles of a chain ladder as a person reads them, with what is still to be paid month by month.

What each month of service still gets is rounded so that the months add up to the cents that completion adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from vbc_cli.claims.chain_ladder import Ladder
from vbc_cli.claims.completion import ALL, Cells, half_up
from vbc_cli.claims.completion_settings import Completion
from vbc_cli.claims.facts import CompletedMonth, Triangle
from vbc_cli.claims.rounding import dollars
from vbc_cli.claims.settings import month_start


def make_triangles(
    completion: Completion | None, kept: Cells, ladders: Mapping[str, Ladder], last: int
) -> dict[str, Triangle]:
    """Return the triangle of each category, or of all; `kept` are the period's cents within the limit."""
    if completion is None or completion.chain_ladder is None:
        return {}
    return {
        name: Triangle(
            {month_start(month): tuple(map(dollars, row)) for month, row in sorted(ladder.rows.items())},
            {age + 1: step.factor for age, step in sorted(ladder.steps.items())},
            ladder.tail,
            tuple(completed_months(kept, ladder, None if name == ALL else name, last)),
        )
        for name, ladder in sorted(ladders.items())
    }


def completed_months(
    kept: Cells, ladder: Ladder, category: str | None, last: int
) -> Iterator[CompletedMonth]:
    """Yield the months of service that one ladder completes; every category is rounded by itself."""
    names = sorted({name for name, _ in kept} if category is None else {category})
    months = sorted({month for name, month in kept if name in names and month <= last})
    to_come = dict.fromkeys(months, 0)
    for name in names:
        exact = {
            month: kept.get((name, month), 0) * (ladder.to_ultimate(last - month) - 1) for month in months
        }
        for month, cents in zip(months, rounded(exact.values()), strict=True):
            to_come[month] += cents
    for month in months:
        within = sum(kept.get((name, month), 0) for name in names)
        factor = ladder.to_ultimate(last - month)
        yield CompletedMonth(month_start(month), dollars(within), factor, dollars(to_come[month]))


def rounded(parts: Iterable[Fraction]) -> Iterator[int]:
    """Yield whole cents for each part, so that they add up to the rounded sum."""
    reached, given = Fraction(0), 0
    for part in parts:
        reached += part
        yield half_up(reached) - given
        given = half_up(reached)
