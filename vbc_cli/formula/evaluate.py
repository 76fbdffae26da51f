"""Evaluation with exact decimal numbers: what is settled.

The backend that a settlement is compiled for. Lookups and comparisons stop as early as the formula
does, and every choice is written to the trail.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from vbc_cli.formula.compiled import TRAIL, Closure, NoValue, Scope, rows_of, visit
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.functions import Function

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class ExactBackend:
    """Exact decimal numbers: what is settled."""

    def constant(self, value: Decimal) -> Decimal:
        return value

    def call(self, entry: Function, arguments: Sequence[Closure], mark: int) -> Closure:
        form = entry.exact
        if entry.decides:

            def decide(scope: Scope) -> Any:
                value, choice = form(*[argument(scope) for argument in arguments])
                scope[TRAIL].append((mark, choice))
                return value

            return decide
        if len(arguments) == 2:
            left, right = arguments
            return lambda scope: form(left(scope), right(scope))
        (only,) = arguments
        return lambda scope: form(only(scope))

    def compare(self, operators: Sequence[str], operands: Sequence[Closure]) -> Closure:
        tests = [_COMPARE[symbol] for symbol in operators]
        if len(tests) == 1:
            (test,) = tests
            left, right = operands
            return lambda scope: test(left(scope), right(scope))

        def chain(scope: Scope) -> bool:
            value = operands[0](scope)
            for link, operand in zip(tests, operands[1:], strict=True):
                following = operand(scope)
                if not link(value, following):
                    return False
                value = following
            return True

        return chain

    def logic(self, operator: str, operands: Sequence[Closure]) -> Closure:
        holds = all if operator == "and" else any
        return lambda scope: holds(operand(scope) for operand in operands)

    def cases(self, cases: Sequence[tuple[Closure | None, Closure]], mark: int) -> Closure:
        def choose(scope: Scope) -> Any:
            for place, (condition, value) in enumerate(cases):
                if condition is None or condition(scope):
                    scope[TRAIL].append((mark, place))
                    return value(scope)
            raise NoResult("no case applies")

        return choose

    def lookup(self, table: str, keys: Sequence[Closure], column: str) -> Closure:
        rows = rows_of(table)

        def find(scope: Scope) -> Any:
            value = scope[rows].row(table, tuple(key(scope) for key in keys)).get(column)
            if value is None:
                raise NoValue(f"{table}.{column}")
            return value

        return find

    def rows(
        self, entry: Function, table: str, arguments: Sequence[Closure], where: Closure | None
    ) -> Closure:
        form = entry.exact

        def gather(scope: Scope) -> Any:
            return form(
                [_one_or_pair(arguments, scope) for _ in visit(scope, table) if where is None or where(scope)]
            )

        return gather

    def steps(
        self, entry: Function, table: str, arguments: Sequence[Closure], where: Closure | None, mark: int
    ) -> Closure:
        form = entry.exact
        value, *columns = arguments

        def climb(scope: Scope) -> Any:
            steps = [
                _one_or_pair(columns, scope) for _ in visit(scope, table) if where is None or where(scope)
            ]
            if not steps:
                raise NoResult(f"no row of {table} to take it from")
            if any(after[0] <= before[0] for before, after in pairwise(steps)):
                raise NoResult(f"steps of {table} that do not rise")
            result, choice = form(value(scope), steps)
            scope[TRAIL].append((mark, choice))
            return result

        return climb

    def presence(self, entry: Function, peek: Closure) -> Closure:
        present_is, missing_is = bool(entry.exact(True)), bool(entry.exact(False))
        return lambda scope: missing_is if peek(scope) is None else present_is

    def statistic(self, entry: Function, arguments: Sequence[Closure], own: Closure | None) -> Closure:
        form = entry.exact
        every = list(arguments) if own is None else [*arguments, own]
        return lambda scope: form(*[argument(scope) for argument in every])

    def when(self, condition: Closure, value: Closure, mark: int) -> Closure:
        def apply(scope: Scope) -> Any:
            applies = condition(scope)
            scope[TRAIL].append((mark, int(applies)))
            return value(scope) if applies else None

        return apply


def _one_or_pair(arguments: Sequence[Closure], scope: Scope) -> Any:
    if len(arguments) == 1:
        return arguments[0](scope)
    return arguments[0](scope), arguments[1](scope)


EXACT_BACKEND = ExactBackend()
