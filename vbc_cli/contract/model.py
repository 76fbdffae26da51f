"""A payment, benchmark or quality model: its terms, facts, tables, lines, checks and results.

A model is a YAML file. One that was read can be settled by any contract that states its terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.contract.bounds import ANY, Bounds
from vbc_cli.contract.verification import Verification
from vbc_cli.formula.compiled import Backend, Program, Run
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.program import Case, Declarations, Line, TableShape
from vbc_cli.formula.tree import Column, Lookup, Name, Node, walk

LIBRARY = Path(__file__).parent.parent / "models"


class ModelTerm(Struct, frozen=True):
    """A term that a contract must state."""

    name: str
    unit: str
    doc: str
    may_be_none: bool
    one_of: tuple[str, ...]
    by: str | None = None
    bounds: Bounds = ANY
    optional: bool = False


class ModelFact(Struct, frozen=True):
    """A fact that a model reads."""

    name: str
    unit: str
    doc: str
    optional: bool
    bounds: Bounds = ANY


class ModelTable(Struct, frozen=True, dict=True):
    """A table that formulas read: `source` is terms or facts."""

    name: str
    source: str
    shape: TableShape
    doc: str
    bands: tuple[str, ...]
    ascending: str | None
    within: tuple[str, ...]
    may_be_none: bool
    optional: bool
    codes: Mapping[str, tuple[str, ...]]
    bounds: Mapping[str, Bounds]

    @cached_property
    def cells(self) -> Mapping[str, ModelTerm]:
        """Each column as a term, for reading the cells of a row."""
        return {
            column: ModelTerm(
                column,
                unit,
                "",
                column in self.shape.optional,
                self.codes.get(column, ()),
                bounds=self.bounds.get(column, ANY),
            )
            for column, unit in self.shape.columns.items()
        }


class Check(Struct, frozen=True, dict=True):
    """What must hold (of every row of a table that `of` names), and what to say and do where it does not."""

    that: Node
    say: str
    line: int
    of: str = ""
    repair: str = ""

    @cached_property
    def names(self) -> frozenset[str]:
        """The terms, facts and lines that the check reads."""
        return frozenset(node.name for node in walk(self.that) if isinstance(node, Name))

    @cached_property
    def columns(self) -> frozenset[tuple[str, str]]:
        """The columns that the check reads, each with its table."""
        return frozenset(
            (node.table, node.column) for node in walk(self.that) if isinstance(node, Column | Lookup)
        )

    @property
    def tables(self) -> frozenset[str]:
        """The tables that the check reads."""
        return frozenset({table for table, _ in self.columns} | ({self.of} if self.of else set()))

    @property
    def holds(self) -> str:
        """The name of the check as a line: of the settlement, or of each row of its table."""
        return f"{self.of}.holds" if self.of else "holds"

    @cached_property
    def program(self) -> Program:
        """The check compiled once, as a program of one line."""
        return self.compiled(EXACT_BACKEND)

    def compiled(self, backend: Backend) -> Program:
        """Return the check as a program of one line."""
        return Program([Line(self.holds, (Case(None, self.that),))], backend)

    def failing(self, run: Run) -> str | None:
        """Return the key of the first row that does not hold, '' of a settlement; None where all holds."""
        if not self.of:
            return "" if run.values["holds"] is False else None
        table = run.tables[self.of]
        rows = zip(table.keys, table.rows, strict=True)
        return next((", ".join(map(str, key)) for key, row in rows if row["holds"] is False), None)


class CheckFailed(Exception):
    """A check of a model that does not hold, of a row where its key is given."""

    def __init__(self, check: Check, key: str) -> None:
        super().__init__(check.say)
        self.check = check
        self.key = key


class Model(Struct, frozen=True):
    """One model as its file states it; every line has its unit.

    `verified` says of the lines that hold parameters of their own how these were checked.
    """

    name: str
    title: str
    summary: str
    codes: Mapping[str, Mapping[str, str]]
    risk: str
    suits: str
    cite: str
    verified: Mapping[str, Verification]
    terms: Mapping[str, ModelTerm]
    clauses: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, ModelFact]
    tables: Mapping[str, ModelTable]
    lines: tuple[Line, ...]
    checks: tuple[Check, ...]
    results: Mapping[str, str]
    columns: tuple[str, ...]
    totals: Mapping[str, str]
    account: tuple[str, ...]
    luck: Mapping[str, str]
    file: str
    sha256: str

    def reads_only_terms(self, check: Check) -> bool:
        """Say whether a check can be made when a contract is read, without any fact or line."""
        agreed = {name: table.shape.columns for name, table in self.tables.items() if table.source == "terms"}
        return (
            check.names <= set(self.terms)
            and check.tables <= set(agreed)
            and all(column in agreed[table] for table, column in check.columns)
        )

    def declarations(self) -> Declarations:
        """Return the names that a line of this model may use, without the lines."""
        names = {name: term.unit for name, term in self.terms.items() if term.by is None}
        names |= {name: fact.unit for name, fact in self.facts.items()}
        tables = {name: table.shape for name, table in self.tables.items()}
        for name, term in self.terms.items():
            if term.by is not None:
                shape = tables[term.by]
                tables[term.by] = replace(shape, columns={**shape.columns, name: term.unit})
        return Declarations(names, tables)

    @property
    def optional_facts(self) -> frozenset[str]:
        """The facts and measured tables that a settlement may be without."""
        facts = (fact.name for fact in self.facts.values() if fact.optional)
        return frozenset((*facts, *(table.name for table in self.tables.values() if table.optional)))

    @property
    def fact_tables(self) -> tuple[str, ...]:
        """The tables whose rows are measured."""
        return tuple(name for name, table in self.tables.items() if table.source == "facts")


@cache
def model_files() -> tuple[Path, ...]:
    """Return the files of the models that come with the calculator, by kind and name."""
    return tuple(sorted(LIBRARY.glob("*/*.yaml")))


def find_model(name: str, folder: Path) -> Path | None:
    """Return the file of a model: a path ends in .yaml and is relative to `folder`, else a shipped model."""
    if name.endswith((".yaml", ".yml")):
        return folder / name
    return next((path for path in model_files() if path.stem == name), None)


def shown_name(path: Path, name: str) -> str:
    """Return how a model's file is named to users: a shipped model without the place it is installed in."""
    return str(path.relative_to(LIBRARY.parent.parent)) if path.is_relative_to(LIBRARY) else name


Shelf = dict[Path, Model]
"""The models read so far in one run, each file once."""
