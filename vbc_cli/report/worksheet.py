"""Worksheets: every line with its value, its formula, the same with numbers, and what decided it.

All of it is drawn from the parsed formulas and from the trail of the evaluation, so an explanation
cannot say anything else than what was calculated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct

from vbc_cli.faults import why_uncomputed
from vbc_cli.formula.compiled import Decision
from vbc_cli.formula.numbers import EXACT
from vbc_cli.formula.program import Case, Line
from vbc_cli.formula.tree import Call, Choose, Code, Column, Lookup, Name, Node
from vbc_cli.formula.words import in_words
from vbc_cli.report.numbers import worksheet_number
from vbc_cli.settlement import Worksheet

Show = Callable[[Any, str], str]
"""How a value of a unit is written."""


class ExplainedLine(Struct, frozen=True):
    """One line of a worksheet in words; `rows` holds the values of a computed column by key."""

    name: str
    value: Any
    unit: str
    formula: str
    numbers: str
    decided_by: str
    cite: str
    source: str
    doc: str
    amended: bool
    rows: tuple[tuple[str, Any], ...] = ()


def explain_stream(sheet: Worksheet, show: Show = worksheet_number) -> list[ExplainedLine]:
    """Return every line of a settled stream, in the order of the model."""
    explainer = _Explainer(sheet, show)
    return [explainer.explain(line) for line in sheet.stream.lines]


def taken(sheet: Worksheet, line: Line) -> Case:
    """Return the case that gave a line its value; the first where none was decided."""
    for decision in sheet.decisions().get(line.name, ()):
        if decision.mark.kind == "cases":
            return line.cases[decision.choice]
    return line.cases[0]


class _Explainer:
    """Explains the lines of one worksheet; `show` writes its numbers."""

    def __init__(self, sheet: Worksheet, show: Show) -> None:
        self.sheet = sheet
        self.show = show
        self.decisions = sheet.decisions()
        model = sheet.stream.model
        self.units = {name: term.unit for name, term in model.terms.items()}
        self.units |= {name: fact.unit for name, fact in model.facts.items()}
        self.units |= {line.name: line.unit for line in sheet.stream.lines}

    def explain(self, line: Line) -> ExplainedLine:
        file, number = line.source
        formula = taken(self.sheet, line).formula
        stream = self.sheet.stream
        return ExplainedLine(
            name=line.name,
            value=None if line.table else self.sheet.value(line.name),
            unit=line.unit,
            formula=_every_case(line) if line.table else in_words(formula),
            numbers="" if line.table else self._calculated(line, formula),
            decided_by="" if line.table else "; ".join(self._decided(line)),
            cite=line.cite or (stream.backing.cite if line.amended else stream.model.cite),
            source=f"{file}:{number}",
            doc=line.doc,
            amended=line.amended,
            rows=tuple(self._column(line)) if line.table else (),
        )

    def _calculated(self, line: Line, formula: Node) -> str:
        """Return the formula with its numbers, empty where they add nothing."""
        value = self.sheet.value(line.name)
        if value is None:
            return ""
        numbers = self._in_numbers(formula)
        return "" if numbers in (in_words(formula), self.show(value, line.unit)) else numbers

    def _column(self, line: Line) -> Iterator[tuple[str, Any]]:
        """Yield the value of a computed column for each key."""
        table, _, column = line.name.partition(".")
        found = self.sheet.run.tables[table]
        for key, row in zip(found.keys, found.rows, strict=True):
            yield ", ".join(str(part) for part in key), row[column]

    def _in_numbers(self, node: Node) -> str:
        return in_words(node, self._number)

    def _number(self, node: Name | Column | Lookup) -> str | None:
        """Return the number that stands for a name; a column inside an aggregate keeps its name."""
        match node:
            case Name(name):
                value = self._value(name)
                return None if value is None else self.show(value, self.units.get(name, ""))
            case Lookup(table, keys, column):
                found = tuple(self._key(key) for key in keys)
                rows = self.sheet.run.tables[table]
                value = rows.row(table, found).get(column) if found in rows.keys else None
                unit = self.sheet.stream.model.tables[table].shape.columns.get(column, "")
                return None if value is None else self.show(value, unit)
            case Column():
                return None

    def _value(self, name: str) -> Any:
        values = self.sheet.run.values
        return values[name] if name in values else self.sheet.inputs.get(name)

    def _key(self, node: Node) -> Any:
        match node:
            case Code(text):
                return text
            case Name(name):
                return self._value(name)
        return None

    def _decided(self, line: Line) -> Iterator[str]:
        """Yield in words what was decided in a line, in order."""
        fault = self.sheet.run.uncomputed.get(line.name)
        if fault is not None:
            yield f"does not apply: {why_uncomputed(fault, self.sheet.stream)}"
        for decision in self.decisions.get(line.name, ()):
            text = self._decision(line, decision)
            if text:
                yield text

    def _decision(self, line: Line, decision: Decision) -> str:
        mark, choice = decision.mark, decision.choice
        if mark.kind == "cases":
            return self._case(line.cases, choice)
        match mark.node:
            case node if mark.kind == "when" and node is not None:
                return "" if choice else f"does not apply, {in_words(node)}: no"
            case Choose(condition, then, otherwise):
                chosen, answer = (then, "yes") if choice == 0 else (otherwise, "no")
                return f"{self._condition(condition)}: {answer}, so {in_words(chosen)}"
            case Call() as call:
                return self._chosen(call, choice)
        return ""

    def _case(self, cases: tuple[Case, ...], choice: int) -> str:
        condition = cases[choice].condition
        if condition is None:
            return f"no case before it applied, so {in_words(cases[choice].formula)}"
        return f"case {choice + 1} of {len(cases)}: {self._condition(condition)}"

    def _condition(self, condition: Node) -> str:
        """Return a condition with its names and, where it has any, its numbers."""
        named, numbers = in_words(condition), self._in_numbers(condition)
        return f"{named} ({numbers})" if _digits(numbers) != _digits(named) else named

    def _chosen(self, call: Call, choice: int) -> str:
        """Say which argument, limit or step a function took, with the numbers it took it from."""
        names = [in_words(argument) for argument in call.arguments]
        numbers = [self._in_numbers(argument) for argument in call.arguments]
        match call.function:
            case "min" | "max":
                extreme = "lowest" if call.function == "min" else "highest"
                return f"{names[choice]} is the {extreme} ({', '.join(numbers)})"
            case "clamp":
                limit = ("inside its limits", f"held up at {names[1]}", f"held down at {names[2]}")[choice]
                return f"{limit} ({numbers[1]} to {numbers[2]})"
            case "reaches":
                verb = "reaches" if choice else "does not reach"
                return (
                    f"{names[0]} {verb} {names[1]} ({numbers[0]} against {numbers[1]}{self._distance(call)})"
                )
            case "bands":
                return f"reaches band {choice + 1} of {_table(call)}"
            case "ladder":
                return f"step {choice + 1} of {_table(call)}"
            case _:
                return f"at point {choice + 1} of {_table(call)}"

    def _distance(self, call: Call) -> str:
        """Say how far a value is from its threshold, where both are single numbers."""
        match call.arguments:
            case (Name(value), Name(threshold), _):
                found, wanted = self._value(value), self._value(threshold)
                if isinstance(found, Decimal) and isinstance(wanted, Decimal):
                    apart = EXACT.subtract(found, wanted)
                    side = "above" if apart >= 0 else "short"
                    return f", {self.show(EXACT.abs(apart), self.units.get(value, ''))} {side}"
        return ""


def _every_case(line: Line) -> str:
    """Return all cases of a computed column: each row may take another."""
    return "; ".join(
        in_words(case.formula)
        + ("" if case.condition is None else f" if {in_words(case.condition)}")
        + (" otherwise" if case.condition is None and len(line.cases) > 1 else "")
        for case in line.cases
    )


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _table(call: Call) -> str:
    column = call.arguments[1]
    return column.table if isinstance(column, Column) else "the table"
