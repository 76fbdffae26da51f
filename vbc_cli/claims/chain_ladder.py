"""The chain ladder: what will still be paid, from how earlier months of service were paid over time.

Cents paid up to each age are whole numbers and factors are exact fractions, so nothing is rounded here.
The spread is Mack's (Distribution-free calculation of the standard error of chain ladder reserve estimates,
1993).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct, field

from vbc_cli.claims.completion_settings import ChainLadder
from vbc_cli.claims.facts import EXACT

Rows = Mapping[int, Sequence[int]]
"""Cents paid up to each age, by month of service; the last of a row is what was paid up to the valuation."""


class NoFactorError(Exception):
    """An age at which the claims give no factor: nothing was paid up to it."""

    def __init__(self, age: int) -> None:
        super().__init__(age)
        self.age = age


class Step(Struct, frozen=True):
    """The way from one age to the next: its factor, the variance of one row and that of the factor itself."""

    factor: Fraction
    variance: Fraction
    factor_variance: Fraction


class Ladder(Struct, frozen=True):
    """The steps between ages, the factor behind the last of them, how rows are weighted, and the rows."""

    steps: Mapping[int, Step]
    tail: Fraction
    weighted: bool
    rows: Rows = field(default_factory=dict)

    def to_ultimate(self, age: int) -> Fraction:
        """Return what multiplies the cents paid up to an age."""
        product = self.tail
        for each in range(age, max(self.steps, default=age - 1) + 1):
            product *= self.steps[each].factor
        return product

    def standard_error(self, latest: Mapping[int, Sequence[Fraction]]) -> Decimal:
        """Return the standard error of what is still to be paid, given what the rows of each age were paid.

        The error of the rows themselves adds up row by row; that of a factor is common to all rows.
        """
        projected: list[Fraction] = []
        own, common = Fraction(0), Fraction(0)
        for age in sorted(self.steps):
            step = self.steps[age]
            projected += latest.get(age, ())
            own = own * step.factor**2 + step.variance * sum(
                (paid if self.weighted else paid**2 for paid in projected), Fraction(0)
            )
            common = common * step.factor**2 + step.factor_variance * sum(projected, Fraction(0)) ** 2
            projected = [paid * step.factor for paid in projected]
        variance = max(own + common, Fraction(0)) * self.tail**2
        return EXACT.sqrt(EXACT.divide(Decimal(variance.numerator), Decimal(variance.denominator)))


def climb(rows: Rows, settings: ChainLadder, youngest: int) -> Ladder:
    """Return the steps from the youngest age on; raise `NoFactorError` where one of them has no factor."""
    oldest = max((len(row) for row in rows.values()), default=1) - 1
    weighted = settings.average == "volume_weighted"
    steps: dict[int, Step] = {}
    for age in range(youngest, oldest):
        passed = [rows[month] for month in sorted(rows) if len(rows[month]) > age + 1]
        pairs = [(row[age], row[age + 1]) for row in passed]
        kept = pairs if settings.latest_months is None else pairs[-settings.latest_months :]
        steps[age] = step(kept, weighted, [each.variance for each in steps.values()], age)
    return Ladder(steps, Fraction(settings.tail_factor), weighted, rows)


def step(pairs: Sequence[tuple[int, int]], weighted: bool, before: Sequence[Fraction], age: int) -> Step:
    """Return the step over rows paid up to an age and to the next; `before` are variances of earlier ages."""
    if all(paid == later for paid, later in pairs):
        return Step(Fraction(1), Fraction(0), Fraction(0))
    weights = [paid if weighted else 1 for paid, _ in pairs]
    if sum(weights) == 0 or not (weighted or all(paid for paid, _ in pairs)):
        raise NoFactorError(age)
    if weighted:
        factor = Fraction(sum(later for _, later in pairs), sum(weights))
    else:
        factor = sum((Fraction(later, paid) for paid, later in pairs), Fraction(0)) / len(pairs)
    squares = sum(
        (
            weight * (Fraction(later, paid) - factor) ** 2
            for weight, (paid, later) in zip(weights, pairs, strict=True)
            if paid
        ),
        Fraction(0),
    )
    variance = squares / (len(pairs) - 1) if len(pairs) > 1 else last_variance(before)
    return Step(factor, variance, variance / sum(weights))


def last_variance(before: Sequence[Fraction]) -> Fraction:
    """Return the variance of an age that only one row has passed: Mack's rule from the two ages before it."""
    if len(before) < 2 or not before[-2]:
        return Fraction(0)
    return min(before[-1] ** 2 / before[-2], before[-1], before[-2])
