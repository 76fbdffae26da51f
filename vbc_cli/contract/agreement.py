"""An agreement as it was read: the contract, its arrangements and their payment streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from vbc_cli.claims.assumed_settings import Assumed
from vbc_cli.claims.matching_settings import UnmatchedLimits
from vbc_cli.claims.measuring_settings import Measuring
from vbc_cli.claims.settings import Measure, Period, Source, Valuation
from vbc_cli.contract.bindings import FactRows, parts
from vbc_cli.contract.document import Node
from vbc_cli.contract.mapping import Portfolio
from vbc_cli.contract.measured import MeasuredFact
from vbc_cli.contract.model import Model
from vbc_cli.contract.settlements import SettlementOfPeriod
from vbc_cli.contract.terms import Rows, Term, Value
from vbc_cli.contract.verification import Backing, Verification
from vbc_cli.formula.compiled import Table
from vbc_cli.formula.program import Line

COUNTED_AS_COST = "counted_as_cost"
"""The fact that is the sum of the streams, settled before, whose payments count as cost of care."""

REPLACED_CLAIMS = "replaced_claims"
"""The fact that is the sum of the own claims that an arrangement's streams pay instead of the fees."""


class Stream(Struct, frozen=True):
    """One payment stream: a model with the terms agreed, ready to be settled.

    `lines` are the model's, with those that this agreement replaces or adds marked as amended;
    `bindings` says which measured fact or other result each of the model's facts is (or the sum of which),
    `rows` holds the tables of facts that are written out with the stream, `replaces` names the measured
    own claims that the stream pays instead. Of what a fact adds up, the `subtracted` settlements run the
    other way; a stream that the plan receives `lowers_cost` where it counts as cost.
    """

    name: str
    model: Model
    lines: tuple[Line, ...]
    terms: Mapping[str, Term]
    tables: Mapping[str, Rows]
    bindings: Mapping[str, str]
    basis: str
    counts_as_cost: bool | None
    replaces: tuple[str, ...]
    paid: str
    payer: str
    payee: str
    backing: Backing
    line: int
    rows: Mapping[str, FactRows] = field(default_factory=dict)
    subtracted: frozenset[str] = frozenset()
    lowers_cost: bool = False

    def reads(self) -> Iterator[tuple[str, str, str]]:
        """Yield each fact or table of the model, where it comes from, and in which unit ('' for a table)."""
        for name, source in self.bindings.items():
            unit = self.model.facts[name].unit if name in self.model.facts else ""
            for part in parts(source):
                yield name, part, unit
        for name, rows in self.rows.items():
            for column, sources in rows.columns().items():
                for source in sources:
                    yield name, source, self.model.tables[name].shape.columns[column]

    def values(self) -> dict[str, Value]:
        """Return every term's value by name, but for those that are read by month."""
        return {name: term.value for name, term in self.terms.items() if self.model.terms[name].by is None}

    def absent_clauses(self) -> dict[str, tuple[str, ...]]:
        """Return the clauses that are agreed as none altogether, each with its terms."""
        agreed = {name for name, term in self.terms.items() if term.value is not None or term.dated}
        agreed |= {name for name, table in self.tables.items() if table.rows}
        clauses = self.model.clauses
        return {name: members for name, members in clauses.items() if not agreed.intersection(members)}

    def with_monthly_terms(self, name: str, table: Table) -> Table:
        """Return a table of months with a column for each term that is read by month."""
        monthly = [term for term in self.terms.values() if self.model.terms[term.name].by == name]
        if not monthly:
            return table
        made = table.copy()
        for key, row in zip(made.keys, made.rows, strict=True):
            row.update({term.name: term.on(key[0]) for term in monthly})
        return made

    def term_tables(self) -> dict[str, Table]:
        """Return the agreed tables, found by their keys."""
        shapes = self.model.tables
        return {
            name: Table(shapes[name].shape.key, [dict(row) for row in rows.rows])
            for name, rows in self.tables.items()
        }


class Arrangement(Struct, frozen=True):
    """One way of paying the provider: a named list of streams."""

    name: str
    streams: tuple[Stream, ...]
    backing: Backing

    @property
    def replaced(self) -> tuple[str, ...]:
        """Return the measured claims that its streams pay instead of fee for service."""
        return tuple(name for stream in self.streams for name in stream.replaces)


class Given(Struct, frozen=True):
    """A fact whose value the contract itself gives; read in the unit of the model that needs it."""

    node: Node
    source: str
    line: int
    verification: Verification


class DefinedWord(Struct, frozen=True):
    """A word of the agreement: its text there, and the fact, result or line that it is here."""

    word: str
    text: str
    names: str
    cite: str


class Contract(Struct, frozen=True):
    """One agreement for one performance period."""

    name: str
    title: str
    payer: str
    provider: str
    backing: Backing
    makers: tuple[Stream, ...]
    measuring: Measuring
    measured: Mapping[str, MeasuredFact]
    comparison: Mapping[str, str]
    given: Mapping[str, Given]
    arrangements: tuple[Arrangement, ...]
    portfolio: Portfolio | None
    examples: Node | None
    file: str
    folder: Path
    sha256: str
    definitions: tuple[DefinedWord, ...] = ()
    settlements: tuple[SettlementOfPeriod, ...] = ()
    unmatched_limits: UnmatchedLimits = UnmatchedLimits()
    settlement: SettlementOfPeriod | None = None
    """The settlement of the period that the contract is valued for, where it states several."""
    assumed: tuple[Assumed, ...] = ()
    """Settings of measurement that move money and that the contract does not state."""

    @property
    def period(self) -> Period:
        """Return the performance period."""
        return self.measuring.period

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the files of claims, members and the others, by kind."""
        return self.measuring.sources

    @property
    def valuation(self) -> Valuation | None:
        """Return the day at which claims are cut."""
        return self.measuring.valuation

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return the measured costs."""
        return self.measuring.measures

    def streams(self) -> tuple[Stream, ...]:
        """Return every stream, the models that make facts first."""
        return (*self.makers, *(stream for each in self.arrangements for stream in each.streams))
