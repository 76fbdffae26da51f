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
    costs, part = sorted(cents), Fraction(share)
    if method == "nearest_rank":
        return costs[max(ceil(part * len(costs)), 1) - 1]
    place = part * (len(costs) - 1) if method == "inclusive" else part * (len(costs) + 1) - 1
    place = min(max(place, Fraction(0)), Fraction(len(costs) - 1))
    below = floor(place)
    above = min(below + 1, len(costs) - 1)
    return floor(costs[below] + (place - below) * (costs[above] - costs[below]) + Fraction(1, 2))
