"""What the lines of a model say of each other before anything is measured.

Which value may be missing, what a condition guarantees, and what sign a number has: as statements that
follow from each other, drawn from the lines' own definitions, the declared bounds and the checks of terms.
Rows of a table are told apart by the place they are visited from: `measures#1.rate` is the rate of a row
that an aggregate visits, `tracks[track].rate` that of the row with a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct, field

from vbc_cli.formula.numbers import ZERO
from vbc_cli.formula.places import Placed, Places
from vbc_cli.formula.program import Line
from vbc_cli.formula.proof import FALSE, TRUE, Proofs, Statement
from vbc_cli.formula.tree import (
    Call,
    Choose,
    Code,
    Column,
    Compare,
    Logic,
    Name,
    Node,
    Number,
)

NOTHING = Number(ZERO)
Signs = tuple[Statement, Statement, Statement]
"""Below, equal, above."""


class Bounds(Struct, frozen=True):
    """Between what a declared number lies."""

    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None


class Inputs(Struct, frozen=True):
    """What is declared of the terms, facts and columns: by name, or by `table.column`.

    `optional` ones may have no value; `filled` tables have at least one row; `agreed` are checks that
    hold of the terms before any line is calculated.
    """

    optional: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    agreed: tuple[Node, ...] = ()


def _turned(signs: Signs) -> Signs:
    return signs[2], signs[1], signs[0]


class Knowledge(Placed):
    """The statements about one set of lines."""

    def __init__(self, lines: Iterable[Line], inputs: Inputs) -> None:
        self.lines = {line.name: line for line in lines}
        self.inputs = inputs
        self.proofs = Proofs()
        super().__init__()
        self._atoms: dict[Node, Statement] = {}
        self._signs: dict[tuple[Node, Node], Signs] = {}
        self._constants: dict[Node, dict[Decimal, Signs]] = {}
        self._some: dict[tuple[str, Node | None], Statement] = {}

    def _declared(self, node: Node) -> tuple[str, Line | None, Places]:
        """Return what a name or column is called in its declaration, its line, and the rows that it reads."""
        if isinstance(node, Name):
            return node.name, self.lines.get(node.name), {}
        assert isinstance(node, Column)
        table = self._table_of.get(node.table, node.table)
        name = f"{table}.{node.column}"
        return name, self.lines.get(name), {table: node.table}

    # statements

    def present(self, node: Node) -> Statement:
        """Return the statement that a name or column has a value."""
        name, line, places = self._declared(node)
        if line is not None:
            return TRUE if line.when is None else self.true(self.placed(line.when, places))
        return self._atom(Call("is_present", (node,))) if name in self.inputs.optional else TRUE

    def true(self, node: Node) -> Statement:
        """Return the statement that a flag holds, where it has a value."""
        match node:
            case Compare(operators, operands):
                return self.proofs.all_of(
                    self._compared(operator, operands[place], operands[place + 1])
                    for place, operator in enumerate(operators)
                )
            case Logic(word, operands):
                join = self.proofs.all_of if word == "and" else self.proofs.any_of
                return join([self.true(each) for each in operands])
            case Choose(condition, then, otherwise):
                return self.proofs.chosen(self.true(condition), self.true(then), self.true(otherwise))
            case Call("not", (only,)):
                return -self.true(only)
            case Call("is_present", (only,)):
                return self.present(only)
            case Call("is_missing", (only,)):
                return -self.present(only)
            case Call("reaches", (value, threshold, or_more)):
                below, _, above = self.signs(value, threshold)
                return self.proofs.chosen(self.true(or_more), -below, above)
            case Name() | Column():
                return self._true_by_name(node)
        return self._atom(node)

    def _true_by_name(self, node: Name | Column) -> Statement:
        known = node in self._atoms
        atom = self._atom(node)
        _, line, places = self._declared(node)
        if line is not None and not known:
            for condition, formula in self._cases(line, places):
                self.proofs.same(
                    atom, self.true(formula), self.proofs.all_of([self.present(node), condition])
                )
        return atom

    def _cases(self, line: Line, places: Places) -> list[tuple[Statement, Node]]:
        """Return each formula of a line with the statement that it is the one taken."""
        found: list[tuple[Statement, Node]] = []
        before: list[Statement] = []
        for case in line.cases:
            own = TRUE if case.condition is None else self.true(self.placed(case.condition, places))
            taken = self.proofs.all_of([*before, own])
            found.append((taken, self.placed(case.formula, places)))
            before.append(-own)
        return found

    def _atom(self, node: Node) -> Statement:
        if node not in self._atoms:
            self._atoms[node] = self.proofs.new()
        return self._atoms[node]

    def _compared(self, operator: str, one: Node, other: Node) -> Statement:
        below, equal, above = self.signs(one, other)
        return {"<": below, "<=": -above, ">": above, ">=": -below, "==": equal, "!=": -equal}[operator]

    def signs(self, one: Node, other: Node = NOTHING) -> Signs:
        """Return the statements that a number is below, equal to and above another."""
        if other == NOTHING:
            match one:
                case Call("-", (left, right)):
                    return self.signs(left, right)
                case Call("negative", (only,)):
                    return _turned(self.signs(only))
        if isinstance(one, Number) and isinstance(other, Number):
            less, more = one.value < other.value, one.value > other.value
            return (TRUE if less else FALSE, FALSE if less or more else TRUE, TRUE if more else FALSE)
        if one == other:
            return FALSE, TRUE, FALSE
        if isinstance(one, Number) or (not isinstance(other, Number | Code) and str(other) < str(one)):
            return _turned(self.signs(other, one))
        if (one, other) not in self._signs:
            self._signs[one, other] = new = (self.proofs.new(), self.proofs.new(), self.proofs.new())
            self._exclude(new)
            if isinstance(other, Number):
                self._beside_constant(one, other, new)
            elif isinstance(other, Code):
                self._beside_code(one, other, new)
            else:
                self._beside_number(one, other, new)
        return self._signs[one, other]

    def _exclude(self, signs: Signs) -> None:
        below, equal, above = signs
        self.proofs.rule(below, equal, above)
        for one, two in ((below, equal), (below, above), (equal, above)):
            self.proofs.rule(-one, -two)

    def _beside_code(self, one: Node, code: Code, own: Signs) -> None:
        """A code is one of those declared, and never two at once."""
        others = [
            signs
            for (name, other), signs in self._signs.items()
            if name == one and isinstance(other, Code) and other != code
        ]
        for signs in others:
            self.proofs.rule(-own[1], -signs[1])
        if isinstance(one, Name | Column):
            name, _, _ = self._declared(one)
            codes = self.inputs.codes.get(name, ())
            if not others and codes:
                every = [self.signs(one, Code(each))[1] for each in codes]
                self.proofs.rule(*every)

    def _beside_number(self, one: Node, other: Node, own: Signs) -> None:
        """What is above something that is above 0 is above 0."""
        below, equal, above = own
        first, second = self.signs(one), self.signs(other)
        for sign in range(3):
            self.proofs.same(first[sign], second[sign], equal)
        self.proofs.rule(-above, second[0], first[2])
        self.proofs.rule(-below, second[2], first[0])
        self.proofs.rule(-above, first[2], second[0])
        self.proofs.rule(-below, first[0], second[2])

    def _beside_constant(self, one: Node, other: Number, own: Signs) -> None:
        constants = self._constants.setdefault(one, {})
        for value, signs in constants.items():
            low, high = (signs, own) if value < other.value else (own, signs)
            self.proofs.rule(high[0], low[2])
            self.proofs.rule(-low[0], high[0])
            self.proofs.rule(-low[1], high[0])
            self.proofs.rule(-high[1], low[2])
        constants[other.value] = own
        if other != NOTHING:
            self.signs(one)
        self._of_definition(one, other, own)
        if other == NOTHING:
            self._of_arithmetic(one, own)

    def _of_definition(self, one: Node, other: Number, own: Signs) -> None:
        """A line compares as its formula does; a declared number lies within its bounds."""
        match one:
            case Choose(choice, then, otherwise):
                chosen = self.true(choice)
                for where, part in ((chosen, then), (-chosen, otherwise)):
                    self._same_signs(own, self.signs(part, other), where)
            case Name() | Column():
                name, line, places = self._declared(one)
                if line is not None:
                    for condition, formula in self._cases(line, places):
                        where = self.proofs.all_of([self.present(one), condition])
                        self._same_signs(own, self.signs(formula, other), where)
                bounds = self.inputs.bounds.get(name, Bounds())
                for limit, sign, holds in (
                    (bounds.at_least, 0, FALSE),
                    (bounds.above, 2, TRUE),
                    (bounds.at_most, 2, FALSE),
                    (bounds.below, 0, TRUE),
                ):
                    if limit is not None:
                        stated = own if limit == other.value else self.signs(one, Number(limit))
                        self.proofs.rule(stated[sign] if holds == TRUE else -stated[sign])
            case Call("lowest" | "highest" | "count"):
                for place in tuple(self._places.get(self._table_of[self._range[one]], ())):
                    self._of_a_row(one, place)

    def _same_signs(self, one: Signs, other: Signs, where: Statement) -> None:
        for left, right in zip(one, other, strict=True):
            self.proofs.same(left, right, where)

    def _of_arithmetic(self, node: Node, own: Signs) -> None:
        """The sign of a calculation, from the signs of its parts."""
        below, equal, above = own
        proofs = self.proofs
        match node:
            case Call("+", (left, right)):
                one, two = self.signs(left), self.signs(right)
                for up, down, result in ((2, 0, above), (0, 2, below)):
                    proofs.rule(-one[up], two[down], result)
                    proofs.rule(-two[up], one[down], result)
                proofs.rule(-one[1], -two[1], equal)
            case Call("*" | "/", (left, right)):
                one, two = self.signs(left), self.signs(right)
                proofs.same(equal, proofs.any_of([one[1], two[1]]))
                alike = [proofs.all_of([one[sign], two[sign]]) for sign in (0, 2)]
                proofs.same(above, proofs.any_of(alike))
            case Call("person_years", (only,)):
                self._same_signs(own, self.signs(only), TRUE)
            case Call("round_up", (only, _)):
                self._same_signs(own, self.signs(only), TRUE)
            case Call("round_half_up" | "round_half_even" | "round_down", (only, _)):
                part = self.signs(only)
                proofs.rule(-part[1], equal)
                proofs.rule(-above, part[2])
                proofs.rule(-below, part[0])
            case Call("abs", (only,)):
                proofs.rule(-below)
                proofs.same(equal, self.signs(only)[1])
            case Call("max", values):
                parts = [self.signs(each) for each in values]
                proofs.same(above, proofs.any_of([part[2] for part in parts]))
                proofs.same(below, proofs.all_of([part[0] for part in parts]))
            case Call("min", values):
                parts = [self.signs(each) for each in values]
                proofs.same(below, proofs.any_of([part[0] for part in parts]))
                proofs.same(above, proofs.all_of([part[2] for part in parts]))
            case Call("clamp", values):
                value, low, high = (self.signs(each) for each in values)
                for sign, result in ((2, above), (0, below)):
                    proofs.rule(-value[sign], -low[sign], -high[sign], result)
                proofs.rule(-low[2], above)
                proofs.rule(-high[0], below)
                proofs.rule(low[0], -below)
                proofs.rule(high[2], -above)
            case Call("year" | "logistic"):
                proofs.rule(above)
            case Call("count", (flag,), where):
                proofs.rule(-below)
                both = flag if where is None else Logic("and", (where, flag))
                proofs.same(above, self.some(self._range[node], both))
            case Call("sum", (value,), where):
                self._of_every_row(node, value, where, own)

    def _of_every_row(self, node: Call, value: Node, where: Node | None, own: Signs) -> None:
        """A sum of numbers that are never below 0 is not below 0, and above 0 where one of them is."""
        counted = () if where is None else (self.true(where),)
        part = self.signs(value)
        never_below = self.proofs.follows(-part[0], counted)
        always_above = self.proofs.follows(part[2], counted)
        if never_below:
            self.proofs.rule(-own[0])
        if always_above:
            self.proofs.same(own[2], self.some(self._range[node], where))
        self.proofs.rule(self.some(self._range[node], where), own[1])

    def _of_a_row(self, call: Call, place: str) -> None:
        """What an aggregate says of each row that it visits."""
        own = self._range[call]
        if call.function not in ("lowest", "highest", "count"):
            return
        first = self._moved(call.arguments[0], own, place)
        counted = TRUE if call.where is None else self.true(self._moved(call.where, own, place))
        if call.function == "count":
            signs = self._signs.get((call, NOTHING))
            if signs is not None:
                self._hold(-counted, -self.true(first), signs[2])
            return
        for value, (below, _, above) in tuple(self._constants.get(call, {}).items()):
            part = self.signs(first, Number(value))
            if call.function == "lowest":
                self._hold(-counted, -above, part[2])
                self._hold(-counted, below, -part[0])
            else:
                self._hold(-counted, -below, part[0])
                self._hold(-counted, above, -part[2])

    def _hold(self, *statements: Statement) -> None:
        self.proofs.hold(self.proofs.any_of(statements))

    def some(self, place: str, where: Node | None) -> Statement:
        """Return the statement that a table has a row, perhaps one with some flag."""
        where = None if where is not None and self.true(where) == TRUE else where
        if (place, where) in self._some:
            return self._some[place, where]
        if where is None and self._table_of[place] in self.inputs.filled:
            return TRUE
        self._some[place, where] = own = self.proofs.new()
        flag = TRUE if where is None else self.true(where)
        for (other, condition), statement in tuple(self._some.items()):
            if other == place and statement != own:
                known = TRUE if condition is None else self.true(condition)
                if self.proofs.follows(flag, (known,)):
                    self.proofs.rule(-statement, own)
                if self.proofs.follows(known, (flag,)):
                    self.proofs.rule(-own, statement)
        return own
