"""The parts a parsed formula is made of.

Each part is a frozen value. Operators and functions are all calls of a named function, so that
every backend handles them in one way.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct


class Number(Struct, frozen=True):
    """A literal number."""

    value: Decimal


class Code(Struct, frozen=True):
    """A literal code, such as 'EN'."""

    text: str


class Name(Struct, frozen=True):
    """A term, a fact or a line of the model."""

    name: str


class Column(Struct, frozen=True):
    """A column of the row that is being visited: `measures.points`."""

    table: str
    column: str


class Lookup(Struct, frozen=True):
    """A column of the row with these keys: `tracks[track].sharing_rate`."""

    table: str
    keys: tuple[Node, ...]
    column: str


class Compare(Struct, frozen=True):
    """A comparison, perhaps chained: `0 < x <= limit`."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


class Choose(Struct, frozen=True):
    """`then if condition else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


class Logic(Struct, frozen=True):
    """`and` or `or` of flags, evaluated only as far as needed."""

    operator: str
    operands: tuple[Node, ...]


class Call(Struct, frozen=True):
    """A function or arithmetic operator; `where` filters an aggregate's rows, `by` groups a portfolio's."""

    function: str
    arguments: tuple[Node, ...]
    where: Node | None = None
    by: Node | None = None


PORTFOLIO = "portfolio"
"""The name under which a line of every row of a portfolio is read: `portfolio.x`, `portfolio.table.x`."""

Node: TypeAlias = Number | Code | Name | Column | Lookup | Compare | Choose | Logic | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts directly under a part, in the order they are written."""
    match node:
        case Lookup(keys=keys):
            return keys
        case Compare(operands=operands) | Logic(operands=operands):
            return operands
        case Choose(condition, then, otherwise):
            return (then, condition, otherwise)
        case Call(arguments=arguments, where=where, by=by):
            return (*arguments, *(option for option in (where, by) if option is not None))
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a part and everything under it."""
    yield node
    for child in children(node):
        yield from walk(child)
