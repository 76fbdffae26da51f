"""Where a stream's facts come from: one fact or result, the sum of several, or rows written in the contract.

`{limited: bonus.settlement + savings.settlement}` adds results up; a table may be written out as rows
whose cells are values or the names of other facts. What is added up is in one amount of a claim: dollars
allowed and dollars paid have no common total.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from vbc_cli.contract.document import List, Map, Node, Text
from vbc_cli.contract.model import Model
from vbc_cli.contract.shapes import TEXT, Broken, Complaints, Fields
from vbc_cli.contract.terms import Rows, check_rows, read_row
from vbc_cli.contract.verification import Backing
from vbc_cli.formula.check import suggest
from vbc_cli.formula.compiled import Table
from vbc_cli.formula.units import NUMERIC

PLUS = " + "
_FACT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?\Z")


class FactRows(Struct, frozen=True):
    """A table of facts written in the contract; `named` says which cells are other facts."""

    name: str
    key: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    named: tuple[Mapping[str, str], ...]
    line: int

    def columns(self) -> dict[str, list[str]]:
        """Return the facts named in each column."""
        found: dict[str, list[str]] = {}
        for cells in self.named:
            for column, source in cells.items():
                found.setdefault(column, []).append(source)
        return found

    def filled(self, known: Mapping[str, Any]) -> Table:
        """Return the table with the value of each named fact."""
        rows = (
            {**row, **{column: known.get(source) for column, source in cells.items()}}
            for row, cells in zip(self.rows, self.named, strict=True)
        )
        return Table(self.key, rows)


def parts(source: str) -> list[str]:
    """Return the facts that a source adds up; most often one."""
    return source.split(PLUS)


def read_bindings(
    model: Model, got: Fields | None, complaints: Complaints
) -> tuple[dict[str, str], dict[str, FactRows]]:
    """Return the source of each fact, and the tables that are written out.

    A fact that is not bound comes under its own name.
    """
    bound = {name: name for name in (*model.facts, *model.fact_tables)}
    rows: dict[str, FactRows] = {}
    refused: set[str] = set()
    for name, node in ({} if got is None else got).items():
        assert got is not None
        if name not in bound:
            known = (*model.facts, *model.fact_tables)
            complaints.add(got.lines[name], f"{model.name} reads no fact '{name}'", suggest(name, known))
        elif isinstance(node, List):
            written = _rows(model, name, node, complaints)
            refused |= {name} if written is None else set()
            rows |= {} if written is None else {name: written}
        else:
            source = _source(name, node, complaints)
            refused |= {name} if isinstance(source, Broken) else set()
            bound[name] = name if isinstance(source, Broken) else source
    return {name: source for name, source in bound.items() if name not in rows.keys() | refused}, rows


def _source(name: str, node: Node, complaints: Complaints) -> str | Broken:
    text = TEXT.read(node, f"'{name}'", complaints)
    if isinstance(text, Broken):
        return text
    names = [part.strip() for part in str(text).split("+")]
    for part in names:
        if not _FACT.match(part):
            return complaints.add(
                node.line, f"'{name}' comes from '{part}'", "Name a fact or result, or add several: a + b."
            )
    return PLUS.join(names)


def _rows(model: Model, name: str, node: List, complaints: Complaints) -> FactRows | None:
    """Read the rows of a table; a name in a column of numbers is another fact."""
    declared = model.tables.get(name)
    if declared is None:
        complaints.add(node.line, f"'{name}' is a list", f"{model.name} reads it as one value: name a fact.")
        return None
    rows, named = [], []
    before = len(complaints.problems)
    for item in node.items:
        numbers = [column for column, unit in declared.shape.columns.items() if unit in NUMERIC]
        cells = _named_cells(item, numbers)
        row = read_row(declared, _without(item, cells), complaints, cells)
        rows.append({} if isinstance(row, Broken) else row)
        named.append(cells)
    if len(complaints.problems) > before:
        return None
    lines = tuple(item.line for item in node.items)
    check_rows(declared, Rows(name, tuple(rows), lines, Backing(), node.line), complaints)
    return FactRows(name, declared.shape.key, tuple(rows), tuple(named), node.line)


def _named_cells(item: Node, numbers: Sequence[str]) -> dict[str, str]:
    if not isinstance(item, Map):
        return {}
    return {
        column: cell.text
        for column, cell in item.items()
        if column in numbers and isinstance(cell, Text) and _FACT.match(cell.text) and cell.text != "none"
    }


def _without(item: Node, cells: Mapping[str, str]) -> Node:
    """Return a row without its named cells."""
    if not isinstance(item, Map) or not cells:
        return item
    made = Map(item.line)
    for column, cell in item.items():
        if column not in cells:
            made.entries[column], made.lines[column] = cell, item.lines[column]
    return made
