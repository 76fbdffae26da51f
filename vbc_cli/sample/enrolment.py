"""When a member is covered: whole years, joiners, leavers, gaps, and terms set back after the fact.

`covered` is when the plan paid claims in 2025. `enrolled` is what the eligibility file says today: it may
begin in 2024, and for a member ended after the fact it is shorter, so that paid claims lie outside it.
`roster` is the attribution, which hears of neither gaps nor terms set back.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.sample.days import Span, first_of, last_of
from vbc_cli.sample.draw import Draw
from vbc_cli.sample.levels import YEAR

JOINED_SHARE: Final = 0.085  # of the people: covered from a later month on
LEFT_SHARE: Final = 0.073
GAP_SHARE: Final = 0.015  # uncovered for two months
SET_BACK_SHARE: Final = 0.12  # of those who left: ended two months earlier after the fact
NEW_THIS_YEAR_SHARE: Final = 0.15  # of those covered in January; the others came during 2024 or before
LEAVES_ROSTER_SHARE: Final = 0.003


class Enrolment(Struct, frozen=True, dict=True):
    """The spans of one member, days as ordinals."""

    covered: tuple[Span, ...]
    enrolled: tuple[Span, ...]
    roster: Span

    @cached_property
    def days(self) -> int:
        """Return the number of covered days."""
        return sum(last - first + 1 for first, last in self.covered)

    def day(self, position: int) -> int:
        """Return the covered day at this position; 0 is the first."""
        for first, last in self.covered[:-1]:
            if position <= last - first:
                return first + position
            position -= last - first + 1
        return self.covered[-1][0] + position


def enrol(draw: Draw, position: float, birth: int) -> Enrolment:
    """Return the enrolment of the member at this place, 0 to 1, among all; never from before birth."""
    if position < JOINED_SHARE:
        return _of((first_of(YEAR, 2 + int(11 * position / JOINED_SHARE)), last_of(YEAR, 12)))
    position -= JOINED_SHARE
    if position < LEFT_SHARE:
        return _left(draw, max(birth, _start(draw)), 1 + int(11 * position / LEFT_SHARE))
    position -= LEFT_SHARE
    start = max(birth, _start(draw))
    if position < GAP_SHARE:
        gap = 3 + int(8 * position / GAP_SHARE)
        return _of((start, last_of(YEAR, gap - 1)), (first_of(YEAR, gap + 2), last_of(YEAR, 12)))
    whole = _of((start, last_of(YEAR, 12)))
    return leave_roster(whole, 2 + draw.below(8)) if draw.chance(LEAVES_ROSTER_SHARE) else whole


def enrol_newborn(birth: int, mother: Enrolment) -> Enrolment:
    """Return the enrolment of a newborn: from birth, for as long as the mother's."""
    return _of((birth, mother.covered[-1][1]))


def enrol_former(months: int) -> Enrolment:
    """Return the enrolment of a member ended last year whose claims were paid for some months more."""
    return replace(_of((first_of(YEAR, 1), last_of(YEAR, months))), enrolled=())


def end_by_death(life: Enrolment, death: int) -> Enrolment:
    """Return the enrolment cut at the day of death; the file counts the month of death in full."""
    last = last_of(YEAR, date.fromordinal(death).month)
    covered = tuple((first, min(end, death)) for first, end in life.covered if first <= death)
    enrolled = tuple((first, min(end, last)) for first, end in life.enrolled if first <= death)
    return Enrolment(covered, enrolled, (life.roster[0], min(life.roster[1], last)))


def leave_roster(life: Enrolment, month: int) -> Enrolment:
    """Return the enrolment of a member whose attribution ends with the month."""
    return replace(life, roster=(life.roster[0], last_of(YEAR, month)))


def _of(*enrolled: Span) -> Enrolment:
    year_start = first_of(YEAR, 1)
    covered = tuple((max(first, year_start), last) for first, last in enrolled)
    return Enrolment(covered, enrolled, (covered[0][0], covered[-1][1]))


def _left(draw: Draw, start: int, month: int) -> Enrolment:
    life = _of((start, last_of(YEAR, month)))
    if month > 2 and draw.chance(SET_BACK_SHARE):
        return replace(life, enrolled=((start, last_of(YEAR, month - 2)),))
    return life


def _start(draw: Draw) -> int:
    if draw.chance(NEW_THIS_YEAR_SHARE):
        return first_of(YEAR, 1)
    return first_of(YEAR - 1, max(1, draw.below(24) - 11))
