"""A contract with one of its values changed, found by its path in the file.

`facts.expenditure.truncate.at` names keys from the outside in; an item of a list is named by what it is
called (as, name, model) or counted from 1. Whatever the contract states can be changed, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from vbc_cli.contract.document import Document, List, Map, Node, Text
from vbc_cli.contract.shapes import kind_of
from vbc_cli.formula.check import suggest
from vbc_cli.problems import refuse

CALLED = ("as", "name", "model")
VALUE = "value"


def varied(document: Document, choice: Mapping[str, str]) -> Document:
    """Return a document with other values at some paths; raise `InputRefused` where there is no such path."""
    root = document.root
    for path, value in choice.items():
        root = changed(root, path, value, "", document.file)
    return replace(document, root=root)


def stated(document: Document, path: str) -> str:
    """Return the value that a contract states at a path."""
    node, rest, before = document.root, path, ""
    while True:
        if isinstance(node, Map) and not rest and VALUE in node.entries:
            rest = VALUE
        if isinstance(node, Text) and not rest:
            return node.text
        part, rest, node = step(node, rest, before, document.file)
        before = f"{before}.{part}".lstrip(".")


def changed(node: Node, path: str, value: str, before: str, file: str) -> Node:
    """Return a node with another value at a path; what is not on the path is shared and not copied."""
    if isinstance(node, Text) and not path:
        return Text(node.line, value, node.quoted)
    if isinstance(node, Map) and not path and VALUE in node.entries:
        path = VALUE
    part, rest, inner = step(node, path, before, file)
    other = changed(inner, rest, value, f"{before}.{part}".lstrip("."), file)
    if isinstance(node, List):
        made = List(node.line)
        made.items = [other if item is inner else item for item in node.items]
        return made
    assert isinstance(node, Map)
    copy = Map(node.line)
    copy.lines = node.lines
    copy.entries = {key: other if key == part else each for key, each in node.entries.items()}
    return copy


def step(node: Node, path: str, before: str, file: str) -> tuple[str, str, Node]:
    """Return the next part of a path, the rest of it, and what the part names; keys may hold dots."""
    inside = f"'{before}'" if before else "the contract"
    if isinstance(node, Text):
        raise refuse(file, node.line, f"{inside} is a single value, without '{path}'", "End the path there.")
    known = dict(parts(node))
    if not path:
        what = f"{inside} is {kind_of(node)}, not a single value"
        raise refuse(file, node.line, what, f"Go on with {' or '.join(f'.{name}' for name in known)}.")
    for name in sorted(known, key=len, reverse=True):
        if path == name or path.startswith(f"{name}."):
            return name, path[len(name) + 1 :], known[name]
    first, _, rest = path.partition(".")
    if isinstance(node, List) and first.isdecimal() and 1 <= int(first) <= len(node.items):
        return first, rest, node.items[int(first) - 1]
    raise refuse(file, node.line, f"there is no '{first}' in {inside}", suggest(first, known))


def parts(node: Map | List) -> Iterator[tuple[str, Node]]:
    """Yield what is in a map or list, each with what a path calls it."""
    if isinstance(node, Map):
        yield from node.items()
        return
    for number, item in enumerate(node.items, start=1):
        names = [item.entries[key] for key in CALLED if key in item.entries] if isinstance(item, Map) else []
        yield next((name.text for name in names if isinstance(name, Text)), str(number)), item
