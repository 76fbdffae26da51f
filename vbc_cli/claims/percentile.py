"""The cost that a share of the costs does not exceed, by a named method, to the cent.

The methods give different money, so a contract names one. Between two costs the value lies on the straight
line, and a fraction of a cent is rounded half up.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

Method = Literal["inclusive", "exclusive", "nearest_rank"]


def percentile(cents: Sequence[int], share: Decimal, method: Method) -> int:
    """Return the cost at a share between 0 and 1 of one or more costs in whole cents.

    `inclusive` and `exclusive` are PERCENTILE.INC and PERCENTILE.EXC of a spreadsheet, the latter held to the
    lowest and highest cost; `nearest_rank` is always one of the costs.
    """
    costs = sorted(cents)
    place = place_of(len(costs), share, method)
    return at_place(place, costs[floor(place)], costs[ceil(place)])


def place_of(count: int, share: Decimal, method: Method) -> Fraction:
    """Return the place of a percentile among so many costs, 0 for the lowest; it may lie between two."""
    part = Fraction(share)
    if method == "nearest_rank":
        return Fraction(max(ceil(part * count), 1) - 1)
    place = part * (count - 1) if method == "inclusive" else part * (count + 1) - 1
    return min(max(place, Fraction(0)), Fraction(count - 1))


def at_place(place: Fraction, below: int, above: int) -> int:
    """Return the cents at a place, between the costs below and above it."""
    return floor(below + (place - floor(place)) * (above - below) + Fraction(1, 2))
