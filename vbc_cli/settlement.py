"""A contract and its facts become settlements: every stream's worksheet, line by line.

Pure functions between reading and printing. Streams are settled in the order in which they read
each other's results; a fault names the stream, the line and the numbers that led to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.contract.agreement import COUNTED_AS_COST, REPLACED_CLAIMS, Arrangement, Contract, Stream
from vbc_cli.contract.bindings import parts
from vbc_cli.contract.bounds import Bounds, OutOfBounds
from vbc_cli.contract.given import read_given
from vbc_cli.contract.guarded import needed_of, reads_only_inputs
from vbc_cli.contract.model import Check, CheckFailed
from vbc_cli.contract.order import in_order_of_use
from vbc_cli.contract.shapes import Complaints
from vbc_cli.contract.terms import show
from vbc_cli.faults import explain_fault
from vbc_cli.formula.bounds import certain
from vbc_cli.formula.compiled import (
    Backend,
    Decision,
    LineFault,
    Program,
    Run,
    Scope,
    Table,
)
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.exact import total
from vbc_cli.formula.interval import Interval, add, negative, point
from vbc_cli.formula.numbers import EXACT, ZERO
from vbc_cli.formula.program import Case, Line
from vbc_cli.problems import InputRefused, Problem, RowFault, by_cause

SETTLEMENT = "settlement"
"""The result of a model that is money: positive is due to the payee."""


class StreamFault(Exception):
    """A stream that cannot be settled over some facts: the line and its stream."""

    def __init__(self, fault: LineFault, stream: Stream) -> None:
        super().__init__(stream.name)
        self.fault = fault
        self.stream = stream


NOTHING: Mapping[str, Any] = MappingProxyType({})
Namespace = Mapping[str, Any]
"""Facts and results by name: `expenditure`, `quality.score`."""


class Worksheet(Struct, frozen=True):
    """One settled stream: the inputs it read, and every line's value and decisions."""

    stream: Stream
    inputs: Mapping[str, Any]
    run: Run
    program: Program

    def value(self, line: str) -> Any:
        """Return a line's value; None where the line does not apply."""
        return self.run.values[line]

    def results(self) -> dict[str, Any]:
        """Return each result as `stream.result`: a line's value, or a table with its computed columns."""
        known = {**self.run.tables, **self.run.values}
        results = self.stream.model.results
        return {f"{self.stream.name}.{result}": known.get(line) for result, line in results.items()}

    @property
    def settled(self) -> Decimal | None:
        """What the stream settles to; None where it does not apply or moves no money."""
        value = self.run.values.get(self.stream.model.results.get(SETTLEMENT, ""))
        return value if isinstance(value, Decimal) else None

    def decisions(self) -> dict[str, list[Decision]]:
        """Return what decided each line."""
        return self.program.decisions(self.run)


class SettledRow(Struct, frozen=True):
    """One settlement: of a portfolio's row, or (without a key) of the contract itself."""

    key: str
    title: str
    source: str
    line: int | None
    facts: Namespace
    sheets: Mapping[str, Worksheet]


class SettledArrangement(Struct, frozen=True):
    """One arrangement over all rows; a contract without a portfolio has one row."""

    arrangement: Arrangement
    rows: tuple[SettledRow, ...]
    prepared: tuple[PreparedStream, ...]


class Started(Struct, frozen=True):
    """A settlement of one row on its way: what it reads, and the values it has so far."""

    inputs: Mapping[str, Any]
    scope: Scope
    tables: Mapping[str, Table]


class PreparedStream:
    """A stream compiled once, to be settled over many sets of facts."""

    def __init__(self, stream: Stream, backend: Backend) -> None:
        self.stream = stream
        informing = frozenset(line.name for line in stream.lines) - needed_of(stream.model, stream.lines)
        self.program = Program(stream.lines, backend, informing)
        self.terms: dict[str, Any] = dict(stream.values())
        self.tables = stream.term_tables()
        self.sources = [(name, parts(source)) for name, source in stream.bindings.items()]
        if backend is not EXACT_BACKEND:
            self.terms = {name: certain(value) for name, value in self.terms.items()}
            self.tables = {name: table.converted(certain) for name, table in self.tables.items()}
        self.first_checks: list[_FactCheck] = []
        self.checks: list[_FactCheck] = []
        for check in stream.model.checks:
            if not stream.model.reads_only_terms(check):
                first = reads_only_inputs(check, stream.lines)
                (self.first_checks if first else self.checks).append(_FactCheck(check, backend))
        # What is printed rounded may lie beyond a bound by its rounding alone.
        self.bounded = list(_bounded(stream)) if backend is EXACT_BACKEND else []

    def settle(self, facts: Namespace) -> Worksheet:
        """Evaluate every line over the facts (and tables among them); raise `LineFault`."""
        started = self.begin(facts)
        for stage in range(self.program.stages):
            self.advance(started, stage)
        return self.finish(started)

    def begin(self, facts: Namespace) -> Started:
        """Return a settlement still to be evaluated; raise `LineFault` where a fact is out of bounds."""
        inputs, tables = dict(self.terms), dict(self.tables)
        for name, sources in self.sources:
            value = _added_up(sources, facts, self.stream.subtracted)
            if isinstance(value, Table):
                tables[name] = self.stream.with_monthly_terms(name, value)
            elif name in self.stream.model.tables:
                tables[name] = Table(self.stream.model.tables[name].shape.key, [])
            else:
                inputs[name] = value
        tables |= {name: rows.filled(facts) for name, rows in self.stream.rows.items()}
        return Started(inputs, self.program.begin(inputs, tables), tables)

    def advance(self, started: Started, stage: int) -> None:
        """Evaluate the lines of one stage, once the inputs are as they must be; raise `LineFault`."""
        if stage == 0:
            for each in self.bounded:
                each.hold(started.inputs, started.tables)
            for check in self.first_checks:
                check.hold(started.inputs, {}, started.tables)
        self.program.advance(started.scope, stage)

    def finish(self, started: Started) -> Worksheet:
        """Return the worksheet, once every line is evaluated and every check holds; raise `LineFault`."""
        run = self.program.finish(started.scope)
        for check in self.checks:
            check.hold(started.inputs, run.values, run.tables)
        return Worksheet(self.stream, started.inputs, run, self.program)


class _Bounded(Struct, frozen=True):
    """A fact, or a column of measured rows, that must lie within the bounds its model states."""

    table: str | None
    name: str
    unit: str
    bounds: Bounds

    def hold(self, inputs: Mapping[str, Any], tables: Mapping[str, Table]) -> None:
        """Raise `LineFault` where a value lies outside."""
        if self.table is None:
            self._hold(self.name, inputs.get(self.name))
        elif self.table in tables:
            table = tables[self.table]
            for key, row in zip(table.keys, table.rows, strict=True):
                value = row.get(self.name)
                if not self.bounds.hold(value):
                    self._hold(f"{self.table}[{', '.join(map(show, key))}].{self.name}", value)

    def _hold(self, name: str, value: Any) -> None:
        if not self.bounds.hold(value):
            raise LineFault(Line(self.name, ()), OutOfBounds(name, value, self.unit, self.bounds), {})


def _bounded(stream: Stream) -> Iterator[_Bounded]:
    """Yield what a stream reads within bounds; agreed terms were held against theirs when they were read."""
    for name, fact in stream.model.facts.items():
        if fact.bounds:
            yield _Bounded(None, name, fact.unit, fact.bounds)
    for table in stream.model.fact_tables:
        declared = stream.model.tables[table]
        for column, bounds in declared.bounds.items():
            if bounds:
                yield _Bounded(table, column, declared.shape.columns[column], bounds)


class _FactCheck:
    """A check of a model that needs facts, so that it is made with every settlement."""

    def __init__(self, check: Check, backend: Backend) -> None:
        self.check = check
        self.line = Line("check", (Case(None, check.that),), source=("", check.line))
        self.program = check.compiled(backend)

    def hold(self, inputs: Mapping[str, Any], values: Mapping[str, Any], tables: Mapping[str, Table]) -> None:
        """Raise `LineFault` where the check is certain not to hold; one that reads nothing passes."""
        try:
            failing = self.check.failing(self.program.run({**inputs, **values}, tables))
        except LineFault:
            return
        if failing is not None:
            raise LineFault(self.line, CheckFailed(self.check, failing), {**inputs, **values})


def prepare(
    contract: Contract,
    arrangement: Arrangement,
    backend: Backend = EXACT_BACKEND,
    compiled: Mapping[str, PreparedStream] = NOTHING,
) -> list[PreparedStream]:
    """Compile an arrangement's streams, and the models that make their facts, in order of use.

    Streams that are `compiled` already are taken as they are.
    """
    streams = in_order_of_use([*contract.makers, *arrangement.streams])
    return [compiled.get(stream.name) or PreparedStream(stream, backend) for stream in streams]


def settle_streams(
    prepared: Iterable[PreparedStream], facts: Namespace, standing: Mapping[str, Worksheet] = NOTHING
) -> dict[str, Worksheet]:
    """Settle compiled streams over one set of facts, each reading the results before it.

    Worksheets that are `standing` are taken as they are. Raises `StreamFault` where a line has no result
    or a check of the model does not hold.
    """
    prepared = list(prepared)
    known = known_before(prepared, facts)
    sheets = {}
    for stream in prepared:
        name = stream.stream.name
        try:
            sheets[name] = standing.get(name) or stream.settle(known)
        except LineFault as fault:
            raise StreamFault(fault, stream.stream) from None
        _make_known(sheets[name], known)
    return sheets


def untouched(prepared: Iterable[PreparedStream], changed: Collection[str]) -> set[str]:
    """Return the streams, given in order of use, that read none of some names, not even through others."""
    touched, found = set(changed), set()
    for each in prepared:
        stream = each.stream
        if touched.intersection(stream.replaces):
            touched.add(REPLACED_CLAIMS)
        sources = {source for _, source, _ in stream.reads()}
        if touched.isdisjoint(sources | {source.partition(".")[0] for source in sources}):
            found.add(stream.name)
            continue
        touched.add(stream.name)
        if stream.counts_as_cost:
            touched.add(COUNTED_AS_COST)
    return found


def known_before(prepared: Iterable[PreparedStream], facts: Namespace) -> dict[str, Any]:
    """Return what streams can read before any is settled: the facts, and what they make up together."""
    known = {COUNTED_AS_COST: ZERO, **facts}
    replaced = [name for each in prepared for name in each.stream.replaces]
    if replaced:
        known[REPLACED_CLAIMS] = total([facts[name] for name in replaced])
    return known


def _make_known(sheet: Worksheet, known: dict[str, Any]) -> None:
    """Let the streams after it read a stream's results."""
    results = sheet.results()
    known.update(results)
    if sheet.stream.counts_as_cost:
        settled = results.get(f"{sheet.stream.name}.{SETTLEMENT}")
        known[COUNTED_AS_COST] = _add(known[COUNTED_AS_COST], settled, less=sheet.stream.lowers_cost)


def settle_together(
    prepared: Iterable[PreparedStream], facts: Sequence[Namespace]
) -> list[dict[str, Worksheet] | StreamFault]:
    """Settle compiled streams over many sets of facts that wait for each other.

    A line with a statistic needs a line of every row, so each stream goes through its stages with all rows.
    Returns the worksheets of each row, or why it has none.
    """
    prepared = list(prepared)
    known = [known_before(prepared, each) for each in facts]
    settled: list[dict[str, Worksheet] | StreamFault] = [{} for _ in facts]
    for stream in prepared:
        started: dict[int, Started] = {}
        for place, sheets in enumerate(settled):
            if not isinstance(sheets, StreamFault):
                try:
                    started[place] = stream.begin(known[place])
                except LineFault as fault:
                    settled[place] = StreamFault(fault, stream.stream)
        for stage in range(stream.program.stages):
            stream.program.gather([each.scope for each in started.values()], stage)
            for place, each in list(started.items()):
                try:
                    stream.advance(each, stage)
                except LineFault as fault:
                    settled[place] = StreamFault(fault, stream.stream)
                    del started[place]
        for place, each in started.items():
            try:
                sheet = stream.finish(each)
            except LineFault as fault:
                settled[place] = StreamFault(fault, stream.stream)
                continue
            _make_known(sheet, known[place])
            sheets = settled[place]
            assert not isinstance(sheets, StreamFault)
            sheets[stream.stream.name] = sheet
    return settled


def rows_decide_each_other(contract: Contract) -> bool:
    """Say whether what one row of a portfolio settles to depends on the others."""
    return any(wait_for_each_other(prepare(contract, each)) for each in contract.arrangements)


def wait_for_each_other(prepared: Iterable[PreparedStream]) -> bool:
    """Say whether some line needs a line of every row."""
    return any(stream.program.statistics for stream in prepared)


def _added_up(sources: Sequence[str], facts: Namespace, subtracted: Collection[str]) -> Any:
    """Return a fact, or the sum of several; a sum has no value where one of them has none."""
    if len(sources) == 1:
        return facts.get(sources[0])
    value: Any = ZERO
    for source in sources:
        other = facts.get(source)
        value = None if value is None or other is None else _add(value, other, less=source in subtracted)
    return value


def _add(one: Any, other: Any, *, less: bool) -> Any:
    """Add two results of either backend, or subtract; a stream that does not apply adds nothing."""
    if other is None:
        return one
    if isinstance(other, Decimal) and isinstance(one, Decimal):
        return EXACT.subtract(one, other) if less else EXACT.add(one, other)
    one, other = (each if isinstance(each, Interval) else point(each) for each in (one, other))
    return add(one, negative(other) if less else other)


def given_facts(contract: Contract) -> dict[str, Any]:
    """Return the facts that the contract itself gives; raise `InputRefused` where one cannot be read."""
    complaints = Complaints(contract.file)
    values = read_given(contract, complaints)
    if complaints.problems:
        raise InputRefused(complaints.problems)
    return values


def settle_arrangements(
    contract: Contract, rows: Sequence[SettledRow], faults: list[RowFault] | None = None
) -> tuple[SettledArrangement, ...]:
    """Settle every arrangement over rows that have no sheets yet; raise `InputRefused` with every fault.

    Several arrangements have one row; the facts that models make are made once for all of them. Those of
    single rows are listed in `faults` where that is given, and the rows left out.
    """
    compiled = {stream.name: PreparedStream(stream, EXACT_BACKEND) for stream in contract.makers}
    first, *others = contract.arrangements
    settled = settle_rows(contract, first, rows, compiled, faults=faults)
    same = _same_under_all(contract, settled) if others else {}
    return (settled, *(settle_rows(contract, each, rows, compiled, same) for each in others))


def _same_under_all(contract: Contract, settled: SettledArrangement) -> dict[str, Worksheet]:
    """Return the worksheets of the models of facts that read no stream of any arrangement."""
    (row,) = settled.rows
    streams = {stream.name for each in contract.arrangements for stream in each.streams}
    makers = [each for each in settled.prepared if each.stream.name not in streams]
    same = untouched(makers, {*streams, COUNTED_AS_COST, REPLACED_CLAIMS})
    return {name: row.sheets[name] for name in same}


def settle_rows(
    contract: Contract,
    arrangement: Arrangement,
    rows: Iterable[SettledRow],
    compiled: Mapping[str, PreparedStream] = NOTHING,
    standing: Mapping[str, Worksheet] = NOTHING,
    faults: list[RowFault] | None = None,
) -> SettledArrangement:
    """Settle every row (given with its facts and no sheets); raise `InputRefused` with every fault.

    Facts that the contract gives hold for all rows. Where `faults` is given, those of single rows are listed
    in it and the rows left out.
    """
    prepared = prepare(contract, arrangement, compiled=compiled)
    given = given_facts(contract)
    found: list[RowFault] = []
    settled = []
    waiting = [(row, {**given, **row.facts}) for row in rows]
    every = _settle_all(contract, prepared, [facts for _, facts in waiting], standing)
    for (row, facts), sheets in zip(waiting, every, strict=True):
        if isinstance(sheets, StreamFault):
            what, repair = explain_fault(sheets.fault, sheets.stream)
            label = f"{row.key}: " if row.key else ""
            line = sheets.stream.line if row.line is None and row.source == contract.file else row.line
            problem = Problem(row.source, line, label + what, repair)
            found.append(RowFault(row.key, problem, _cause(sheets)))
            continue
        settled.append(replace(row, facts=facts, sheets=sheets))
    if found and faults is None:
        raise InputRefused(by_cause(found))
    if faults is not None:
        faults += found
    return SettledArrangement(arrangement, tuple(settled), tuple(prepared))


def _cause(fault: StreamFault) -> tuple[str, ...]:
    """Return what rows may have in common that cannot be settled: all but their own values."""
    line, cause = fault.fault.line, fault.fault.cause
    return fault.stream.name, line.name, type(cause).__name__, re.sub("[0-9][0-9.,]*", "", str(cause))


def _settle_all(
    contract: Contract,
    prepared: Sequence[PreparedStream],
    rows: Sequence[Namespace],
    standing: Mapping[str, Worksheet],
) -> Iterator[dict[str, Worksheet] | StreamFault]:
    """Yield the worksheets of each row: one row after the other, unless they wait for each other."""
    if contract.portfolio is not None and wait_for_each_other(prepared):
        yield from settle_together(prepared, rows)
        return
    for facts in rows:
        try:
            yield settle_streams(prepared, facts, standing)
        except StreamFault as fault:
            yield fault
