"""What must be so for a formula to have a value, part by part, in the order of its evaluation."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from vbc_cli.formula.functions import FUNCTIONS, Shape
from vbc_cli.formula.known import Inputs, Knowledge
from vbc_cli.formula.program import Line
from vbc_cli.formula.proof import Statement
from vbc_cli.formula.tree import PORTFOLIO, Call, Choose, Column, Compare, Logic, Name, Node


class Need(Struct, frozen=True):
    """What must be so for a part of a formula to have a value: where it is read, and why."""

    known: tuple[Statement, ...]
    goal: Statement
    kind: str
    node: Node


PRESENT, DIVISOR, ROWS, WEIGHTS, UNIT = "present", "divisor", "rows", "weights", "unit"


class Needs(Knowledge):
    """The statements about a set of lines, and what each formula needs of them."""

    def __init__(self, lines: Iterable[Line], inputs: Inputs) -> None:
        super().__init__(lines, inputs)
        for check in inputs.agreed:
            self._agree(self.placed(check, {}))

    def _agree(self, check: Node) -> None:
        """A check of the terms holds where all that it reads has a value."""
        needs = [each for each in self.needs(check, ()) if not self.proofs.follows(each.goal, each.known)]
        if any("#" in str(each.node) for each in needs if each.kind in (PRESENT, DIVISOR)):
            return  # a row without a value leaves the whole check undecided
        read = [self.proofs.any_of([*(-each for each in need.known), need.goal]) for need in needs]
        self.proofs.hold(self.proofs.any_of([-self.proofs.all_of(read), self.true(check)]))

    def needs(self, node: Node, known: tuple[Statement, ...]) -> list[Need]:
        """Return what must be so for a formula to have a value, in the order of its evaluation."""
        return list(self._needs(node, known))

    def _needs(self, node: Node, known: tuple[Statement, ...]) -> Iterable[Need]:
        match node:
            case Name() | Column():
                yield from self._keys_of(node, known)
                yield Need(known, self.present(node), PRESENT, node)
            case Compare(operators, operands):
                yield from self._needs(operands[0], known)
                for place, operator in enumerate(operators):
                    yield from self._needs(operands[place + 1], known)
                    known = (*known, self._compared(operator, operands[place], operands[place + 1]))
            case Logic(word, operands):
                for operand in operands:
                    yield from self._needs(operand, known)
                    known = (*known, self.true(operand) if word == "and" else -self.true(operand))
            case Choose(condition, then, otherwise):
                yield from self._needs(condition, known)
                chosen = self.true(condition)
                yield from self._needs(then, (*known, chosen))
                yield from self._needs(otherwise, (*known, -chosen))
            case Call():
                yield from self._needs_of_call(node, known)

    def _keys_of(self, node: Node, known: tuple[Statement, ...]) -> Iterable[Need]:
        if isinstance(node, Column):
            for key in self.keys.get(node.table, ()):
                yield from self._needs(key, known)

    def _needs_of_call(self, call: Call, known: tuple[Statement, ...]) -> Iterable[Need]:
        shape = FUNCTIONS[call.function].shape
        if shape is Shape.PRESENCE:
            yield from self._keys_of(call.arguments[0], known)
        elif shape is Shape.PORTFOLIO:
            yield from self._needs_of_statistic(call, known)
        elif shape is Shape.VALUES:
            for argument in call.arguments:
                yield from self._needs(argument, known)
            if call.function == "/":
                divisor = call.arguments[1]
                yield Need(known, -self.signs(divisor)[1], DIVISOR, divisor)
            elif call.function.startswith("round_"):
                yield Need(known, self.signs(call.arguments[1])[2], UNIT, call.arguments[1])
        else:
            yield from self._needs_of_rows(call, shape, known)

    def _needs_of_rows(self, call: Call, shape: Shape, known: tuple[Statement, ...]) -> Iterable[Need]:
        arguments = call.arguments
        inside = known
        if call.where is not None:
            yield from self._needs(call.where, known)
            inside = (*known, self.true(call.where))
        for place, argument in enumerate(arguments):
            yield from self._needs(argument, known if shape is Shape.STEPS and place == 0 else inside)
        if call.function == "weighted_mean":
            weights = Call("sum", (arguments[1],), call.where)
            self._range.setdefault(weights, self._range[call])
            yield Need(known, -self.signs(weights)[1], WEIGHTS, weights)
        elif call.function in ("mean", "lowest", "highest"):
            yield Need(known, self.some(self._range[call], call.where), ROWS, call)
        elif (
            shape is Shape.STEPS
        ):  # a key without steps is refused where it is settled, as a key without a row
            yield Need(known, self.some(self._range[call], None), ROWS, call)

    def _needs_of_statistic(self, call: Call, known: tuple[Statement, ...]) -> Iterable[Need]:
        """A statistic that places the own row among all needs the own row's value."""
        if call.by is not None:
            yield from self._needs(call.by, known)
        for argument in call.arguments:
            if not isinstance(argument, Column) or self._table_of.get(argument.table) != PORTFOLIO:
                yield from self._needs(argument, known)
            elif FUNCTIONS[call.function].reads_own and "." not in argument.column:
                node = Name(argument.column)
                yield Need(known, self.present(node), PRESENT, node)
                break
