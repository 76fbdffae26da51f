"""Columns of the files that nobody reads, those first that would change what a row means.

A column that says of a row that it was reversed, voided or denied is no decoration: who does not read it
counts the row. Names come from outside and are shown without what a terminal obeys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from vbc_cli.claims.header import Matched

TELLING = re.compile(
    r"stat(us|e?_?cd|_?code)|revers|version|vers_|void|adjust|adj_|_adj|den(y|ied|ial)|cancel|replac|correct"
    r"|delet|duplicat|suspend|reject|pend(ed|ing)|final|action|frequency|orig(inal)?_(claim|icn|clm)|debit|credit",
    re.IGNORECASE,
)
LONGEST = 60


class Unread(Struct, frozen=True):
    """Columns of one file that nobody reads: those that may say whether a row counts, and others."""

    file: str
    telling: tuple[str, ...]
    others: tuple[str, ...]


def unread_columns(found: Iterable[Matched]) -> tuple[Unread, ...]:
    """Return the columns that nobody reads, of every file that has some."""
    return tuple(
        unread_of(str(file.path), file.unread) for matched in found for file in matched.files if file.unread
    )


def unread_of(file: str, names: Iterable[str]) -> Unread:
    """Sort a file's unread columns by whether they look telling; nameless ones hold nothing."""
    shown = [printable(name) for name in names if name.strip()]
    telling = tuple(name for name in shown if TELLING.search(name))
    return Unread(file, telling, tuple(name for name in shown if name not in telling))


def printable(name: str) -> str:
    """Return a column's name as it may be shown."""
    shown = "".join(mark if mark.isprintable() else "?" for mark in name)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
