"""What the plan takes in for the members, and what it pays in advance under each way of paying.

Only one way can be agreed for a year; the payments of all are listed so that each can be settled as if it
were the one. Amounts are those of the made-up agreement, for the attributed members of each month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from vbc_cli.sample.files import Row
from vbc_cli.sample.levels import YEAR

REVENUE_HEADER: Final = ("month", "premium_amount", "taxes_amount")
PREMIUM_CENTS: Final = 58_500  # per member month
TAXES_CENTS: Final = 1_170
PAID_ON: Final = 15  # day of the month

# Cents paid each month for a member. Of the global capitation of $408.00 a withhold of 3 percent and $145.00
# for the claims of other providers are kept back; the premium of its stop-loss goes to the insurer.
MONTHLY: Final = (
    ("primary_care_capitation", "capitation", 3_060),
    ("global_capitation", "capitation", 25_076),
    ("stop_loss", "fee", -980),
    ("aco_fee", "fee", 300),
)
TIERED: Final = ("medical_home", "fee", (250, 450, 800, 1_800))
ADVANCE: Final = (f"{YEAR}-01-15", "aco_savings", "advance", "300000.00", "advance on shared savings")


def advance_rows(months: Sequence[int], tiers: Sequence[Sequence[int]]) -> Iterator[Row]:
    """Yield what is paid in each month, given its attributed members, and those of each risk tier."""
    yield ADVANCE
    for month, (members, by_tier) in enumerate(zip(months, tiers, strict=True), start=1):
        day = date(YEAR, month, PAID_ON)
        memo = f"{day:%Y-%m}: {members} member months"
        for stream, kind, cents in MONTHLY:
            yield day.isoformat(), stream, kind, _dollars(members * cents), memo
        stream, kind, fees = TIERED
        tiered = sum(count * fee for count, fee in zip(by_tier, fees, strict=True))
        yield day.isoformat(), stream, kind, _dollars(tiered), memo


def revenue_rows(months: Sequence[int]) -> Iterator[Row]:
    """Yield the premium of twelve months, given the attributed members of each."""
    for month, members in enumerate(months, start=1):
        yield (
            date(YEAR, month, 1).isoformat(),
            _dollars(members * PREMIUM_CENTS),
            _dollars(members * TAXES_CENTS),
        )


def _dollars(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2))
