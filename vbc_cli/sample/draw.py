"""Chance, drawn so that every machine draws the same.

Only `Random.random` and plain arithmetic are used: Python promises the first to stay the same between
versions, and logarithms or exponentials may differ in their last digit between machines. Counts and
shares are dealt out evenly instead of one throw at a time, so that a small sample is believable too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import fsum
from random import Random
from typing import Final, TypeVar

T = TypeVar("T")

# Steps that fill 0 to 1 evenly, and each independently of the others.
STEPS: Final = (0.8566748838545029, 0.733891856627126, 0.6287067210378086, 0.53859725722361)


class Curve:
    """A line through knots; between two knots it is straight, as a quantile table is read."""

    def __init__(self, *knots: tuple[float, float], mean: float | None = None) -> None:
        """Keep the knots, from x = 0 to x = 1; a mean, if given, is reached by scaling every height."""
        self._x = [x for x, _ in knots]
        heights = [height for _, height in knots]
        factor = 1.0 if mean is None else mean / _mean(self._x, heights)
        self._y = [height * factor for height in heights]

    def at(self, x: float) -> float:
        """Return the height at x."""
        right = min(bisect_right(self._x, x), len(self._x) - 1)
        left = right - 1
        share = (x - self._x[left]) / (self._x[right] - self._x[left])
        return self._y[left] + share * (self._y[right] - self._y[left])


def _mean(x: Sequence[float], y: Sequence[float]) -> float:
    return fsum((x[i + 1] - x[i]) * (y[i] + y[i + 1]) / 2 for i in range(len(x) - 1))


class Draw:
    """A seeded source of chance."""

    def __init__(self, seed: int) -> None:
        self.fraction = Random(seed).random

    def chance(self, share: float) -> bool:
        """Return True in this share of the draws."""
        return self.fraction() < share

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, not including, the limit."""
        return int(self.fraction() * limit)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items, each as likely as the others."""
        return items[self.below(len(items))]

    def spread(self, curve: Curve) -> float:
        """Return a value of which the curve is the quantile table."""
        return curve.at(self.fraction())


class Even:
    """Places between 0 and 1, dealt so that any run of them covers the whole evenly."""

    def __init__(self, draw: Draw, step: float) -> None:
        self._at = draw.fraction()
        self._step = step

    def next(self) -> float:
        """Return the next place."""
        self._at = (self._at + self._step) % 1.0
        return self._at


class Quota:
    """Deals whole events to members by what each is expected to need.

    The running count never strays from the running expectation by more than one.
    """

    def __init__(self, draw: Draw) -> None:
        self._owed = draw.fraction()

    def take(self, expected: float) -> int:
        """Return how many events this member gets."""
        self._owed += expected
        whole = int(self._owed)
        self._owed -= whole
        return whole


class Balance:
    """Divides dollars between own and other providers, so that own keeps its share of the total."""

    def __init__(self, draw: Draw, share: float) -> None:
        self._draw = draw
        self._share = share
        self._due = 0.0

    def is_own(self, cents: int, settled: bool | None = None) -> bool:
        """Return whether this amount goes to an own provider; `settled` says it was decided elsewhere."""
        self._due += self._share * cents
        own = self._due > cents * self._draw.fraction() if settled is None else settled
        if own:
            self._due -= cents
        return own
