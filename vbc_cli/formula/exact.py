"""What each function does with exact numbers.

All arithmetic goes through one context of 34 digits. Functions that decide something (which amount
was lowest, which limit held) return the value with the number of their choice.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

from vbc_cli.formula.numbers import EXACT, ONE, ZERO

MINUS_ONE = Decimal(-1)
TWO = Decimal(2)
MONTHS_A_YEAR = Decimal(12)
Decided = tuple[Decimal, int]


NO_DIVISOR = "division by zero"


class NoResult(ArithmeticError):
    """A calculation that has no result, in words."""


def divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise NoResult(NO_DIVISOR)
    return EXACT.divide(left, right)


def lowest_of(*values: Decimal) -> Decided:
    """Return the lowest value, the first of equals, and its place."""
    choice = min(range(len(values)), key=values.__getitem__)
    return values[choice], choice


def highest_of(*values: Decimal) -> Decided:
    """Return the highest value, the first of equals, and its place."""
    choice = max(range(len(values)), key=values.__getitem__)
    return values[choice], choice


FREE, AT_LOW, AT_HIGH = range(3)


def clamp(value: Decimal, low: Decimal, high: Decimal) -> Decided:
    """Hold a value between two limits: 0 it was free, 1 the lower held it, 2 the upper."""
    if low > high:
        raise NoResult("a lower limit above the upper limit")
    if value < low:
        return low, AT_LOW
    if value > high:
        return high, AT_HIGH
    return value, FREE


def reaches(value: Decimal, threshold: Decimal, or_more: bool) -> tuple[bool, int]:
    """Say whether a threshold is met: at least it, or more than it, as the contract says."""
    met = value >= threshold if or_more else value > threshold
    return met, int(met)


def rounding(mode: str) -> Callable[[Decimal, Decimal], Decimal]:
    """Return the function that rounds to a multiple of a unit, exactly, in one of the named ways."""

    def round_to(value: Decimal, unit: Decimal) -> Decimal:
        if unit <= 0:
            raise NoResult("rounding to a unit that is not above zero")
        if value.is_infinite():
            return value
        steps = EXACT.divide_int(value, unit)
        rest = EXACT.remainder(value, unit)
        odd = bool(EXACT.remainder(steps, TWO))
        if _moves_away(EXACT.multiply(EXACT.abs(rest), TWO), unit, odd, rest != 0, mode):
            steps = EXACT.add(steps, MINUS_ONE if value < 0 else ONE)
        return EXACT.multiply(steps, unit)

    return round_to


def _moves_away(twice_rest: Decimal, unit: Decimal, odd: bool, inexact: bool, mode: str) -> bool:
    """Say whether rounding goes away from zero."""
    if mode == ROUND_UP:
        return inexact
    if mode == ROUND_DOWN:
        return False
    if twice_rest == unit:
        return mode == ROUND_HALF_UP or odd
    return twice_rest > unit


round_half_up = rounding(ROUND_HALF_UP)
round_half_even = rounding(ROUND_HALF_EVEN)
round_up = rounding(ROUND_UP)
round_down = rounding(ROUND_DOWN)


def bands(value: Decimal, steps: Sequence[tuple[Decimal, Decimal]]) -> Decided:
    """Add up each band's share of the part of the value inside it; the choice is the last band reached.

    `steps` are (lower end, share), ascending; a band ends where the next begins and the last is open.
    """
    total, last = ZERO, 0
    for place, (above, share) in enumerate(steps):
        if place and value <= above:
            break
        end = min(value, steps[place + 1][0]) if place + 1 < len(steps) else value
        total = EXACT.add(total, EXACT.multiply(max(EXACT.subtract(end, above), ZERO), share))
        last = place
    return total, last


def ladder(value: Decimal, steps: Sequence[tuple[Decimal, Decimal]]) -> Decided:
    """Return the value of the largest step reached; below the first step there is no result."""
    reached = [place for place, (at_least, _) in enumerate(steps) if value >= at_least]
    if not reached:
        raise NoResult("a value below the first step of the ladder")
    return steps[reached[-1]][1], reached[-1]


def interpolate(value: Decimal, points: Sequence[tuple[Decimal, Decimal]]) -> Decided:
    """Return the straight line between two points; outside all points, the value at the end."""
    for place, (at, result) in enumerate(points):
        if value <= at:
            if place == 0 or value == at:
                return result, place
            return _between(value, points[place - 1], (at, result)), place
    return points[-1][1], len(points)


def _between(value: Decimal, left: tuple[Decimal, Decimal], right: tuple[Decimal, Decimal]) -> Decimal:
    rise = EXACT.multiply(EXACT.subtract(right[1], left[1]), EXACT.subtract(value, left[0]))
    return EXACT.add(left[1], EXACT.divide(rise, EXACT.subtract(right[0], left[0])))


def total(values: Sequence[Decimal]) -> Decimal:
    result = ZERO
    for value in values:
        result = EXACT.add(result, value)
    return result


def count(values: Sequence[bool]) -> Decimal:
    return Decimal(sum(values))


def mean(values: Sequence[Decimal]) -> Decimal:
    return EXACT.divide(total(values), Decimal(len(_some(values))))


def lowest(values: Sequence[Decimal]) -> Decimal:
    return min(_some(values))


def highest(values: Sequence[Decimal]) -> Decimal:
    return max(_some(values))


def weighted_mean(pairs: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the mean of values by their weights."""
    weights = total([weight for _, weight in pairs])
    if not weights:
        raise NoResult("weights that add up to zero")
    return EXACT.divide(total([EXACT.multiply(value, weight) for value, weight in pairs]), weights)


def _some(values: Sequence[Decimal]) -> Sequence[Decimal]:
    if not values:
        raise NoResult("no rows to take it from")
    return values


def person_years(member_months: Decimal) -> Decimal:
    return EXACT.divide(member_months, MONTHS_A_YEAR)


def logistic(value: Decimal) -> Decimal:
    """Return 1 / (1 + e^-value)."""
    return EXACT.divide(ONE, EXACT.add(ONE, EXACT.exp(EXACT.minus(value))))


def year(date: datetime.date) -> Decimal:
    return Decimal(date.year)
