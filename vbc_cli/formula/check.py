"""Units and names of a formula, checked before anything is settled.

Returns the unit a formula results in, or refuses it with the repair: an unknown name with the
nearest known one, dollars added to months, a column outside a row, a literal that moves money.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from vbc_cli.formula import units
from vbc_cli.formula.functions import CALLED, FUNCTIONS, Function, Shape
from vbc_cli.formula.numbers import ZERO
from vbc_cli.formula.parse import FormulaFault
from vbc_cli.formula.program import Declarations, Line
from vbc_cli.formula.tree import (
    PORTFOLIO,
    Call,
    Choose,
    Code,
    Column,
    Compare,
    Logic,
    Lookup,
    Name,
    Node,
    Number,
)
from vbc_cli.formula.units import UnitFault


def unit_of_line(line: Line, declared: Declarations) -> str:
    """Return the unit of a line's value; raise `FormulaFault` where it has none."""
    rows = frozenset() if line.table is None else frozenset((line.table,))
    checker = _Checker(declared, rows)
    if line.when is not None:
        checker.flag(line.when, "when:")
    for case in line.cases:
        if case.condition is not None:
            checker.flag(case.condition, "if:")
    found = checker.common([case.formula for case in line.cases], "the cases of a line")
    return _stated(found, line.unit)


def check_flag(node: Node, declared: Declarations, table: str = "") -> None:
    """Refuse a formula that is not a flag, such as a check's `that:`, of a settlement or a table's row."""
    _Checker(declared, frozenset((table,)) if table else frozenset()).flag(node, "that:")


def aggregated_table(call: Call, rows: Iterable[str]) -> str | None:
    """Return the one table that an aggregate ranges over, None if its argument names none or several."""
    shape = FUNCTIONS[call.function].shape
    named = set(_columns_of(call.arguments[1 if shape is Shape.STEPS else 0]))
    if len(named) > 1:
        named -= set(rows)
    return named.pop() if len(named) == 1 else None


MOST_KNOWN = 12


def suggest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the sentence that names the nearest known word, or the first of those that are known."""
    known = sorted(set(known))
    near = get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    if otherwise or not known:
        return otherwise or "It is not declared."
    more = f" and {len(known) - MOST_KNOWN} more" if len(known) > MOST_KNOWN else ""
    shown = (f"'{name}'" if "," in name else name for name in known[:MOST_KNOWN])
    return f"Known: {', '.join(shown)}{more}."


def _columns_of(node: Node) -> Iterable[str]:
    """Yield the tables whose current row a formula reads, outside aggregates inside it."""
    match node:
        case Column(table, _):
            yield table
        case Call(function, arguments):
            shape = FUNCTIONS[function].shape if function in FUNCTIONS else Shape.ROWS
            outside = {Shape.ROWS: 0, Shape.STEPS: 1}.get(shape, len(arguments))
            for argument in arguments[:outside]:
                yield from _columns_of(argument)
        case Lookup(_, keys):
            for key in keys:
                yield from _columns_of(key)
        case Compare(_, operands) | Logic(_, operands):
            for operand in operands:
                yield from _columns_of(operand)
        case Choose(condition, then, otherwise):
            for part in (condition, then, otherwise):
                yield from _columns_of(part)


def _stated(found: str, stated: str) -> str:
    """Return the unit a line has; it may restate a share or a score, nothing else."""
    if not stated:
        if found in (units.LITERAL, units.NOTHING):
            raise FormulaFault("a line whose unit cannot be told", "State its unit:, such as unit: rate.")
        return found
    if not units.may_restate(found, stated):
        raise FormulaFault(f"a line in {found} that says unit: {stated}", "Correct the formula or the unit.")
    return stated


class _Checker:
    """Finds the unit of each part; `rows` are the tables whose row is being visited."""

    def __init__(self, declared: Declarations, rows: frozenset[str]) -> None:
        self.declared = declared
        self.rows = rows

    def flag(self, node: Node, where: str) -> None:
        unit = self.unit(node)
        if unit != units.FLAG:
            raise FormulaFault(f"{where} with a {unit}", "Write a comparison or a flag.")

    def common(self, nodes: Iterable[Node], doing: str) -> str:
        try:
            return units.same([self.unit(node) for node in nodes], doing)
        except UnitFault as fault:
            raise FormulaFault(fault.what, fault.repair) from None

    def unit(self, node: Node) -> str:
        match node:
            case Number(value):
                return units.NOTHING if value == ZERO else units.LITERAL
            case Code():
                return units.CODE
            case Name(name):
                return self._name(name)
            case Column(table, column):
                return self._column(table, column)
            case Lookup():
                return self._lookup(node)
            case Compare(operators, operands):
                return self._compare(operators, operands)
            case Logic(operator, operands):
                for operand in operands:
                    self.flag(operand, operator)
                return units.FLAG
            case Choose(condition, then, otherwise):
                self.flag(condition, "if")
                return self.common((then, otherwise), "choosing between")
            case Call():
                return self._call(node)

    def _name(self, name: str) -> str:
        if name in self.declared.names:
            return self.declared.names[name]
        if name in self.declared.tables:
            raise FormulaFault(
                f"the table '{name}' used as one value", f"Write {name}[key].column or sum({name}.column)."
            )
        raise FormulaFault(f"unknown name '{name}'", suggest(name, self.declared.names))

    def _table_column(self, table: str, column: str) -> str:
        if table not in self.declared.tables:
            raise FormulaFault(f"unknown table '{table}'", suggest(table, self.declared.tables))
        columns = self.declared.tables[table].columns
        if column not in columns:
            raise FormulaFault(f"unknown column '{column}' of {table}", suggest(column, columns))
        return columns[column]

    def _column(self, table: str, column: str) -> str:
        if table == PORTFOLIO and table not in self.declared.tables:
            raise FormulaFault(
                f"{table}.{column} outside a statistic",
                f"Write median({table}.{column}), or another function over a portfolio.",
            )
        unit = self._table_column(table, column)
        if table not in self.rows:
            raise FormulaFault(
                f"{table}.{column} outside a row of {table}",
                f"Write {table}[key].{column}, or use it inside sum, count, bands or the like.",
            )
        return unit

    def _lookup(self, node: Lookup) -> str:
        unit = self._table_column(node.table, node.column)
        shape = self.declared.tables[node.table]
        if len(node.keys) != len(shape.key):
            wanted = ", ".join(shape.key) or "none: it has no key"
            raise FormulaFault(f"{node.table} with {len(node.keys)} keys", f"Its key is {wanted}.")
        for key, column in zip(node.keys, shape.key, strict=True):
            if self.unit(key) not in (shape.columns[column], units.LITERAL, units.NOTHING):
                raise FormulaFault(
                    f"the key {column} of {node.table} as a {self.unit(key)}",
                    f"It is a {shape.columns[column]}.",
                )
        return unit

    def _compare(self, operators: tuple[str, ...], operands: tuple[Node, ...]) -> str:
        unit = self.common(operands, "comparing")
        if unit in (units.FLAG, units.CODE) and set(operators) - {"==", "!="}:
            raise FormulaFault(f"a {unit} compared by size", "Use == or !=.")
        return units.FLAG

    def _call(self, call: Call) -> str:
        entry = FUNCTIONS.get(call.function)
        if entry is None:
            raise FormulaFault(f"unknown function '{call.function}'", suggest(call.function, CALLED))
        least, most = entry.arguments
        if len(call.arguments) < least or (most is not None and len(call.arguments) > most):
            raise FormulaFault(f"{call.function} with {len(call.arguments)} arguments", f"{entry.signature}.")
        if call.where is not None and entry.shape not in (Shape.ROWS, Shape.STEPS):
            raise FormulaFault(
                f"where= in {call.function}", "Only functions over the rows of a table take where=."
            )
        if call.by is not None and entry.shape is not Shape.PORTFOLIO:
            raise FormulaFault(
                f"by= in {call.function}", "Only functions over the rows of a portfolio take by=."
            )
        try:
            return entry.unit(self._argument_units(entry, call))
        except UnitFault as fault:
            raise FormulaFault(fault.what, fault.repair) from None

    def _argument_units(self, entry: Function, call: Call) -> list[str]:
        if entry.shape is Shape.PRESENCE:
            if not isinstance(call.arguments[0], Name | Column | Lookup):
                raise FormulaFault(f"{entry.name} of a calculation", "It takes one name or one column.")
            return [self.unit(call.arguments[0])]
        if entry.shape is Shape.VALUES:
            return [self.unit(argument) for argument in call.arguments]
        if entry.shape is Shape.PORTFOLIO:
            return self._statistic_units(entry, call)
        table = aggregated_table(call, self.rows)
        if table is None:
            raise FormulaFault(
                f"{entry.name} over no table or several",
                f"Its argument names one table: {entry.name}(table.column).",
            )
        inside = _Checker(self.declared, self.rows | {table})
        if call.where is not None:
            inside.flag(call.where, "where=")
        if entry.shape is Shape.ROWS:
            return [inside.unit(argument) for argument in call.arguments]
        return [self.unit(call.arguments[0]), *(inside.unit(argument) for argument in call.arguments[1:])]

    def _statistic_units(self, entry: Function, call: Call) -> list[str]:
        """Return the units of a statistic's arguments; its first is a line of every row of the portfolio."""
        match call.arguments[0]:
            case Column(table, _) if table == PORTFOLIO:
                pass
            case _:
                repair = f"Its first argument is a line of every row: {entry.name}({PORTFOLIO}.line)."
                raise FormulaFault(f"{entry.name} over no line of a portfolio", repair)
        if call.by is not None and not isinstance(call.by, Name | Column):
            raise FormulaFault("by= with a calculation", "Group by a name: by=region.")
        if call.by is not None and self.unit(call.by) not in (units.CODE, units.FLAG, units.DATE):
            raise FormulaFault(f"by= with a {self.unit(call.by)}", "Group by a code, a flag or a date.")
        return [self._over_portfolio(argument) for argument in call.arguments]

    def _over_portfolio(self, argument: Node) -> str:
        match argument:
            case Column(place, name) if place == PORTFOLIO:
                table, dot, column = name.rpartition(".")
                return self._column(table, column) if dot else self._name(name)
        return self.unit(argument)
