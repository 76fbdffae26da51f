"""Worksheets: every line with its value, its formula, the same with numbers, and what decided it.

All of it is drawn from the parsed formulas and from the trail of the evaluation, so an explanation
cannot say anything else than what was calculated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vbc_cli.formula.evaluate import Decision, Table
from vbc_cli.formula.functions import Shape
from vbc_cli.formula.program import Case, Line
from vbc_cli.formula.tree import Call, Choose, Code, Column, Lookup, Name, Node
from vbc_cli.formula.words import in_words
from vbc_cli.report.numbers import worksheet_number
from vbc_cli.settlement import Worksheet


@dataclass(frozen=True)
class ExplainedLine:
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


def explain_stream(sheet: Worksheet) -> list[ExplainedLine]:
    """Return every line of a settled stream, in the order of the model."""
    decisions = sheet.decisions()
    return [_explain(sheet, line, decisions.get(line.name, [])) for line in sheet.stream.lines]


def _explain(sheet: Worksheet, line: Line, decisions: list[Decision]) -> ExplainedLine:
    formula, numbers = _formula(sheet, line, decisions)
    file, number = line.source
    return ExplainedLine(
        name=line.name,
        value=None if line.table else sheet.run.values[line.name],
        unit=line.unit,
        formula=formula,
        numbers="" if line.table else numbers,
        decided_by=""
        if line.table
        else "; ".join(filter(None, (_decided(sheet, line, each) for each in decisions))),
        cite=line.cite or (sheet.stream.cite if line.amended else sheet.stream.model.cite),
        source=f"{file}:{number}",
        doc=line.doc,
        amended=line.amended,
        rows=_column(sheet.run.tables[line.table], line) if line.table else (),
    )


def _column(table: Table, line: Line) -> tuple[tuple[str, Any], ...]:
    column = line.name.partition(".")[2]
    return tuple(
        (", ".join(str(part) for part in key), row[column])
        for key, row in zip(table.keys, table.rows, strict=True)
    )


def _formula(sheet: Worksheet, line: Line, decisions: Iterable[Decision]) -> tuple[str, str]:
    """Return the formula that gave the value, with names and with numbers; empty where none applied."""
    case = line.cases[0]
    for decision in decisions:
        if decision.mark.kind == "when" and not decision.choice:
            return in_words(case.formula), ""
        if decision.mark.kind == "cases":
            case = line.cases[decision.choice]
    named = in_words(case.formula)
    numbered = in_words(case.formula, lambda node: _number(sheet, node))
    value = None if line.table else worksheet_number(sheet.run.values[line.name], line.unit)
    return named, "" if numbered in (named, value) else numbered


def taken(sheet: Worksheet, line: Line) -> Case:
    """Return the case that gave a line its value; the first where none was decided."""
    for decision in sheet.decisions().get(line.name, ()):
        if decision.mark.kind == "cases":
            return line.cases[decision.choice]
    return line.cases[0]


def _number(sheet: Worksheet, node: Name | Column | Lookup) -> str | None:
    """Return the number that stands for a name; a column inside an aggregate keeps its name."""
    match node:
        case Name(name):
            known = sheet.run.values if name in sheet.run.values else sheet.inputs
            value = known.get(name)
            return None if value is None else worksheet_number(value, _unit(sheet, name))
        case Lookup(table, keys, column):
            found = tuple(_key(sheet, key) for key in keys)
            rows = sheet.run.tables[table]
            if None in found or found not in rows.keys:
                return None
            value = rows.row(table, found).get(column)
            unit = sheet.stream.model.tables[table].shape.columns.get(column, "")
            return None if value is None else worksheet_number(value, unit)
        case Column():
            return None


def _unit(sheet: Worksheet, name: str) -> str:
    """Return the unit of a term, a fact or a line."""
    model = sheet.stream.model
    for declared in (model.terms, model.facts):
        if name in declared:
            return declared[name].unit
    return next((line.unit for line in sheet.stream.lines if line.name == name), "")


def _key(sheet: Worksheet, node: Node) -> Any:
    match node:
        case Code(text):
            return text
        case Name(name):
            known: Mapping[str, Any] = sheet.run.values if name in sheet.run.values else sheet.inputs
            return known.get(name)
    return None


def _decided(sheet: Worksheet, line: Line, decision: Decision) -> str:
    """Say in words what was decided at one place of a line."""
    mark, choice = decision.mark, decision.choice
    if mark.kind == "cases":
        return _case(sheet, line.cases, choice)
    match mark.node:
        case node if mark.kind == "when" and node is not None:
            return "" if choice else f"does not apply: {in_words(node)} is no"
        case Choose(condition, then, otherwise):
            taken, holds = (then, "holds") if choice == 0 else (otherwise, "does not hold")
            return f"{_condition(sheet, condition)} {holds}, so {in_words(taken)}"
        case Call() as call:
            return _chosen(sheet, call, choice)
    return ""


def _case(sheet: Worksheet, cases: tuple[Case, ...], choice: int) -> str:
    condition = cases[choice].condition
    if condition is None:
        return "no case before it applied"
    return f"case {choice + 1} of {len(cases)}: {_condition(sheet, condition)}"


def _condition(sheet: Worksheet, condition: Node) -> str:
    """Return a condition with its names and, where it has any, its numbers."""
    named, numbered = in_words(condition), in_words(condition, lambda node: _number(sheet, node))
    return named if numbered in (named, "yes", "no") else f"{named} ({numbered})"


def _chosen(sheet: Worksheet, call: Call, choice: int) -> str:
    """Say which argument, limit or step a function took, with the numbers it took it from."""
    names = [in_words(argument) for argument in call.arguments]
    numbers = [in_words(argument, lambda node: _number(sheet, node)) for argument in call.arguments]
    match call.function:
        case "min":
            return f"{names[choice]} is the lowest ({', '.join(numbers)})"
        case "max":
            return f"{names[choice]} is the highest ({', '.join(numbers)})"
        case "clamp":
            limit = ("inside its limits", f"held up at {names[1]}", f"held down at {names[2]}")[choice]
            return f"{limit} ({numbers[1]} to {numbers[2]})"
        case "reaches":
            verb = "reaches" if choice else "does not reach"
            return f"{names[0]} {verb} {names[1]} ({numbers[0]} against {numbers[1]})"
        case "bands":
            return f"reaches band {choice + 1} of {_table(call)}"
        case "ladder":
            return f"step {choice + 1} of {_table(call)}"
        case _:
            return f"at point {choice + 1} of {_table(call)}"


def _table(call: Call) -> str:
    column = call.arguments[1]
    return column.table if isinstance(column, Column) else Shape.STEPS.value
