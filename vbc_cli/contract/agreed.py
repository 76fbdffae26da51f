"""The terms that a model needs, read, counted and held against the model's own checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from vbc_cli.claims.settings import Period
from vbc_cli.contract.agreement import Stream
from vbc_cli.contract.document import Node, Text
from vbc_cli.contract.guarded import rounded_to
from vbc_cli.contract.model import Model, ModelTable
from vbc_cli.contract.shapes import NUMBER, Broken, Complaints, of_unit
from vbc_cli.contract.terms import Rows, Term, read_rows, read_term, show
from vbc_cli.contract.verification import Backing
from vbc_cli.formula.check import suggest
from vbc_cli.formula.compiled import LineFault
from vbc_cli.formula.words import in_words


def read_terms(
    model: Model, nodes: Mapping[str, Node], around: Backing, period: Period, complaints: Complaints
) -> tuple[dict[str, Term], dict[str, Rows]]:
    """Read the values agreed for a model's terms and tables; complain of those it does not know."""
    agreed = agreed_tables(model)
    nodes = without_clauses(model, nodes, complaints)
    terms: dict[str, Term] = {}
    tables: dict[str, Rows] = {}
    for name, node in nodes.items():
        if name in model.terms:
            term = read_term(model.terms[name], node, around, period, complaints)
            if not isinstance(term, Broken):
                terms[name] = term
        elif name in agreed:
            rows = read_rows(agreed[name], node, around, complaints)
            if not isinstance(rows, Broken):
                tables[name] = rows
        else:
            what = f"unknown term '{name}' of {model.name}"
            complaints.add(node.line, what, suggest(name, [*model.terms, *model.clauses, *agreed]))
    return terms, tables


def without_clauses(model: Model, nodes: Mapping[str, Node], complaints: Complaints) -> dict[str, Node]:
    """Return each term of a clause that is agreed as none in the place of the clause."""
    found = {}
    for name, node in nodes.items():
        if name not in model.clauses:
            found[name] = node
            continue
        members = model.clauses[name]
        if not (isinstance(node, Text) and node.text == "none"):
            repair = f"Write none, or state its terms: {', '.join(members)}."
            complaints.add(node.line, f"the clause '{name}' has a value", repair)
        for member in members:
            if member in nodes:
                what = f"'{member}' is stated, and the clause '{name}' too"
                complaints.add(nodes[member].line, what, f"Without {name}: state each of its terms.")
            else:
                found[member] = Text(node.line, "none")
    return found


def missing_terms(model: Model, stated: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each term that a model needs and that is not stated, with what to add."""
    known = set(stated)
    for clause, members in model.clauses.items():
        if clause in known:
            known.update(members)
        elif not known.intersection(members):
            known.update(members)
            yield clause, f"Add {clause}: none, or its terms: {', '.join(members)}."
    for name in needed_terms(model):
        if name not in known:
            yield name, _what_to_add(model, name)


def needed_terms(model: Model) -> list[str]:
    """Return the terms and tables that every contract must state."""
    return [*(name for name, term in model.terms.items() if not term.optional), *agreed_tables(model)]


def check_terms(stream: Stream, complaints: Complaints) -> None:
    """Hold the terms against those of the model's checks that need nothing but terms."""
    values, tables = stream.values(), stream.term_tables()
    for name in sorted(rounded_to(stream.lines) & stream.terms.keys()):
        value = stream.terms[name].value
        if isinstance(value, Decimal) and value <= 0:
            what = f"'{name}' is {show(value)}, and amounts are rounded to a multiple of it"
            complaints.add(stream.terms[name].line, what, "Write a number above 0, such as 0.01.")
    for check in stream.model.checks:
        if not stream.model.reads_only_terms(check):
            continue
        try:
            failing = check.failing(check.program.run(values, tables))
        except LineFault:
            continue  # a term that is `none` cannot be held against a limit
        if failing is not None:
            stated = sorted(check.names & set(stream.terms))
            numbers = ", ".join(f"{name} is {show(stream.terms[name].value)}" for name in stated)
            what = f"{failing}: {check.say}" if failing else check.say
            complaints.add(
                _line_of(stream, stated, check.tables),
                what + (f" ({numbers})" if numbers else ""),
                check.repair or f"It must hold that {in_words(check.that)}.",
            )


def agreed_tables(model: Model) -> dict[str, ModelTable]:
    """Return the tables whose rows a contract states."""
    return {name: table for name, table in model.tables.items() if table.source == "terms"}


def _what_to_add(model: Model, name: str) -> str:
    if name in model.tables:
        return f"Add {name}: a list of rows with {', '.join(model.tables[name].shape.columns)}."
    term = model.terms[name]
    value = of_unit(term.unit).called + (f" in {term.unit}" if of_unit(term.unit) is NUMBER else "")
    choice = (
        f", one of {', '.join(term.one_of)}" if term.one_of else (", or none" if term.may_be_none else "")
    )
    return f"Add {name}: {value}{choice}." + (f" {term.doc}." if term.doc else "")


def _line_of(stream: Stream, names: Iterable[str], tables: Iterable[str]) -> int:
    """Return the line of the last of several terms."""
    lines = [stream.terms[name].line for name in names] + [stream.tables[name].line for name in tables]
    return max(lines, default=stream.line)
