"""Columns of text, aligned, written fast enough for thousands of rows.

A table that is wider than the terminal folds its texts or leaves out columns in a stated order, and says so;
it never cuts a number. In a pipe every column is written.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

GAP = "  "
NAME_WIDTH = 34
NARROWEST = 20


class TextColumn(Struct, frozen=True):
    """One column: its heading, its cells, and whether it is a number (numbers stand to the right).

    A text that is longer than `limit` is folded.
    """

    heading: str
    cells: Sequence[str]
    number: bool = True
    footer: str = ""
    limit: int | None = None

    def content(self) -> int:
        """Return the width of the cells, folded, and of the footer, which is not."""
        widest = max(map(len, self.cells), default=0)
        return max(widest if self.limit is None else min(widest, self.limit), len(self.footer))

    def lines(self) -> list[str]:
        """Return the heading over several lines, no wider than it needs to be."""
        words = [len(word) for word in self.heading.split()] or [0]
        return textwrap.wrap(self.heading, max(self.content(), *words, 8)) or [""]

    def width(self) -> int:
        return max([self.content(), *(len(line) for line in self.lines())])


Part: TypeAlias = str | Sequence[TextColumn]
"""A sentence or a table, not yet laid out."""


def fit(columns: Sequence[TextColumn], fixed: int, width: int | None) -> tuple[list[TextColumn], list[str]]:
    """Return the columns that fit, and the headings of those left out.

    The first `fixed` columns always stay; of the others the first go first.
    """
    kept = list(columns)
    dropped = []
    while width is not None and len(kept) > fixed + 1 and _total(kept) > width:
        dropped.append(kept.pop(fixed).heading)
    return kept, dropped


def laid_out(parts: Iterable[Part], width: int | None, in_a_pipe: int | None = None) -> Iterator[str]:
    """Yield the lines of sentences and tables, folded to the terminal; `in_a_pipe` folds only sentences."""
    for part in parts:
        if isinstance(part, str):
            yield from folded(part, width or in_a_pipe)
        else:
            kept, dropped = within(part, width)
            yield from write(kept)
            if dropped:
                said = f"Left out at {width} columns: {', '.join(dropped)}. --format json has every column."
                yield from folded(said, width)


def within(columns: Sequence[TextColumn], width: int | None) -> tuple[list[TextColumn], list[str]]:
    """Return the columns with texts folded to fit, and the headings of the last ones where they do not."""
    kept, dropped = list(columns), list[str]()
    if width is None:
        return kept, dropped
    while len(kept) > 2 and _total([_folded_to(column, NARROWEST) for column in kept]) > width:
        dropped.insert(0, kept.pop().heading)
    for place in sorted(range(len(kept)), key=lambda place: -kept[place].width()):
        excess = _total(kept) - width
        if excess > 0:
            kept[place] = _folded_to(kept[place], max(NARROWEST, kept[place].width() - excess))
    return kept, dropped


def _folded_to(column: TextColumn, limit: int) -> TextColumn:
    return column if column.number else replace(column, limit=limit)


def _total(columns: Sequence[TextColumn]) -> int:
    return sum(column.width() for column in columns) + len(GAP) * (len(columns) - 1)


def write(columns: Sequence[TextColumn]) -> Iterator[str]:
    """Yield the lines of a table: headings, a rule, the rows, and the footer under a rule."""
    widths = [column.width() for column in columns]
    heads = [column.lines() for column in columns]
    tallest = max(len(head) for head in heads)
    for line in range(tallest):
        cells = [head[line - tallest + len(head)] if line >= tallest - len(head) else "" for head in heads]
        yield _row(columns, widths, cells)
    rule = GAP.join("─" * width for width in widths)
    yield rule
    for row in zip(*(column.cells for column in columns), strict=True):
        if all(len(cell) <= width for cell, width in zip(row, widths, strict=True)):
            yield _row(columns, widths, row)
            continue
        pieces = (
            textwrap.wrap(cell, width, break_on_hyphens=False)
            for cell, width in zip(row, widths, strict=True)
        )
        yield from (_row(columns, widths, cells) for cells in zip_longest(*pieces, fillvalue=""))
    if any(column.footer for column in columns):
        yield rule
        yield _row(columns, widths, [column.footer for column in columns])


def _row(columns: Sequence[TextColumn], widths: Sequence[int], cells: Sequence[str]) -> str:
    placed = (
        cell.rjust(width) if column.number else cell.ljust(width)
        for column, width, cell in zip(columns, widths, cells, strict=True)
    )
    return GAP.join(placed).rstrip()


def short_name(text: str, width: int = NAME_WIDTH) -> str:
    """Return a name no longer than its column; the cut is shown."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def folded(text: str, width: int | None) -> list[str]:
    """Fold a sentence between words; in a pipe it stays one line."""
    if width is None or len(text) <= width:
        return [text]
    indent = " " * (len(text) - len(text.lstrip()))
    return textwrap.wrap(text, width, subsequent_indent=indent + "  ", break_long_words=False)
