"""What is wrong with the user's input, and how to repair it.

A problem names the file, the line, the user's own value and the repair. Problems are collected as
values while a file is read, raised together once, and printed in one place. One cause is often the fault of
many rows of a portfolio: it is said once, with the first row that has it, how many have it and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

MOST_PLACES = 5


class Problem(Struct, frozen=True):
    """One fault of the input.

    `file` is the name as the user gave it, `line` the physical line (1 is the first) where there is
    one. `what` quotes the user's own value; `repair` says what to write instead.
    """

    file: str
    line: int | None
    what: str
    repair: str = ""

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        place = f"{where}: " if where else ""
        return f"{place}{self.what}" + (f"\n  {self.repair}" if self.repair else "")


class InputRefused(Exception):
    """The input cannot be settled; carries every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class OwnFault(Exception):
    """The program has found itself wrong, such as books that do not balance; no input can repair it."""


def refuse(file: str, line: int | None, what: str, repair: str = "") -> InputRefused:
    """Return the refusal of a single problem, to be raised."""
    return InputRefused([Problem(file, line, what, repair)])


class RowFault(Struct, frozen=True):
    """One fault of one row: the row's key ('' where it has none), and the cause that others may share."""

    key: str
    problem: Problem
    cause: tuple[str, ...]

    @property
    def place(self) -> str:
        """Return where the row stands, and its key."""
        line = "" if self.problem.line is None else f"line {self.problem.line}"
        return f"{line} ({self.key})" if line and self.key else line or self.key


def by_cause(faults: Iterable[RowFault]) -> list[Problem]:
    """Return one problem for each cause, in the order of the first row that has it."""
    causes: dict[tuple[str, ...], list[RowFault]] = {}
    for fault in faults:
        causes.setdefault((fault.problem.file, *fault.cause), []).append(fault)
    return [_together(alike) for alike in causes.values()]


def _together(alike: Sequence[RowFault]) -> Problem:
    first = alike[0].problem
    if len(alike) == 1:
        return first
    places = ", ".join(fault.place for fault in alike[:MOST_PLACES])
    others = len(alike) - MOST_PLACES
    more = f" and {others:,} more" if others > 0 else ""
    return replace(first, what=f"{first.what}; {len(alike):,} rows alike: {places}{more}")


class LeftOutRow(Struct, frozen=True):
    """A row that was not settled: its key, where it stands, and all that is wrong with it."""

    key: str
    file: str
    line: int | None
    reason: str


def rows_left_out(faults: Iterable[RowFault]) -> list[LeftOutRow]:
    """Return the rows with faults, each once."""
    rows: dict[tuple[str, str, int | None], list[Problem]] = {}
    for fault in faults:
        own = ("", None) if fault.key else (fault.problem.file, fault.problem.line)
        rows.setdefault((fault.key, *own), []).append(fault.problem)
    return [
        LeftOutRow(key, found[0].file, found[0].line, "; ".join(problem.what for problem in found))
        for (key, *_), found in rows.items()
    ]
