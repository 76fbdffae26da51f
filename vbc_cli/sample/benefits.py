"""The plan's benefits: what the member pays of an allowed amount.

Office visits have a copayment; everything else a deductible, then coinsurance, up to a limit a year.
Preventive care is free. Made up, close to a common preferred-provider plan; members come to pay about
13.5 percent of medical allowed dollars.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from vbc_cli.sample.menus import PREVENTIVE

COPAYMENTS: Final = {
    "primary_care": 2_000,
    "specialist": 4_000,
    "behavioral_health": 2_000,
    "therapy": 2_000,
    "emergency": 15_000,
}
OFFICE_TEST: Final = "office test"  # done during a visit: no copayment, under the deductible
DRUG_TIERS: Final = ((4_000, 1_000), (60_000, 4_000))  # price up to, copayment
DRUG_TOP_COPAYMENT: Final = 12_000
DEDUCTIBLE: Final = 55_000
COINSURANCE_PERCENT: Final = 15
MOST_A_YEAR: Final = 260_000
OTHER_PAYER_PERCENT: Final = 60


class Amounts(NamedTuple):
    """The dollars of a claim line, in cents; allowed is the sum of the five parts below it."""

    charge: int
    allowed: int
    paid: int
    deductible: int
    copayment: int
    coinsurance: int
    other_payer: int

    def scaled(self, percent: int) -> Amounts:
        """Return the amounts at this percentage, whole cents, still adding up; the plan has the rest."""
        if percent == 100:
            return self
        parts = [
            (cents * percent + 50) // 100
            for cents in (self.allowed, self.deductible, self.copayment, self.coinsurance, self.other_payer)
        ]
        allowed, *others = parts
        return Amounts((self.charge * percent + 50) // 100, allowed, allowed - sum(others), *others)

    def reversed(self) -> Amounts:
        """Return the amounts that take this line back."""
        return Amounts(*(-cents for cents in self))


class Benefits:
    """One member's benefit year: how much of the deductible and of the limit is used up."""

    def __init__(self, *, has_other_payer: bool, deductible: int = DEDUCTIBLE) -> None:
        self._has_other_payer = has_other_payer
        self._deductible_left = deductible
        self._limit_left = MOST_A_YEAR

    def apply(self, category: str, diagnosis: str, charge: int, allowed: int) -> Amounts:
        """Return the line's amounts, and use up the member's deductible and limit."""
        if self._has_other_payer:
            other_payer = allowed * OTHER_PAYER_PERCENT // 100
            return Amounts(charge, allowed, allowed - other_payer, 0, 0, 0, other_payer)
        if diagnosis in PREVENTIVE:
            return Amounts(charge, allowed, allowed, 0, 0, 0, 0)
        if category == "pharmacy":
            copayment = min(allowed, _drug_copayment(allowed))
            return Amounts(charge, allowed, allowed - copayment, 0, copayment, 0, 0)
        return self._share(category, charge, allowed)

    def _share(self, category: str, charge: int, allowed: int) -> Amounts:
        deductible = copayment = coinsurance = 0
        if category in COPAYMENTS:
            copayment = min(allowed, COPAYMENTS[category], self._limit_left)
        else:
            deductible = min(allowed, self._deductible_left, self._limit_left)
            above = (allowed - deductible) * COINSURANCE_PERCENT // 100
            coinsurance = min(above, self._limit_left - deductible)
        self._deductible_left -= deductible
        owed = deductible + copayment + coinsurance
        self._limit_left -= owed
        return Amounts(charge, allowed, allowed - owed, deductible, copayment, coinsurance, 0)


def _drug_copayment(price: int) -> int:
    return next((copayment for up_to, copayment in DRUG_TIERS if price <= up_to), DRUG_TOP_COPAYMENT)
