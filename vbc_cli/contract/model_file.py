"""From a model's file to a model: every formula checked for names and units.

All problems of the file are found in one pass and raised together.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from vbc_cli.contract.bounds import bounds_of, check_bounds
from vbc_cli.contract.definition import MODEL
from vbc_cli.contract.document import Document, read_document
from vbc_cli.contract.guarded import refuse_unguarded
from vbc_cli.contract.lines import build_lines, declared_with, with_units
from vbc_cli.contract.model import Check, Model, ModelFact, ModelTable, ModelTerm, Shelf
from vbc_cli.contract.shapes import BROKEN, Broken, Complaints, Fields
from vbc_cli.contract.verification import Verification, build_verification
from vbc_cli.formula import units
from vbc_cli.formula.check import check_flag, suggest
from vbc_cli.formula.parse import FormulaFault
from vbc_cli.formula.program import TableShape
from vbc_cli.formula.tree import PORTFOLIO
from vbc_cli.problems import InputRefused

_NO_FIELDS = Fields(0, {}, {})


def read_model(path: Path, shown: str, shelf: Shelf, *, proved: bool = False) -> Model:
    """Read a model file, or take it from the shelf; raise `InputRefused` with all its problems.

    A model that is `proved` is not proved again to read and divide by nothing that is missing or 0.
    """
    if path not in shelf:
        document = read_document(path, shown)
        complaints = Complaints(document.file, list(document.problems))
        fields = MODEL.read(document.root, "a model", complaints)
        model = BROKEN if isinstance(fields, Broken) else _build(fields, document, complaints)
        if isinstance(model, Model) and not complaints.problems and not proved:
            refuse_unguarded(model, model.lines, complaints)
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
            bounds_of(got, got.get("unit", "")),
            got.get("optional", False),
        )
        for name, got in fields.get("terms", {}).items()
    }
    facts = {
        name: ModelFact(
            name,
            got.get("unit", ""),
            got.get("doc", ""),
            got.get("optional", False),
            bounds_of(got, got.get("unit", "")),
        )
        for name, got in fields.get("facts", {}).items()
    }
    tables = {name: _table(name, got, complaints) for name, got in fields.get("tables", {}).items()}
    lines = build_lines(fields.get("lines", {}), document.file, complaints)
    _refuse_doubled_names(fields, complaints)
    for section in ("terms", "facts"):
        check_bounds(fields.get(section, {}), complaints)
    for table in fields.get("tables", {}).values():
        check_bounds(table.get("columns", {}), complaints)
    _check_months(fields, terms, tables, complaints)
    _check_clauses(fields, terms, tables, complaints)
    model = Model(
        name=fields.get("model", ""),
        title=fields.get("title", ""),
        summary=fields.get("summary", ""),
        codes={key: dict(fields[key]) for key in ("payment_stream", "lan_category") if key in fields},
        risk=fields.get("risk", ""),
        suits=fields.get("suits", ""),
        cite=fields.get("cite", ""),
        verified=_verified(fields),
        terms=terms,
        clauses=dict(fields.get("clauses", {})),
        facts=facts,
        tables=tables,
        lines=lines,
        checks=tuple(
            Check(got["that"], got.get("say", ""), got.line, got.get("of", ""), got.get("repair", ""))
            for got in fields.get("checks", ())
            if "that" in got
        ),
        results=dict(fields.get("results", {})),
        columns=fields.get("columns", ()),
        totals=dict(fields.get("totals", {})),
        account=fields.get("account", ()),
        luck=dict(fields.get("luck", {})),
        file=document.file,
        sha256=document.sha256,
    )
    return _checked(model, fields, complaints)


def _verified(fields: Fields) -> dict[str, Verification]:
    """Return how each line was checked: by its own mark, else by the model's."""
    whole = build_verification(fields.get("verification"))
    marks = {
        name: build_verification(got["verification"]) if "verification" in got else whole
        for name, got in fields.get("lines", {}).items()
    }
    return {name: mark for name, mark in marks.items() if mark.mark}


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
        {column: unit["one_of"] for column, unit in got.get("columns", {}).items() if "one_of" in unit},
        {column: bounds_of(unit, unit.get("unit", "")) for column, unit in got.get("columns", {}).items()},
    )


def _refuse_doubled_names(fields: Fields, complaints: Complaints) -> None:
    """A word means one thing in a model: a term, a fact, a table or a line."""
    seen: dict[str, str] = {}
    for part in ("terms", "clauses", "facts", "tables", "lines"):
        section: Fields = fields.get(part, _NO_FIELDS)
        for name in section:
            if name in seen:
                complaints.add(
                    section.lines[name],
                    f"'{name}' is both in {seen[name]} and in {part}",
                    "Rename one of them.",
                )
            if name == PORTFOLIO:
                what = f"'{name}' in {part} is a word of the formula language"
                complaints.add(section.lines[name], what, "Give it another name.")
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


def _check_clauses(
    fields: Fields, terms: Mapping[str, ModelTerm], tables: Mapping[str, ModelTable], complaints: Complaints
) -> None:
    """A clause is made of terms and agreed tables that may all be none, each in one clause."""
    section: Fields = fields.get("clauses", _NO_FIELDS)
    agreed: dict[str, ModelTerm | ModelTable] = {**terms}
    agreed |= {name: table for name, table in tables.items() if table.source == "terms"}
    seen: dict[str, str] = {}
    for clause, names in section.items():
        for name in names:
            line = section.lines[clause]
            if name not in agreed:
                complaints.add(line, f"'{name}' of clause {clause} is no term", suggest(name, agreed))
            elif not agreed[name].may_be_none:
                complaints.add(
                    line, f"'{name}' of clause {clause} may not be none", f"Add may_be: none to {name}."
                )
            elif name in seen:
                complaints.add(line, f"'{name}' is in the clauses {seen[name]} and {clause}", "Keep one.")
            seen[name] = clause


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
    named = (("columns", model.columns), ("account", model.account), ("totals", model.totals.values()))
    for key, shown in named:
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
            if check.of and check.of not in model.tables:
                repair = suggest(check.of, model.tables)
                complaints.add(check.line, f"check: there is no table '{check.of}'", repair)
                continue
            check_flag(check.that, declared, check.of)
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
