"""Blocks of amounts that are drawn to fit the terminal.

Too narrow for all its columns, a block leaves out the columns that may go, in their stated order, and
then folds the names; it never cuts a number.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.table import Table
from rich.text import Text

GAP = 2
NARROWEST_NAME = 16
LONGEST_WORDS = 36


class Amounts(Struct, frozen=True):
    """One column: its heading and cells; `goes` says when it is left out (0: never, 1: first).

    A column of `words` folds at so many letters.
    """

    heading: str
    cells: Sequence[str]
    goes: int = 0
    words: bool = False
    folds_at: int = LONGEST_WORDS

    @property
    def width(self) -> int:
        """The columns of text it needs; a column of words can fold."""
        longest = max([len(cell) for cell in self.cells] + [len(self.heading)])
        return min(longest, self.folds_at) if self.words else longest


class Block(Struct, frozen=True):
    """A title over names, and a column for each amount."""

    title: str
    names: Sequence[str]
    columns: Sequence[Amounts]

    def drawn(self, width: int | None) -> Table:
        """Return the block for a width; None leaves nothing out."""
        columns = list(self.columns)
        wanted = min(self._name_width(None), LONGEST_WORDS)
        while width is not None and self._needs(columns, wanted) > width:
            going = [column for column in columns if column.goes]
            if not going:
                break
            columns.remove(min(going, key=lambda column: column.goes))
        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold", show_edge=False)
        room = None if width is None else width - self._needs(columns, 0)
        table.add_column(self.title, overflow="fold", width=self._name_width(room))
        for column in columns:
            table.add_column(
                column.heading,
                justify="left" if column.words else "right",
                no_wrap=not column.words,
                overflow="fold",
                min_width=None if column.words else column.width,
            )
        for place, name in enumerate(self.names):
            table.add_row(name, *(_styled(column.cells[place]) for column in columns))
        return table

    def natural_width(self) -> int:
        """Return the width that folds and drops nothing but long words."""
        return self._needs(self.columns, self._name_width(None))

    def _needs(self, columns: Sequence[Amounts], name_width: int) -> int:
        return name_width + sum(GAP + column.width for column in columns)

    def _name_width(self, room: int | None) -> int:
        wanted = max(len(name) for name in (self.title, *self.names))
        return wanted if room is None else max(NARROWEST_NAME, min(wanted, room))


def _styled(cell: str) -> Text:
    """Return a cell; what the provider owes stands out."""
    return Text(cell, style="red" if cell.startswith("-") else "")
