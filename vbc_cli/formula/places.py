"""The rows that a formula reads, each named by the place from which it is visited.

`measures#.rate` is the rate of the row that an aggregate visits, `tracks[track].rate` that of the row with a
key. Two formulas with the same places and names read the same value.
"""

from __future__ import annotations

from collections.abc import Mapping

from vbc_cli.formula.check import aggregated_table
from vbc_cli.formula.functions import FUNCTIONS, Shape
from vbc_cli.formula.tree import (
    PORTFOLIO,
    Call,
    Choose,
    Column,
    Compare,
    Logic,
    Lookup,
    Node,
    walk,
)

Places = Mapping[str, str]
"""The row of each table that is being visited."""


class Placed:
    """Formulas with every column named by the place of its row."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[Node, ...]] = {}
        self._table_of: dict[str, str] = {}
        self._range: dict[Call, str] = {}
        self._places: dict[str, set[str]] = {}
        self._ranging: dict[str, list[Call]] = {}

    def _of_a_row(self, call: Call, place: str) -> None:
        """Note what an aggregate says of a row that it visits."""
        raise NotImplementedError

    def placed(self, node: Node, places: Places) -> Node:
        """Return a formula with every column named by the place of its row."""
        match node:
            case Column(table, column):
                return self._at(table, places.get(table, table), column)
            case Lookup(table, keys, column):
                found = tuple(self.placed(key, places) for key in keys)
                place = f"{table}[{found}]"
                self.keys[place] = found
                return self._at(table, place, column)
            case Compare(operators, operands):
                return Compare(operators, tuple(self.placed(each, places) for each in operands))
            case Logic(word, operands):
                return Logic(word, tuple(self.placed(each, places) for each in operands))
            case Choose(condition, then, otherwise):
                return Choose(*(self.placed(part, places) for part in (condition, then, otherwise)))
            case Call():
                return self._placed_call(node, places)
        return node

    def _at(self, table: str, place: str, column: str) -> Column:
        self._table_of[place] = table
        if table != PORTFOLIO and place not in self._places.setdefault(table, set()):
            self._places[table].add(place)
            for call in self._ranging.get(table, []):
                self._of_a_row(call, place)
        return Column(place, column)

    def _placed_call(self, call: Call, places: Places) -> Call:
        shape = FUNCTIONS[call.function].shape
        if shape not in (Shape.ROWS, Shape.STEPS):
            by = None if call.by is None else self.placed(call.by, places)
            return Call(call.function, tuple(self.placed(each, places) for each in call.arguments), None, by)
        table = aggregated_table(call, places)
        assert table is not None
        outer = {node.table for node in walk(call) if isinstance(node, Column)} | {table}
        depth = 1 + max((places.get(name, "").count("#") for name in outer), default=0)
        place = table + "#" * depth
        self._table_of[place] = table
        inside = {**places, table: place}
        first = [self.placed(call.arguments[0], places)] if shape is Shape.STEPS else []
        rest = [self.placed(each, inside) for each in call.arguments[len(first) :]]
        where = None if call.where is None else self.placed(call.where, inside)
        made = Call(call.function, (*first, *rest), where)
        if made not in self._range:
            self._range[made] = place
            self._ranging.setdefault(table, []).append(made)
            for each in tuple(self._places.get(table, ())):
                self._of_a_row(made, each)
        return made

    def as_written(self, node: Node) -> Node:
        """Return a formula as its author wrote it, for messages."""
        match node:
            case Column(place, column):
                table = self._table_of.get(place, place)
                if place in self.keys:
                    return Lookup(table, tuple(map(self.as_written, self.keys[place])), column)
                return Column(table, column)
            case Compare(operators, operands):
                return Compare(operators, tuple(map(self.as_written, operands)))
            case Logic(word, operands):
                return Logic(word, tuple(map(self.as_written, operands)))
            case Choose(condition, then, otherwise):
                return Choose(*map(self.as_written, (condition, then, otherwise)))
            case Call(function, arguments, where, by):
                return Call(
                    function,
                    tuple(map(self.as_written, arguments)),
                    None if where is None else self.as_written(where),
                    by,
                )
        return node

    def _moved(self, node: Node, place: str, other: str) -> Node:
        """Return a formula about the row of one place as it is of the row of another."""
        match node:
            case Column(table, column):
                return Column(other, column) if table == place else node
            case Compare(operators, operands):
                return Compare(operators, tuple(self._moved(each, place, other) for each in operands))
            case Logic(word, operands):
                return Logic(word, tuple(self._moved(each, place, other) for each in operands))
            case Choose(condition, then, otherwise):
                parts = (condition, then, otherwise)
                return Choose(*(self._moved(part, place, other) for part in parts))
            case Call(function, arguments, where, by):
                made = Call(
                    function,
                    tuple(self._moved(each, place, other) for each in arguments),
                    None if where is None else self._moved(where, place, other),
                    by,
                )
                if node in self._range:
                    self._range.setdefault(made, self._range[node])
                return made
        return node
