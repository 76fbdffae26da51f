"""Comparison of a settled line with a published column, row by row.

A column of a table (`measures.points`) is compared with the columns that a template names, one for each
row of the table: `{measure} Measure Score`. Where the two differ by more than is allowed, the settlement
is repeated over intervals: every input is all that its printed digits may stand for. A published value
inside the resulting interval cannot be told apart from the settlement; one outside contradicts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.api import Settlement
from vbc_cli.contract.mapping import Reading
from vbc_cli.contract.terms import Value, show
from vbc_cli.contract.wide import NoPlace, fill, is_template
from vbc_cli.formula.bounds import INTERVAL_BACKEND, certain
from vbc_cli.formula.check import suggest
from vbc_cli.formula.compiled import Table
from vbc_cli.formula.interval import Interval
from vbc_cli.formula.numbers import CEILING, EXACT, FLOOR, NotANumber, read_number
from vbc_cli.formula.units import NUMERIC
from vbc_cli.portfolio.cells import half_unit
from vbc_cli.portfolio.files import normal
from vbc_cli.portfolio.read import PortfolioData, PortfolioRow, read_column
from vbc_cli.problems import refuse
from vbc_cli.settlement import (
    StreamFault,
    Worksheet,
    given_facts,
    prepare,
    settle_streams,
    settle_together,
    wait_for_each_other,
)

Find = Callable[[Mapping[str, Worksheet]], Any]
"""Finds one value in the worksheets of a settled row."""


class Expectation(Struct, frozen=True):
    """A line that should be what a column says, within an amount; the column may be left to the contract."""

    line: str
    column: str
    within: Decimal


class Difference(Struct, frozen=True):
    """A row whose line is not what was published; `low` to `high` is what the printed inputs allow.

    `slack` is half the unit of the last digit that the published value is printed with.
    """

    key: str
    settled: Decimal | None
    published: Decimal
    slack: Decimal
    low: Decimal | None
    high: Decimal | None

    @property
    def outside(self) -> bool:
        """Say whether the printed inputs cannot give a value that prints as the published one."""
        if self.low is None or self.high is None:
            return True
        low, high = FLOOR.subtract(self.low, self.slack), CEILING.add(self.high, self.slack)
        return not low <= self.published <= high


class Comparison(Struct, frozen=True):
    """How a line of every row compares with a column."""

    line: str
    column: str
    within: Decimal
    agree: int
    unpublished: int
    differences: tuple[Difference, ...]

    @property
    def outside(self) -> int:
        return sum(difference.outside for difference in self.differences)


def compare(settlement: Settlement, wanted: Sequence[Expectation]) -> tuple[Comparison, ...]:
    """Compare lines with columns of the settlement's portfolio; without a column, with the contract's own."""
    data = settlement.data
    if data is None:
        raise refuse(
            settlement.contract.file,
            None,
            "has no portfolio to compare with",
            "--expect needs portfolio files.",
        )
    bounds = _Bounds(settlement, data)
    return tuple(_compare(settlement, data, _with_column(data, each), bounds) for each in wanted)


def _with_column(data: PortfolioData, wanted: Expectation) -> Expectation:
    """Return an expectation with the column that the contract names for the line, where none was given."""
    if wanted.column:
        return wanted
    portfolio = data.portfolio
    stated = portfolio.published.get(wanted.line)
    if stated is None:
        what = f"no published column is named for '{wanted.line}'"
        repair = suggest(wanted.line, portfolio.published, "Write LINE=COLUMN.")
        raise refuse(portfolio.contract_file, None, what, repair)
    there = {header for sheet in data.sheets for header in sheet.header}
    column = next((name for name in stated.columns if normal(name) in there), stated.columns[0])
    return replace(wanted, column=column)


class _Compared(Struct, frozen=True):
    """One value held against what was published, with how to find its value in a settled row."""

    row: PortfolioRow
    key: str
    find: Find
    settled: Decimal | None
    published: Value
    slack: Decimal


def _compare(settlement: Settlement, data: PortfolioData, wanted: Expectation, bounds: _Bounds) -> Comparison:
    of_table = wanted.line.partition(".")[0] in data.portfolio.tables
    compared = (_cells if of_table or is_template(wanted.column) else _lines)(settlement, data, wanted)
    agree, missing, differences = 0, 0, []
    for each in compared:
        value, expected = each.settled, each.published
        if not isinstance(expected, Decimal):
            missing += 1
        elif value is not None and EXACT.abs(EXACT.subtract(value, expected)) <= wanted.within:
            agree += 1
        else:
            limits = bounds.of(each.row, each.find)
            differences.append(Difference(each.key, value, expected, each.slack, *limits))
    return Comparison(wanted.line, wanted.column, wanted.within, agree, missing, tuple(differences))


def _lines(settlement: Settlement, data: PortfolioData, wanted: Expectation) -> Iterator[_Compared]:
    """Yield a line of every row with its published value."""
    reading = _reading(settlement, wanted.line, wanted.column)
    published, slack = read_column(data, reading), half_unit(reading)
    stream, own = _place_of_line(settlement, wanted.line)

    def find(sheets: Mapping[str, Worksheet]) -> Any:
        return sheets[stream].value(own)

    for row, settled in zip(data.rows, settlement.arrangements[0].rows, strict=True):
        yield _Compared(row, row.key, find, find(settled.sheets), published[row.key], slack)


def _place_of_line(settlement: Settlement, line: str) -> tuple[str, str]:
    """Return the stream of a line and the line's own name in it."""
    stream, _, own = line.rpartition(".")
    plain = settlement.plain_stream(settlement.arrangements[0].rows[0])
    return stream or plain or settlement.streams[0].name, own


def _cells(settlement: Settlement, data: PortfolioData, wanted: Expectation) -> Iterator[_Compared]:
    """Yield a computed column of every row of a table, for each settlement, with its published value."""
    table, column = _place_of_column(settlement, wanted.line)
    stream = _stream_with(settlement, table, column)
    for key, reading in _templated(settlement, data, wanted, table, column).items():
        published, slack = read_column(data, reading), half_unit(reading)
        find = _finder(stream, table, key, column)
        shown = ", ".join(show(part) for part in key)
        for row, settled in zip(data.rows, settlement.arrangements[0].rows, strict=True):
            found = find(settled.sheets)
            yield _Compared(row, f"{row.key} {shown}", find, found, published[row.key], slack)


def _finder(stream: str, table: str, key: tuple[Value, ...], column: str) -> Find:
    return lambda sheets: sheets[stream].run.tables[table].row(table, key).get(column)


def _place_of_column(settlement: Settlement, line: str) -> tuple[str, str]:
    table, dot, column = line.partition(".")
    if not dot:
        repair = "Write TABLE.COLUMN={...} with a computed column of a table."
        raise refuse(
            settlement.contract.file, None, f"'{line}' is compared with a column for each row", repair
        )
    return table, column


def _stream_with(settlement: Settlement, table: str, column: str) -> str:
    """Return the stream that computes a column of a table; refuse one that nobody computes."""
    computed = {
        line.name: stream.name for stream in settlement.streams for line in stream.lines if line.table
    }
    name = f"{table}.{column}"
    if name not in computed:
        raise refuse(settlement.contract.file, None, f"no line '{name}' to compare", suggest(name, computed))
    return computed[name]


def _templated(
    settlement: Settlement, data: PortfolioData, wanted: Expectation, table: str, column: str
) -> dict[tuple[Value, ...], Reading]:
    """Return how the published column of each row of a table is read, where the template names it."""
    wide = data.portfolio.tables.get(table)
    file = settlement.contract.file
    if wide is None:
        known = suggest(table, data.portfolio.tables)
        raise refuse(file, None, f"the table '{table}' is not read from a portfolio", known)
    found = {}
    for key, row in zip(wide.keys(), wide.rows, strict=True):
        try:
            name = fill(wanted.column, row.stated)
        except NoPlace as error:
            what = f"'{{{error.word}}}' in the column of {wanted.line}"
            raise refuse("--expect", None, what, suggest(error.word, row.stated)) from None
        stated = row.published.get(column)
        if stated is not None and normal(name) in map(normal, stated.columns):
            found[key] = replace(stated, columns=(name,))
    if not found:
        what = f"how the columns '{wanted.column}' are written is not stated"
        repair = f'Add to tables: {table}: published: {{{column}: {{column: "{wanted.column}"}}}}.'
        raise refuse(file, None, what, repair)
    return found


def _reading(settlement: Settlement, line: str, column: str) -> Reading:
    """Return how the column is written: as the contract says, or plain where its unit leaves no choice."""
    contract = settlement.contract
    assert settlement.data is not None
    plain = settlement.plain_stream(settlement.arrangements[0].rows[0])
    units: dict[str, str] = {}
    for stream in settlement.streams:
        prefix = "" if stream.name == plain else f"{stream.name}."
        units |= {f"{prefix}{each.name}": each.unit for each in stream.lines if not each.table}
    if units.get(line) not in NUMERIC:
        numbers = [name for name, unit in units.items() if unit in NUMERIC]
        raise refuse(contract.file, None, f"no line '{line}' of numbers to compare", suggest(line, numbers))
    stated = settlement.data.portfolio.published.get(line)
    if stated is not None and column.casefold() in (name.casefold() for name in stated.columns):
        return replace(stated, columns=(column,))
    if not units[line].startswith("usd"):
        what = f"how the column '{column}' writes a {units[line]} is not stated"
        repair = (
            f"Add to the contract's published: {line}: {{column: {column}, read: percent}} (or fraction)."
        )
        raise refuse(contract.file, None, what, repair)
    return Reading(
        line, units[line], (column,), None, "dollars", {}, {}, None, True, None, False, False, None, 0
    )


class _Bounds:
    """The settlement over intervals, made for a row only when it is asked for."""

    def __init__(self, settlement: Settlement, data: PortfolioData) -> None:
        arrangement = settlement.arrangements[0].arrangement
        self.data = data
        self.prepared = prepare(settlement.contract, arrangement, INTERVAL_BACKEND)
        given = given_facts(settlement.contract)
        self.given = {
            name: value.converted(certain) if isinstance(value, Table) else certain(value)
            for name, value in given.items()
        }
        self.settlement = settlement

    def of(self, row: PortfolioRow, find: Find) -> tuple[Decimal | None, Decimal | None]:
        """Return the lowest and highest value that a line may have; None where it has none."""
        sheets = self._sheets(row)
        if isinstance(sheets, StreamFault):
            return None, None
        value = find(sheets)
        if not isinstance(value, Interval):
            return None, None
        return value.low, value.high

    def _sheets(self, row: PortfolioRow) -> Mapping[str, Worksheet] | StreamFault:
        if wait_for_each_other(self.prepared):
            return self._together[row.key]
        try:
            return settle_streams(self.prepared, {**self.given, **self.data.uncertain(row)})
        except StreamFault as fault:
            return fault

    @cached_property
    def _together(self) -> dict[str, Mapping[str, Worksheet] | StreamFault]:
        """Every row over intervals, where a statistic of all rows is among the lines."""
        facts = [{**self.given, **self.data.uncertain(row)} for row in self.data.rows]
        settled = settle_together(self.prepared, facts)
        return {row.key: sheets for row, sheets in zip(self.data.rows, settled, strict=True)}


def parse_expectations(texts: Sequence[str], within: Sequence[str]) -> tuple[Expectation, ...]:
    """Read LINE=COLUMN arguments, and the amounts they may be off: none, one for all, or one for each."""
    if len(within) > 1 and len(within) != len(texts):
        what = f"{len(within)} amounts for {len(texts)} comparisons"
        raise refuse("--within", None, what, "Give it once for all, or once for each --expect.")
    amounts = list(within) * (len(texts) if len(within) == 1 else 1) or ["0"] * len(texts)
    return tuple(map(_parse, texts, amounts))


def _parse(text: str, within: str) -> Expectation:
    line, equals, column = (part.strip() for part in text.partition("="))
    if not line or (equals and not column):
        repair = "Write LINE, or LINE=COLUMN, such as --expect earned=EarnSaveLoss."
        raise refuse("--expect", None, f"'{text}'", repair)
    try:
        return Expectation(line, column, read_number(within))
    except NotANumber as error:
        raise refuse("--within", None, f"'{within}' is not an amount", error.repair) from None
