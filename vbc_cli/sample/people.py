"""The members: who is enrolled when, how old, how sick, and who is born or dies during the year.

Strata, health and length of enrolment are dealt out evenly over the members, so that any few hundred of
them look like the whole. Former members, whose term was set back into last year, are in no file but the
claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.sample.conditions import ADULT, Condition
from vbc_cli.sample.days import first_of, last_of, months_touched
from vbc_cli.sample.draw import STEPS, Curve, Draw, Even, Quota
from vbc_cli.sample.enrolment import Enrolment, end_by_death, enrol, enrol_former, enrol_newborn
from vbc_cli.sample.episodes import CESAREAN_DELIVERY, NEWBORN, VAGINAL_DELIVERY
from vbc_cli.sample.levels import AGES, HEAVY, MEMBER_YEARS, STRATUM_SHARE, USE_BY_RANK, YEAR, per_capita
from vbc_cli.sample.severe import PREMATURE

FORMER_SHARE: Final = 0.001
FORMER_MONTHS: Final = 3  # in which their claims were still paid
OTHER_COVERAGE_SHARE: Final = 0.01
NEWBORN_ENROLLED_SHARE: Final = 0.97
NEWBORN_YEARS: Final = 33.0  # member years of the newborn among 4,970
DEATHS: Final = 9.0  # a year among 4,970 member years
DEATHS_BY_STRATUM: Final = (0.2, 0.6, 2.0)

RISK_BY_STRATUM: Final = (0.560, 0.861, 1.614)  # raw scores; over all members they come to 1.06
RISK_BY_RANK: Final = Curve((0, 0.35), (0.3, 0.55), (0.6, 0.85), (0.85, 1.5), (0.95, 2.6), (1, 4.5), mean=1)
RISK_NOISE: Final = Curve((0, 0.65), (0.5, 1.0), (1, 1.35), mean=1)

CHILD_PLACES: Final = (STRATUM_SHARE[0] - NEWBORN_YEARS / MEMBER_YEARS) / (1 - NEWBORN_YEARS / MEMBER_YEARS)
ADULT_PLACES: Final = STRATUM_SHARE[1] / (1 - NEWBORN_YEARS / MEMBER_YEARS)


class Person(Struct, frozen=True):
    """One member. Days are ordinals; `rank` runs from the healthiest (0) to the sickest (1)."""

    member_id: str
    stratum: int
    birth: int
    is_woman: bool
    rank: float
    needs: dict[Curve, float]  # relative use of care, by the curve it follows
    life: Enrolment
    months_of_need: int  # the dying need a whole year's care before they die
    risk_thousandths: int
    physician: int  # counted round the list of own physicians
    other_coverage: bool
    death: int | None = None
    course: Condition | None = None  # giving birth or being born
    course_began: int = 0  # as a position among the covered days


class Population:
    """Makes the members one after the other; `members` of them were ever enrolled in the year."""

    def __init__(self, draw: Draw, members: int) -> None:
        self._draw = draw
        self._members = members
        self._places, self._ranks, self._tenures = (Even(draw, step) for step in STEPS[:3])
        self._deaths = Quota(draw)
        self._former = Quota(draw)
        self._premature = Quota(draw)
        self._deliveries = [(course, Quota(draw)) for course in (VAGINAL_DELIVERY, CESAREAN_DELIVERY)]

    def __iter__(self) -> Iterator[Person]:
        made = 0
        while made < self._members:
            made += 1
            person = self._dying(self._expecting(self._person(made)))
            yield person
            if self._has_enrolled_newborn(person) and made < self._members:
                made += 1
                yield self._newborn(f"M{made:07d}", person)
            if self._former.take(FORMER_SHARE):
                yield self._former_member(f"F{made:07d}")

    def _person(self, number: int) -> Person:
        draw = self._draw
        place, rank = self._places.next(), self._ranks.next()
        stratum = 0 if place < CHILD_PLACES else 1 if place < CHILD_PLACES + ADULT_PLACES else 2
        youngest, oldest = AGES[stratum]
        first, last = first_of(YEAR - oldest, 1), last_of(YEAR - youngest, 12)
        birth = first + draw.below(last - first + 1)
        return self._member(f"M{number:07d}", stratum, birth, rank, enrol(draw, self._tenures.next(), birth))

    def _newborn(self, member_id: str, mother: Person) -> Person:
        birth = mother.life.day(mother.course_began)
        life = enrol_newborn(birth, mother.life)
        premature = self._premature.take(PREMATURE.cases / (PREMATURE.cases + NEWBORN.cases))
        baby = self._member(member_id, 0, birth, self._draw.fraction(), life)
        return replace(baby, course=PREMATURE if premature else NEWBORN)

    def _former_member(self, member_id: str) -> Person:
        life = enrol_former(FORMER_MONTHS)
        return replace(self._person(0), member_id=member_id, life=life, months_of_need=FORMER_MONTHS)

    def _member(self, member_id: str, stratum: int, birth: int, rank: float, life: Enrolment) -> Person:
        draw = self._draw
        risk = RISK_BY_STRATUM[stratum] * RISK_BY_RANK.at(rank) * draw.spread(RISK_NOISE)
        return Person(
            member_id=member_id,
            stratum=stratum,
            birth=birth,
            is_woman=draw.chance(0.5),
            rank=rank,
            needs={curve: curve.at(rank) for curve in USE_BY_RANK},
            life=life,
            months_of_need=len(months_touched(life.covered, YEAR)),
            risk_thousandths=int(risk * 1000 + 0.5),
            physician=draw.below(1000),
            other_coverage=draw.chance(OTHER_COVERAGE_SHARE),
        )

    def _expecting(self, person: Person) -> Person:
        if not person.is_woman or person.stratum != 1:
            return person
        women_years = person.months_of_need / 12 * per_capita(ADULT)[1] * 2
        for course, quota in self._deliveries:
            if quota.take(course.per_member_year * women_years):
                return replace(person, course=course, course_began=self._draw.below(person.life.days))
        return person

    def _has_enrolled_newborn(self, person: Person) -> bool:
        return person.course is not None and self._draw.chance(NEWBORN_ENROLLED_SHARE)

    def _dying(self, person: Person) -> Person:
        need = person.months_of_need / 12 * per_capita(DEATHS_BY_STRATUM)[person.stratum]
        if not self._deaths.take(DEATHS / MEMBER_YEARS * need * person.needs[HEAVY]) or person.course:
            return person
        death = person.life.day(self._draw.below(person.life.days))
        return replace(person, death=death, life=end_by_death(person.life, death))
