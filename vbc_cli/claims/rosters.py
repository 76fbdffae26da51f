"""What another roster changes: whose months and whose dollars, by the change types of HL7.

Members are compared by the days of the period on which they are both enrolled and attributed. A member whose
attribution the other roster marks as cancelled was added in error; one who is simply gone was dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import ZERO, Measured, Roster, RosterMember, add_up

ChangeType = Literal["new", "dropped", "changed", "nochange", "cancelled"]
CHANGE_TYPES: tuple[ChangeType, ...] = ("new", "dropped", "changed", "nochange", "cancelled")
NOBODY = RosterMember((), 0)


class RosterChange(Struct, frozen=True):
    """Members whose attribution changes in one way, their months and their costs within the limit."""

    change_type: ChangeType
    members: int
    months_before: int
    months_after: int
    dollars_before: Sequence[Decimal]
    dollars_after: Sequence[Decimal]


def read_roster(engine: Engine, roster: bool) -> Roster:
    """Return who is attributed on which days; `roster` says whether a file says so."""
    members: dict[str, RosterMember] = {}
    for member, start, end, months in engine.rows("roster_days"):
        days = members.get(member, NOBODY).days
        members[member] = RosterMember(tuple(joined(days, (start, end))), int(months))
    cancelled = "SELECT DISTINCT member_id FROM attribution WHERE change_type = 'cancelled'"
    found = engine.execute(cancelled) if roster else []
    return Roster(members, frozenset(member for (member,) in found))


def joined(days: Sequence[tuple[date, date]], span: tuple[date, date]) -> Iterator[tuple[date, date]]:
    """Yield spans with one more behind them; it lengthens the last where it follows on the next day."""
    if days and days[-1][1] + timedelta(days=1) >= span[0]:
        yield from days[:-1]
        yield days[-1][0], span[1]
    else:
        yield from days
        yield span


def compare_rosters(before: Measured, after: Measured) -> tuple[RosterChange, ...]:
    """Return what the second roster changes, for every change type, also those nobody has."""
    names = list(before.costs)
    types: dict[ChangeType, list[str]] = {change: [] for change in CHANGE_TYPES}
    for member in sorted(before.roster.members.keys() | after.roster.members.keys()):
        types[change_of(member, before.roster, after.roster)].append(member)
    costs = [costs_of(measured) for measured in (before, after)]
    return tuple(
        RosterChange(
            change,
            len(members),
            sum(before.roster.members.get(member, NOBODY).months for member in members),
            sum(after.roster.members.get(member, NOBODY).months for member in members),
            *([total(found, members, name) for name in names] for found in costs),
        )
        for change, members in types.items()
    )


def change_of(member: str, before: Roster, after: Roster) -> ChangeType:
    """Return how a member's attribution changes."""
    if member not in before.members:
        return "new"
    if member not in after.members:
        return "cancelled" if member in after.cancelled else "dropped"
    same = before.members[member].days == after.members[member].days
    return "nochange" if same else "changed"


def costs_of(measured: Measured) -> dict[str, dict[str, Decimal]]:
    """Return every member's costs within the limit, by name."""
    return {row.keys["member_id"]: dict(row.costs) for row in measured.detail}


def total(costs: dict[str, dict[str, Decimal]], members: Iterable[str], name: str) -> Decimal:
    """Return one cost of some members."""
    return add_up(costs.get(member, {}).get(name, ZERO) for member in members)
