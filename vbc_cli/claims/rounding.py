"""Cents, and the one place where measured dollars are rounded: half up, away from zero, to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from vbc_cli.claims.facts import EXACT

Key = TypeVar("Key", str, tuple[str, int])
CENT = Decimal("0.01")


def dollars(cents: int) -> Decimal:
    """Return whole cents as dollars with two places."""
    return EXACT.scaleb(Decimal(int(cents)), -2)


def half_up(amount: Decimal) -> Decimal:
    """Return an amount in dollars rounded half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP, context=EXACT)


def spread(total: int, shares: dict[Key, int]) -> dict[Key, int]:
    """Spread whole cents in proportion to shares, so that the parts add up exactly."""
    whole, reached, given = sum(shares.values()), 0, 0
    parts: dict[Key, int] = {}
    for name in sorted(shares):
        reached += shares[name]
        upto = (2 * total * reached + whole) // (2 * whole)
        parts[name], given = upto - given, upto
    return parts
