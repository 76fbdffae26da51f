"""A contract to start from: one stream of a model, every term with its meaning, settled as it stands.

Terms and given facts are those of the model's first worked example; facts that the sample files can
measure are measured there. Nothing of a model is written here: its file and its examples say it all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from os.path import relpath
from pathlib import Path
from textwrap import wrap

from vbc_cli.contract.agreed import agreed_tables, without_clauses
from vbc_cli.contract.agreement import COUNTED_AS_COST
from vbc_cli.contract.definition import EXAMPLES
from vbc_cli.contract.document import List, Map, Node, Text, read_document
from vbc_cli.contract.model import LIBRARY, Model, find_model, model_files, shown_name
from vbc_cli.contract.model_file import read_model
from vbc_cli.contract.shapes import Broken, Complaints, Fields
from vbc_cli.examples import examples_of
from vbc_cli.formula.check import suggest
from vbc_cli.problems import InputRefused, refuse

WIDTH = 100
_PLAIN = re.compile(r"-?[\w./][\w./+%$() -]*\Z")
"""Texts that need no quotes in YAML."""
_ALWAYS_KNOWN = (COUNTED_AS_COST,)


def new_contract(name: str, folder: Path, sample: Path) -> str:
    """Return a contract for a model, to be kept in a folder; its data are the files of a sample."""
    path = find_model(name, Path())
    if path is None or not path.is_file():
        known = [file.stem for file in model_files()]
        raise refuse(name, None, "there is no such model", suggest(name, known))
    model = read_model(path, shown_name(path, name), {})
    source = _model_source(name, path, folder)
    return "\n".join(_Starter(model, source, Path(relpath(sample, folder))).lines()) + "\n"


def _model_source(name: str, path: Path, folder: Path) -> str:
    if path.is_relative_to(LIBRARY):
        return name
    found = relpath(path, folder)
    return found if found.startswith(".") else f"./{found}"


class _Starter:
    """Writes one contract, line by line."""

    def __init__(self, model: Model, source: str, sample: Path) -> None:
        self.model = model
        self.source = source
        self.sample = sample
        file, self.examples = _examples(model)
        self.of_contract = _terms_of_contract(file, self.examples, model.name)
        self.first: Fields = self.examples["examples"][0]
        known = read_document(LIBRARY.parent / "starter.yaml").root
        assert isinstance(known, Map)
        self.known = known.entries
        self.sources = {
            fact: from_
            for fact, from_ in _texts(self.known["sources"]).items()
            if fact in (*model.facts, *model.fact_tables)
        }

    def lines(self) -> Iterator[str]:
        yield from self._heading()
        yield from self._data()
        yield from self._facts()
        yield from self._arrangement()

    def _heading(self) -> Iterator[str]:
        example = f"{self.first['name']} ({self.first['source']})"
        yield from _remark(f"{self.model.title}. {self.model.summary}")
        yield from _remark(f"The terms, and facts that are given, are those of a worked example: {example}.")
        yield from _remark("Put your agreement in their place: vbc check FILE, then vbc settle FILE.")
        yield f"contract: my-{self.model.name.replace('_', '-')}"
        yield f"title: {_scalar(self.model.title)}"
        yield "payer: Plan"
        yield "provider: Provider group"
        period = self.examples.get("period", {})
        start, end = period.get("start", "2025-01-01"), period.get("end", "2025-12-31")
        yield f"period: {{start: {start}, end: {end}}}"
        yield "cite: The agreement  # the clause that terms without a cite of their own come from"

    def _data(self) -> Iterator[str]:
        """Yield the files, where something is measured from them."""
        if any(self._measured(name) for name in self._used()):
            yield ""
            yield from _remark("The files of vbc sample; name your own, and the headers they use.")
            for part in ("data", "valuation", "measurement"):
                yield from _entry(part, self.known[part], "", {"SAMPLE": self.sample.as_posix()})

    def _measured(self, name: str) -> bool:
        node = _entries(self.known["facts"])[name]
        return isinstance(node, Map) and "measured" in node.entries

    def _used(self) -> list[str]:
        """Return the facts of the starter file that the model's facts come from."""
        return list(dict.fromkeys(source.partition(".")[0] for source in self.sources.values()))

    def _facts(self) -> Iterator[str]:
        given = self._given()
        if not given and not self._used():
            return
        yield ""
        yield "facts:"
        for name in self._used():
            yield from _entry(name, _entries(self.known["facts"])[name], "  ", {})
        for name, node in given.items():
            fact = self.model.facts.get(name)
            unit = fact.unit if fact else ", ".join(self.model.tables[name].shape.columns)
            doc = fact.doc if fact else self.model.tables[name].doc
            yield from _remark(f"{doc} ({unit})" if doc else unit, "  ")
            if isinstance(node, List):
                yield f"  {name}:"
                yield from _entry("given", node, "    ", {})
            else:
                yield f"  {name}: {{given: {_flow(node)}, source: worked example}}"

    def _given(self) -> dict[str, Node]:
        """Return the facts of the example that are not measured, and may be named in a contract."""
        nodes = {**self.examples.get("facts", {}), **self.first["facts"]}
        taken = {*self.sources, *_ALWAYS_KNOWN, *self._used()}
        return {
            name: node
            for name, node in nodes.items()
            if name not in taken and not (isinstance(node, Text) and node.text == "none")
        }

    def _arrangement(self) -> Iterator[str]:
        yield ""
        yield "arrangements:"
        yield f"  {self.model.name.replace('_', ' ')}:"
        yield f"    - model: {self.source}"
        yield "      paid: at_settlement  # or prospectively, or as_claims"
        yield "      counts_as_cost: no   # whether what it pays counts in the cost of care of other streams"
        bound = {fact: source for fact, source in self.sources.items() if fact != source}
        if bound:
            yield "      facts: {" + ", ".join(f"{fact}: {source}" for fact, source in bound.items()) + "}"
        terms = self._terms()
        if terms:
            yield "      terms:"
        for name, node in terms.items():
            yield from _remark(self._meaning(name), " " * 8)
            yield from _entry(name, node, " " * 8, {})
        absent = {member for clause in terms for member in self.model.clauses.get(clause, ())}
        for name, term in self.model.terms.items():
            if term.optional and name not in (*terms, *absent):
                yield from _remark(self._meaning(name), " " * 8)
                yield f"        # {name}: ...  # needed where a settlement turns on it"

    def _terms(self) -> dict[str, Node]:
        """Return the example's terms in the model's order; a clause without terms is stated as none."""
        ignored = Complaints("")
        nodes: dict[str, Node] = {}
        common = self.examples.get("terms", {})
        for stated in (self.of_contract, common, self.first.get("terms", {})):
            nodes |= without_clauses(self.model, stated, ignored)
        for clause, members in self.model.clauses.items():
            if all(_is_none(nodes.get(member)) for member in members):
                nodes = {name: node for name, node in nodes.items() if name not in members}
                nodes[clause] = Text(0, "none")
        order = (*self.model.terms, *agreed_tables(self.model), *self.model.clauses)
        return {name: nodes[name] for name in order if name in nodes}

    def _meaning(self, name: str) -> str:
        """Return what a term, table or clause means, and what may be written there."""
        if name in self.model.clauses:
            return f"none, or its terms: {', '.join(self.model.clauses[name])}"
        if name in self.model.tables:
            table = self.model.tables[name]
            choice = "; or none" if table.may_be_none else ""
            return f"{table.doc or 'rows'} ({', '.join(table.shape.columns)}{choice})"
        term = self.model.terms[name]
        choice = f"; {' | '.join(term.one_of)}" if term.one_of else ""
        choice += "; or none" if term.may_be_none else ""
        return f"{term.doc} ({term.unit}{choice})" if term.doc else f"{term.unit}{choice}"


def _examples(model: Model) -> tuple[Path, Fields]:
    """Return the file of a model's worked examples, and what it says."""
    path = examples_of(model.name)
    if path is None:
        repair = f"Write tests/models/{model.name}.yaml first."
        raise refuse(model.file, None, "has no worked example to start from", repair)
    document = read_document(path)
    complaints = Complaints(document.file, list(document.problems))
    fields = EXAMPLES.read(document.root, "a file of examples", complaints)
    if isinstance(fields, Broken) or complaints.problems:
        raise InputRefused(complaints.problems)
    return path, fields


def _terms_of_contract(file: Path, examples: Fields, model: str) -> Mapping[str, Node]:
    """Return the terms of the contract that the examples are about, where they name one."""
    if "contract" not in examples:
        return {}
    waiting = [read_document(file.parent / examples["contract"]).root]
    while waiting:
        node = waiting.pop()
        inside = list(node.entries.values()) if isinstance(node, Map) else []
        waiting.extend(node.items if isinstance(node, List) else inside)
        if isinstance(node, Map) and "terms" in node.entries:
            named = node.entries.get("model")
            if isinstance(named, Text) and Path(named.text).stem == model:
                return _entries(node.entries["terms"])
    return {}


def _entries(node: Node) -> Mapping[str, Node]:
    assert isinstance(node, Map)
    return node.entries


def _texts(node: Node) -> dict[str, str]:
    return {name: each.text for name, each in _entries(node).items() if isinstance(each, Text)}


def _is_none(node: Node | None) -> bool:
    return isinstance(node, Text) and node.text == "none"


def _remark(text: str, indent: str = "") -> Iterator[str]:
    mark = f"{indent}# "
    yield from wrap(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=mark,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _entry(name: str, node: Node, indent: str, words: Mapping[str, str]) -> Iterator[str]:
    """Yield a key and its value: on one line where it fits, else rows and keys on lines of their own."""
    line = f"{indent}{name}: {_flow(node, words)}"
    if isinstance(node, Text) or (len(line) <= WIDTH and not _has_rows(node)):
        yield line
        return
    yield f"{indent}{name}:"
    if isinstance(node, Map):
        for key, value in node.items():
            yield from _entry(key, value, f"{indent}  ", words)
    else:
        for item in node.items:
            yield f"{indent}  - {_flow(item, words)}"


def _has_rows(node: Node) -> bool:
    return isinstance(node, List) and any(isinstance(item, Map) for item in node.items)


def _flow(node: Node, words: Mapping[str, str] | None = None) -> str:
    match node:
        case Text(_, text, quoted):
            for word, meaning in (words or {}).items():
                text = text.replace(word, meaning)
            return _scalar(text, quoted)
        case Map():
            return "{" + ", ".join(f"{key}: {_flow(value, words)}" for key, value in node.items()) + "}"
        case List():
            return "[" + ", ".join(_flow(item, words) for item in node.items) + "]"
    raise AssertionError(node)


def _scalar(text: str, quoted: bool = False) -> str:
    """Return a text as YAML reads it back, in quotes where it needs them."""
    if not quoted and _PLAIN.match(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
