"""Worked examples: a model settled over a few facts, and every expected line compared.

The expected values come from a source that the example names, never from running the model.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from os.path import relpath
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.settings import Period
from vbc_cli.contract.agreed import check_terms, missing_terms, needed_terms, read_terms, without_clauses
from vbc_cli.contract.agreement import Stream
from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.definition import EXAMPLES
from vbc_cli.contract.document import Document, List, Map, Node, Text, read_document
from vbc_cli.contract.model import LIBRARY, Model, Shelf, find_model, shown_name
from vbc_cli.contract.model_file import read_model
from vbc_cli.contract.shapes import Broken, Complaints, Fields
from vbc_cli.contract.terms import read_fact, read_row
from vbc_cli.contract.verification import Backing
from vbc_cli.faults import explain_fault
from vbc_cli.formula.check import suggest
from vbc_cli.formula.compiled import LineFault, Table
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.numbers import EXACT, ZERO, NotANumber, read_number
from vbc_cli.formula.program import Case, Line, is_statistic
from vbc_cli.formula.tree import Number
from vbc_cli.problems import InputRefused, Problem, refuse
from vbc_cli.report.numbers import worksheet_number
from vbc_cli.settlement import PreparedStream, Worksheet

EXAMPLE_FOLDERS = (LIBRARY.parent / "worked_examples", LIBRARY.parent.parent / "tests" / "models")
"""Where the library's worked examples are: in an installed package, and in a checkout."""
_ALWAYS = Period(datetime.date.min, datetime.date.max)
NOT_APPLICABLE = "-"


class Difference(Struct, frozen=True):
    """A line of an example that is not what was expected."""

    line_number: int
    example: str
    what: str


class Result(Struct, frozen=True):
    """The outcome of one file of examples."""

    file: str
    examples: int
    values: int
    differences: tuple[Difference, ...]
    refused: int = 0

    def lines(self) -> Iterator[str]:
        for each in self.differences:
            yield f"{self.file}:{each.line_number}: {each.example}: {each.what}"
        differ = len(self.differences) - self.refused
        state = ", ".join(
            [f"{differ} differ"] * bool(differ) + [f"{self.refused} refused"] * bool(self.refused)
        )
        state = state or "all as expected"
        yield f"{self.file}: {self.examples} examples, {self.values} values, {state}"


class SettledExample(Struct, frozen=True):
    """An example and its settled worksheet."""

    fields: Fields
    sheet: Worksheet


class RefusedExample(Struct, frozen=True):
    """An example that cannot be settled, and why."""

    fields: Fields
    problems: tuple[Problem, ...]

    @property
    def as_expected(self) -> bool:
        """Say whether the example expects to be refused for just that."""
        return "refused" in self.fields and any(
            self.fields["refused"] in problem.what for problem in self.problems
        )

    def difference(self) -> Difference:
        """Return why it was refused, in the words of whoever must correct it."""
        first = self.problems[0]
        what = f"refused: {first.what.removeprefix(self.fields['name'] + ': ')}\n  {first.repair}"
        return Difference(first.line or self.fields.line, self.fields["name"], what)


def examples_of(model: str) -> Path | None:
    """Return the file of the worked examples of a model, if there is one."""
    files = [folder / f"{model}.yaml" for folder in EXAMPLE_FOLDERS]
    return next((file for file in files if file.is_file()), None)


def default_files(folder: Path) -> list[Path]:
    """Return the files of worked examples under a project folder."""
    found = sorted((folder / "tests" / "models").glob("*.yaml"))
    if not found:
        raise refuse("tests/models", None, "no worked examples here", "Name the files: vbc test FILE...")
    return found


def named_files(names: Sequence[Path]) -> list[Path]:
    """Return the files of examples: a file itself, or that of a model, named or given as a file."""
    return [_examples_of(name) for name in names]


def _examples_of(name: Path) -> Path:
    model = find_model(str(name), Path())
    if model is None or not model.is_file() or not _is_model(model):
        return name
    found = examples_of(model.stem)
    if found is None:
        raise refuse(str(name), None, "has no worked examples", f"Write tests/models/{model.stem}.yaml.")
    return Path(relpath(found)) if found.is_relative_to(Path.cwd()) else found


def _is_model(path: Path) -> bool:
    root = read_document(path).root
    return isinstance(root, Map) and {"model", "lines"} <= set(root.entries)


def run_file(path: Path) -> Result:
    """Settle every example of a file and compare; raise `InputRefused` where none of them can be."""
    settled, refused = _settle_file(path)
    wrongly = [example for example in refused if not example.as_expected]
    if not settled and len(wrongly) == len(refused):
        raise InputRefused(_problems_of(wrongly))
    shown: list[SettledExample | RefusedExample] = [*settled, *wrongly]
    examples = sorted(shown, key=lambda example: example.fields.line)
    differences = tuple(each for example in examples for each in _found(example))
    expected = [example.fields.get("expect", {}) for example in shown]
    values = sum(map(len, expected)) + len(refused) - len(wrongly)
    return Result(str(path), len(settled) + len(refused), values, differences, len(wrongly))


def settle_examples(path: Path) -> list[SettledExample]:
    """Settle the examples of a file, or of a contract with `examples:`; raise `InputRefused`.

    Examples that show what is refused are left out.
    """
    settled, refused = _settle_file(path)
    wrongly = [example for example in refused if not example.as_expected]
    if wrongly:
        raise InputRefused(_problems_of(wrongly))
    return settled


def _problems_of(refused: Iterable[RefusedExample]) -> list[Problem]:
    """Return every problem once: what is common to the examples stands in each of them."""
    return list(dict.fromkeys(problem for example in refused for problem in example.problems))


def _found(example: SettledExample | RefusedExample) -> Iterator[Difference]:
    if isinstance(example, RefusedExample):
        yield example.difference()
    else:
        yield from _differences(example)


def _settle_file(path: Path) -> tuple[list[SettledExample], list[RefusedExample]]:
    """Return the examples of a file that can be settled, and those that cannot."""
    document = read_document(path)
    complaints = Complaints(document.file, list(document.problems))
    fields = EXAMPLES.read(_as_examples(document), "a file of examples", complaints)
    if isinstance(fields, Broken) or complaints.problems:
        raise InputRefused(complaints.problems)
    base = _base_stream(fields, document, path)
    reader = _Reader(base, fields, complaints)
    settled: list[SettledExample] = []
    refused: list[RefusedExample] = []
    for example in fields["examples"]:
        if ("expect" in example) == ("refused" in example):
            what = f"'{example['name']}' expects {'two things' if 'expect' in example else 'nothing'}"
            raise refuse(
                document.file, example.line, what, "Write expect: with its lines, or refused: with why."
            )
        before = len(complaints.problems)
        sheet = reader.settle(example)
        if sheet is None:
            refused.append(RefusedExample(example, tuple(complaints.problems[before:])))
        else:
            settled.append(sheet)
    return settled, refused


def _as_examples(document: Document) -> Node:
    """Return a contract's own examples in the form of a file of examples."""
    root = document.root
    if isinstance(root, Map) and "arrangements" in root.entries:
        if "examples" not in root.entries:
            raise refuse(document.file, None, "the contract has no examples:", "Add worked examples to it.")
        made = Map(root.line)
        made.entries["examples"] = root.entries["examples"]
        made.lines["examples"] = root.lines["examples"]
        made.entries["contract"] = Text(root.line, Path(document.file).name)
        made.lines["contract"] = root.line
        return made
    return root


def _base_stream(fields: Fields, document: Document, path: Path) -> Stream:
    """Return the stream that is shown: of a contract, or a model without terms."""
    shelf: Shelf = {}
    if "contract" in fields:
        contract = read_contract(document.folder / fields["contract"], shelf)
        streams = [*contract.makers, *(stream for each in contract.arrangements for stream in each.streams)]
        wanted = fields.get("model", streams[-1].model.name)
        for stream in streams:
            if stream.model.name == wanted:
                return stream
        raise refuse(
            str(path),
            fields.lines["model"],
            f"no stream of model '{wanted}'",
            "Name a model of the contract.",
        )
    if "model" not in fields:
        raise refuse(str(path), 1, "names no model and no contract", "Start with model: or contract:.")
    name = fields["model"]
    file = find_model(name, document.folder)
    if file is None:
        raise refuse(
            str(path), fields.lines["model"], f"unknown model '{name}'", "Name a shipped model, or a path."
        )
    model = read_model(file, shown_name(file, str(file)), shelf)
    facts = {fact: fact for fact in (*model.facts, *model.fact_tables)}
    return Stream(
        name=model.name,
        model=model,
        lines=model.lines,
        terms={},
        tables={},
        bindings=facts,
        basis="",
        counts_as_cost=None,
        replaces=(),
        paid="",
        payer="",
        payee="",
        backing=Backing(),
        line=1,
    )


class _Reader:
    """Reads and settles the examples of one file, writing faults into `complaints`."""

    def __init__(self, base: Stream, common: Fields, complaints: Complaints) -> None:
        self.base = base
        self.common = common
        dates = common.get("period", {})
        self.period = Period(dates.get("start", _ALWAYS.start), dates.get("end", _ALWAYS.end))
        self.complaints = complaints

    def settle(self, example: Fields) -> SettledExample | None:
        before = len(self.complaints.problems)
        stream = self._stream(example)
        facts, tables = self._facts(stream.model, {**self.common.get("facts", {}), **example["facts"]})
        known = {line.name for line in stream.lines}
        for name in example.get("expect", {}):
            if name not in known:
                line = example["expect"].lines[name]
                self.complaints.add(line, f"{stream.model.name} has no line '{name}'", suggest(name, known))
        if len(self.complaints.problems) > before:
            return None
        lines = self._with_statistics(stream, example.get("statistics", {}))
        own = replace(stream, lines=lines, bindings={name: name for name in stream.bindings})
        if len(self.complaints.problems) > before:
            return None
        prepared = PreparedStream(own, EXACT_BACKEND)
        try:
            return SettledExample(example, prepared.settle({**facts, **tables}))
        except LineFault as fault:
            what, repair = explain_fault(fault, stream)
            self.complaints.add(example.line, f"{example['name']}: {what}", repair)
            return None

    def _stream(self, example: Fields) -> Stream:
        nodes: dict[str, Node] = {}
        for stated in (self.common.get("terms", {}), example.get("terms", {})):
            nodes |= without_clauses(self.base.model, stated, self.complaints)
        terms, tables = read_terms(self.base.model, nodes, Backing(), self.period, self.complaints)
        stream = replace(self.base, terms={**self.base.terms, **terms}, tables={**self.base.tables, **tables})
        for name, repair in missing_terms(stream.model, [*stream.terms, *stream.tables, *nodes]):
            self.complaints.add(example.line, f"{stream.model.name} needs the term '{name}'", repair)
        if set(needed_terms(stream.model)) <= {*stream.terms, *stream.tables}:
            check_terms(stream, self.complaints)
        return stream

    def _with_statistics(self, stream: Stream, given: Mapping[str, Decimal]) -> tuple[Line, ...]:
        """Return the lines with the statistics that the example gives in the place of their formulas."""
        known = {line.name for line in stream.lines if is_statistic(line)}
        for name in given:
            if name not in known:
                assert isinstance(given, Fields)
                what = f"{stream.model.name} has no line '{name}' that is a statistic over a portfolio"
                self.complaints.add(given.lines[name], what, suggest(name, known))
        return tuple(
            replace(line, cases=(Case(None, Number(given[line.name])),)) if line.name in given else line
            for line in stream.lines
        )

    def _facts(self, model: Model, nodes: Mapping[str, Node]) -> tuple[dict[str, Any], dict[str, Table]]:
        facts: dict[str, Any] = {}
        tables: dict[str, Table] = {}
        for name, node in nodes.items():
            if name in model.tables and model.tables[name].source == "facts":
                tables[name] = self._table(model, name, node)
            elif name not in model.facts:
                self.complaints.add(
                    node.line, f"{model.name} reads no fact '{name}'", suggest(name, model.facts)
                )
            elif not (isinstance(node, Text) and node.text == "none"):
                value = read_fact(model.facts[name], node, self.complaints)
                facts[name] = None if isinstance(value, Broken) else value
        return facts, tables

    def _table(self, model: Model, name: str, node: Node) -> Table:
        declared = model.tables[name]
        rows = []
        for item in node.items if isinstance(node, List) else [node]:
            row = read_row(declared, item, self.complaints)
            rows.append({} if isinstance(row, Broken) else dict(row))
        complete = [row for row in rows if row]
        return Table(declared.shape.key, complete)


def _differences(example: SettledExample) -> Iterator[Difference]:
    if "refused" in example.fields:
        what = f"it is settled, expected to be refused: {example.fields['refused']}"
        yield Difference(example.fields.lines["refused"], example.fields["name"], what)
        return
    expected: Fields = example.fields["expect"]
    within = example.fields.get("within", ZERO)
    for name, texts in expected.items():
        line = next(each for each in example.sheet.stream.lines if each.name == name)
        if line.table:
            column = name.partition(".")[2]
            values = [row[column] for row in example.sheet.run.tables[line.table].rows]
        else:
            values = [example.sheet.value(name)]
        wrong = len(texts) != len(values) or not all(map(_agrees, texts, values, [within] * len(texts)))
        if wrong:
            found = ", ".join(worksheet_number(value) for value in values)
            what = f"{name} is {found}, expected {', '.join(texts)}"
            yield Difference(expected.lines[name], example.fields["name"], what)


def _agrees(text: str, value: Any, within: Decimal) -> bool:
    """Say whether a value is what the example expects."""
    if value is None or text == NOT_APPLICABLE:
        return value is None and text == NOT_APPLICABLE
    if isinstance(value, bool):
        return text == ("yes" if value else "no")
    if isinstance(value, Decimal):
        try:
            return EXACT.abs(EXACT.subtract(value, read_number(text))) <= within
        except NotANumber:
            return False
    return text == str(value)
