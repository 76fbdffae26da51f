"""Whose months count, and from which days on: the settings of membership.

`Enrolment` says which enrolment is recognised at all; `Membership` says for one measured fact which calendar
months count, whose claims go with them, and which members or days are left out. Nothing here opens a file.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

Attribution = Literal["while_attributed", "whole_year"]
MonthRule = Literal[
    "any_day", "first_of_month", "fifteenth", "whole_month", "fifteen_thirty", "fraction_of_days"
]
ClaimsCounted = Literal["on_enrolled_days", "in_counted_months"]
Unscored = Literal["exclude", "one", "demographic"]
AfterDeath = Literal["counts", "does_not_count"]
MonthOfBirth = Literal["counts", "by_month_rule"]

IN_WORDS: dict[MonthRule, str] = {
    "any_day": "on any day",
    "first_of_month": "on the first day",
    "fifteenth": "on the fifteenth",
    "whole_month": "on every day",
    "fifteen_thirty": "on the fifteenth and the sixteenth",
    "fraction_of_days": "in part, each by its share of the month's days",
}


class Newborns(Struct, frozen=True):
    """A member enrolled within some days after birth is enrolled from birth.

    `month_of_birth: counts` counts that month as if the newborn had been enrolled from its first day.
    """

    enrolled_within_days: int
    month_of_birth: MonthOfBirth


class Enrolment(Struct, frozen=True):
    """Which enrolment is recognised: newborns from birth, and how far back a change may reach.

    A change that became known on some day reaches back at most the limit's days before it; None is no limit.
    Nobody is enrolled in the months after the one of death, unless the contract or a file's format counts
    them; None says nothing of it.
    """

    newborns: Newborns | None = None
    additions_limit_days: int | None = None
    deletions_limit_days: int | None = None
    after_death: AfterDeath | None = None

    @property
    def as_stated(self) -> bool:
        """Say whether every span of the file is taken as it stands, but for days after death."""
        return self == Enrolment(after_death=self.after_death)


AS_STATED = Enrolment()


class Care(Struct, frozen=True):
    """Services named by their codes, such as transplants; a line with any of the codes is one."""

    name: str
    drg_codes: tuple[str, ...] = ()
    hcpcs_codes: tuple[str, ...] = ()


class Exclusions(Struct, frozen=True):
    """Members and days that are left out, each for the first reason that applies, in this order.

    `care`, `flagged`, `died`, `left` and `months_below` leave out the whole member, the others only days;
    `all_strata_but` are the strata that stay, none of them where every stratum does.
    """

    care: tuple[Care, ...] = ()
    flagged: tuple[str, ...] = ()
    died: bool = False
    left: bool = False
    months_below: int | None = None
    other_coverage: bool = False
    newborn_days: int | None = None
    all_strata_but: tuple[str, ...] = ()

    @property
    def of_members(self) -> tuple[str, ...]:
        """Return the reasons that leave out a whole member, in order."""
        return (
            *(f"member with {each.name}" for each in self.care),
            *(f"member flagged {name}" for name in self.flagged),
            *["member died in the period"] * self.died,
            *["member left before the end of the period"] * self.left,
            *[f"member with fewer than {self.months_below} months"] * (self.months_below is not None),
        )

    @property
    def of_days(self) -> tuple[str, ...]:
        """Return the reasons that leave out some days of a member, in order."""
        return (
            *["days with other coverage"] * self.other_coverage,
            *[f"first {self.newborn_days} days of life"] * (self.newborn_days is not None),
            *["days in another population"] * bool(self.all_strata_but),
        )


class RiskStep(Struct, frozen=True):
    """One step from raw scores to those that are used: one of its amounts is given.

    A cap holds a stratum's score within changes from its base score, such as -0.03 and 0.03.
    """

    called: str
    divide_by: Decimal | None = None
    multiply_by: Decimal | None = None
    add: Decimal | None = None
    furthest_fall_rate: Decimal | None = None
    furthest_rise_rate: Decimal | None = None
    around: tuple[tuple[str, Decimal], ...] = ()


class BlendPart(Struct, frozen=True):
    """One model of a blended score: its scores are divided by the reference population's and weighted."""

    model: str
    weight: Decimal
    divide_by: Decimal


class Risk(Struct, frozen=True):
    """How members' scores become a stratum's: the models, what unscored members have, the steps in order.

    Scores are of the one `model`, or a `blend` of several; without either the files do not say of which.
    """

    unscored: Unscored = "exclude"
    model: str | None = None
    steps: tuple[RiskStep, ...] = ()
    blend: tuple[BlendPart, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Return the models that scores may be of; none where the contract names none."""
        return (self.model,) if self.model is not None else tuple(part.model for part in self.blend)


class Membership(Struct, frozen=True):
    """The rules by which members, their months and their claims count for a measured fact.

    `claims_counted: in_counted_months` leaves out claims of enrolled days in months that do not count.
    """

    attribution: Attribution = "while_attributed"
    month_rule: MonthRule = "any_day"
    claims_counted: ClaimsCounted = "on_enrolled_days"
    exclude: Exclusions = Exclusions()
    risk: Risk = Risk()

    @property
    def plain(self) -> bool:
        """Say whether months are counted by any day and nobody is left out."""
        return self == Membership(self.attribution)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return every reason that leaves out a claim line, in the order in which they are asked."""
        uncounted = ["service in a month that does not count"] * (self.claims_counted == "in_counted_months")
        return (*self.exclude.of_members, *self.exclude.of_days, *uncounted)
