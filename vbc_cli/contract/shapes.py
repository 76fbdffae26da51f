"""What a contract file may say, as shapes: one definition for reading, messages and JSON Schema.

A shape reads a node of a document into a value and writes every fault it finds, with its line and
repair, into one list; what is broken is left out, so that one pass finds all faults of a file.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from msgspec import Struct, field

from vbc_cli.contract.document import List, Map, Node, Text
from vbc_cli.formula import parse
from vbc_cli.formula.check import suggest
from vbc_cli.formula.numbers import EXACT, NotANumber, canonical, read_number
from vbc_cli.formula.tree import Node as Formula
from vbc_cli.problems import Problem


class Broken:
    """Stands for a value that was refused; its problem is already listed."""


BROKEN = Broken()
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Complaints(Struct):
    """The problems of one file, in the order they are found."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, what: str, repair: str) -> Broken:
        self.problems.append(Problem(self.file, line, what, repair))
        return BROKEN


class Shape(Protocol):
    """Reads a node, or complains and returns BROKEN; says the same as JSON Schema."""

    def read(self, node: Node, label: str, complaints: Complaints) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)  # a Struct cannot be a Mapping
class Fields(Mapping[str, Any]):
    """The values of a record that could be read, each with its line."""

    line: int
    found: Mapping[str, Any]
    lines: Mapping[str, int]
    broken: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


class Field(Struct, frozen=True):
    """One key of a record."""

    shape: Shape
    doc: str
    required: bool = False


def refuse_key(
    node: Map, key: str, label: str, known: Iterable[str], complaints: Complaints, otherwise: str = ""
) -> None:
    """Complain of a key that is not known; one without a value is mostly what follows a comma in a text."""
    value = node.entries[key]
    if isinstance(value, Text) and not value.text and not value.quoted:
        otherwise = "A comma in { } begins a new key: where it belongs to a text, quote the text."
    complaints.add(node.lines[key], f"unknown key '{key}' of {label}", suggest(key, known, otherwise))


class Record(Struct, frozen=True):
    """A map with known keys. `short` reads a plain text or list given in the map's place."""

    fields: Mapping[str, Field]
    doc: str = ""
    short: tuple[str, Shape] | None = None

    def read(self, node: Node, label: str, complaints: Complaints) -> Fields | Broken:
        if self.short is not None and not isinstance(node, Map):
            name, shape = self.short
            value = shape.read(node, label, complaints)
            return value if isinstance(value, Broken) else Fields(node.line, {name: value}, {name: node.line})
        if not isinstance(node, Map):
            return complaints.add(
                node.line, f"{label} is {kind_of(node)}", f"Write keys: {', '.join(self.fields)}."
            )
        values: dict[str, Any] = {}
        broken = set()
        for key, value_node in node.items():
            known = self.fields.get(key)
            if known is None:
                refuse_key(
                    node, key, label, self.fields, complaints, "Leave it out, or make it a remark: # ..."
                )
                continue
            value = known.shape.read(value_node, f"'{key}'", complaints)
            if isinstance(value, Broken):
                broken.add(key)
            else:
                values[key] = value
        for key, known in self.fields.items():
            if known.required and key not in node.entries:
                broken.add(key)
                complaints.add(node.line, f"{label} has no '{key}'", f"Add {key}: {known.doc}")
        return Fields(node.line, values, node.lines, frozenset(broken))

    def schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "type": "object",
            "properties": {
                name: {**known.shape.schema(), "description": known.doc}
                for name, known in self.fields.items()
            },
            "additionalProperties": False,
        }
        required = [name for name, known in self.fields.items() if known.required]
        if required:
            made["required"] = required
        if self.doc:
            made["description"] = self.doc
        return made if self.short is None else {"anyOf": [self.short[1].schema(), made]}


class MapOf(Struct, frozen=True):
    """A map with names of the author's choosing; `plain_names` are words that formulas may use."""

    shape: Shape
    plain_names: bool = True
    dotted: bool = False

    def read(self, node: Node, label: str, complaints: Complaints) -> Fields | Broken:
        if not isinstance(node, Map):
            return complaints.add(node.line, f"{label} is {kind_of(node)}", "Write name: value.")
        values: dict[str, Any] = {}
        broken = set()
        for key, value_node in node.items():
            if not self._well_named(key):
                complaints.add(
                    node.lines[key], f"the name '{key}' in {label}", "Use small letters, digits and _."
                )
            value = self.shape.read(value_node, f"'{key}'", complaints)
            if isinstance(value, Broken):
                broken.add(key)
            else:
                values[key] = value
        return Fields(node.line, values, node.lines, frozenset(broken))

    def _well_named(self, key: str) -> bool:
        parts = key.split(".") if self.dotted else [key]
        return not self.plain_names or (len(parts) <= 2 and all(NAME.match(part) for part in parts))

    def schema(self) -> dict[str, Any]:
        made = {"type": "object", "additionalProperties": self.shape.schema()}
        if self.plain_names:
            word = "[a-z][a-z0-9_]*"
            made["propertyNames"] = {"pattern": f"^{word}(\\.{word})?$" if self.dotted else f"^{word}$"}
        return made


class ListOf(Struct, frozen=True):
    """A list; one item alone may stand without its brackets where `or_one`."""

    shape: Shape
    or_one: bool = False

    def read(self, node: Node, label: str, complaints: Complaints) -> tuple[Any, ...] | Broken:
        if not isinstance(node, List):
            if not self.or_one:
                return complaints.add(node.line, f"{label} is {kind_of(node)}", "Write a list: [one, two].")
            value = self.shape.read(node, label, complaints)
            return value if isinstance(value, Broken) else (value,)
        values = [self.shape.read(item, f"an item of {label}", complaints) for item in node.items]
        if any(isinstance(value, Broken) for value in values):
            return BROKEN
        return tuple(values)

    def schema(self) -> dict[str, Any]:
        made = {"type": "array", "items": self.shape.schema()}
        return {"anyOf": [self.shape.schema(), made]} if self.or_one else made


class Scalar(Struct, frozen=True):
    """A single text, read by `reader`, which returns the value or raises `NotANumber` with the repair."""

    reader: Callable[[str], Any]
    json: Mapping[str, Any]
    called: str = "a value"

    def read(self, node: Node, label: str, complaints: Complaints) -> Any:
        if not isinstance(node, Text):
            return complaints.add(node.line, f"{label} is {kind_of(node)}", f"Write {self.called}.")
        try:
            return self.reader(node.text)
        except NotANumber as error:
            return complaints.add(
                node.line, f"{label} is '{_cut(node.text)}', not {self.called}", error.repair
            )

    def schema(self) -> dict[str, Any]:
        return dict(self.json)


class FormulaText(Struct, frozen=True):
    """A formula, read from the source text of the scalar."""

    def read(self, node: Node, label: str, complaints: Complaints) -> Formula | Broken:
        if not isinstance(node, Text):
            return complaints.add(
                node.line, f"the formula {label} is {kind_of(node)}", "Put a formula with brackets in quotes."
            )
        try:
            return parse.parse(node.text)
        except parse.FormulaFault as fault:
            return complaints.add(node.line, f"{label}: {fault.what}", fault.repair)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number"], "description": "a formula"}


class Raw(Struct, frozen=True):
    """A part that is read later, when it is known what belongs there."""

    json: Mapping[str, Any] = field(default_factory=dict)

    def read(self, node: Node, label: str, complaints: Complaints) -> Node:
        return node

    def schema(self) -> dict[str, Any]:
        return dict(self.json)


def words(*choices: str) -> Scalar:
    """Return the shape of one of a few words."""

    def read(text: str) -> str:
        if text not in choices:
            raise NotANumber(suggest(text, choices) if text else f"Write {' or '.join(choices)}.")
        return text

    return Scalar(read, {"enum": list(choices)}, "one of its words")


def _text(text: str) -> str:
    if not text.strip():
        raise NotANumber("Write something, or leave the key out.")
    return text.strip()


def _date(text: str) -> datetime.date:
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", text):
        raise NotANumber("Write it as year-month-day, such as 2025-12-31.")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise NotANumber(f"There is no such day: {error}.") from None


def _flag(text: str) -> bool:
    known = {"yes": True, "no": False, "true": True, "false": False}
    if text not in known:
        raise NotANumber("Write yes or no.")
    return known[text]


def _whole(text: str) -> int:
    number = read_number(text)
    if number != number.to_integral_value() or number < 0:
        raise NotANumber("Write a whole number, 0 or more.")
    return int(number)


def _rate(text: str) -> Decimal:
    number = read_number(text)
    if not -1 <= number <= 1:
        share = canonical(number.scaleb(-2, EXACT))
        raise NotANumber(f"A rate is a share of 1: write {share} for {canonical(number)} percent.")
    return number


TEXT = Scalar(_text, {"type": ["string", "number"]}, "a text")
NUMBER = Scalar(read_number, {"type": ["number", "string"]}, "a number")
RATE = Scalar(_rate, {"type": ["number", "string"], "minimum": -1, "maximum": 1}, "a rate")
WHOLE = Scalar(_whole, {"type": "integer", "minimum": 0}, "a whole number")
DATE = Scalar(_date, {"type": "string", "format": "date"}, "a date")
FLAG = Scalar(_flag, {"type": ["boolean", "string"], "enum": [True, False, "yes", "no"]}, "yes or no")


def of_unit(unit: str) -> Scalar:
    """Return the shape of a value in a unit of the formula language."""
    return {"flag": FLAG, "date": DATE, "code": TEXT, "rate": RATE}.get(unit, NUMBER)


def kind_of(node: Node) -> str:
    """Say what a node is, for messages."""
    return {Map: "a map", List: "a list", Text: "a single value"}[type(node)]


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
