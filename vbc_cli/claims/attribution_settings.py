"""How members are attributed where no roster says it: by whom they saw for primary care, and whom they chose.

The code and specialty lists, the days looked at, what is counted and how a tie ends are all the contract's.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

CountedBy = Literal["visits", "allowed_amount", "plan_paid_amount"]
Tie = Literal["latest_visit", "visits", "allowed_amount", "plan_paid_amount"]


class PrimaryCare(Struct, frozen=True):
    """Services of one step: a claim line that meets every list that is given."""

    hcpcs_codes: tuple[str, ...] = ()
    specialty_codes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class Plurality(Struct, frozen=True):
    """A member belongs to whom it saw most for primary care in the window, for the whole period.

    All providers of the contracted provider count as one, everybody else by `provider`. A later step is asked
    only for members whom no earlier one attributes. A member's own choice up to `chosen_until` goes first.
    """

    start: date
    end: date
    steps: tuple[PrimaryCare, ...]
    counted_by: CountedBy
    provider: Literal["billing_npi", "rendering_npi", "billing_tin"]
    minimum_visits: int
    tie: Tie
    tie_goes_to: Literal["own", "other"]
    chosen_until: date | None = None

    @property
    def amounts(self) -> tuple[Literal["allowed_amount", "plan_paid_amount"], ...]:
        """Return the amounts of a claim that are counted."""
        found = dict.fromkeys((self.counted_by, self.tie))
        return tuple(each for each in found if each in ("allowed_amount", "plan_paid_amount"))
