"""The lines of a model, checked, sorted and compiled for one backend.

A line is one named formula, one per clause of an agreement. It may have ordered cases and a
condition under which it applies; a line that does not apply has no value. A line named
`table.column` is computed for each row of the table. Lines are sorted by what they use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct, field

from vbc_cli.formula.tree import PORTFOLIO, Call, Column, Lookup, Name, Node, walk


class Case(Struct, frozen=True):
    """One case of a line; the one without a condition is taken when no other is."""

    condition: Node | None
    formula: Node


class Line(Struct, frozen=True, dict=True):
    """One named formula: `cases` in order (one without a condition for a plain formula)."""

    name: str
    cases: tuple[Case, ...]
    when: Node | None = None
    unit: str = ""
    cite: str = ""
    doc: str = ""
    source: tuple[str, int] = ("", 0)
    amended: bool = False

    @cached_property
    def table(self) -> str | None:
        """The table whose column this line is, if it is one."""
        return self.name.partition(".")[0] if "." in self.name else None

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every part of every formula of the line."""
        formulas = (*(each for case in self.cases for each in (case.condition, case.formula)), self.when)
        return tuple(node for formula in formulas if formula is not None for node in walk(formula))

    @cached_property
    def uses(self) -> tuple[str, ...]:
        """Every name and table.column that the line reads, in order, once each."""
        return _names_of(self.nodes)


def uses_of(formula: Node) -> tuple[str, ...]:
    """Return every name and table.column that a formula reads, in order, once each."""
    return _names_of(walk(formula))


def _names_of(nodes: Iterable[Node]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for node in nodes:
        match node:
            case Name(name):
                found[name] = None
            case Column(table, column) | Lookup(table, _, column):
                found[column if table == PORTFOLIO else f"{table}.{column}"] = None
    return tuple(found)


class TableShape(Struct, frozen=True):
    """What a model declares of a table: its key columns, and the unit of every column."""

    columns: Mapping[str, str]
    key: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()


class Declarations(Struct, frozen=True):
    """The names a formula may use, each with its unit."""

    names: Mapping[str, str]
    tables: Mapping[str, TableShape] = field(default_factory=dict)


class CircularLines(Exception):
    """Lines that need each other; `circle` starts and ends with the same line."""

    def __init__(self, circle: tuple[str, ...]) -> None:
        super().__init__(" -> ".join(circle))
        self.circle = circle


def sort_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines so that each comes after what it uses; raise `CircularLines`."""
    by_name = {line.name: line for line in lines}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for line in by_name.values():
        sorter.add(line.name, *(name for name in line.uses if name in by_name))
    try:
        return tuple(by_name[name] for name in sorter.static_order())
    except CycleError as error:
        raise CircularLines(tuple(reversed(error.args[1]))) from None


def is_statistic(line: Line) -> bool:
    """Say whether a line is one statistic over a portfolio, and nothing else."""
    match line.cases:
        case (Case(None, Call(arguments=(Column(table), *_))),):
            return table == PORTFOLIO
    return False


def stages(lines: Iterable[Line]) -> dict[str, int]:
    """Return the stage of each line, given in order of use.

    A line with a statistic over `portfolio.x` waits until every row has its x: one stage later.
    """
    found: dict[str, int] = {}
    for line in lines:
        found[line.name] = max((found.get(name, 0) for name in line.uses), default=0)
        if any(isinstance(node, Column) and node.table == PORTFOLIO for node in line.nodes):
            found[line.name] += 1
    return found
