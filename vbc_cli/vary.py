"""What a term or setting is worth: a contract settled at several of its values, one or two at a time.

The claims are read once for all values where only terms and the settings of measured costs differ, and again
where the files, the period or whose claims count differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.api import Settlement, Working, measure_facts, settle_contract
from vbc_cli.comparison import account_of, gained
from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.document import Document, read_document
from vbc_cli.contract.model import Shelf
from vbc_cli.contract.other_files import DataFiles, with_files
from vbc_cli.contract.parties import direction
from vbc_cli.contract.settlements import valued_for
from vbc_cli.contract.varied import stated, varied
from vbc_cli.problems import InputRefused, Problem, refuse

if TYPE_CHECKING:
    from vbc_cli.claims.facts import Measured
    from vbc_cli.claims.measuring_settings import Measuring
    from vbc_cli.claims.settings import Measure

MOST_PATHS, MOST_SETTLEMENTS = 2, 400
SETTLEMENT = "settlement"


class Variation(Struct, frozen=True):
    """A value of the contract by its path, and the values to settle at."""

    path: str
    values: tuple[str, ...]


class Outcome(Struct, frozen=True):
    """One arrangement at one choice of values; `due` is None where the contract compares nothing."""

    arrangement: str
    total: Decimal
    due: Decimal | None


class Varied(Struct, frozen=True):
    """The settlement at one choice of values, in the order of the variations."""

    values: tuple[str, ...]
    cost: Decimal | None
    target: Decimal | None
    outcomes: tuple[Outcome, ...]


class VariedSettlement(Struct, frozen=True):
    """A contract settled at all values; `agreed` are those that it states itself."""

    contract: Contract
    variations: tuple[Variation, ...]
    agreed: tuple[str, ...]
    settled: tuple[Varied, ...]


def parse_variations(texts: Sequence[str]) -> tuple[Variation, ...]:
    """Read PATH=VALUE,VALUE arguments."""
    found = []
    for text in texts:
        path, equals, values = (part.strip() for part in text.rpartition("="))
        listed = tuple(value.strip() for value in values.split(","))
        if not (path and equals and all(listed)):
            repair = "Write PATH=VALUE,VALUE, such as facts.expenditure.truncate.at=100000,150000."
            raise refuse("--vary", None, f"'{text}'", repair)
        found.append(Variation(path, tuple(dict.fromkeys(listed))))
    if len(found) > MOST_PATHS or len({each.path for each in found}) < len(found):
        raise refuse(
            "--vary", None, f"{len(found)} paths", "Vary one value, or two different ones as a grid."
        )
    return tuple(found)


def settle_varied(
    contract: str | Path,
    variations: Sequence[Variation],
    *,
    portfolio: Sequence[Path] = (),
    portfolio_folder: Path | None = None,
    data: DataFiles | None = None,
    settlement: str | None = None,
    working: Working = nullcontext,
) -> VariedSettlement:
    """Settle a contract at every value or pair of values; raise `InputRefused` with every problem."""
    document = read_document(Path(contract))
    choices = list(product(*(each.values for each in variations)))
    if len(choices) > MOST_SETTLEMENTS:
        what = f"{len(choices):,} settlements"
        raise refuse("--vary", None, what, f"Vary fewer values: at most {MOST_SETTLEMENTS} at a time.")
    agreed = tuple(stated(document, each.path) for each in variations)
    stated_by_them = read_all(document, variations, choices)
    check_files_varied(stated_by_them, data or {})
    contracts = [with_files(each, data or {}) for each in stated_by_them]
    reading = OneReading(
        [valued for each in contracts if each.measured for valued in valued_for(each, settlement)]
    )
    settled = tuple(
        outcome_of(
            choice,
            settle_contract(each, portfolio, working, portfolio_folder, settlement, reading.measured),
        )
        for choice, each in zip(choices, contracts, strict=True)
    )
    return VariedSettlement(contracts[0], tuple(variations), agreed, settled)


def read_all(
    document: Document, variations: Sequence[Variation], choices: Iterable[tuple[str, ...]]
) -> list[Contract]:
    """Read the contract at every choice of values; refuse all that cannot be read."""
    shelf: Shelf = {}
    contracts: list[Contract] = []
    problems: list[Problem] = []
    for choice in choices:
        values = {each.path: value for each, value in zip(variations, choice, strict=True)}
        try:
            contracts.append(build_contract(varied(document, values), shelf))
        except InputRefused as refusal:
            problems.extend(refusal.problems)
    if problems:
        raise InputRefused(dict.fromkeys(problems))
    return contracts


def check_files_varied(contracts: Sequence[Contract], data: DataFiles) -> None:
    """Refuse to vary a file in place of which another one is read."""
    for kind in data:
        files = [[source.files for source in each.sources if source.kind == kind] for each in contracts]
        if any(each != files[0] for each in files):
            what = f"the {kind} file varies, and --data names another one in its place"
            raise refuse("--vary", None, what, f"Leave out --data {kind}=..., or do not vary it.")


class OneReading:
    """The facts of several contracts over the same files, read once for each way of reading them."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._groups: list[tuple[Contract, list[Measure]]] = []
        self._measured: dict[int, Measured] = {}
        for contract in contracts:
            measures = self._group(contract)[1]
            measures += [each for each in contract.measures if each not in measures]

    def measured(self, contract: Contract, working: Working) -> Measured:
        """Return what was measured of one of the contracts."""
        number = next(n for n, (each, _) in enumerate(self._groups) if how_read(each) == how_read(contract))
        first, measures = self._groups[number]
        names = list(told_apart(measures))
        if number not in self._measured:
            apart = tuple(replace(each, name=name) for each, name in zip(measures, names, strict=True))
            whole = replace(first, measuring=replace(first.measuring, measures=apart))
            self._measured[number] = measure_facts(whole, working)
        costs = self._measured[number].costs
        mine = {each.name: costs[names[measures.index(each)]] for each in contract.measures}
        joins = tuple(each.of(contract.measuring.amounts) for each in self._measured[number].joins)
        named = {name: replace(cost, name=name) for name, cost in mine.items()}
        return replace(self._measured[number], costs=named, joins=joins)

    def _group(self, contract: Contract) -> tuple[Contract, list[Measure]]:
        for group in self._groups:
            if how_read(group[0]) == how_read(contract):
                return group
        self._groups.append((contract, []))
        return self._groups[-1]


def how_read(contract: Contract) -> Measuring:
    """Return everything that decides how the files are read, but for the costs measured from them."""
    return replace(contract.measuring, measures=())


def told_apart(measures: Sequence[Measure]) -> Iterator[str]:
    """Yield a name for each measured cost, with a number where several variations have the same."""
    seen: dict[str, int] = {}
    for each in measures:
        seen[each.name] = seen.get(each.name, 0) + 1
        yield each.name if seen[each.name] == 1 else f"{each.name}, variation {seen[each.name]}"


def outcome_of(values: tuple[str, ...], settlement: Settlement) -> Varied:
    """Return what a settlement comes to."""
    table = settlement.comparison
    if table is not None:
        outcomes = tuple(Outcome(each.name, each.total, each.due) for each in table.results)
        return Varied(values, table.cost, table.target, outcomes)
    return Varied(values, None, None, tuple(earned(settlement)))


def earned(settlement: Settlement) -> Iterator[Outcome]:
    """Yield what the provider gets from the streams of each arrangement, over all rows.

    Where none of them names the contract's provider, it is their one payee, such as the state of a rebate.
    """
    provider = settlement.contract.provider
    for settled in settlement.arrangements:
        streams = [each for each in settled.arrangement.streams if SETTLEMENT in each.model.results]
        named = any(direction(each, provider) for each in streams)
        party = provider if named or not streams else streams[0].payee
        paid = [account_of(row.sheets[each.name], {}) for row in settled.rows for each in streams]
        yield Outcome(settled.arrangement.name, gained(paid, party), None)
