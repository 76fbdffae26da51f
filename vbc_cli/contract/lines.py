"""The lines of a model, or those that an agreement amends: read, put in order, and given their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from vbc_cli.contract.shapes import BROKEN, Broken, Complaints, Fields
from vbc_cli.formula.check import suggest, unit_of_line
from vbc_cli.formula.parse import FormulaFault
from vbc_cli.formula.program import Case, CircularLines, Declarations, Line, sort_lines


def build_lines(got: Mapping[str, Fields], file: str, complaints: Complaints) -> tuple[Line, ...]:
    """Build the lines of a model, or those that a stream amends."""
    lines = []
    for name, fields in got.items():
        cases = _cases(name, fields, complaints)
        if not isinstance(cases, Broken):
            lines.append(
                Line(
                    name,
                    cases,
                    fields.get("when"),
                    fields.get("unit", ""),
                    fields.get("cite", ""),
                    fields.get("doc", ""),
                    (file, fields.line),
                )
            )
    return tuple(lines)


def _cases(name: str, fields: Fields, complaints: Complaints) -> tuple[Case, ...] | Broken:
    if fields.broken:
        return BROKEN
    if ("formula" in fields) == ("cases" in fields):
        what = "both a formula and cases" if "formula" in fields else "neither formula nor cases"
        return complaints.add(fields.line, f"the line '{name}' has {what}", "Give it one of the two.")
    if "formula" in fields:
        return (Case(None, fields["formula"]),)
    cases = []
    for place, got in enumerate(fields["cases"]):
        if set(got) == {"if", "then"}:
            cases.append(Case(got["if"], got["then"]))
        elif set(got) == {"else"} and place == len(fields["cases"]) - 1:
            cases.append(Case(None, got["else"]))
        elif got.broken:
            return BROKEN
        else:
            what = f"a case of '{name}' has {' and '.join(got) or 'nothing'}"
            return complaints.add(got.line, what, "Write {if: ..., then: ...}, and {else: ...} last.")
    return tuple(cases)


def with_units(
    lines: tuple[Line, ...],
    declared: Declarations,
    complaints: Complaints,
    broken: frozenset[str] = frozenset(),
) -> tuple[Line, ...] | Broken:
    """Return the lines in their order, each with its unit; complain of every line that has none."""
    try:
        ordered = sort_lines(lines)
    except CircularLines as error:
        place = next(line.source[1] for line in lines if line.name == error.circle[0])
        return complaints.add(place, f"lines need each other: {error}", "One of them must not use the next.")
    found: dict[str, Line] = {}
    faulty = set(broken)
    for line in ordered:
        if not _has_place(line, declared, complaints):
            faulty.add(line.name)
            continue
        try:
            unit = unit_of_line(line, declared)
        except FormulaFault as fault:
            used = {part for name in line.uses for part in (name, name.partition(".")[0])}
            if not faulty & used:
                complaints.add(line.source[1], f"line '{line.name}': {fault.what}", fault.repair)
            faulty.add(line.name)
            continue
        found[line.name] = replace(line, unit=unit)
        declared = declared_with((found[line.name],), declared)
    return BROKEN if faulty else tuple(found[line.name] for line in lines)


def _has_place(line: Line, declared: Declarations, complaints: Complaints) -> bool:
    """Say whether a row line is a new column of a declared table; complain where it is not."""
    if line.table is None:
        return True
    shape = declared.tables.get(line.table)
    if shape is None:
        repair = suggest(line.table, declared.tables)
        complaints.add(line.source[1], f"line '{line.name}': unknown table '{line.table}'", repair)
    elif line.name.partition(".")[2] in shape.columns:
        what = f"line '{line.name}': the table already has that column"
        complaints.add(line.source[1], what, "Give the line a name of its own.")
    else:
        return True
    return False


def declared_with(lines: Iterable[Line], declared: Declarations) -> Declarations:
    """Return declarations with the lines' own names and columns added."""
    names, tables = dict(declared.names), dict(declared.tables)
    for line in lines:
        table, _, column = line.name.rpartition(".")
        if not table:
            names[line.name] = line.unit
        elif table in tables:
            tables[table] = replace(tables[table], columns={**tables[table].columns, column: line.unit})
    return Declarations(names, tables)
