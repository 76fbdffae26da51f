"""A YAML file as its author wrote it: texts, maps and lists, each with its line.

Only structure is taken from YAML. What a text means is decided by who reads it, so `012`, `12:30`
and `yes` arrive as written. Aliases, tags, doubled keys, deep nesting and oversized files are
refused: the author of a contract may be the other party to it.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml
from msgspec import Struct

from vbc_cli.problems import InputRefused, Problem, refuse

MAX_BYTES = 4_000_000
MAX_DEPTH = 30
STDIN = Path("-")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a text in double quotes may spell out, and a terminal would obey."""
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Text(NamedTuple):
    """A scalar, exactly as written; `quoted` where the author put it in quotes."""

    line: int
    text: str
    quoted: bool = False


class Map:
    """A mapping in the order written, with the line of each key."""

    __slots__ = ("entries", "line", "lines")

    def __init__(self, line: int) -> None:
        self.line = line
        self.entries: dict[str, Node] = {}
        self.lines: dict[str, int] = {}

    def items(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())


class List:
    """A sequence."""

    __slots__ = ("items", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self.items: list[Node] = []


Node: TypeAlias = Text | Map | List


class Document(Struct, frozen=True):
    """A file that was read: its name as the user gave it, its content and its SHA-256."""

    file: str
    folder: Path
    root: Node
    sha256: str
    problems: tuple[Problem, ...]


def read_document(path: Path, name: str | None = None) -> Document:
    """Read a YAML file, or standard input for `-`; raise `InputRefused` where nothing of it can be used."""
    if path == STDIN:
        return parse_document(sys.stdin.buffer.read(MAX_BYTES + 1), "stdin", Path())
    shown = name or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        repair = (
            "Check the path." if name is None else "Check the path; it is relative to the file that names it."
        )
        raise refuse(shown, None, "there is no such file", repair) from None
    except OSError as error:
        raise refuse(shown, None, f"cannot be read: {error.strerror}", "Name a readable YAML file.") from None
    return parse_document(data, shown, path.parent)


def parse_document(data: bytes, file: str, folder: Path) -> Document:
    """Build a document from bytes; structural faults are collected in `problems`."""
    if len(data) > MAX_BYTES:
        raise refuse(
            file,
            None,
            f"is larger than {MAX_BYTES:,} bytes",
            "A contract is a page or two: keep data in data files.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(
            file, line, f"byte {data[error.start]:#04x} is not UTF-8", "Save the file as UTF-8."
        ) from None
    builder = _Builder(file)
    try:
        root = builder.build(text)
    except yaml.YAMLError as error:
        builder.problems.append(_not_yaml(file, error))
        raise InputRefused(builder.problems) from None
    if root is None:
        raise refuse(file, None, "is empty", "Start with 'contract: name' or 'model: name'.")
    return Document(file, folder, root, hashlib.sha256(data).hexdigest(), tuple(builder.problems))


def _not_yaml(file: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = None if mark is None else mark.line + 1
    what = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return Problem(
        file,
        line,
        f"is not YAML: {what}",
        "Check the indentation and the quotes; inside { } a formula with a comma or [ ] needs quotes.",
    )


class _Builder:
    """Builds nodes from the parser's events, one open map or list at a time and never by recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.open: list[Map | List] = []
        self.keys: list[Text | None] = []
        self.root: Node | None = None

    def build(self, text: str) -> Node | None:
        next_event = _Loader(text).get_event
        while not isinstance(event := next_event(), yaml.StreamEndEvent):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                style = event.style
                if event.tag:
                    self._refuse_tag(event)
                if style == '"' and _CONTROL.search(event.value):
                    event.value = self._refuse_control(event)
                self._place(Text(event.start_mark.line + 1, event.value, style == '"' or style == "'"))
            elif kind is yaml.MappingStartEvent:
                self._start(Map(event.start_mark.line + 1), event)
            elif kind is yaml.SequenceStartEvent:
                self._start(List(event.start_mark.line + 1), event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.open.pop()
                self.keys.pop()
            elif kind is yaml.AliasEvent:
                self._refuse_alias(event)
            elif kind is yaml.DocumentStartEvent and self.root is not None:
                line = event.start_mark.line + 1
                raise refuse(self.file, line, "holds a second document", "Keep one document to a file.")
        return self.root

    def _start(self, node: Map | List, event: Any) -> None:
        if event.tag:
            self._refuse_tag(event)
        if len(self.open) >= MAX_DEPTH:
            raise refuse(self.file, node.line, f"is nested deeper than {MAX_DEPTH}", "Flatten it.")
        self._place(node)
        self.open.append(node)
        self.keys.append(None)

    def _refuse_alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        repair = "Write the value out: a contract repeats itself in plain sight."
        self._complain(line, f"the alias '*{event.anchor}'", repair)
        self._place(Text(line, ""))

    def _refuse_control(self, event: Any) -> str:
        shown: str = event.value.encode("unicode_escape").decode()
        self._complain(event.start_mark.line + 1, f"a control character in '{shown}'", "Write plain text.")
        return shown

    def _refuse_tag(self, event: Any) -> None:
        self._complain(event.start_mark.line + 1, f"the tag '{event.tag[:40]}'", "Write the plain value.")

    def _place(self, node: Node) -> None:
        """Put a node where it belongs: the root, the next item, a key, or a key's value."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, List):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self._key(node)
            return
        self.keys[-1] = None
        if key.text in parent.entries:
            first = parent.lines[key.text]
            self._complain(
                key.line, f"'{key.text}' is there twice", f"It is first on line {first}; keep one of them."
            )
            return
        parent.entries[key.text] = node
        parent.lines[key.text] = key.line

    def _key(self, node: Node) -> Text:
        if isinstance(node, Text):
            return node
        self._complain(node.line, "a key that is not a plain word", "Write key: value.")
        return Text(node.line, f"\0{node.line}")

    def _complain(self, line: int, what: str, repair: str) -> None:
        self.problems.append(Problem(self.file, line, what, repair))
