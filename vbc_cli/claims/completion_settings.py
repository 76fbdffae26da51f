"""How claims that are incurred and not yet paid are added: by factors, by a chain ladder, or PMPM.

Each way may give a low, a best and a high value; the contract says which of them the settlement uses, and the
others show how far the result is sure. Completion comes after the limit on a member's cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

Case = Literal["low", "best", "high"]
CASES: tuple[Case, ...] = ("low", "best", "high")
Factors = Mapping[str, Decimal] | Decimal
"""One factor for all categories, or a factor for each."""


class ChainLadder(Struct, frozen=True):
    """A chain ladder over the claims' own triangle: month of service by month of payment.

    `experience_months` are the months of service read, the last month of the period being the last of them;
    `latest_months` keeps only the latest of them for each factor. `tail_factor` stands for what is paid later
    than any month that was seen. Low and high lie `standard_errors` (Mack) from best, None where no
    range is wanted.
    """

    average: Literal["volume_weighted", "simple"]
    experience_months: int
    latest_months: int | None
    tail_factor: Decimal
    by: Literal["category", "all_categories"]
    standard_errors: Decimal | None


class Completion(Struct, frozen=True):
    """What is added for claims not yet paid, and which case the settlement uses; one of the three ways."""

    factors: Mapping[Case, Factors] | None = None
    ibnr_pmpm: Mapping[Case, Decimal] | None = None
    chain_ladder: ChainLadder | None = None
    case: Case = "best"

    def cases(self) -> tuple[Case, ...]:
        """Return the cases that are known."""
        if self.chain_ladder is not None:
            return CASES if self.chain_ladder.standard_errors is not None else ("best",)
        given: Mapping[Case, object] = self.factors or self.ibnr_pmpm or {}
        return tuple(case for case in CASES if case in given)


def by_factors(factors: Factors) -> Completion:
    """Return the completion by given factors, with no range."""
    return Completion(factors={"best": factors})
