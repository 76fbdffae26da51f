"""Evaluation over intervals: what a published result may be when its inputs are printed rounded.

The same program as the settlement's, compiled for intervals. A flag that the printed digits do not
decide takes both branches; a branch that cannot be evaluated cannot have been taken.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, DecimalException
from functools import reduce
from itertools import product
from typing import Any

from vbc_cli.formula.evaluate import Closure, NoRow, NoValue, Scope, rows_of, visit
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.functions import Function
from vbc_cli.formula.interval import (
    EVERYTHING,
    MAYBE,
    Flag,
    Interval,
    OneOf,
    Uncertain,
    compare,
    hull,
    opposite,
    point,
)

_UNTAKEN = (NoValue, NoRow, NoResult, DecimalException)


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
            values = [operand(scope) for operand in operands]
            links = zip(operators, values, values[1:], strict=False)
            return _all_of(compare(operator, left, right) for operator, left, right in links)

        return chain

    def logic(self, operator: str, operands: Sequence[Closure]) -> Closure:
        if operator == "and":
            return lambda scope: _all_of(_flags(operands, scope, stop=False))
        return lambda scope: opposite(_all_of(opposite(flag) for flag in _flags(operands, scope, stop=True)))

    def cases(self, cases: Sequence[tuple[Closure | None, Closure]], _mark: int) -> Closure:
        def choose(scope: Scope) -> Uncertain:
            possible: list[Uncertain] = []
            for condition, value in cases:
                holds: Flag = True if condition is None else condition(scope)
                if holds is True:
                    possible.extend(_if_taken(value, scope) if possible else [value(scope)])
                    break
                if holds is MAYBE:
                    possible.extend(_if_taken(value, scope))
            if not possible:
                raise NoResult("no case applies")
            result: Uncertain = reduce(hull, possible)
            return result

        return choose

    def lookup(self, table: str, keys: Sequence[Closure], column: str) -> Closure:
        def find(scope: Scope) -> Uncertain:
            rows = scope[rows_of(table)]
            choices = [list(_key_options(key(scope), place, rows.keys)) for place, key in enumerate(keys)]
            found = [rows.row(table, key).get(column) for key in product(*choices)]
            value = reduce(hull, found) if found else None
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

    def presence(self, entry: Function, read: Closure) -> Closure:
        def present(scope: Scope) -> Flag:
            flag: Flag = entry.interval(_is_present(read, scope))
            return flag

        return present

    def when(self, condition: Closure, value: Closure, _mark: int) -> Closure:
        def apply(scope: Scope) -> Uncertain:
            applies = condition(scope)
            if applies is MAYBE:
                undecided: Uncertain = reduce(hull, [*_if_taken(value, scope), None])
                return undecided
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
    undecided = False
    for operand in operands:
        if not undecided:
            flag: Flag = operand(scope)
        else:
            flag = next(iter(_if_taken(operand, scope)), MAYBE)
        undecided = undecided or flag is MAYBE
        yield flag
        if flag is stop:
            return


def _if_taken(value: Closure, scope: Scope) -> list[Any]:
    """Return the value of a branch, or nothing where it cannot have been taken."""
    try:
        return [value(scope)]
    except _UNTAKEN:
        return []


def _is_present(read: Callable[[Scope], Any], scope: Scope) -> Flag:
    try:
        value = read(scope)
    except NoValue:
        return False
    return MAYBE if isinstance(value, Interval) and value.may_be_absent else True


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
        if counts is not False:
            values = tuple(argument(scope) for argument in arguments)
            found.append((values[0] if len(values) == 1 else values, counts is True))
    return found


INTERVAL_BACKEND = IntervalBackend()
