"""Statistics over the rows of a portfolio: what a value is worth among all others.

A `Group` holds one line's value in every row that belongs together; a row in which the line does not
apply is not among them. What a statistic needs of a group (its sorted values, its total) is made
once, so that doubling the rows of a portfolio doubles the work.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, TypeVar

from vbc_cli.formula import exact
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.interval import EVERYTHING, INFINITY, Interval, add, divide, multiply, outward, point
from vbc_cli.formula.numbers import CEILING, EXACT, ONE, ZERO

Made = TypeVar("Made")
HALF = Decimal("0.5")
TWO = Decimal(2)


class Group:
    """The values of one line in the rows of a portfolio that belong together."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._made: dict[Callable[[list[Any]], Any], Any] = {}

    def once(self, make: Callable[[list[Any]], Made]) -> Made:
        """Return what `make` makes of the values, made the first time it is asked for."""
        if make not in self._made:
            self._made[make] = make(self.values)
        made: Made = self._made[make]
        return made


def _total(values: list[Decimal]) -> Decimal:
    return exact.total(values)


def _sorted(values: list[Decimal]) -> list[Decimal]:
    if not values:
        raise NoResult("no row of the portfolio to take it from")
    return sorted(values)


def _between(values: Sequence[Decimal], place: Decimal) -> Decimal:
    """Return the value at a place counted from 0, on the straight line between its neighbours."""
    place = min(max(place, ZERO), Decimal(len(values) - 1))
    below = int(place.to_integral_value(ROUND_FLOOR))
    above = min(below + 1, len(values) - 1)
    part = EXACT.subtract(place, Decimal(below))
    return EXACT.add(values[below], EXACT.multiply(EXACT.subtract(values[above], values[below]), part))


def _inclusive(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The lowest value is the 0th and the highest the 100th percentile (PERCENTILE.INC)."""
    return _between(values, EXACT.multiply(share, Decimal(len(values) - 1)))


def _exclusive(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The values cut the range into one part more than there are values (PERCENTILE.EXC)."""
    return _between(values, EXACT.subtract(EXACT.multiply(share, Decimal(len(values) + 1)), ONE))


def _nearest_rank(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The lowest value that at least this share of the values does not exceed."""
    rank = EXACT.multiply(share, Decimal(len(values))).to_integral_value(ROUND_CEILING)
    return values[max(int(rank), 1) - 1]


def _averaged_rank(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The nearest rank; the mean of two values where the share falls exactly between them."""
    rank = EXACT.multiply(share, Decimal(len(values)))
    if rank != rank.to_integral_value() or rank in (ZERO, Decimal(len(values))):
        return _nearest_rank(values, share)
    return EXACT.divide(EXACT.add(values[int(rank) - 1], values[int(rank)]), TWO)


PERCENTILES = {
    "inclusive": _inclusive,
    "exclusive": _exclusive,
    "nearest_rank": _nearest_rank,
    "averaged_rank": _averaged_rank,
}
DIVISORS = {"sample": 1, "population": 0}


def median(group: Group) -> Decimal:
    return _inclusive(group.once(_sorted), HALF)


def percentile(group: Group, share: Decimal, method: str) -> Decimal:
    if not ZERO <= share <= ONE:
        raise NoResult("a percentile that is not a share between 0 and 1")
    return _percentile(group.once(_sorted), share, method)


def _percentile(values: Sequence[Decimal], share: Decimal, method: str) -> Decimal:
    return _named(method, PERCENTILES)(values, share)


def _named(word: str, known: dict[str, Made]) -> Made:
    if word not in known:
        raise NoResult(f"'{word}' is none of {', '.join(known)}")
    return known[word]


def rank(group: Group, own: Decimal) -> Decimal:
    """Return the place of a value among all, 1 for the highest; equals share the better place."""
    values = group.once(_sorted)
    return Decimal(len(values) - bisect_right(values, own) + 1)


def standard_deviation(group: Group, of: str) -> Decimal:
    """Return the root of the mean squared distance from the mean; of a sample divided by one less."""
    divisor = Decimal(len(group.values) - _named(of, DIVISORS))
    if divisor <= 0:
        raise NoResult("too few rows for a standard deviation")
    return EXACT.sqrt(EXACT.divide(group.once(_squares), divisor))


def _squares(values: list[Decimal]) -> Decimal:
    mean = exact.mean(values)
    return exact.total([EXACT.power(EXACT.subtract(value, mean), TWO) for value in values])


def scale_to_pool(group: Group, pool: Group | Decimal, own: Decimal) -> Decimal:
    """Return the own amount, scaled so that all amounts together are the pool."""
    total = pool.once(_total) if isinstance(pool, Group) else pool
    amounts = group.once(_total)
    if amounts == 0:
        raise NoResult("amounts that add up to 0 cannot be scaled to a pool")
    return exact.divide(EXACT.multiply(own, total), amounts)


# Over intervals: what the statistic may be where the inputs are printed rounded.


def _ends(values: list[Interval]) -> tuple[list[Decimal], list[Decimal]]:
    """Return the sorted lower and upper ends."""
    if not values:
        raise NoResult("no row of the portfolio to take it from")
    return sorted(value.low for value in values), sorted(value.high for value in values)


def _all_certain(values: list[Interval]) -> bool:
    return not any(value.may_be_absent for value in values)


def _hull(values: list[Interval]) -> Interval:
    lows, highs = _ends(values)
    return Interval(lows[0], highs[-1])


def _sum(values: list[Interval]) -> Interval:
    result = point(ZERO)
    for value in values:
        low = min(value.low, ZERO) if value.may_be_absent else value.low
        high = max(value.high, ZERO) if value.may_be_absent else value.high
        result = add(result, Interval(low, high))
    return result


def _of_ordered(group: Group, form: Callable[[Sequence[Decimal]], Decimal]) -> Interval:
    """Bound a statistic that rises with every value: take it of the lower and of the upper ends."""
    hull = group.once(_hull)
    if not group.once(_all_certain) or hull.low.is_infinite() or hull.high.is_infinite():
        return hull
    lows, highs = group.once(_ends)
    return outward(form(lows), form(highs))


def median_bounds(group: Group) -> Interval:
    return _of_ordered(group, lambda values: _inclusive(values, HALF))


def percentile_bounds(group: Group, share: Interval, method: str) -> Interval:
    if share.low != share.high:
        return group.once(_hull)
    return _of_ordered(group, lambda values: _percentile(values, share.low, method))


def rank_bounds(group: Group, own: Interval) -> Interval:
    """Return the places that a value may have: those surely above it, and those that may be."""
    lows, highs = group.once(_ends)
    surely = len(lows) - bisect_right(lows, own.high) if group.once(_all_certain) else 0
    perhaps = len(highs) - bisect_right(highs, own.low) - (own.high > own.low)
    return Interval(Decimal(surely + 1), Decimal(perhaps + 1))


def standard_deviation_bounds(group: Group, of: str) -> Interval:
    """Return nothing to half the range: no values inside a range are further apart than that."""
    hull = group.once(_hull)
    number = len(group.values)
    divisor = number - _named(of, DIVISORS)
    if not group.once(_all_certain) or divisor <= 0 or hull.low.is_infinite() or hull.high.is_infinite():
        return Interval(ZERO, INFINITY)
    half = CEILING.divide(CEILING.subtract(hull.high, hull.low), TWO)
    spread = CEILING.sqrt(CEILING.divide(Decimal(number), Decimal(divisor)))
    return Interval(ZERO, outward(ZERO, CEILING.multiply(half, spread)).high)


def scale_to_pool_bounds(group: Group, pool: Group | Interval, own: Interval) -> Interval:
    total = pool.once(_sum) if isinstance(pool, Group) else pool
    amounts = group.once(_sum)
    if amounts.low.is_infinite() or amounts.high.is_infinite():
        return EVERYTHING
    return divide(multiply(own, total), amounts)
