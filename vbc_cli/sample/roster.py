"""Eligibility and attribution, one row a span, and the months in which both hold."""

from __future__ import annotations

from typing import Final

from vbc_cli.sample.days import iso, months_touched
from vbc_cli.sample.files import Row
from vbc_cli.sample.levels import STRATA, YEAR
from vbc_cli.sample.people import Person

PLAN: Final = "Northern Health Plan PPO"
ELIGIBILITY_HEADER: Final = (
    "member_id", "birth_date", "death_date", "sex", "enrollment_start_date", "enrollment_end_date", "plan",
    "other_coverage", "risk_score", "stratum",
)  # fmt: skip
ATTRIBUTION_HEADER: Final = ("member_id", "effective_date", "end_date", "attributed_npi", "risk_tier")
TIER_STARTS: Final = (0.45, 0.80, 0.95)  # ranks: 45, 35, 15 and 5 percent of the members
TIERS: Final = len(TIER_STARTS) + 1


def eligibility_rows(person: Person) -> list[Row]:
    """Return one row for each span that the eligibility file shows today."""
    before = (person.member_id, iso(person.birth), iso(person.death) if person.death else "")
    thousands, rest = divmod(person.risk_thousandths, 1000)
    after = (
        PLAN,
        "yes" if person.other_coverage else "no",
        f"{thousands}.{rest:03d}",
        STRATA[person.stratum],
    )
    sex = "F" if person.is_woman else "M"
    return [(*before, sex, iso(first), iso(last), *after) for first, last in person.life.enrolled]


def attribution_rows(person: Person, physician: str) -> list[Row]:
    """Return the member's row of the roster; a former member has none."""
    if not person.life.enrolled:
        return []
    first, last = person.life.roster
    return [(person.member_id, iso(first), iso(last), physician, str(risk_tier(person)))]


def risk_tier(person: Person) -> int:
    """Return the member's risk tier, 1 the healthiest."""
    return 1 + sum(person.rank >= start for start in TIER_STARTS)


def attributed_months(person: Person) -> list[int]:
    """Return the months of the year with an enrolled day, as far as the roster has the member."""
    roster = set(months_touched((person.life.roster,), YEAR))
    return [month for month in months_touched(person.life.enrolled, YEAR) if month in roster]
