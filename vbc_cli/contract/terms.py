"""The values that two parties agreed: single terms, dated terms and tables, each with its clause.

A term is read in the unit that the model declares. No term that moves money has a default; `none`
is a value where the model allows it, because a negotiator wants to read "no limit agreed".
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from vbc_cli.claims.settings import Period
from vbc_cli.contract.bounds import outside, repair_of
from vbc_cli.contract.document import List, Map, Node, Text
from vbc_cli.contract.model import ModelFact, ModelTable, ModelTerm
from vbc_cli.contract.shapes import BROKEN, DATE, Broken, Complaints, MapOf, kind_of, of_unit, refuse_key
from vbc_cli.contract.verification import VERIFICATION, Backing, backing_of, build_verification
from vbc_cli.formula.check import suggest
from vbc_cli.formula.numbers import canonical

Value: TypeAlias = Decimal | bool | str | datetime.date | None
"""An agreed value; None is `none`: agreed that there is no such term."""

DAY = datetime.timedelta(days=1)
_STATED = ("value", "cite", "verification")
_OF_TABLE = {"rows", "cite", "verification", "columns"}


class Dated(Struct, frozen=True):
    """A value from one day to another, both included."""

    start: datetime.date
    end: datetime.date
    value: Value
    backing: Backing
    line: int


class Term(Struct, frozen=True):
    """An agreed term. `dated` holds the values by date where the term changes."""

    name: str
    value: Value
    backing: Backing
    line: int
    dated: tuple[Dated, ...] = ()

    def changes_within(self, period: Period) -> bool:
        """Say whether the value differs between two days of the period."""
        return len({part.value for part in self._inside(period)}) > 1

    def changes_within_a_month(self, period: Period) -> bool:
        """Say whether the value changes on a day of the period that is not the first of a month."""
        return any(part.start.day != 1 for part in self._inside(period) if part.start > period.start)

    def _inside(self, period: Period) -> list[Dated]:
        return [part for part in self.dated if part.start <= period.end and part.end >= period.start]

    def on(self, day: datetime.date) -> Value:
        """Return the value in force on a day."""
        return next((part.value for part in self.dated if part.start <= day <= part.end), self.value)


class Rows(Struct, frozen=True):
    """An agreed table: its rows by column, and the line of each.

    `columns` and, for each row, `cells` hold what stands behind those that state it themselves.
    """

    name: str
    rows: tuple[Mapping[str, Value], ...]
    lines: tuple[int, ...]
    backing: Backing
    line: int
    columns: Mapping[str, Backing] = field(default_factory=dict)
    cells: tuple[Mapping[str, Backing], ...] = ()


def read_term(
    declared: ModelTerm, node: Node, around: Backing, period: Period, complaints: Complaints
) -> Term | Broken:
    """Read one term; complain of a wrong unit, a misread number, a gap or overlap of dates."""
    if isinstance(node, List):
        return _read_dated(declared, node, around, period, complaints)
    value = _read_stated(declared, node, complaints)
    own = backing_of(node, around, complaints) if isinstance(node, Map) else around
    return BROKEN if isinstance(value, Broken) else Term(declared.name, value, own, node.line)


def _read_stated(declared: ModelTerm, node: Node, complaints: Complaints) -> Value | Broken:
    """Read a value that may be written as {value, cite, verification}."""
    stated = _stated(declared.name, node, complaints)
    return BROKEN if isinstance(stated, Broken) else read_value(declared, stated, complaints)


def read_value(declared: ModelTerm, node: Node, complaints: Complaints) -> Value | Broken:
    """Read a single value in the term's unit, or `none` where that is allowed."""
    if isinstance(node, Text) and node.text == "none" and not node.quoted:
        if declared.may_be_none:
            return None
        repair = f"The model needs it: write {of_unit(declared.unit).called}."
        return complaints.add(node.line, f"'{declared.name}' is 'none'", repair)
    value: Value | Broken = of_unit(declared.unit).read(node, f"'{declared.name}'", complaints)
    if declared.one_of and isinstance(value, str) and value not in declared.one_of:
        return complaints.add(node.line, f"'{declared.name}' is '{value}'", suggest(value, declared.one_of))
    return _within(declared, value, node, complaints)


def _stated(name: str, node: Node, complaints: Complaints) -> Node | Broken:
    """Return the value of {value, cite, verification}, or the node itself."""
    if not isinstance(node, Map):
        return node
    for key in node.entries:
        if key not in _STATED:
            refuse_key(node, key, f"'{name}'", _STATED, complaints)
    if "value" not in node.entries:
        return complaints.add(
            node.line, f"'{name}' has no value", "Write a value, or {value: ..., cite: ...}."
        )
    return node.entries["value"]


def _read_dated(
    declared: ModelTerm, node: List, around: Backing, period: Period, complaints: Complaints
) -> Term | Broken:
    parts = [_read_part(declared, item, around, period, complaints) for item in node.items]
    dated = [part for part in parts if isinstance(part, Dated)]
    if len(dated) < len(parts) or not dated:
        if not parts:
            complaints.add(
                node.line, f"'{declared.name}' is an empty list", "Write [{from: date, value: ...}]."
            )
        return BROKEN
    dated = _closed(dated)
    before = len(complaints.problems)
    _check_cover(declared.name, dated, period, complaints)
    if len(complaints.problems) > before:
        return BROKEN
    first = next(part for part in dated if part.end >= period.start)
    return Term(declared.name, first.value, first.backing, node.line, tuple(dated))


def _read_part(
    declared: ModelTerm, node: Node, around: Backing, period: Period, complaints: Complaints
) -> Dated | Broken:
    """Read {from, to, value, cite, verification}; without `to` it holds until the next begins."""
    keys = ("from", "to", *_STATED)
    if not isinstance(node, Map):
        return complaints.add(
            node.line,
            f"the list '{declared.name}' has an item without dates",
            "Write one value without [ ], or dated ones: [{from: date, value: ...}].",
        )
    for key in node.entries:
        if key not in keys:
            refuse_key(node, key, f"'{declared.name}'", keys, complaints)
    for key in ("from", "value"):
        if key not in node.entries:
            return complaints.add(
                node.line, f"a dated value of '{declared.name}' has no '{key}'", f"Add {key}: ..."
            )
    start = DATE.read(node.entries["from"], "'from'", complaints)
    end = DATE.read(node.entries["to"], "'to'", complaints) if "to" in node.entries else datetime.date.max
    value = read_value(declared, node.entries["value"], complaints)
    if isinstance(start, Broken) or isinstance(end, Broken) or isinstance(value, Broken):
        return BROKEN
    if end < start:
        return complaints.add(
            node.line,
            f"'{declared.name}' ends on {end}, before it begins on {start}",
            "Turn the dates round.",
        )
    return Dated(start, end, value, backing_of(node, around, complaints), node.line)


def _closed(dated: Iterable[Dated]) -> list[Dated]:
    """Sort by date and end every open part the day before the next begins."""
    parts = sorted(dated, key=lambda part: part.start)
    closed = []
    for part, after in pairwise([*parts, None]):
        assert part is not None
        end = part.end
        if end == datetime.date.max and after is not None and after.start > part.start:
            end = after.start - DAY
        closed.append(replace(part, end=end))
    return closed


def _check_cover(name: str, dated: list[Dated], period: Period, complaints: Complaints) -> None:
    """Every day of the period has exactly one value."""
    if dated[0].start > period.start:
        complaints.add(
            dated[0].line,
            f"'{name}' has no value from {period.start} to {dated[0].start - DAY}",
            "Start it with the period.",
        )
    for part, after in pairwise(dated):
        if after.start <= part.end:
            complaints.add(
                after.line,
                f"'{name}' has two values on {after.start}",
                f"The one before it runs to {part.end}: end it earlier.",
            )
        elif after.start > part.end + DAY:
            complaints.add(
                after.line,
                f"'{name}' has no value from {part.end + DAY} to {after.start - DAY}",
                "Close the gap.",
            )
    if dated[-1].end < period.end:
        complaints.add(
            dated[-1].line,
            f"'{name}' has no value after {dated[-1].end}",
            f"The period runs to {period.end}.",
        )


def read_rows(declared: ModelTable, node: Node, around: Backing, complaints: Complaints) -> Rows | Broken:
    """Read an agreed table: a list of rows, or {rows, cite, verification, columns}."""
    line = node.line
    own = around
    columns: Mapping[str, Backing] = {}
    if isinstance(node, Map):
        if "rows" not in node.entries or set(node.entries) - _OF_TABLE:
            repair = "Write a list of rows, or {rows: [...], cite: ...}."
            return complaints.add(line, f"the table '{declared.name}' is a map without rows", repair)
        own = backing_of(node, around, complaints)
        columns = _columns(declared, node, own, complaints)
        node = node.entries["rows"]
    if declared.may_be_none and isinstance(node, Text) and node.text == "none":
        return Rows(declared.name, (), (), own, line)
    if not isinstance(node, List) or not node.items:
        return complaints.add(
            node.line,
            f"the table '{declared.name}' has no rows",
            f"Columns: {', '.join(declared.shape.columns)}.",
        )
    rows = [read_row(declared, item, complaints) for item in node.items]
    good = [row for row in rows if not isinstance(row, Broken)]
    if len(good) < len(rows):
        return BROKEN
    lines = tuple(item.line for item in node.items)
    cells = tuple(_cells(item, own, complaints) for item in node.items)
    read = Rows(declared.name, tuple(good), lines, own, line, columns, cells)
    before = len(complaints.problems)
    check_rows(declared, read, complaints)
    return BROKEN if len(complaints.problems) > before else read


def _columns(declared: ModelTable, node: Map, own: Backing, complaints: Complaints) -> Mapping[str, Backing]:
    """Return what stands behind columns of a table: `columns: {column: mark}`."""
    if "columns" not in node.entries:
        return {}
    read = MapOf(VERIFICATION).read(node.entries["columns"], f"'columns' of '{declared.name}'", complaints)
    if isinstance(read, Broken):
        return {}
    for column in read.lines:
        if column not in declared.shape.columns:
            what = f"unknown column '{column}' of '{declared.name}'"
            complaints.add(read.lines[column], what, suggest(column, declared.shape.columns))
    return {column: replace(own, verification=build_verification(got)) for column, got in read.items()}


def read_row(
    declared: ModelTable, node: Node, complaints: Complaints, named: Collection[str] = ()
) -> Mapping[str, Value] | Broken:
    """Read one row of a table, each cell in its column's unit; `named` cells come from elsewhere."""
    if not isinstance(node, Map):
        return complaints.add(
            node.line,
            f"a row of '{declared.name}' is {kind_of(node)}",
            f"Write its columns: {', '.join(declared.shape.columns)}.",
        )
    before = len(complaints.problems)
    row: dict[str, Value] = {}
    for column, cell in node.items():
        known = declared.cells.get(column)
        if known is None:
            complaints.add(
                node.lines[column],
                f"unknown column '{column}' of '{declared.name}'",
                suggest(column, declared.shape.columns),
            )
            continue
        value = _read_stated(known, cell, complaints)
        if not isinstance(value, Broken):
            row[column] = value
    for column in declared.shape.columns:
        if column not in node.entries:
            if column not in declared.shape.optional and column not in named:
                complaints.add(
                    node.line, f"a row of '{declared.name}' has no '{column}'", f"Add {column}: ..."
                )
            row[column] = None
    return BROKEN if len(complaints.problems) > before else row


def _cells(row: Node, around: Backing, complaints: Complaints) -> Mapping[str, Backing]:
    """Return what stands behind those cells of a row that state it themselves."""
    cells = row.entries.items() if isinstance(row, Map) else ()
    return {column: backing_of(cell, around, complaints) for column, cell in cells if isinstance(cell, Map)}


def check_rows(declared: ModelTable, table: Rows, complaints: Complaints) -> None:
    """Refuse doubled keys, steps that do not rise, and bands with a gap or an overlap."""
    seen: dict[tuple[Value, ...], int] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        key = tuple(row[column] for column in declared.shape.key)
        if key and key in seen:
            shown = ", ".join(show(value) for value in key)
            complaints.add(
                line,
                f"the key {shown} of '{declared.name}' is there twice",
                f"It is first on line {seen[key]}.",
            )
        seen.setdefault(key, line)
    for group in _groups(declared, table):
        for (before, _), (after, line) in pairwise(group):
            _check_step(declared, before, after, line, complaints)


def _groups(declared: ModelTable, table: Rows) -> Iterable[list[tuple[Mapping[str, Value], int]]]:
    """Return the separate sets of bands, in file order."""
    groups: dict[tuple[Value, ...], list[tuple[Mapping[str, Value], int]]] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        groups.setdefault(tuple(row[column] for column in declared.within), []).append((row, line))
    return groups.values()


def _check_step(
    declared: ModelTable,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    line: int,
    complaints: Complaints,
) -> None:
    rising = declared.ascending or (declared.bands[0] if declared.bands else None)
    if rising is not None and not _above(after[rising], before[rising]):
        steps = f"{show(after[rising])} after {show(before[rising])}"
        what = f"'{rising}' of '{declared.name}' does not rise: {steps}"
        complaints.add(line, what, "Put the rows in rising order.")
    elif declared.bands:
        start, end = declared.bands
        if before[end] != after[start]:
            kind = "overlap" if before[end] is None or _above(before[end], after[start]) else "leave a gap"
            ends = f"one ends at {show(before[end])}, the next begins at {show(after[start])}"
            what = f"bands of '{declared.name}' {kind}: {ends}"
            complaints.add(line, what, "Let each band begin where the one before it ends.")


def _above(one: Value, other: Value) -> bool:
    return isinstance(one, Decimal) and isinstance(other, Decimal) and one > other


def show(value: Value) -> str:
    """Return a value as its author would write it."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return canonical(value)
        case datetime.date():
            return value.isoformat()
        case _:
            return value


def read_fact(declared: ModelFact, node: Node, complaints: Complaints) -> Value | Broken:
    """Read a fact that is written down, in its unit and within its bounds."""
    return _within(
        declared, of_unit(declared.unit).read(node, f"'{declared.name}'", complaints), node, complaints
    )


def _within(
    declared: ModelTerm | ModelFact, value: Value | Broken, node: Node, complaints: Complaints
) -> Value | Broken:
    """Return a value that lies within its bounds; complain of one that does not."""
    if not isinstance(value, Decimal) or declared.bounds.hold(value):
        return value
    what = outside(declared.name, value, declared.bounds)
    return complaints.add(node.line, what, repair_of(value, declared.unit, declared.bounds))
