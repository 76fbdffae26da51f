"""How the columns of a portfolio's files become facts.

A portfolio is a file with one settlement a row, such as a program's published results. The contract
names its files, their keys, the texts that mean "no value", and for every fact its column, how its
text is written, and how precisely it was printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from vbc_cli.contract.bindings import parts
from vbc_cli.contract.document import Text
from vbc_cli.contract.model import Model
from vbc_cli.contract.shapes import Broken, Complaints, Fields, of_unit
from vbc_cli.contract.terms import Value
from vbc_cli.formula.check import suggest

_READINGS = {
    "flag": ("flag",),
    "date": ("date", "us_date"),
    "code": ("code",),
    "rate": ("percent", "fraction", "share"),
    "score": ("number", "percent", "fraction", "share"),
    "points": ("number", "out_of"),
}
_PLAIN_UNLESS_STATED = ("points",)
_MONEY_READINGS = ("dollars", "number")
_NUMBER_READINGS = ("number",)


class UsesModel(Protocol):
    """Whatever reads facts through a model."""

    @property
    def model(self) -> Model: ...
    @property
    def bindings(self) -> Mapping[str, str]: ...


class FileOfRows(Struct, frozen=True):
    """One file of a portfolio; `names` and `key` hold alternatives for its path and its key's header."""

    name: str
    names: tuple[str, ...]
    key: tuple[str, ...]
    key_read: str
    encoding: str
    title_lines: int
    may_lack_rows: bool
    line: int


class Reading(Struct, frozen=True):
    """How one fact is read: its columns, how the text is written, and what stands for special texts.

    `one_of` holds, for each code, the alternatives for its flag column. `printed` is the unit of the last
    printed digit as the file writes it (of `read: share` as a fraction); None is exact.
    """

    name: str
    unit: str
    columns: tuple[str, ...]
    file: str | None
    read: str
    one_of: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, Value]
    absent: Value
    may_be_absent: bool
    printed: Decimal | None
    unpublished: bool
    may_lack_column: bool
    at_most: Decimal | None
    line: int


class WideRow(Struct, frozen=True):
    """One row of a table: the cells that the contract states, and how the others are read."""

    stated: Mapping[str, Value]
    cells: Mapping[str, Reading]
    published: Mapping[str, Reading]

    def with_cells(self, changed: Callable[[Reading], Reading]) -> WideRow:
        """Return the row with its readings changed."""
        cells = {name: changed(reading) for name, reading in self.cells.items()}
        return WideRow(self.stated, cells, self.published)


class WideTable(Struct, frozen=True):
    """A table whose rows stand side by side in the columns of a file."""

    name: str
    key: tuple[str, ...]
    rows: tuple[WideRow, ...]

    def keys(self) -> list[tuple[Value, ...]]:
        """Return the key of each row; the contract states it, so it is the same in every settlement."""
        return [tuple(row.stated[column] for column in self.key) for row in self.rows]


class Portfolio(Struct, frozen=True):
    """The files, the facts and tables of every row, and the published results to compare with."""

    contract_file: str
    folder: Path
    source: str
    files: tuple[FileOfRows, ...]
    missing: frozenset[str]
    title: tuple[str, ...]
    facts: Mapping[str, Reading]
    tables: Mapping[str, WideTable]
    published: Mapping[str, Reading]


def build_portfolio(
    got: Fields, streams: Iterable[UsesModel], folder: Path, contract_file: str, complaints: Complaints
) -> Portfolio:
    """Build the mapping; each fact takes the unit that the models reading it declare."""
    used = list(streams)
    files = tuple(_file(name, fields, complaints) for name, fields in got.get("files", {}).items())
    names = [file.name for file in files]
    units = _units_of_facts(used)
    facts = {}
    for name, fields in got.get("facts", {}).items():
        if name not in units:
            complaints.add(
                got["facts"].lines[name], f"no model reads the fact '{name}'", suggest(name, units)
            )
        else:
            facts[name] = build_reading(name, units[name], fields, names, complaints)
    lines = {line.name: line.unit for stream in used for line in stream.model.lines}
    published = {}
    for name, fields in got.get("published", {}).items():
        if name not in lines:
            complaints.add(
                got["published"].lines[name], f"no model has a line '{name}'", suggest(name, lines)
            )
        else:
            published[name] = build_reading(name, lines[name], fields, names, complaints)
    missing = frozenset(got.get("missing", ())) | {""}
    title = tuple(got.get("name", ()))
    source = got.get("source", "")
    return Portfolio(contract_file, folder, source, files, missing, title, facts, {}, published)


def _units_of_facts(streams: Iterable[UsesModel]) -> dict[str, str]:
    return {
        source: fact.unit
        for stream in streams
        for fact in stream.model.facts.values()
        for source in parts(stream.bindings.get(fact.name, fact.name))
    }


def _file(name: str, got: Fields, complaints: Complaints) -> FileOfRows:
    names = tuple(got.get("file", ()))
    for shown in names:
        if Path(shown).is_absolute():
            complaints.add(
                got.line,
                f"the absolute path '{shown}'",
                "Write a path relative to this file, or give it on the command line.",
            )
    return FileOfRows(
        name,
        names,
        tuple(got.get("key", ())),
        got.get("key_read", "code"),
        got.get("encoding", "utf-8"),
        got.get("title_lines", 0),
        got.get("may_lack_rows", False),
        got.line,
    )


def build_reading(name: str, unit: str, got: Fields, files: Sequence[str], complaints: Complaints) -> Reading:
    """Build how a fact or a cell is read; its unit decides how its text may be written."""
    file = got.get("file")
    if file is not None and file not in files:
        complaints.add(got.line, f"'{name}' is in a file '{file}'", suggest(file, files))
    if sum(part in got for part in ("column", "one_of", "unpublished")) != 1 and not got.broken:
        complaints.add(
            got.line, f"'{name}' needs one of column, one_of and unpublished", "Say where it is found."
        )
    read = got.get("read", _unless_stated(unit))
    if not got.get("unpublished", False) and read not in _readings(unit) and "one_of" not in got:
        *others, last = _readings(unit)
        choices = "read: " + (f"{', '.join(others)} or {last}" if others else last)
        complaints.add(
            got.line,
            f"'{name}' is a {unit}" + (f" with read: {read}" if read else ""),
            f"Say how its text is written: {choices}.",
        )
    if got.get("may_lack_column", False) and not ({"absent", "one_of"} & set(got) or got.broken):
        repair = "Say what the fact is then: absent: none, or a value."
        complaints.add(got.line, f"'{name}' may lack its column and has no absent:", repair)
    if "at_most" in got and read != "share":
        complaints.add(got.line, f"'{name}' has at_most: without read: share", "Leave it out.")
    absent, may_be_absent = _absent(name, unit, got, complaints)
    return Reading(
        name,
        unit,
        tuple(got.get("column", ())),
        file,
        read,
        dict(got.get("one_of", {})),
        {
            text: _value(name, unit, value, got.line, complaints)
            for text, value in got.get("texts", {}).items()
        },
        absent,
        may_be_absent,
        got.get("printed"),
        got.get("unpublished", False),
        got.get("may_lack_column", False),
        got.get("at_most"),
        got.line,
    )


def _unless_stated(unit: str) -> str:
    """Return the reading of a unit that leaves no choice; empty where the contract must choose."""
    known = _readings(unit)
    plain = len(known) == 1 or unit.startswith("usd") or unit in _PLAIN_UNLESS_STATED
    return known[0] if plain else ""


def _readings(unit: str) -> tuple[str, ...]:
    if unit in _READINGS:
        return _READINGS[unit]
    return _MONEY_READINGS if unit.startswith("usd") else _NUMBER_READINGS


def _absent(name: str, unit: str, got: Fields, complaints: Complaints) -> tuple[Value, bool]:
    """Return what a missing text stands for, and whether it may be missing at all."""
    text = got.get("absent")
    if text is None:
        return None, False
    return (None, True) if text == "none" else (_value(name, unit, text, got.line, complaints), True)


def _value(name: str, unit: str, text: str, line: int, complaints: Complaints) -> Value:
    value = of_unit(unit).read(Text(line, text), f"'{name}'", complaints)
    return None if isinstance(value, Broken) else value
