"""The episodes that were measured: their triggers, each type's dollars, and where in it they arose."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from vbc_cli.claims.episode_facts import Episode, MeasuredEpisodes, own_and_other
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT
from vbc_cli.report.columns import Part, TextColumn
from vbc_cli.report.numbers import DASH, fixed


def episode_lines(found: MeasuredEpisodes) -> Iterator[Part]:
    """Yield the triggers, the types and the places of one measured fact's episodes."""
    triggers = [
        TextColumn(
            f"{found.name}: stays and procedures that",
            [what for what, _ in found.triggers],
            number=False,
        ),
        TextColumn("count", [f"{count:,}" for _, count in found.triggers]),
    ]
    yield triggers
    yield ""
    yield _by_type(found)
    yield ""
    places = [
        TextColumn(f"{found.name}: where", [each.what for each in found.by_place], number=False),
        TextColumn("rows", [f"{each.rows:,}" for each in found.by_place]),
        TextColumn("$", [fixed(each.dollars, 2) for each in found.by_place]),
    ]
    yield places


def episode_values(found: MeasuredEpisodes) -> Iterator[tuple[str, Decimal]]:
    """Yield the single values of one measured fact's episodes by name."""
    yield found.name, found.total
    yield f"{found.name}.actual", found.actual
    yield f"{found.name}.count", Decimal(len(found.episodes))
    for type_ in found.types:
        episodes = found.of_type(type_)
        yield f"{found.name}.{type_}.episodes", Decimal(len(episodes))
        yield f"{found.name}.{type_}.actual", total([each.actual for each in episodes])
        yield f"{found.name}.{type_}.capped", total([each.capped for each in episodes])


def _by_type(found: MeasuredEpisodes) -> list[TextColumn]:
    groups = [found.of_type(type_) for type_ in found.types]
    return [
        TextColumn(f"{found.name}: {found.amount}", list(found.types), number=False, footer="total"),
        TextColumn("episodes", [f"{len(each):,}" for each in groups], footer=f"{len(found.episodes):,}"),
        TextColumn("actual $", [_actual(each) for each in groups], footer=_actual(found.episodes)),
        TextColumn("over the caps $", [_over(each) for each in groups], footer=_over(found.episodes)),
        TextColumn("capped $", [_capped(each) for each in groups], footer=_capped(found.episodes)),
        TextColumn("an episode $", [_mean(each) for each in groups], footer=_mean(found.episodes)),
        TextColumn("own claims $", [_own(each) for each in groups], footer=_own(found.episodes)),
    ]


def _actual(episodes: tuple[Episode, ...]) -> str:
    return fixed(total([each.actual for each in episodes]))


def _capped(episodes: tuple[Episode, ...]) -> str:
    return fixed(total([each.capped for each in episodes]))


def _over(episodes: tuple[Episode, ...]) -> str:
    return fixed(total([EXACT.subtract(each.actual, each.capped) for each in episodes]))


def _mean(episodes: tuple[Episode, ...]) -> str:
    if not episodes:
        return DASH
    return fixed(EXACT.divide(total([each.capped for each in episodes]), Decimal(len(episodes))))


def _own(episodes: tuple[Episode, ...]) -> str:
    own, _ = own_and_other(episodes)
    return DASH if own is None else fixed(own)
