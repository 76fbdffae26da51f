"""Facts whose values the contract itself gives: single values, and the rows of a table.

A value is read in the unit of the model that needs it, a table in the columns that its first reader declares.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from vbc_cli.contract.agreement import Contract, Given, Stream
from vbc_cli.contract.model import ModelFact, ModelTable
from vbc_cli.contract.shapes import Broken, Complaints
from vbc_cli.contract.terms import read_fact, read_rows
from vbc_cli.contract.verification import Backing
from vbc_cli.formula.compiled import Table
from vbc_cli.formula.units import USD


def read_given(contract: Contract, complaints: Complaints) -> dict[str, Any]:
    """Return every given fact by name; complain of those that cannot be read."""
    units = {source: unit for stream in contract.streams() for _, source, unit in stream.reads() if unit}
    facts = _facts_that_read(contract.given, contract.streams())
    tables = given_tables(contract.given, contract.streams())
    read = {*units, *contract.comparison.values()}
    values: dict[str, Any] = {}
    for name, given in contract.given.items():
        if name in tables:
            values[name] = _read_table(tables[name], name, given, complaints)
        else:
            # What nothing reads may be a code, a flag or a number: there is no unit to hold it to.
            heard = complaints if name in read else Complaints(contract.file)
            declared = facts.get(name) or ModelFact(name, units.get(name, USD), "", False)
            value = read_fact(replace(declared, name=name), given.node, heard)
            values[name] = None if isinstance(value, Broken) else value
    return values


def _facts_that_read(given: Iterable[str], streams: Iterable[Stream]) -> dict[str, ModelFact]:
    """Return how the first reader of each given value declares it, of those that state bounds if any."""
    names = set(given)
    found: dict[str, ModelFact] = {}
    for stream in streams:
        for name, declared in stream.model.facts.items():
            source = stream.bindings.get(name)
            if source in names and (source not in found or not found[source].bounds):
                found[source] = declared
    return found


def given_tables(given: Iterable[str], streams: Iterable[Stream]) -> dict[str, ModelTable]:
    """Return how the first reader of each given table declares it."""
    names = set(given)
    found: dict[str, ModelTable] = {}
    for stream in streams:
        for fact in stream.model.fact_tables:
            source = stream.bindings.get(fact)
            if source in names:
                found.setdefault(source, stream.model.tables[fact])
    return found


def _read_table(declared: ModelTable, name: str, given: Given, complaints: Complaints) -> Table | None:
    rows = read_rows(replace(declared, name=name), given.node, Backing(), complaints)
    return None if isinstance(rows, Broken) else Table(declared.shape.key, [dict(row) for row in rows.rows])
