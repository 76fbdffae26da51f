"""Comparison of a settled line with a published column, row by row.

Where the two differ by more than is allowed, the settlement is repeated over intervals: every input
is all that its printed digits may stand for. A published value inside the resulting interval cannot
be told apart from the settlement; one outside contradicts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from vbc_cli.api import Settlement
from vbc_cli.contract.mapping import Reading
from vbc_cli.formula.bounds import INTERVAL_BACKEND, certain
from vbc_cli.formula.check import suggest
from vbc_cli.formula.interval import Interval
from vbc_cli.formula.numbers import CEILING, EXACT, FLOOR, NotANumber, read_number
from vbc_cli.formula.units import NUMERIC
from vbc_cli.portfolio.cells import half_unit
from vbc_cli.portfolio.read import PortfolioData, PortfolioRow, read_column
from vbc_cli.problems import refuse
from vbc_cli.settlement import StreamFault, given_facts, prepare, settle_streams


@dataclass(frozen=True)
class Expectation:
    """A line that should be what a column says, within an amount."""

    line: str
    column: str
    within: Decimal


@dataclass(frozen=True)
class Difference:
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


@dataclass(frozen=True)
class Comparison:
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
    """Compare lines with columns of the settlement's portfolio."""
    data = settlement.data
    if data is None:
        raise refuse(
            settlement.contract.file,
            None,
            "has no portfolio to compare with",
            "--expect needs portfolio files.",
        )
    bounds = _Bounds(settlement, data)
    return tuple(_compare_line(settlement, data, each, bounds) for each in wanted)


def _compare_line(
    settlement: Settlement, data: PortfolioData, wanted: Expectation, bounds: _Bounds
) -> Comparison:
    line, column, within = wanted.line, wanted.column, wanted.within
    reading = _reading(settlement, line, column)
    published, slack = read_column(data, reading), half_unit(reading)
    agree, missing, differences = 0, 0, []
    for row, settled in zip(data.rows, settlement.arrangements[0].rows, strict=True):
        expected = published[row.key]
        value = settlement.values(settled)[line]
        if not isinstance(expected, Decimal):
            missing += 1
        elif value is not None and EXACT.abs(EXACT.subtract(value, expected)) <= within:
            agree += 1
        else:
            differences.append(Difference(row.key, value, expected, slack, *bounds.of(row, line)))
    return Comparison(line, column, within, agree, missing, tuple(differences))


def _reading(settlement: Settlement, line: str, column: str) -> Reading:
    """Return how the column is written: as the contract says, or plain where its unit leaves no choice."""
    contract = settlement.contract
    assert contract.portfolio is not None
    units: dict[str, str] = {}
    for stream in settlement.streams:
        prefix = "" if len(settlement.streams) == 1 else f"{stream.name}."
        units |= {f"{prefix}{each.name}": each.unit for each in stream.lines}
    if units.get(line) not in NUMERIC:
        numbers = [name for name, unit in units.items() if unit in NUMERIC]
        raise refuse(contract.file, None, f"no line '{line}' of numbers to compare", suggest(line, numbers))
    stated = contract.portfolio.published.get(line)
    if stated is not None and column.casefold() in (name.casefold() for name in stated.columns):
        return replace(stated, columns=(column,))
    if not units[line].startswith("usd"):
        what = f"how the column '{column}' writes a {units[line]} is not stated"
        repair = (
            f"Add to the contract's published: {line}: {{column: {column}, read: percent}} (or fraction)."
        )
        raise refuse(contract.file, None, what, repair)
    return Reading(line, units[line], (column,), None, "dollars", {}, {}, None, True, None, False, 0)


class _Bounds:
    """The settlement over intervals, made for a row only when it is asked for."""

    def __init__(self, settlement: Settlement, data: PortfolioData) -> None:
        arrangement = settlement.arrangements[0].arrangement
        self.data = data
        self.prepared = prepare(settlement.contract, arrangement, INTERVAL_BACKEND)
        self.given = {name: certain(value) for name, value in given_facts(settlement.contract).items()}
        self.settlement = settlement

    def of(self, row: PortfolioRow, line: str) -> tuple[Decimal | None, Decimal | None]:
        """Return the lowest and highest value that a line may have; None where it has none."""
        try:
            sheets = settle_streams(self.prepared, {**self.given, **self.data.uncertain(row)})
        except StreamFault:
            return None, None
        name, _, own = line.rpartition(".")
        sheet = sheets[name] if name else next(iter(sheets.values()))
        value = sheet.value(own)
        if not isinstance(value, Interval):
            return None, None
        return value.low, value.high


def parse_expectations(texts: Sequence[str], within: Sequence[str]) -> tuple[Expectation, ...]:
    """Read LINE=COLUMN arguments, and the amounts they may be off: none, one for all, or one for each."""
    if len(within) > 1 and len(within) != len(texts):
        what = f"{len(within)} amounts for {len(texts)} comparisons"
        raise refuse("--within", None, what, "Give it once for all, or once for each --expect.")
    amounts = list(within) * (len(texts) if len(within) == 1 else 1) or ["0"] * len(texts)
    return tuple(map(_parse, texts, amounts))


def _parse(text: str, within: str) -> Expectation:
    line, equals, column = (part.strip() for part in text.partition("="))
    if not (line and equals and column):
        raise refuse(
            "--expect", None, f"'{text}'", "Write LINE=COLUMN, such as --expect earned=EarnSaveLoss."
        )
    try:
        return Expectation(line, column, read_number(within))
    except NotANumber as error:
        raise refuse("--within", None, f"'{within}' is not an amount", error.repair) from None
