"""Columns of the files that nobody reads, those first that would change what a row means.

A column that says of a row that it was reversed, voided or denied is no decoration: who does not read it
counts the row. Names come from outside and are shown without what a terminal obeys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from vbc_cli.claims.header import Matched

TELLING = re.compile(
    r"status|stat_?(cd|code)|revers|version|vers_|void|adjust|adj_|_adj|den(y|ied|ial)|cancel|replac|correct"
    r"|delet|duplicat|suspend|reject|pend(ed|ing)|final|action|frequency|orig(inal)?_(claim|icn|clm)|debit|credit",
    re.IGNORECASE,
)
LONGEST = 60
MOST_NAMES = 12


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


def unread_lines(unread: Sequence[Unread], others: bool = True) -> Iterator[str]:
    """Yield the columns of each file that nobody reads, telling ones first; without `others`, only those.

    Files with the same ones are named together.
    """
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for each in unread:
        alike.setdefault((each.telling, each.others if others else ()), []).append(each.file)
    for (telling, rest), files in alike.items():
        count = len(telling) + len(rest)
        if count:
            more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
            columns = "1 column" if count == 1 else f"{count:,} columns"
            what = "not read" if others else "not read that may say whether a row counts"
            names = "; ".join(part for part in (listed(telling), listed(rest)) if part)
            yield f"{files[0]}{more}: {columns} {what}: {names}"


def listed(names: Sequence[str]) -> str:
    """Return names in a row, no more than a person reads."""
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
