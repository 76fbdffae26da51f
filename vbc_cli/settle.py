"""A contract and its facts become settlements: every stream's worksheet, line by line.

Pure functions between reading and printing. Streams are settled in the order in which they read
each other's results; a fault names the stream, the line and the numbers that led to it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Any

from vbc_cli.contract.contract import Arrangement, Contract, Stream
from vbc_cli.contract.shapes import Broken, Complaints, of_unit
from vbc_cli.contract.terms import show
from vbc_cli.formula.bounds import INTERVAL_BACKEND, certain
from vbc_cli.formula.evaluate import (
    EXACT_BACKEND,
    Backend,
    Decision,
    LineFault,
    NoRow,
    NoValue,
    Program,
    Run,
    Table,
)
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.program import Case, Line
from vbc_cli.formula.tree import Name
from vbc_cli.formula.words import grouped
from vbc_cli.problems import InputRefused, Problem

Namespace = Mapping[str, Any]
"""Facts and results by name: `expenditure`, `quality.score`."""


@dataclass(frozen=True)
class Worksheet:
    """One settled stream: the inputs it read, and every line's value and decisions."""

    stream: Stream
    inputs: Mapping[str, Any]
    run: Run
    program: Program

    def value(self, line: str) -> Any:
        """Return a line's value; None where the line does not apply."""
        return self.run.values[line]

    def results(self) -> dict[str, Any]:
        """Return each result as `stream.result`."""
        results = self.stream.model.results
        return {f"{self.stream.name}.{result}": self.run.values.get(line) for result, line in results.items()}

    def decisions(self) -> dict[str, list[Decision]]:
        """Return what decided each line."""
        return self.program.decisions(self.run)


class PreparedStream:
    """A stream compiled once, to be settled over many sets of facts."""

    def __init__(self, stream: Stream, backend: Backend) -> None:
        self.stream = stream
        self.exact = backend is EXACT_BACKEND
        self.program = Program(stream.lines, backend)
        values, tables = stream.values(), stream.term_tables()
        if not self.exact:
            values = {name: certain(value) for name, value in values.items()}
            tables = {name: table.converted(certain) for name, table in tables.items()}
        self.terms, self.tables = values, tables
        self.checks = [
            (check, Program([Line("holds", (Case(None, check.that),))], backend))
            for check in stream.model.checks
            if not check.names() <= set(stream.terms)
        ]

    def settle(self, facts: Namespace, tables: Mapping[str, Table] | None = None) -> Worksheet:
        """Evaluate every line over the facts; raise `LineFault`."""
        inputs = dict(self.terms)
        for name, source in self.stream.bindings.items():
            inputs[name] = facts.get(source)
        run = self.program.run(inputs, {**self.tables, **tables} if tables else self.tables)
        return Worksheet(self.stream, inputs, run, self.program)


def in_order_of_use(streams: Sequence[Stream]) -> list[Stream]:
    """Return the streams so that each comes after those whose results it reads."""
    by_name = {stream.name: stream for stream in streams}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for stream in streams:
        read = (source.partition(".")[0] for source in stream.bindings.values() if "." in source)
        sorter.add(stream.name, *(name for name in read if name in by_name))
    try:
        return [by_name[name] for name in sorter.static_order()]
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise InputRefused(
            [Problem("", None, f"streams need each other: {circle}", "One of them must not read the next.")]
        ) from None


def prepare(
    contract: Contract, arrangement: Arrangement, backend: Backend = EXACT_BACKEND
) -> list[PreparedStream]:
    """Compile an arrangement's streams, and the models that make their facts, in order of use."""
    streams = in_order_of_use([*contract.makers, *arrangement.streams])
    return [PreparedStream(stream, backend) for stream in streams]


def settle_streams(prepared: Iterable[PreparedStream], facts: Namespace) -> dict[str, Worksheet]:
    """Settle compiled streams over one set of facts, each reading the results before it."""
    known = dict(facts)
    sheets = {}
    for stream in prepared:
        sheet = stream.settle(known)
        known.update(sheet.results())
        sheets[stream.stream.name] = sheet
    return sheets


def given_facts(contract: Contract) -> dict[str, Any]:
    """Return the facts whose values the contract itself gives, each in the unit of its model."""
    complaints = Complaints(contract.file)
    values = {}
    streams = [*contract.makers, *(stream for each in contract.arrangements for stream in each.streams)]
    units = {
        stream.bindings[fact.name]: fact.unit for stream in streams for fact in stream.model.facts.values()
    }
    for name, given in contract.given.items():
        value = of_unit(units.get(name, "usd")).read(given.node, f"'{name}'", complaints)
        values[name] = None if isinstance(value, Broken) else value
    if complaints.problems:
        raise InputRefused(complaints.problems)
    return values


def explain_fault(fault: LineFault, stream: Stream) -> tuple[str, str]:
    """Say in words why a line could not be settled, and what to do about it."""
    line, cause = fault.line, fault.cause
    where = f"line '{line.name}' of {stream.name}"
    if isinstance(cause, NoRow):
        key = ", ".join(_shown(value) for value in cause.key)
        return (
            f"{where}: the table '{cause.table}' has no row '{key}'",
            "Correct the value, or add the row to the terms.",
        )
    if isinstance(cause, NoValue):
        return f"{where} reads '{cause.name}', {_why_absent(cause.name, stream)}", (
            "State when the line applies (when:), or ask is_present first."
        )
    used = {node.name: fault.known.get(node.name) for node in line.nodes() if isinstance(node, Name)}
    numbers = ", ".join(f"{name} = {_shown(value)}" for name, value in used.items())
    what = str(cause) if isinstance(cause, NoResult) else "a number too large to calculate with"
    return f"{where}: {what}" + (f" ({numbers})" if numbers else ""), "Correct the facts or the terms."


def _why_absent(name: str, stream: Stream) -> str:
    if name in stream.terms:
        return "a term that is agreed as none"
    if name in stream.model.facts:
        return "a fact that is missing"
    return "which does not apply here" if "." not in name else "a cell that is empty"


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return grouped(value)
    if value is None or isinstance(value, bool | str | datetime.date):
        return show(value)
    return str(value)


def unit_of(stream: Stream, line: str) -> str:
    """Return the unit of a line of a stream."""
    return next(each.unit for each in stream.lines if each.name == line)


__all__ = [
    "INTERVAL_BACKEND",
    "PreparedStream",
    "Worksheet",
    "explain_fault",
    "prepare",
    "settle_streams",
    "unit_of",
]
