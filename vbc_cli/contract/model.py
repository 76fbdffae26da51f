"""A payment, benchmark or quality model: its terms, facts, tables, lines, checks and results.

A model is a YAML file. Reading it checks every formula for names and units, so that a model that
loads can be settled by any contract that states its terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from vbc_cli.contract.definition import MODEL
from vbc_cli.contract.document import Document, read_document
from vbc_cli.contract.shapes import BROKEN, Broken, Complaints, Fields
from vbc_cli.formula import units
from vbc_cli.formula.check import check_flag, suggest, unit_of_line
from vbc_cli.formula.compiled import Program
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.parse import FormulaFault
from vbc_cli.formula.program import Case, CircularLines, Declarations, Line, TableShape, sort_lines, uses
from vbc_cli.formula.tree import Column, Lookup, Name, Node, walk
from vbc_cli.problems import InputRefused

LIBRARY = Path(__file__).parent.parent / "models"


@dataclass(frozen=True)
class ModelTerm:
    """A term that a contract must state."""

    name: str
    unit: str
    doc: str
    may_be_none: bool
    one_of: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True)
class ModelFact:
    """A fact that a model reads."""

    name: str
    unit: str
    doc: str
    optional: bool


@dataclass(frozen=True)
class ModelTable:
    """A table that formulas read: `source` is terms or facts."""

    name: str
    source: str
    shape: TableShape
    doc: str
    bands: tuple[str, ...]
    ascending: str | None
    within: tuple[str, ...]
    may_be_none: bool
    optional: bool

    @cached_property
    def cells(self) -> Mapping[str, ModelTerm]:
        """Each column as a term, for reading the cells of a row."""
        return {
            column: ModelTerm(column, unit, "", column in self.shape.optional, ())
            for column, unit in self.shape.columns.items()
        }


@dataclass(frozen=True)
class Check:
    """What must hold of the terms, and what to say where it does not."""

    that: Node
    say: str
    line: int

    @cached_property
    def names(self) -> frozenset[str]:
        """The terms, facts and lines that the check reads."""
        return frozenset(node.name for node in walk(self.that) if isinstance(node, Name))

    @cached_property
    def tables(self) -> frozenset[str]:
        """The tables that the check reads."""
        return frozenset(node.table for node in walk(self.that) if isinstance(node, Column | Lookup))

    @cached_property
    def program(self) -> Program:
        """The check compiled once, as a program of one line named `holds`."""
        return Program([Line("holds", (Case(None, self.that),))], EXACT_BACKEND)

    def reads_only_terms(self, terms: Iterable[str], tables: Iterable[str]) -> bool:
        """Say whether the check can be made when a contract is read, without any fact."""
        return self.names <= set(terms) and self.tables <= set(tables)


@dataclass(frozen=True)
class Model:
    """One model as its file states it; every line has its unit."""

    name: str
    title: str
    summary: str
    codes: Mapping[str, Mapping[str, str]]
    risk: str
    suits: str
    cite: str
    terms: Mapping[str, ModelTerm]
    facts: Mapping[str, ModelFact]
    tables: Mapping[str, ModelTable]
    lines: tuple[Line, ...]
    checks: tuple[Check, ...]
    results: Mapping[str, str]
    columns: tuple[str, ...]
    account: tuple[str, ...]
    luck: Mapping[str, str]
    file: str
    sha256: str

    def declarations(self) -> Declarations:
        """Return the names that a line of this model may use, without the lines."""
        names = {name: term.unit for name, term in self.terms.items() if term.by is None}
        names |= {name: fact.unit for name, fact in self.facts.items()}
        tables = {name: table.shape for name, table in self.tables.items()}
        for name, term in self.terms.items():
            if term.by is not None:
                shape = tables[term.by]
                tables[term.by] = replace(shape, columns={**shape.columns, name: term.unit})
        return Declarations(names, tables)

    @property
    def optional_facts(self) -> frozenset[str]:
        """The facts and measured tables that a settlement may be without."""
        facts = (fact.name for fact in self.facts.values() if fact.optional)
        return frozenset((*facts, *(table.name for table in self.tables.values() if table.optional)))

    @property
    def fact_tables(self) -> tuple[str, ...]:
        """The tables whose rows are measured."""
        return tuple(name for name, table in self.tables.items() if table.source == "facts")


@cache
def model_files() -> tuple[Path, ...]:
    """Return the files of the models that come with the calculator, by kind and name."""
    return tuple(sorted(LIBRARY.glob("*/*.yaml")))


_NO_FIELDS = Fields(0, {}, {})


def find_model(name: str, folder: Path) -> Path | None:
    """Return the file of a model: a path ends in .yaml and is relative to `folder`, else a shipped model."""
    if name.endswith((".yaml", ".yml")):
        return folder / name
    return next((path for path in model_files() if path.stem == name), None)


def shown_name(path: Path, name: str) -> str:
    """Return how a model's file is named to users: a shipped model without the place it is installed in."""
    return str(path.relative_to(LIBRARY.parent.parent)) if path.is_relative_to(LIBRARY) else name


Shelf = dict[Path, Model]
"""The models read so far in one run, each file once."""


def read_model(path: Path, shown: str, shelf: Shelf) -> Model:
    """Read a model file, or take it from the shelf; raise `InputRefused` with all its problems."""
    if path not in shelf:
        document = read_document(path, shown)
        complaints = Complaints(document.file, list(document.problems))
        fields = MODEL.read(document.root, "a model", complaints)
        model = BROKEN if isinstance(fields, Broken) else _build(fields, document, complaints)
        if complaints.problems or isinstance(model, Broken):
            raise InputRefused(sorted(complaints.problems, key=lambda problem: problem.line or 0))
        shelf[path] = model
    return shelf[path]


def _build(fields: Fields, document: Document, complaints: Complaints) -> Model | Broken:
    terms = {
        name: ModelTerm(
            name,
            got.get("unit", ""),
            got.get("doc", ""),
            "may_be" in got,
            got.get("one_of", ()),
            got.get("by"),
        )
        for name, got in fields.get("terms", {}).items()
    }
    facts = {
        name: ModelFact(name, got.get("unit", ""), got.get("doc", ""), got.get("optional", False))
        for name, got in fields.get("facts", {}).items()
    }
    tables = {name: _table(name, got, complaints) for name, got in fields.get("tables", {}).items()}
    lines = build_lines(fields.get("lines", {}), document.file, complaints)
    _refuse_doubled_names(fields, complaints)
    _check_months(fields, terms, tables, complaints)
    model = Model(
        name=fields.get("model", ""),
        title=fields.get("title", ""),
        summary=fields.get("summary", ""),
        codes={key: dict(fields[key]) for key in ("payment_stream", "lan_category") if key in fields},
        risk=fields.get("risk", ""),
        suits=fields.get("suits", ""),
        cite=fields.get("cite", ""),
        terms=terms,
        facts=facts,
        tables=tables,
        lines=lines,
        checks=tuple(
            Check(got["that"], got.get("say", ""), got.line)
            for got in fields.get("checks", ())
            if "that" in got
        ),
        results=dict(fields.get("results", {})),
        columns=fields.get("columns", ()),
        account=fields.get("account", ()),
        luck=dict(fields.get("luck", {})),
        file=document.file,
        sha256=document.sha256,
    )
    return _checked(model, fields, complaints)


def _table(name: str, got: Fields, complaints: Complaints) -> ModelTable:
    columns = {column: unit.get("unit", "") for column, unit in got.get("columns", {}).items()}
    optional = frozenset(
        column for column, unit in got.get("columns", {}).items() if unit.get("optional", False)
    )
    key, bands, within = (tuple(got.get(part, ())) for part in ("key", "bands", "within"))
    ascending = got.get("ascending")
    for column in (*key, *bands, *within, *([ascending] if ascending else [])):
        if column not in columns:
            complaints.add(got.line, f"table {name} has no column '{column}'", suggest(column, columns))
    if bands and len(bands) != 2:
        complaints.add(got.line, f"bands of table {name}", "Name two columns: [above, up_to].")
    return ModelTable(
        name,
        got.get("from", ""),
        TableShape(columns, key, optional),
        got.get("doc", ""),
        bands,
        ascending,
        within,
        "may_be" in got,
        got.get("optional", False),
    )


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


def _refuse_doubled_names(fields: Fields, complaints: Complaints) -> None:
    """A word means one thing in a model: a term, a fact, a table or a line."""
    seen: dict[str, str] = {}
    for part in ("terms", "facts", "tables", "lines"):
        section: Fields = fields.get(part, _NO_FIELDS)
        for name in section:
            if name in seen:
                complaints.add(
                    section.lines[name],
                    f"'{name}' is both in {seen[name]} and in {part}",
                    "Rename one of them.",
                )
            seen[name] = part


def _check_months(
    fields: Fields, terms: Mapping[str, ModelTerm], tables: Mapping[str, ModelTable], complaints: Complaints
) -> None:
    """A term by month is a column of a measured table whose key is one date: the first of the month."""
    for name, term in terms.items():
        if term.by is None:
            continue
        table = tables.get(term.by)
        shape = None if table is None or table.source != "facts" else table.shape
        if shape is None or [shape.columns.get(column) for column in shape.key] != [units.DATE]:
            line = fields["terms"].lines[name]
            repair = (
                f"Declare the table {term.by}: {{from: facts, key: month, columns: {{month: date, ...}}}}."
            )
            complaints.add(line, f"'{name}' is by: {term.by}, which is no table of months", repair)


def _checked(model: Model, fields: Fields, complaints: Complaints) -> Model | Broken:
    """Give every line its unit; check the checks, results and columns."""
    stated: Fields = fields.get("lines", _NO_FIELDS)
    if "lines" in fields and not stated.lines:
        complaints.add(fields.lines["lines"], "a model without lines", "Write its calculation, line by line.")
    names = {name for name in stated.lines if "." not in name}
    for result, name in model.results.items():
        if name not in names and name not in model.tables:
            place = fields["results"].lines[result]
            complaints.add(place, f"the result '{result}' is no line: '{name}'", suggest(name, names))
    for key, shown in (("columns", model.columns), ("account", model.account)):
        for name in shown:
            if name not in names:
                complaints.add(fields.lines[key], f"'{name}' of {key} is no line", suggest(name, names))
    if fields.broken & {"terms", "facts", "tables", "lines"}:
        return BROKEN
    lines = with_units(model.lines, model.declarations(), complaints, _broken_names(model, fields))
    if isinstance(lines, Broken):
        return BROKEN
    declared = declared_with(lines, model.declarations())
    for check in model.checks:
        try:
            check_flag(check.that, declared)
        except FormulaFault as fault:
            complaints.add(check.line, f"check: {fault.what}", fault.repair)
    for part, name in model.luck.items():
        if name not in declared.names:
            complaints.add(fields.lines["luck"], f"{part} of luck is '{name}'", suggest(name, declared.names))
    return replace(model, lines=lines)


def _broken_names(model: Model, fields: Fields) -> frozenset[str]:
    """Return the names whose own declaration is faulty: lines that use them are not complained of again."""
    names = {name for name in fields.get("lines", ()) if name not in {line.name for line in model.lines}}
    for part in ("terms", "facts", "tables", "lines"):
        section: Fields = fields.get(part, _NO_FIELDS)
        names |= section.broken | {name for name, got in section.items() if got.broken}
    return frozenset(names)


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
            used = {part for name in uses(line) for part in (name, name.partition(".")[0])}
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
