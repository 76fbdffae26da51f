"""Columns of text, aligned, written fast enough for thousands of rows.

A table that is wider than the terminal leaves out columns in a stated order, and says so; it never
cuts a number. In a pipe every column is written.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from msgspec import Struct

GAP = "  "
NAME_WIDTH = 34


class TextColumn(Struct, frozen=True):
    """One column: its heading, its cells, and whether it is a number (numbers stand to the right)."""

    heading: str
    cells: Sequence[str]
    number: bool = True
    footer: str = ""

    def lines(self) -> list[str]:
        """Return the heading over several lines, no wider than it needs to be."""
        content = max([len(cell) for cell in self.cells] + [len(self.footer)], default=0)
        words = [len(word) for word in self.heading.split()] or [0]
        return textwrap.wrap(self.heading, max(content, *words, 8)) or [""]

    def width(self) -> int:
        return max([len(text) for text in (*self.cells, *self.lines(), self.footer)], default=0)


def fit(columns: Sequence[TextColumn], fixed: int, width: int | None) -> tuple[list[TextColumn], list[str]]:
    """Return the columns that fit, and the headings of those left out.

    The first `fixed` columns always stay; of the others the first go first.
    """
    kept = list(columns)
    dropped = []
    while width is not None and len(kept) > fixed + 1 and _total(kept) > width:
        dropped.append(kept.pop(fixed).heading)
    return kept, dropped


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
        yield _row(columns, widths, row)
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
    return (
        [text]
        if width is None
        else textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=False)
    )
