"""Courses of care that decide what a population costs: who has them, how many, and what they consist of.

A course names its parts: a category, the dollars allowed, in how many claims, and on which days after it
began. Cases are stated a year among 5,450 people, and are made up after typical commercial rates.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum
from typing import Final

from msgspec import Struct

from vbc_cli.sample.draw import Curve
from vbc_cli.sample.levels import ANYBODY, MEMBER_YEARS, ByStratum

CHILD: Final = (1.0, 0.0, 0.0)
ADULT: Final = (0.0, 1.0, 0.0)
OLDER: Final = (0.0, 0.0, 1.0)
MIXED: Final = (0.3, 0.7, 1.6)

NARROW: Final = Curve((0, 0.82), (0.5, 1.0), (1, 1.18), mean=1)
HARDLY: Final = Curve((0, 0.98), (1, 1.02), mean=1)


class Part(Struct, frozen=True):
    """One kind of service within a course of care."""

    category: str
    dollars: int
    code: str
    claims: int = 1
    days: tuple[int, int] = (0, 0)


class Condition(Struct, frozen=True):
    """A course of care; `ages` are its cases by stratum, relative to each other."""

    name: str
    cases: float
    ages: ByStratum
    diagnosis: str
    parts: tuple[Part, ...]
    rank: Curve = ANYBODY
    amounts: Curve = NARROW
    elsewhere: bool = False  # centres of excellence outside the provider
    is_chronic: bool = False  # goes on all year, so that its parts may come in any order

    @property
    def per_member_year(self) -> float:
        """Return how many of these courses a member year sees on average."""
        return self.cases / MEMBER_YEARS


def load_per_1000(conditions: Iterable[Condition], category: str) -> tuple[float, float]:
    """Return the claims and the cents a year that the courses bring 1,000 members in one category."""
    parts = [
        (1000 * condition.per_member_year, part)
        for condition in conditions
        for part in condition.parts
        if part.category == category
    ]
    claims = fsum(cases * part.claims for cases, part in parts)
    cents = fsum(cases * part.dollars * 100 for cases, part in parts)
    return claims, cents
