"""The commands as functions: read, settle, compare with what was published.

Every command of the terminal is a thin shell over one of these, for notebooks and scripts:
`import vbc_cli as vbc; vbc.settle("contract.yaml").to_frame()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from vbc_cli.claims.settings import Source
from vbc_cli.contract.agreement import Contract, Stream
from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.model import Shelf
from vbc_cli.contract.other_files import DataFiles, with_files
from vbc_cli.contract.settlements import valued_for
from vbc_cli.formula.check import suggest
from vbc_cli.portfolio.files import Input
from vbc_cli.portfolio.read import PortfolioData, read_portfolio
from vbc_cli.problems import InputRefused, Problem, RowFault, by_cause, refuse
from vbc_cli.settlement import SettledArrangement, SettledRow, rows_decide_each_other, settle_arrangements

if TYPE_CHECKING:
    import pandas

    from vbc_cli.claims.facts import Measured
    from vbc_cli.claims.hcc import MemberScore
    from vbc_cli.claims.matching_facts import Join
    from vbc_cli.claims.rosters import RosterChange
    from vbc_cli.comparison import ComparisonTable
    from vbc_cli.ranges import Cases


class Settlement(Struct, frozen=True):
    """A settled contract: its arrangements, and every file that was read.

    `left_out` are the faults of rows of a portfolio that were not settled, where the user leaves them out.
    """

    contract: Contract
    arrangements: tuple[SettledArrangement, ...]
    inputs: tuple[Input, ...]
    data: PortfolioData | None = None
    measured: Measured | None = None
    comparison: ComparisonTable | None = None
    cases: Cases = field(default_factory=dict)
    left_out: tuple[RowFault, ...] = ()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Every stream with the models that make facts first, as they are settled."""
        return tuple(sheet.stream for _, sheet in self._first_sheets())

    def _first_sheets(self) -> Iterator[tuple[str, Any]]:
        for settled in self.arrangements:
            if settled.rows:
                yield from settled.rows[0].sheets.items()

    def plain_stream(self, row: SettledRow) -> str | None:
        """Return the stream whose lines are named plainly: the only one, or the only one of a portfolio."""
        paid = self.arrangements[0].arrangement.streams
        if self.contract.portfolio is not None and len(paid) == 1:
            return paid[0].name
        return next(iter(row.sheets)) if len(row.sheets) == 1 else None

    def values(self, row: SettledRow) -> dict[str, Any]:
        """Return each line of a row by name; lines of streams beside the plain one are `stream.line`."""
        plain = self.plain_stream(row)
        return {
            line.name if name == plain else f"{name}.{line.name}": sheet.value(line.name)
            for name, sheet in row.sheets.items()
            for line in sheet.stream.lines
            if not line.table
        }

    def chosen(self, key: str | None, arrangement: str | None) -> list[tuple[str, SettledRow]]:
        """Return the settlements asked for, each with its arrangement's name; refuse unknown ones."""
        file = self.contract.file
        names = [each.arrangement.name for each in self.arrangements]
        if arrangement is not None and arrangement not in names:
            raise refuse(file, None, f"no arrangement '{arrangement}'", suggest(arrangement, names))
        if self.contract.portfolio is not None and key is None:
            raise refuse(file, None, "settles a portfolio", "Say which row: --key KEY.")
        found = [
            (each.arrangement.name, row)
            for each in self.arrangements
            if arrangement in (None, each.arrangement.name)
            for row in each.rows
            if key is None or row.key == key
        ]
        if not found:
            keys = [row.key for row in self.arrangements[0].rows]
            raise refuse(file, None, f"no row '{key}'", suggest(key or "", keys))
        return found

    def to_frame(self) -> pandas.DataFrame:
        """Return a data frame with one row a settlement and one column a line, as exact Decimals."""
        import pandas

        records = [
            {"arrangement": settled.arrangement.name, "key": row.key, **self.values(row)}
            for settled in self.arrangements
            for row in settled.rows
        ]
        return pandas.DataFrame.from_records(records)


Working = Callable[[str], AbstractContextManager[object]]
"""Says what is being done while it takes long."""
Measurer = Callable[[Contract, Working], "Measured"]
"""Measures the facts of a contract."""


def settle(
    contract: str | Path,
    *,
    portfolio: Sequence[str | Path] | str | Path = (),
    data: DataFiles | None = None,
    portfolio_folder: str | Path | None = None,
    shelf: Shelf | None = None,
    working: Working = nullcontext,
    settlement: str | None = None,
    skip_faulty: bool = False,
) -> Settlement:
    """Read a contract and its files, and settle it; raise `InputRefused` with every problem.

    `portfolio` names the files to read in place of those the contract names, in order;
    `portfolio_folder` a folder of downloads in which they are found by their names; `settlement` the
    settlement of the period, the last where it is not named; `data` the files of claims, eligibility and the
    others by kind. With `skip_faulty`, rows of a portfolio that are faulty are left out and named.
    """
    shelf = {} if shelf is None else shelf
    read = with_files(read_contract(Path(contract), shelf), data or {})
    overrides = [portfolio] if isinstance(portfolio, str | Path) else list(portfolio)
    folder = None if portfolio_folder is None else Path(portfolio_folder)
    paths = [Path(path) for path in overrides]
    return settle_contract(read, paths, working, folder, settlement, skip_faulty=skip_faulty)


class MeasuredContract(Struct, frozen=True):
    """A contract and what was measured from its files."""

    contract: Contract
    measured: Measured


def measure_contract(
    path: str | Path,
    *,
    data: DataFiles | None = None,
    by: Literal["member", "provider"] | None = None,
    working: Working = nullcontext,
) -> MeasuredContract:
    """Read a contract and measure its facts without settling; raise `InputRefused` with every problem.

    `by` also lists the costs of every member or provider.
    """
    contract = with_files(read_contract(Path(path), {}), data or {})
    if not contract.measured:
        raise refuse(
            contract.file, None, "measures no facts", "Only contracts with data: and measured facts do."
        )
    return MeasuredContract(contract, with_limits(measure_facts(contract, working, by), contract))


class DiagnosedScores(Struct, frozen=True):
    """Risk scores made from a contract's claims, and whether its files say who is a new enrollee."""

    contract: Contract
    model: str
    payment_year: int
    members: tuple[MemberScore, ...]
    new_enrollees_known: bool


def score_diagnoses(
    path: str | Path,
    model: str,
    payment_year: int,
    *,
    data: DataFiles | None = None,
    working: Working = nullcontext,
) -> DiagnosedScores:
    """Score the members of a contract by their diagnoses of the year before the payment year."""
    from vbc_cli.claims.diagnoses import read_diagnoses
    from vbc_cli.claims.hcc import score_people, scoring

    calculator = scoring(model, payment_year)
    contract = with_files(read_contract(Path(path), {}), data or {})
    with working(f"Scoring the members of {contract.name}"):
        found = read_diagnoses(contract.sources, contract.file, payment_year)
        members = tuple(score_people(found.people, calculator, payment_year))
    return DiagnosedScores(contract, model, payment_year, members, found.new_enrollees_known)


class ComparedRosters(Struct, frozen=True):
    """What another roster changes in members, months and dollars, and what of it matches nothing."""

    contract: Contract
    costs: tuple[str, ...]
    changes: tuple[RosterChange, ...]
    joins: tuple[Join, ...]


def compare_rosters(
    path: str | Path, roster: str | Path, *, data: DataFiles | None = None, working: Working = nullcontext
) -> ComparedRosters:
    """Measure a contract with its own attribution and with another roster; return what that changes."""
    from vbc_cli.claims.rosters import compare_rosters

    before = measure_contract(path, data=data, by="member", working=working)
    own = [each for each in before.contract.sources if each.kind == "attribution"]
    other = replace(own[0] if own else Source("attribution", ()), files=(Path(roster),))
    others = [each for each in before.contract.sources if each.kind != "attribution"]
    measuring = replace(before.contract.measuring, sources=(*others, other), plurality=None)
    contract = replace(before.contract, measuring=measuring)
    after = with_limits(measure_facts(contract, working, "member"), contract)
    changes = compare_rosters(before.measured, after)
    joins = tuple(join for join in after.joins if join.source == "attribution")
    return ComparedRosters(before.contract, tuple(before.measured.costs), changes, joins)


def settle_contract(
    contract: Contract,
    overrides: Sequence[Path] = (),
    working: Working = nullcontext,
    folder: Path | None = None,
    settlement: str | None = None,
    measuring: Measurer | None = None,
    skip_faulty: bool = False,
) -> Settlement:
    """Settle a contract that was read, over its portfolio or its claims.

    Where it states several settlements of the period, those before the one named are settled too and netted.
    `measuring` measures its facts, where that is not to be done anew.
    """
    before: dict[str, Decimal] = {}
    for valued in valued_for(contract, settlement):
        settled = _settle_once(valued, overrides, working, folder, measuring or measure_facts, skip_faulty)
        if valued.settlement is not None and settled.comparison is not None:
            settled = _part_of(settled, before)
    return settled


def _part_of(settled: Settlement, before: dict[str, Decimal]) -> Settlement:
    """Return a settlement that pays its part, and remember what it paid."""
    from vbc_cli.part_payment import pay_part

    assert settled.comparison is not None
    arrangements, table = pay_part(settled.contract, settled.arrangements, settled.comparison, before)
    before |= {each.name: each.part.paid_in_all for each in table.results if each.part is not None}
    return replace(settled, arrangements=arrangements, comparison=table)


def _settle_once(
    contract: Contract,
    overrides: Sequence[Path],
    working: Working,
    folder: Path | None,
    measuring: Measurer,
    skip_faulty: bool,
) -> Settlement:
    if not contract.arrangements:
        repair = "Add arrangements:, or measure its files alone with vbc facts."
        raise refuse(contract.file, None, "has no arrangements to settle", repair)
    data, measured, comparison = None, None, None
    cases: Cases = {}
    facts: dict[str, Any] = {}
    if contract.measured:
        from vbc_cli.measured import measured_facts

        measured = with_limits(measuring(contract, working), contract)
        refuse_unmatched(measured)
        facts = measured_facts(contract, measured)
    faults: list[RowFault] = []
    if contract.portfolio is not None:
        data, arrangements, faults = _settle_portfolio(contract, overrides, folder, skip_faulty)
    else:
        row = SettledRow("", contract.title, contract.file, None, facts, {})
        arrangements = settle_arrangements(contract, [row])
    if measured is not None and data is None:
        from vbc_cli.ranges import settle_cases

        cases = settle_cases(contract, measured)
    if contract.comparison:
        from vbc_cli.comparison import compare_arrangements

        comparison = compare_arrangements(contract, arrangements, measured)
    inputs = _inputs(contract, data, measured)
    return Settlement(contract, arrangements, inputs, data, measured, comparison, cases, tuple(faults))


def _settle_portfolio(
    contract: Contract, overrides: Sequence[Path], folder: Path | None, skip_faulty: bool
) -> tuple[PortfolioData, tuple[SettledArrangement, ...], list[RowFault]]:
    """Settle the rows of a portfolio; raise `InputRefused` with the faults of all rows, by cause.

    With `skip_faulty` these are returned and their rows left out, unless the other rows depend on them.
    """
    assert contract.portfolio is not None
    faults: list[RowFault] = []
    data = read_portfolio(contract.portfolio, overrides, folder, faults)
    rows = [SettledRow(row.key, row.title, row.file, row.line, row.known(), {}) for row in data.rows]
    unsettled = bool(faults) and rows_decide_each_other(contract)
    arrangements = () if unsettled else settle_arrangements(contract, rows, faults)
    sound = {row.key for each in arrangements for row in each.rows}
    if faults and skip_faulty and rows_decide_each_other(contract):
        what = "the rows of this portfolio are measured against each other, so none can be left out"
        repair = "Repair them, or take them out of the file."
        raise InputRefused([*by_cause(faults), Problem("--skip-faulty", None, what, repair)])
    if faults and not (skip_faulty and sound):
        raise InputRefused(by_cause(faults))
    return replace(data, rows=tuple(row for row in data.rows if row.key in sound)), arrangements, faults


def measure_facts(
    contract: Contract, working: Working, by: Literal["member", "provider"] | None = None
) -> Measured:
    """Measure the facts of a contract that was read."""
    from vbc_cli.claims.measure import measure

    files = sum(len(source.files) for source in contract.sources)
    with working(f"Reading {files} files of {contract.name}"):
        return measure(contract.measuring, by)


def unread_of(contract: Contract) -> Iterator[str]:
    """Yield which columns of a contract's files nobody reads, of those files that are there."""
    there = any(file.is_file() for each in contract.sources for file in each.files)
    if contract.valuation is not None and there:
        from vbc_cli.claims.measure import read_headers
        from vbc_cli.claims.unread import unread_lines

        yield from unread_lines(read_headers(contract.measuring))


def with_limits(measured: Measured, contract: Contract) -> Measured:
    """Return what was measured, with the share of each join that the contract accepts unmatched."""
    from vbc_cli.claims.matching_facts import with_limit

    return replace(
        measured, joins=tuple(with_limit(each, contract.unmatched_limits) for each in measured.joins)
    )


def refuse_unmatched(measured: Measured) -> None:
    """Refuse to settle on files of which more matches nothing than is accepted."""
    from vbc_cli.claims.matching_facts import unmatched_problems

    problems = unmatched_problems(measured.joins)
    if problems:
        raise InputRefused(problems)


def _inputs(contract: Contract, data: PortfolioData | None, measured: Measured | None) -> tuple[Input, ...]:
    """Return every file that was read: the contract, its models, its data."""
    files = {contract.file: Input(contract.file, contract.sha256, 0)}
    for stream in (*contract.streams(), *(each.stream for each in contract.settlements)):
        files[stream.model.file] = Input(stream.model.file, stream.model.sha256, 0)
    found = data.inputs if data else ()
    claims = [Input(each.file, each.sha256, each.rows) for each in measured.inputs] if measured else []
    return (*files.values(), *found, *claims)
