"""Episodes as they were measured: one row for each, without its member, and sums by type.

Dollars are exact `Decimal` with two places. `own` and `other` are parts of `actual` by whose claims they
were, None where no provider file says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from vbc_cli.claims.facts import Bridge, ControlLine, ControlTotals, FactSource, add_up
from vbc_cli.claims.settings import Amount


class Episode(Struct, frozen=True):
    """One counted episode: what opened it and when, and its dollars before and after the outlier cap."""

    episode_type: str
    trigger: str
    anchor_start: date
    anchor_end: date
    case_mix: Decimal
    actual: Decimal
    capped: Decimal
    own: Decimal | None
    other: Decimal | None

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Return what orders episodes of one type; nothing in it comes from the member."""
        return self.anchor_start, self.anchor_end, self.trigger, self.actual, self.capped, self.own or 0


class MeasuredEpisodes(Struct, frozen=True):
    """The episodes of one measured fact, with every claim line's fate and the way to the total.

    `triggers` says what became of the stays and procedures that could open an episode; `by_place` splits the
    used lines into those before, in and after the anchor.
    """

    name: str
    amount: Amount
    types: tuple[str, ...]
    episodes: tuple[Episode, ...]
    triggers: tuple[tuple[str, int], ...]
    by_place: tuple[ControlLine, ...]
    control_totals: ControlTotals
    bridge: Bridge
    source: FactSource

    @property
    def total(self) -> Decimal:
        """Return the dollars of all counted episodes after the caps."""
        return add_up(each.capped for each in self.episodes)

    @property
    def actual(self) -> Decimal:
        """Return the dollars of all counted episodes before the caps."""
        return add_up(each.actual for each in self.episodes)

    def of_type(self, name: str) -> tuple[Episode, ...]:
        """Return the episodes of one type."""
        return tuple(each for each in self.episodes if each.episode_type == name)


def own_and_other(episodes: Iterable[Episode]) -> tuple[Decimal | None, Decimal | None]:
    """Return the dollars of own and of others' claims; None where it is not known whose they are."""
    own, other = [], []
    for each in episodes:
        if each.own is None or each.other is None:
            return None, None
        own.append(each.own)
        other.append(each.other)
    return add_up(own), add_up(other)
