"""What each function does with intervals: all that a value may be.

A published input that was printed rounded stands for every number that prints so. Each function
returns an interval that is sure to hold the exact result, rounded outward; flags may be undecided,
and an undecided case is the hull of its branches.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import reduce
from itertools import product
from typing import TypeAlias

from msgspec import Struct

from vbc_cli.formula import exact
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.numbers import CEILING, EXACT, FLOOR, ONE, ZERO

INFINITY = Decimal("Infinity")


class Interval(Struct, frozen=True):
    """Every number from `low` to `high`; `may_be_absent` where the value may not exist at all."""

    low: Decimal
    high: Decimal
    may_be_absent: bool = False

    def __contains__(self, value: Decimal) -> bool:
        return self.low <= value <= self.high


class OneOf(Struct, frozen=True):
    """One of several codes or dates, not known which."""

    values: frozenset[str | datetime.date]


class Maybe(enum.Enum):
    """A flag that the printed inputs do not decide."""

    MAYBE = "maybe"


MAYBE = Maybe.MAYBE
Flag: TypeAlias = bool | Maybe
Uncertain: TypeAlias = Interval | OneOf | Flag | str | datetime.date | None
EVERYTHING = Interval(-INFINITY, INFINITY)


def point(value: Decimal) -> Interval:
    return Interval(value, value)


def printed(value: Decimal, half_unit: Decimal) -> Interval:
    """Return every number that prints as this value at a precision of twice `half_unit`."""
    return Interval(FLOOR.subtract(value, half_unit), CEILING.add(value, half_unit))


def hull(one: Uncertain, other: Uncertain) -> Uncertain:
    """Return all that either of two values may be; an absent one leaves the other perhaps absent."""
    if one is None or other is None:
        return _perhaps_absent(other if one is None else one)
    if isinstance(one, Interval) and isinstance(other, Interval):
        absent = one.may_be_absent or other.may_be_absent
        return Interval(min(one.low, other.low), max(one.high, other.high), absent)
    if isinstance(one, bool | Maybe):
        return one if one == other else MAYBE
    return one if one == other else OneOf(frozenset(options(one)) | frozenset(options(other)))


def _perhaps_absent(value: Uncertain) -> Uncertain:
    """Return a value that may not exist; an undecided flag and one of several codes may be absent anyway."""
    match value:
        case Interval(low, high):
            return Interval(low, high, True)
        case bool() | Maybe():
            return MAYBE
        case str() | datetime.date():
            return OneOf(frozenset((value,)))
    return value


def options(value: Uncertain) -> Iterable[str | datetime.date]:
    """Yield each code or date that a value may be."""
    if isinstance(value, OneOf):
        return value.values
    return (value,) if isinstance(value, str | datetime.date) else ()


def negative(value: Interval) -> Interval:
    return Interval(EXACT.minus(value.high), EXACT.minus(value.low))


def add(left: Interval, right: Interval) -> Interval:
    return Interval(FLOOR.add(left.low, right.low), CEILING.add(left.high, right.high))


def subtract(left: Interval, right: Interval) -> Interval:
    return add(left, negative(right))


def multiply(left: Interval, right: Interval) -> Interval:
    corners = list(product((left.low, left.high), (right.low, right.high)))
    return Interval(
        min(_multiply(FLOOR.multiply, *pair) for pair in corners),
        max(_multiply(CEILING.multiply, *pair) for pair in corners),
    )


def _multiply(form: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal) -> Decimal:
    return form(left, right) if left and right else ZERO


def divide(left: Interval, right: Interval) -> Interval:
    if right.low == right.high == 0:
        raise NoResult("division by zero")
    if ZERO in right or right.low.is_infinite() or right.high.is_infinite():
        return EVERYTHING
    corners = list(product((left.low, left.high), (right.low, right.high)))
    return Interval(
        min(FLOOR.divide(*pair) for pair in corners), max(CEILING.divide(*pair) for pair in corners)
    )


def absolute(value: Interval) -> Interval:
    if ZERO in value:
        return Interval(ZERO, max(EXACT.minus(value.low), value.high))
    return value if value.low > 0 else negative(value)


def opposite(flag: Flag) -> Flag:
    return flag if isinstance(flag, Maybe) else not flag


def lowest_of(*values: Interval) -> Interval:
    return Interval(min(value.low for value in values), min(value.high for value in values))


def highest_of(*values: Interval) -> Interval:
    return Interval(max(value.low for value in values), max(value.high for value in values))


def clamp(value: Interval, low: Interval, high: Interval) -> Interval:
    if low.low > high.high:
        raise NoResult("a lower limit above the upper limit")
    return highest_of(low, lowest_of(value, high))


def compare(operator: str, left: Uncertain, right: Uncertain) -> Flag:
    """Compare two uncertain values: yes, no, or not decided."""
    if isinstance(left, Interval) and isinstance(right, Interval):
        return _compare_numbers(operator, left, right)
    if isinstance(left, Maybe) or isinstance(right, Maybe):
        return MAYBE
    test = COMPARE[operator]
    if isinstance(left, bool) and isinstance(right, bool):
        return test(left, right)
    return decided(test(one, other) for one, other in product(options(left), options(right)))


def _compare_numbers(operator: str, left: Interval, right: Interval) -> Flag:
    if operator == "==":
        if left.high < right.low or left.low > right.high:
            return False
        return True if left.low == left.high == right.low == right.high else MAYBE
    if operator == "!=":
        return opposite(_compare_numbers("==", left, right))
    if operator in (">", ">="):
        return _compare_numbers({">": "<", ">=": "<="}[operator], right, left)
    if operator == "<":
        return True if left.high < right.low else (False if left.low >= right.high else MAYBE)
    return True if left.high <= right.low else (False if left.low > right.high else MAYBE)


COMPARE: dict[str, Callable[..., bool]] = {
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
}


def decided(outcomes: Iterable[Flag]) -> Flag:
    """Return the flag that all outcomes agree on, or undecided."""
    seen = set(outcomes)
    return seen.pop() if len(seen) == 1 else MAYBE


def reaches(value: Interval, threshold: Interval, or_more: Flag) -> Flag:
    if isinstance(or_more, Maybe):
        return decided((reaches(value, threshold, True), reaches(value, threshold, False)))
    return _compare_numbers(">=" if or_more else ">", value, threshold)


def rounding(form: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Interval, Interval], Interval]:
    """Return rounding as a function of intervals: it never turns an order round."""

    def round_to(value: Interval, unit: Interval) -> Interval:
        if unit.low != unit.high:
            return subtract(add(value, Interval(ZERO, unit.high)), Interval(ZERO, unit.high))
        return Interval(form(value.low, unit.low), form(value.high, unit.low))

    return round_to


Steps: TypeAlias = Sequence[tuple[Interval, Interval]]


def bands(value: Interval, steps: Steps) -> Interval:
    return _piecewise(value, steps, lambda at, points: exact.bands(at, points)[0], _bands_of_uncertain)


def interpolate(value: Interval, points: Steps) -> Interval:
    return _piecewise(value, points, lambda at, known: exact.interpolate(at, known)[0], _any_result)


def _piecewise(
    value: Interval,
    steps: Steps,
    form: Callable[[Decimal, Sequence[tuple[Decimal, Decimal]]], Decimal],
    otherwise: Callable[[Interval, Steps], Interval],
) -> Interval:
    """Bound a function that is straight between its steps: look at the ends and the steps inside."""
    known = [(at.low, result.low) for at, result in steps if at.low == at.high and result.low == result.high]
    if len(known) < len(steps) or value.low.is_infinite() or value.high.is_infinite():
        return otherwise(value, steps)
    corners = [value.low, value.high, *(at for at, _ in known if at in value)]
    results = [form(at, known) for at in corners]
    return outward(min(results), max(results))


def _bands_of_uncertain(value: Interval, steps: Steps) -> Interval:
    total_ = point(ZERO)
    for place, (above, share) in enumerate(steps):
        end = lowest_of(value, steps[place + 1][0]) if place + 1 < len(steps) else value
        total_ = add(total_, multiply(highest_of(subtract(end, above), point(ZERO)), share))
    return total_


def _any_result(_value: Interval, points: Steps) -> Interval:
    return Interval(min(result.low for _, result in points), max(result.high for _, result in points))


def ladder(value: Interval, steps: Sequence[tuple[Interval, Uncertain]]) -> Uncertain:
    possible = [place for place, (at_least, _) in enumerate(steps) if value.high >= at_least.low]
    certain = [place for place, (at_least, _) in enumerate(steps) if value.low >= at_least.high]
    if not possible:
        raise NoResult("a value below the first step of the ladder")
    first = certain[-1] if certain else 0
    return reduce(hull, [result for _, result in steps[first : possible[-1] + 1]])


Rows: TypeAlias = Sequence[tuple[Interval, bool]]
"""The value of each row, and whether the row is certain to count."""


def total(rows: Rows) -> Interval:
    result = point(ZERO)
    for value, certain in rows:
        result = add(result, value if certain else _or_nothing(value))
    return result


def _or_nothing(value: Interval) -> Interval:
    return Interval(min(value.low, ZERO), max(value.high, ZERO))


def count(rows: Sequence[tuple[Flag, bool]]) -> Interval:
    surely = sum(certain and value is True for value, certain in rows)
    perhaps = sum(value is not False for value, _ in rows)
    return Interval(Decimal(surely), Decimal(perhaps))


def mean(rows: Rows) -> Interval:
    if all(certain for _, certain in rows):
        return divide(total(rows), point(Decimal(len(_some(rows)))))
    return _spread(rows)


def weighted_mean(rows: Sequence[tuple[tuple[Interval, Interval], bool]]) -> Interval:
    if all(certain for _, certain in rows):
        above = total([(multiply(value, weight), True) for (value, weight), _ in rows])
        weights = total([(weight, True) for (_, weight), _ in rows])
        if weights.low == weights.high:
            return divide(above, weights)
    if any(weight.low < 0 for (_, weight), _ in rows):
        return EVERYTHING
    return outward(*_ends(_spread([(value, certain) for (value, _), certain in rows])))


def lowest(rows: Rows) -> Interval:
    certain = [value.high for value, sure in rows if sure]
    return Interval(min(value.low for value, _ in _some(rows)), min(certain or [_spread(rows).high]))


def highest(rows: Rows) -> Interval:
    certain = [value.low for value, sure in rows if sure]
    return Interval(max(certain or [_spread(rows).low]), max(value.high for value, _ in _some(rows)))


def _spread(rows: Rows) -> Interval:
    """Return the hull of all rows: a mean of any of them lies inside it."""
    return _any_result(EVERYTHING, [(value, value) for value, _ in _some(rows)])


def _some(rows: Rows) -> Rows:
    if not rows:
        raise NoResult("no rows to take it from")
    return rows


def person_years(member_months: Interval) -> Interval:
    return divide(member_months, point(exact.MONTHS_A_YEAR))


def logistic(value: Interval) -> Interval:
    return outward(_logistic(value.low), _logistic(value.high))


def _logistic(value: Decimal) -> Decimal:
    if value.is_infinite():
        return ONE if value > 0 else ZERO
    return exact.logistic(value)


def year(date: Uncertain) -> Interval:
    years = [Decimal(option.year) for option in options(date) if isinstance(option, datetime.date)]
    return Interval(min(years), max(years))


def _ends(value: Interval) -> tuple[Decimal, Decimal]:
    return value.low, value.high


MARGIN = Decimal("1e-28")


def outward(low: Decimal, high: Decimal) -> Interval:
    """Widen by a hair: results inside were rounded to the nearest of 34 digits, a few times over."""
    if low.is_infinite() or high.is_infinite():
        return Interval(low, high)
    margin = CEILING.multiply(max(EXACT.abs(low), EXACT.abs(high), ONE), MARGIN)
    return Interval(FLOOR.subtract(low, margin), CEILING.add(high, margin))
