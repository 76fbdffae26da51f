"""Every function and operator of the language, one entry each.

An entry carries the function's form in every backend: units, exact numbers, intervals and words.
An entry that lacks a form cannot be written, so no backend can fall behind another.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from vbc_cli.formula import exact, interval, statistics, units
from vbc_cli.formula.numbers import EXACT

Units = Sequence[str]


class Shape(enum.Enum):
    """What a function is given."""

    VALUES = "values"
    ROWS = "rows"
    """One value (or pair) from each row of the table that the first argument names."""
    STEPS = "steps"
    """A value, then two columns of a table: where a step begins and what it gives."""
    PRESENCE = "presence"
    """A name or a column that may have no value."""
    PORTFOLIO = "portfolio"
    """A line of every row of a portfolio (`portfolio.x`), perhaps grouped by=; then plain values."""


class Function(Struct, frozen=True):
    """One function: how many arguments, and its form in every backend.

    `unit` takes the units of the arguments and returns that of the result, or raises `UnitFault`.
    `exact` of a function that `decides` returns the value and the number of its choice; `outcomes`
    says how many choices there are for so many arguments (0 where the contract's table decides).
    """

    name: str
    arguments: tuple[int, int | None]
    unit: Callable[[Units], str]
    exact: Callable[..., Any]
    interval: Callable[..., Any]
    words: Callable[..., str]
    shape: Shape = Shape.VALUES
    outcomes: Callable[[int], int] | None = None
    reads_own: bool = False
    """Whether a statistic needs, beside the group, the value of the row it is made for."""

    @property
    def decides(self) -> bool:
        return self.outcomes is not None

    @property
    def signature(self) -> str:
        least, most = self.arguments
        if most is None:
            return f"{self.name} takes {least} or more arguments"
        return f"{self.name} takes {least} argument" + ("s" if least != 1 else "")


def _infix(symbol: str) -> Callable[..., str]:
    return lambda left, right: f"{left} {symbol} {right}"


def _plain(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({', '.join(arguments)})"


def _sum_unit(doing: str) -> Callable[[Units], str]:
    return lambda given: units.same([units.numeric(unit, doing) for unit in given], doing)


def _limited(given: Units) -> str:
    return units.same([units.numeric(unit, "limiting") for unit in given], "limiting")


def _rounded(given: Units) -> str:
    value, unit = given
    if unit not in (units.LITERAL, value):
        raise units.UnitFault(
            f"rounding {value} to a {unit}", "Round to a number or a term of the same unit."
        )
    return units.numeric(value, "rounding")


def _reached(given: Units) -> str:
    value, threshold, or_more = given
    units.same((value, threshold), "comparing")
    if or_more != units.FLAG:
        raise units.UnitFault(
            f"a {or_more} for at least or more than", "The third argument is a flag: yes is at least."
        )
    return units.FLAG


def _banded(given: Units) -> str:
    value, above, share = given
    return units.times(units.same((value, above), "cutting into bands"), share)


def _stepped(given: Units) -> str:
    value, step, result = given
    units.same((value, step), "comparing")
    return result


def _first(given: Units) -> str:
    return units.numeric(given[0], "adding")


def _weighted(given: Units) -> str:
    units.numeric(given[1], "weighting with")
    return units.numeric(given[0], "averaging")


def _counted(given: Units) -> str:
    if given[0] != units.FLAG:
        raise units.UnitFault(
            f"counting a {given[0]}", "Count the rows where a flag holds: count(table.flag)."
        )
    return units.COUNT


def _only(required: str, result: str) -> Callable[[Units], str]:
    def unit(given: Units) -> str:
        if given[0] != required:
            raise units.UnitFault(
                f"{given[0]} where {required} is needed", "Correct the unit or the argument."
            )
        return result

    return unit


def _squashed(given: Units) -> str:
    if given[0] in units.MONEY:
        raise units.UnitFault(f"logistic of {given[0]}", "It takes a plain number.")
    units.numeric(given[0], "logistic of")
    return units.RATE


def _rounding(name: str, exact_form: Callable[..., Any], words: str) -> Function:
    return Function(
        name,
        (2, 2),
        _rounded,
        exact_form,
        interval.rounding(exact_form),
        lambda value, unit: f"{value} rounded {words} to {unit}",
    )


def _rows(
    name: str, unit: Callable[[Units], str], exact_form: Any, interval_form: Any, words: str
) -> Function:
    return Function(
        name, (1, 1), unit, exact_form, interval_form, lambda value: f"{words} {value}", Shape.ROWS
    )


def _share_of(given: Units) -> str:
    value, share, method = given
    units.same((share, units.RATE), "taking a percentile at")
    _named(method, "inclusive")
    return units.numeric(value, "ordering")


def _deviation(given: Units) -> str:
    value, of = given
    _named(of, "sample")
    return units.numeric(value, "averaging")


def _named(unit: str, example: str) -> None:
    if unit != units.CODE:
        raise units.UnitFault(
            f"a {unit} in the place of a method", f"Name it as a code, such as '{example}'."
        )


def _ranked(given: Units) -> str:
    units.numeric(given[0], "ordering")
    return units.COUNT


def _pooled(given: Units) -> str:
    amount, pool = given
    return units.same((units.numeric(amount, "scaling"), pool), "scaling to")


def _same_count(arguments: int) -> int:
    return arguments


_ENTRIES = (
    Function("+", (2, 2), _sum_unit("adding"), EXACT.add, interval.add, _infix("+")),
    Function("-", (2, 2), _sum_unit("subtracting"), EXACT.subtract, interval.subtract, _infix("-")),
    Function("*", (2, 2), lambda given: units.times(*given), EXACT.multiply, interval.multiply, _infix("*")),
    Function("/", (2, 2), lambda given: units.over(*given), exact.divide, interval.divide, _infix("/")),
    Function(
        "negative",
        (1, 1),
        lambda given: units.numeric(given[0], "the negative of"),
        EXACT.minus,
        interval.negative,
        lambda value: f"-{value}",
    ),
    Function(
        "not",
        (1, 1),
        _only(units.FLAG, units.FLAG),
        lambda flag: not flag,
        interval.opposite,
        lambda flag: f"not {flag}",
    ),
    Function(
        "min", (2, None), _limited, exact.lowest_of, interval.lowest_of, _plain("min"), outcomes=_same_count
    ),
    Function(
        "max", (2, None), _limited, exact.highest_of, interval.highest_of, _plain("max"), outcomes=_same_count
    ),
    Function(
        "clamp",
        (3, 3),
        _limited,
        exact.clamp,
        interval.clamp,
        lambda value, low, high: f"{value} held between {low} and {high}",
        outcomes=lambda _: 3,
    ),
    Function(
        "abs",
        (1, 1),
        lambda given: units.numeric(given[0], "the size of"),
        EXACT.abs,
        interval.absolute,
        _plain("abs"),
    ),
    _rounding("round_half_up", exact.round_half_up, "half up"),
    _rounding("round_half_even", exact.round_half_even, "half to even"),
    _rounding("round_up", exact.round_up, "up"),
    _rounding("round_down", exact.round_down, "down"),
    Function(
        "reaches",
        (3, 3),
        _reached,
        exact.reaches,
        interval.reaches,
        lambda value, threshold, or_more: f"{value} reaches {threshold} (at least: {or_more})",
        outcomes=lambda _: 2,
    ),
    Function(
        "bands",
        (3, 3),
        _banded,
        exact.bands,
        interval.bands,
        lambda value, above, share: f"{value} in bands from {above} at {share}",
        Shape.STEPS,
        lambda _: 0,
    ),
    Function(
        "ladder",
        (3, 3),
        _stepped,
        exact.ladder,
        interval.ladder,
        lambda value, step, result: f"{result} of the largest {step} that {value} reaches",
        Shape.STEPS,
        lambda _: 0,
    ),
    Function(
        "interpolate",
        (3, 3),
        _stepped,
        exact.interpolate,
        interval.interpolate,
        lambda value, at, result: f"{result} at {value}, on the straight line between {at}",
        Shape.STEPS,
        lambda _: 0,
    ),
    _rows("sum", _first, exact.total, interval.total, "the sum of"),
    _rows("count", _counted, exact.count, interval.count, "the number of rows with"),
    _rows("mean", _first, exact.mean, interval.mean, "the mean of"),
    _rows("lowest", _first, exact.lowest, interval.lowest, "the lowest"),
    _rows("highest", _first, exact.highest, interval.highest, "the highest"),
    Function(
        "weighted_mean",
        (2, 2),
        _weighted,
        exact.weighted_mean,
        interval.weighted_mean,
        lambda value, weight: f"the mean of {value} weighted by {weight}",
        Shape.ROWS,
    ),
    Function(
        "is_present",
        (1, 1),
        lambda _: units.FLAG,
        lambda present: present,
        lambda present: present,
        lambda name: f"{name} is given",
        Shape.PRESENCE,
    ),
    Function(
        "is_missing",
        (1, 1),
        lambda _: units.FLAG,
        lambda present: not present,
        interval.opposite,
        lambda name: f"{name} is missing",
        Shape.PRESENCE,
    ),
    Function(
        "person_years",
        (1, 1),
        _only(units.MEMBER_MONTHS, units.PERSON_YEARS),
        exact.person_years,
        interval.person_years,
        lambda months: f"{months} / 12",
    ),
    Function(
        "median",
        (1, 1),
        lambda given: units.numeric(given[0], "ordering"),
        statistics.median,
        statistics.median_bounds,
        lambda value: f"the median of {value}",
        Shape.PORTFOLIO,
    ),
    Function(
        "percentile",
        (3, 3),
        _share_of,
        statistics.percentile,
        statistics.percentile_bounds,
        lambda value, share, method: f"the percentile of {value} at {share} ({method})",
        Shape.PORTFOLIO,
    ),
    Function(
        "rank",
        (1, 1),
        _ranked,
        statistics.rank,
        statistics.rank_bounds,
        lambda value: f"the rank among {value}, 1 the highest",
        Shape.PORTFOLIO,
        reads_own=True,
    ),
    Function(
        "standard_deviation",
        (2, 2),
        _deviation,
        statistics.standard_deviation,
        statistics.standard_deviation_bounds,
        lambda value, of: f"the standard deviation of {value} ({of})",
        Shape.PORTFOLIO,
    ),
    Function(
        "scale_to_pool",
        (2, 2),
        _pooled,
        statistics.scale_to_pool,
        statistics.scale_to_pool_bounds,
        lambda amount, pool: f"the own part of {amount}, all scaled to {pool}",
        Shape.PORTFOLIO,
        reads_own=True,
    ),
    Function("logistic", (1, 1), _squashed, exact.logistic, interval.logistic, _plain("logistic")),
    Function("year", (1, 1), _only(units.DATE, units.COUNT), exact.year, interval.year, _plain("year")),
)

FUNCTIONS = {entry.name: entry for entry in _ENTRIES}
OPERATORS = frozenset(("+", "-", "*", "/", "negative", "not"))
CALLED = sorted(FUNCTIONS.keys() - OPERATORS)
"""The functions that are called by name."""
