"""Evaluation over intervals: what a published result may be when its inputs are printed rounded.

The same program as the settlement's, compiled for intervals. A flag that the printed digits do not
decide takes both branches; a branch that cannot be evaluated cannot have been taken.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal, DecimalException
from functools import reduce
from itertools import product
from typing import Any

from vbc_cli.formula.compiled import Closure, NoRow, NoValue, Scope, rows_of, visit
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.functions import Function
from vbc_cli.formula.interval import (
    EVERYTHING,
    MAYBE,
    Flag,
    Interval,
    Maybe,
    OneOf,
    Uncertain,
    compare,
    hull,
    opposite,
    point,
)

_UNTAKEN = (NoValue, NoRow, NoResult, DecimalException)
UNREACHED = object()
"""Stands for the value of a part that cannot have been evaluated."""


def certain(value: Any) -> Uncertain:
    """Return an exact value as an uncertain one that has only itself to be."""
    return point(value) if isinstance(value, Decimal) else value


class IntervalBackend:
    """Intervals: all that a value may be."""

    def constant(self, value: Decimal) -> Interval:
        return point(value)

    def call(self, entry: Function, arguments: Sequence[Closure], _mark: int) -> Closure:
        form = entry.interval
        return lambda scope: form(*[argument(scope) for argument in arguments])

    def compare(self, operators: Sequence[str], operands: Sequence[Closure]) -> Closure:
        def chain(scope: Scope) -> Flag:
            value = operands[0](scope)
            result: Flag = True
            for link, operand in zip(operators, operands[1:], strict=True):
                following = _reached(operand, scope, sure=result is True)
                if following is UNREACHED:
                    return MAYBE
                result = _all_of((result, compare(link, value, following)))
                if result is False:
                    return False
                value = following
            return result

        return chain

    def logic(self, operator: str, operands: Sequence[Closure]) -> Closure:
        if operator == "and":
            return lambda scope: _all_of(_flags(operands, scope, stop=False))
        return lambda scope: opposite(_all_of(opposite(flag) for flag in _flags(operands, scope, stop=True)))

    def cases(self, cases: Sequence[tuple[Closure | None, Closure]], _mark: int) -> Closure:
        def choose(scope: Scope) -> Uncertain:
            possible: list[Uncertain] = []
            sure = True
            for condition, value in cases:
                holds = True if condition is None else _reached(condition, scope, sure=sure)
                if holds is False:
                    continue
                sure = sure and holds is True
                taken = UNREACHED if holds is UNREACHED else _reached(value, scope, sure=sure)
                possible.extend([] if taken is UNREACHED else [taken])
                if holds is not MAYBE:
                    break
            if not possible:
                raise NoResult("no case applies")
            result: Uncertain = reduce(hull, possible)
            return result

        return choose

    def lookup(self, table: str, keys: Sequence[Closure], column: str) -> Closure:
        def find(scope: Scope) -> Uncertain:
            rows = scope[rows_of(table)]
            choices = [list(_key_options(key(scope), place, rows.keys)) for place, key in enumerate(keys)]
            wanted = list(product(*choices))
            known = [key for key in wanted if key in rows.keys] or wanted[:1]
            found = [rows.row(table, key).get(column) for key in known]
            value: Uncertain = reduce(hull, found) if found else None
            if value is None:
                raise NoValue(f"{table}.{column}")
            return value

        return find

    def rows(
        self, entry: Function, table: str, arguments: Sequence[Closure], where: Closure | None
    ) -> Closure:
        return lambda scope: entry.interval(_gather(scope, table, arguments, where))

    def steps(
        self, entry: Function, table: str, arguments: Sequence[Closure], where: Closure | None, _mark: int
    ) -> Closure:
        value, *columns = arguments

        def climb(scope: Scope) -> Uncertain:
            steps = _gather(scope, table, columns, where)
            if not steps:
                raise NoResult(f"no row of {table} to take it from")
            if not all(sure for _, sure in steps):
                return EVERYTHING
            result: Uncertain = entry.interval(value(scope), [step for step, _ in steps])
            return result

        return climb

    def presence(self, entry: Function, peek: Closure) -> Closure:
        def present(scope: Scope) -> Flag:
            flag: Flag = entry.interval(_is_present(peek(scope)))
            return flag

        return present

    def statistic(self, entry: Function, arguments: Sequence[Closure], own: Closure | None) -> Closure:
        form = entry.interval
        every = list(arguments) if own is None else [*arguments, own]
        return lambda scope: form(*[argument(scope) for argument in every])

    def when(self, condition: Closure, value: Closure, _mark: int) -> Closure:
        def apply(scope: Scope) -> Uncertain:
            applies = condition(scope)
            if applies is MAYBE:
                taken = _reached(value, scope, sure=False)
                return None if taken is UNREACHED else hull(taken, None)
            result: Uncertain = value(scope) if applies else None
            return result

        return apply


def _all_of(flags: Iterable[Flag]) -> Flag:
    """Return whether all hold, looking no further than the first that does not."""
    result: Flag = True
    for flag in flags:
        if flag is False:
            return False
        if flag is MAYBE:
            result = MAYBE
    return result


def _flags(operands: Sequence[Closure], scope: Scope, *, stop: bool) -> Iterable[Flag]:
    """Yield flags; after an undecided one, what cannot be read is undecided too."""
    sure = True
    for operand in operands:
        found = _reached(operand, scope, sure=sure)
        flag: Flag = MAYBE if found is UNREACHED else found
        sure = sure and flag is not MAYBE
        yield flag
        if flag is stop:
            return


def _reached(value: Closure, scope: Scope, *, sure: bool) -> Any:
    """Return a part's value; one that is not sure to be evaluated, and cannot be, was not reached."""
    try:
        return value(scope)
    except _UNTAKEN:
        if sure:
            raise
        return UNREACHED


def _is_present(value: Any) -> Flag:
    if value is None:
        return False
    if isinstance(value, Interval):
        return MAYBE if value.may_be_absent else True
    return MAYBE if isinstance(value, Maybe | OneOf) else True


def _key_options(value: Uncertain, place: int, keys: Sequence[tuple[Any, ...]]) -> Iterable[Any]:
    """Yield each key that an uncertain value may stand for."""
    match value:
        case Interval(low, high):
            if low == high:
                return (low,)
            return {
                key[place] for key in keys if isinstance(key[place], Decimal) and low <= key[place] <= high
            }
        case OneOf(values):
            return values
        case str() | datetime.date() | bool():
            return (value,)
    return ()


def _gather(
    scope: Scope, table: str, arguments: Sequence[Closure], where: Closure | None
) -> list[tuple[Any, bool]]:
    """Return the value (or pair) of each row that may count, and whether it is certain to."""
    found = []
    for _ in visit(scope, table):
        counts = True if where is None else where(scope)
        if counts is False:
            continue
        values = tuple(_reached(argument, scope, sure=counts is True) for argument in arguments)
        if UNREACHED not in values:
            found.append((values[0] if len(values) == 1 else values, counts is True))
    return found


INTERVAL_BACKEND = IntervalBackend()
