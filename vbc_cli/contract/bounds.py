"""Between which bounds a value lies, as the model that reads it states.

A score of 85 for one of 0.85 pays a hundredfold: so a model says of its terms, facts and columns what they
may be, and every value is held against that, wherever it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from vbc_cli.contract.shapes import Complaints
from vbc_cli.formula.numbers import EXACT, ONE, ZERO, canonical
from vbc_cli.formula.units import NUMERIC, QUANTITIES, SHARES
from vbc_cli.formula.words import grouped

SIDES = (("at_least", "above"), ("at_most", "below"))
BOUNDS = tuple(bound for side in SIDES for bound in side)
_HUNDREDTHS = -2
_PERCENTS = Decimal(100)


class Bounds(Struct, frozen=True):
    """The least and the most that a value may be; None where there is no such bound."""

    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None

    def __bool__(self) -> bool:
        return any(bound is not None for bound in (self.at_least, self.above, self.at_most, self.below))

    def hold(self, value: Any) -> bool:
        """Say whether a value lies within; what is no number always does."""
        return not isinstance(value, Decimal) or (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    def in_words(self) -> str:
        """Return the bounds as a sentence says them."""
        if self.at_least is not None and self.at_most is not None:
            return f"between {canonical(self.at_least)} and {canonical(self.at_most)}"
        stated = {
            "at least": self.at_least,
            "above": self.above,
            "at most": self.at_most,
            "below": self.below,
        }
        return " and ".join(
            f"{word} {canonical(bound)}" for word, bound in stated.items() if bound is not None
        )


ANY = Bounds()


class OutOfBounds(Exception):
    """A fact, or a cell of measured rows, that is not what its model says it may be."""

    def __init__(self, name: str, value: Decimal, unit: str, bounds: Bounds) -> None:
        super().__init__(name)
        self.name = name
        self.value = value
        self.unit = unit
        self.bounds = bounds


def bounds_of(got: Mapping[str, Any], unit: str) -> Bounds:
    """Return the bounds that a declaration states; people, months and counts are at least 0 in any case."""
    stated = Bounds(*(got.get(bound) for bound in BOUNDS))
    if unit in QUANTITIES and stated.at_least is None and stated.above is None:
        return Bounds(ZERO, None, stated.at_most, stated.below)
    return stated


def check_bounds(declared: Mapping[str, Any], complaints: Complaints) -> None:
    """Complain of bounds of what is no number, of two on one side, and of those that nothing can meet."""
    for name, got in declared.items():
        stated = {bound: got[bound] for bound in BOUNDS if bound in got}
        if not stated or "unit" not in got:
            continue
        low, high = ([stated[bound] for bound in side if bound in stated] for side in SIDES)
        if got["unit"] not in NUMERIC:
            complaints.add(got.line, f"'{name}' is a {got['unit']} with bounds", "Only numbers have bounds.")
        elif len(low) > 1 or len(high) > 1:
            repair = "State at_least or above, and at_most or below."
            complaints.add(got.line, f"'{name}' has two bounds on one side", repair)
        elif low and high and (low > high or (low == high and {"above", "below"} & set(stated))):
            complaints.add(got.line, f"no value of '{name}' lies within its bounds", "Turn them round.")


def outside(name: str, value: Decimal, bounds: Bounds) -> str:
    """Say that a value is not what it may be."""
    return f"'{name}' is {grouped(value)}, which is not {bounds.in_words()}"


def repair_of(value: Decimal, unit: str, bounds: Bounds) -> str:
    """Return what to do about a value outside its bounds."""
    if unit in SHARES and bounds.at_most == ONE and ONE < value <= _PERCENTS:
        share = canonical(value.scaleb(_HUNDREDTHS, EXACT))
        return f"Write {share} if {canonical(value)} is in percent; else correct it."
    return "Correct it: the model cannot be settled with it."
