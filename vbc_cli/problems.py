"""What is wrong with the user's input, and how to repair it.

A problem names the file, the line, the user's own value and the repair. Problems are collected as
values while a file is read, raised together once, and printed in one place.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


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
