"""How far luck alone moves a measured cost, from the members' own spread.

Analytic: members are independent, and the cost per member month is a ratio of two sums, so the
variance of the total is n/(n-1) times the sum of squared residuals `cost - rate x months` (the
linearised ratio estimator of survey sampling). Nothing is drawn at random, and members' costs enter
only as sums.
"""

from __future__ import annotations

from decimal import Decimal
from statistics import NormalDist

from msgspec import Struct

from vbc_cli.claims.facts import Distribution
from vbc_cli.formula.numbers import EXACT

NORMAL_95 = Decimal("1.959964")
_CENTS = -2


class Luck(Struct, frozen=True):
    """The spread of a cost that luck alone gives: one standard error, in dollars."""

    members: int
    standard_error: Decimal

    @property
    def range_95(self) -> Decimal:
        return EXACT.multiply(NORMAL_95, self.standard_error)

    def share_of(self, target: Decimal) -> Decimal:
        """Return the 95 percent range as a share of a target."""
        return EXACT.divide(self.range_95, target)

    def chance_above(self, amount: Decimal) -> Decimal:
        """Return the chance that luck alone gives savings of an amount or more, with no real saving."""
        if not self.standard_error:
            return Decimal(0) if amount > 0 else Decimal(1)
        distance = EXACT.divide(amount, self.standard_error)
        return Decimal(f"{1 - NormalDist().cdf(float(distance)):.4f}")


def luck_of(distribution: Distribution) -> Luck | None:
    """Return the luck in a cost, None for fewer than two members."""
    members, months = distribution.members, distribution.months
    if members < 2 or not months:
        return None
    cents = Decimal(distribution.cents)
    rate = EXACT.divide(cents, Decimal(months))
    cross = EXACT.multiply(EXACT.multiply(Decimal(2), rate), Decimal(distribution.cents_times_months))
    square = EXACT.multiply(EXACT.multiply(rate, rate), Decimal(distribution.months_squared))
    residuals = EXACT.add(EXACT.subtract(Decimal(distribution.cents_squared), cross), square)
    variance = EXACT.divide(EXACT.multiply(residuals, Decimal(members)), Decimal(members - 1))
    return Luck(members, EXACT.sqrt(max(variance, Decimal(0))).scaleb(_CENTS, EXACT))
