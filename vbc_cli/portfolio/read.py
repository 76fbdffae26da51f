"""From the files of a portfolio to the facts of every row.

All faults of all files are listed together and then nothing is settled, unless the user leaves faulty rows
out by name: a program's results are read whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.contract.mapping import Portfolio, Reading, WideRow, WideTable
from vbc_cli.contract.terms import Value
from vbc_cli.formula.bounds import certain
from vbc_cli.formula.check import suggest
from vbc_cli.formula.compiled import Table
from vbc_cli.formula.interval import Uncertain
from vbc_cli.portfolio.cells import Unreadable, is_set, may_be, read_cell
from vbc_cli.portfolio.files import Input, Row, Sheet, join, normal, read_sheet
from vbc_cli.portfolio.locate import locate
from vbc_cli.portfolio.shares import Undecided, decided
from vbc_cli.problems import InputRefused, Problem, RowFault, by_cause


class PortfolioRow(Struct, frozen=True):
    """One settlement's facts, with the place they were read from."""

    key: str
    title: str
    file: str
    line: int
    facts: Mapping[str, Value]
    tables: Mapping[str, Table]
    rows: Sequence[Row | None]

    def known(self) -> dict[str, Any]:
        """Return the facts and tables together, as a settlement reads them."""
        return {**self.facts, **self.tables}


class PortfolioData(Struct, frozen=True):
    """Every row of a portfolio, and the files it was read from.

    `shares` says of each column that may hold either whether it holds percents or fractions.
    """

    portfolio: Portfolio
    sheets: tuple[Sheet, ...]
    rows: tuple[PortfolioRow, ...]
    shares: Mapping[str, str]

    @property
    def inputs(self) -> tuple[Input, ...]:
        return tuple(sheet.source for sheet in self.sheets)

    def uncertain(self, row: PortfolioRow) -> dict[str, Any]:
        """Return all that the row's facts and tables may be, by the precision they were printed with."""
        facts: dict[str, Any] = {
            name: may_be(reading, row.facts[name]) for name, reading in self.portfolio.facts.items()
        }
        for name, wide in self.portfolio.tables.items():
            rows = [
                {column: _cell_may_be(declared, column, value) for column, value in cells.items()}
                for declared, cells in zip(wide.rows, row.tables[name].rows, strict=True)
            ]
            facts[name] = Table(wide.key, rows, row.tables[name].keys)
        return facts


def _cell_may_be(row: WideRow, column: str, value: Value) -> Uncertain:
    """Return all that a cell may stand for; what the contract states is certain."""
    return may_be(row.cells[column], value) if column in row.cells else certain(value)


def read_portfolio(
    portfolio: Portfolio,
    overrides: Sequence[Path] = (),
    folder: Path | None = None,
    faults: list[RowFault] | None = None,
) -> PortfolioData:
    """Read the files, or those given in their place, in order; raise `InputRefused` with all faults.

    Those of single rows are listed in `faults` where that is given, and the rows left out.
    """
    problems: list[Problem] = []
    found: list[RowFault] = []
    paths = locate(portfolio, overrides, folder)
    sheets = []
    for file, (path, shown) in zip(portfolio.files, paths, strict=True):
        try:
            sheets.append(read_sheet(file, path, shown, found))
        except InputRefused as refusal:
            problems.extend(refusal.problems)
    _refuse_if(problems, found)
    shares: dict[str, str] = {}
    portfolio = _with_shares(portfolio, sheets, shares, problems)
    places = {name: _find(reading, portfolio, sheets, problems) for name, reading in portfolio.facts.items()}
    tables = [_FoundTable(wide, portfolio, sheets, problems) for wide in portfolio.tables.values()]
    title = _title_place(portfolio, sheets[0])
    _refuse_if(problems, found)
    rows = []
    for key, joined in join(sheets, portfolio.files, found):
        lead = joined[0]
        assert lead is not None
        before = len(found)
        facts = {
            name: _cell(portfolio, reading, places[name], joined, sheets, key, found)
            for name, reading in portfolio.facts.items()
        }
        read = {table.wide.name: table.read(joined, key, found) for table in tables}
        name = "" if title is None else lead.cells[title].strip()
        if len(found) == before:
            rows.append(PortfolioRow(key, name, sheets[0].file, lead.line, facts, read, joined))
    if faults is None:
        _refuse_if([*by_cause(found)], [])
    else:
        faults += found
    return PortfolioData(portfolio, tuple(sheets), tuple(rows), shares)


def _refuse_if(problems: Sequence[Problem], faults: Sequence[RowFault]) -> None:
    """Raise the problems of the files, and with them the faults of single rows."""
    if problems:
        raise InputRefused([*problems, *by_cause(faults)])


def _with_shares(
    portfolio: Portfolio, sheets: Sequence[Sheet], shares: dict[str, str], problems: list[Problem]
) -> Portfolio:
    """Return the portfolio with each `share` read as the percent or the fraction that its column holds."""

    def settled(reading: Reading) -> Reading:
        return _settled_share(reading, portfolio, sheets, shares, problems)

    facts = {name: settled(reading) for name, reading in portfolio.facts.items()}
    tables = {
        name: replace(table, rows=tuple(row.with_cells(settled) for row in table.rows))
        for name, table in portfolio.tables.items()
    }
    published = {  # what is only compared refuses nothing before it is asked for
        name: _settled_share(reading, portfolio, sheets, {}, [])
        for name, reading in portfolio.published.items()
    }
    return replace(portfolio, facts=facts, tables=tables, published=published)


def _settled_share(
    reading: Reading,
    portfolio: Portfolio,
    sheets: Sequence[Sheet],
    shares: dict[str, str],
    problems: list[Problem],
) -> Reading:
    if reading.read != "share":
        return reading
    for at, column in _find(reading, portfolio, sheets, []).values():
        sheet = sheets[at]
        left_out = portfolio.missing | reading.texts.keys()
        try:
            found = decided(reading, (text for text in sheet.texts(column) if text not in left_out))
        except Undecided as fault:
            what = f"'{sheet.titles[column]}' for '{reading.name}' {fault.what}"
            problems.append(Problem(sheet.file, sheet.header_line, what, fault.repair))
            continue
        shares[sheet.titles[column]] = found.read
        return found
    return reading


class _FoundTable:
    """A table with the place of each cell's column, found once for all rows of the portfolio."""

    def __init__(
        self, wide: WideTable, portfolio: Portfolio, sheets: Sequence[Sheet], problems: list[Problem]
    ) -> None:
        self.wide = wide
        self.portfolio = portfolio
        self.sheets = sheets
        self.keys = wide.keys()
        self.places = [
            [
                (column, reading, _find(reading, portfolio, sheets, problems))
                for column, reading in row.cells.items()
            ]
            for row in wide.rows
        ]

    def read(self, joined: Sequence[Row | None], key: str, faults: list[RowFault]) -> Table:
        """Read the table of one settlement; list what cannot be read."""
        rows = []
        for row, cells in zip(self.wide.rows, self.places, strict=True):
            made = dict(row.stated)
            for column, reading, places in cells:
                made[column] = _cell(self.portfolio, reading, places, joined, self.sheets, key, faults)
            rows.append(made)
        return Table(self.wide.key, rows, self.keys)


def read_column(data: PortfolioData, reading: Reading) -> dict[str, Value]:
    """Read one more column of a portfolio that was read, by key; raise `InputRefused` with all faults."""
    problems: list[Problem] = []
    faults: list[RowFault] = []
    places = _find(reading, data.portfolio, data.sheets, problems)
    values = {}
    if not problems:
        for row in data.rows:
            values[row.key] = _cell(data.portfolio, reading, places, row.rows, data.sheets, row.key, faults)
    _refuse_if([*problems, *by_cause(faults)], [])
    return values


def where_read(data: PortfolioData, key: str, fact: str) -> list[tuple[str, str]]:
    """Return the place (file and line) and the cell (column and text) that a fact of a row was read from.

    Of a table only the lines of the files are returned, without its many cells.
    """
    if fact in data.portfolio.tables:
        return _lines_of_table(data, key, fact)
    reading = data.portfolio.facts.get(fact)
    if reading is None or reading.unpublished:
        return []
    row = next(row for row in data.rows if row.key == key)
    found = []
    for at, column in _find(reading, data.portfolio, data.sheets, []).values():
        cells = row.rows[at]
        if cells is not None and (not reading.one_of or is_set(cells.cells[column].strip())):
            sheet = data.sheets[at]
            found.append(
                (f"{sheet.file}:{cells.line}", f"{sheet.titles[column]} '{cells.cells[column].strip()}'")
            )
    return found


def _lines_of_table(data: PortfolioData, key: str, table: str) -> list[tuple[str, str]]:
    row = next(row for row in data.rows if row.key == key)
    found = {
        at
        for declared in data.portfolio.tables[table].rows
        for reading in declared.cells.values()
        for at, _ in _find(reading, data.portfolio, data.sheets, []).values()
    }
    read = [(data.sheets[at].file, row.rows[at]) for at in sorted(found)]
    return [(f"{file}:{cells.line}", "") for file, cells in read if cells is not None]


Place = tuple[int, int]
"""Which file, which column."""


def _find(
    reading: Reading, portfolio: Portfolio, sheets: Sequence[Sheet], problems: list[Problem]
) -> dict[str, Place]:
    """Find a fact's column: its place under '', or the place of each code's flag column."""
    if reading.unpublished:
        return {}
    if reading.one_of:
        found = {
            code: _find_one(columns, reading, portfolio, sheets, problems)
            for code, columns in reading.one_of.items()
        }
        there = {code: place for code, place in found.items() if place is not None}
        if reading.may_lack_column and not there:
            _no_column(
                [name for names in reading.one_of.values() for name in names], reading, sheets[0], problems
            )
        return there
    place = _find_one(reading.columns, reading, portfolio, sheets, problems)
    return {} if place is None else {"": place}


def _find_one(
    columns: Sequence[str],
    reading: Reading,
    portfolio: Portfolio,
    sheets: Sequence[Sheet],
    problems: list[Problem],
) -> Place | None:
    """Return the first of several alternative columns that one file has."""
    places = [at for at, file in enumerate(portfolio.files) if reading.file in (None, file.name)]
    for column in columns:
        found = [(at, place) for at in places if (place := sheets[at].column(column)) is not None]
        if len(found) > 1:
            files = " and ".join(sheets[at].file for at, _ in found)
            problems.append(
                Problem(
                    files,
                    None,
                    f"the column '{column}' is in both",
                    f"Say which: {reading.name}: {{column: ..., file: ...}}.",
                )
            )
        for at, _ in found:
            if sheets[at].header.count(normal(column)) > 1:
                what = f"the column '{column}' for '{reading.name}' is there twice"
                repair = "Rename or remove one of them."
                problems.append(Problem(sheets[at].file, sheets[at].header_line, what, repair))
        if found:
            return found[0]
    if not reading.may_lack_column:
        _no_column(columns, reading, sheets[places[0]], problems, [sheets[at] for at in places])
    return None


def _no_column(
    columns: Sequence[str],
    reading: Reading,
    sheet: Sheet,
    problems: list[Problem],
    looked_in: Sequence[Sheet] = (),
) -> None:
    wanted = " or ".join(f"'{column}'" for column in columns)
    titles = [title for each in looked_in or (sheet,) for title in each.titles]
    near = suggest(columns[0], titles)
    problems.append(Problem(sheet.file, sheet.header_line, f"no column {wanted} for '{reading.name}'", near))


def _title_place(portfolio: Portfolio, lead: Sheet) -> int | None:
    return next((place for name in portfolio.title if (place := lead.column(name)) is not None), None)


def _cell(
    portfolio: Portfolio,
    reading: Reading,
    places: Mapping[str, Place],
    joined: Sequence[Row | None],
    sheets: Sequence[Sheet],
    key: str,
    faults: list[RowFault],
) -> Value:
    """Read one fact of one row; list what cannot be read."""
    if reading.unpublished:
        return None
    if reading.one_of:
        return _flagged(portfolio, reading, places, joined, sheets, key, faults)
    if not places:  # the file may lack the column
        return reading.absent
    at, column = places[""]
    row = joined[at]
    text = "" if row is None else row.cells[column].strip()
    if text in portfolio.missing and text not in reading.texts:
        if reading.may_be_absent or row is None:
            return reading.absent
        what = f"'{reading.name}' of {key} is missing ('{text}' in {sheets[at].titles[column]})"
        repair = "Complete it, or say in the contract what a missing value is: absent: 0 or absent: none."
        cause: tuple[str, ...] = ("missing", reading.name)
    else:
        try:
            return read_cell(reading, text)
        except Unreadable as fault:
            what = f"'{text}' in {sheets[at].titles[column]} of {key} is not {fault.should_be}"
            repair = fault.repair
            cause = ("unreadable", sheets[at].titles[column], fault.should_be)
    problem = Problem(sheets[at].file, None if row is None else row.line, what, repair)
    faults.append(RowFault(key, problem, cause))
    return None


def _flagged(
    portfolio: Portfolio,
    reading: Reading,
    places: Mapping[str, Place],
    joined: Sequence[Row | None],
    sheets: Sequence[Sheet],
    key: str,
    faults: list[RowFault],
) -> Value:
    """Return the code whose flag column says yes; exactly one must."""
    codes = []
    for code, (at, column) in places.items():
        row = joined[at]
        text = "" if row is None else row.cells[column].strip()
        if text not in portfolio.missing and is_set(text):
            codes.append(code)
    if len(codes) == 1:
        return codes[0]
    at = min((at for at, _ in places.values()), default=0)
    lead = joined[at]
    found = " and ".join(codes) if codes else "none of " + ", ".join(places)
    what = f"'{reading.name}' of {key} is {found}"
    line = None if lead is None else lead.line
    problem = Problem(sheets[at].file, line, what, "Exactly one of its columns must be 1.")
    faults.append(RowFault(key, problem, ("flags", reading.name, "several" if codes else "none")))
    return None
