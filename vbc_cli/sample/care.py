"""What each member uses in a year: courses of care, and everyday services on top.

Who leads a course of care, own or other, gives all of it but home care, equipment and drugs. Over all
members each category keeps its share of own dollars.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from vbc_cli.sample.conditions import Condition, Part
from vbc_cli.sample.days import Span, first_of, is_weekend, nearest_covered
from vbc_cli.sample.draw import STEPS, Balance, Draw, Even, Quota
from vbc_cli.sample.everyday import COURSES, Everyday
from vbc_cli.sample.levels import LATE_MONTHS, LEVELS, STAYS, YEAR, Level, per_capita
from vbc_cli.sample.menus import Service
from vbc_cli.sample.people import Person

CENTS_A_DAY_IN_HOSPITAL: Final = 900_000
STAY_DAYS: Final = (2, 45)
LATE_FROM: Final = first_of(YEAR - 1, 11)
LATE_DAYS: Final = 61
NEVER_LED: Final = frozenset({"ancillary", "pharmacy"})
OPEN_EVERY_DAY: Final = frozenset({STAYS, "emergency", "ancillary", "pharmacy"})


class Event(NamedTuple):
    """One service or stay of a member, before it is billed."""

    level: Level
    day: int
    last_day: int
    cents: int
    code: str
    diagnosis: str
    own: bool


class Care:
    """Draws the year of one member after the other."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._levels = {level.category: level for level in LEVELS}
        self._balances = {level.category: Balance(draw, level.own_share) for level in LEVELS}
        self._everyday = [Everyday(draw, level) for level in LEVELS]
        self._late = [Everyday(draw, level) for level in LEVELS if level.category != "pharmacy"]
        self._courses = [
            (course, Quota(draw), begins, per_capita(course.ages))
            for group, begins in [(group, Even(draw, STEPS[3])) for group in COURSES]
            for course in group
        ]

    def year_of(self, person: Person) -> list[Event]:
        """Return what the member uses in the year, in order of days."""
        events = [
            event for course, began in self._begun(person) for event in self._follow(person, course, began)
        ]
        for everyday in self._everyday:
            for service, cents in everyday.services(person, person.months_of_need):
                day = self._some_day(person, everyday.level)
                events.append(self._everyday_event(everyday.level, person.life.covered, day, service, cents))
        return sorted(events, key=lambda event: event.day)

    def late_of(self, person: Person) -> list[Event]:
        """Return services of November and December before the year, to be paid in it."""
        spans = person.life.enrolled
        if not spans or spans[0][0] > LATE_FROM:
            return []
        return [
            self._everyday_event(
                everyday.level, spans, LATE_FROM + self._draw.below(LATE_DAYS), service, cents
            )
            for everyday in self._late
            for service, cents in everyday.services(person, LATE_MONTHS)
        ]

    def _everyday_event(
        self, level: Level, spans: tuple[Span, ...], day: int, service: Service, cents: int
    ) -> Event:
        own = self._balances[level.category].is_own(cents)
        last_day = _last_day(spans, level, day, cents)
        return Event(level, day, last_day, cents, service.code, service.diagnosis, own)

    def _begun(self, person: Person) -> Iterator[tuple[Condition, int]]:
        """Yield the courses of care that begin in the year, and at which of the covered days."""
        if person.course:
            yield person.course, person.course_began
        for course, quota, begins, ages in self._courses:
            years = person.months_of_need / 12 * ages[person.stratum]
            if quota.take(course.per_member_year * years * person.needs[course.rank]):
                yield course, int(begins.next() * person.life.days)

    def _follow(self, person: Person, course: Condition, began: int) -> Iterator[Event]:
        """Yield the services of a course of care."""
        severity = self._draw.spread(course.amounts)
        leads = False if course.elsewhere else None
        for part in course.parts:
            level = self._levels[part.category]
            cents = int(part.dollars * 100 * severity / part.claims + 0.5)
            for _ in range(part.claims):
                day = self._day_of(person, course, part, began)
                last_day = _last_day(person.life.covered, level, day, cents)
                if part.category in NEVER_LED:
                    own = self._balances[part.category].is_own(cents)
                else:
                    own = leads = self._balances[part.category].is_own(cents, leads)
                yield Event(level, day, last_day, cents, part.code, course.diagnosis, own)

    def _day_of(self, person: Person, course: Condition, part: Part, began: int) -> int:
        """Return a day of a course's part, squeezed into the covered days before or after it began."""
        life = person.life
        first, last = part.days
        after = first + self._draw.below(last - first + 1)
        if course.is_chronic:
            return life.day((began + after) % life.days)
        if after > 0:
            after = after * min(last, life.days - 1 - began) // last
        elif after < 0:
            after = after * min(-first, began) // -first
        return life.day(began + after)

    def _some_day(self, person: Person, level: Level) -> int:
        """Return a covered day; most offices see few people at weekends."""
        day = self._any_day(person)
        return self._any_day(person) if is_weekend(day) and level.category not in OPEN_EVERY_DAY else day

    def _any_day(self, person: Person) -> int:
        return person.life.day(self._draw.below(person.life.days))


def _last_day(spans: tuple[Span, ...], level: Level, day: int, cents: int) -> int:
    if level.category != STAYS:
        return day
    shortest, longest = STAY_DAYS
    return nearest_covered(spans, day + max(shortest, min(cents // CENTS_A_DAY_IN_HOSPITAL, longest)))
