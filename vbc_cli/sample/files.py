"""Files written whole or not at all.

They are written in a private folder beside their place and moved once all are complete. The same rows give
the same bytes: no time and no name in the compressed file, line ends of one kind.
"""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Protocol

Row = Sequence[str]


class Table(Protocol):
    """An open file that takes rows."""

    def writerow(self, row: Iterable[str], /) -> object:
        """Write one row."""

    def writerows(self, rows: Iterable[Iterable[str]], /) -> object:
        """Write several rows."""


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give a private folder, and move what is in it to the folder if all went well."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    stage = Path(tempfile.mkdtemp(prefix=".vbc-sample-", dir=existing))
    try:
        yield stage
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(stage.iterdir()):
            file.replace(folder / file.name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def table(path: Path, header: Row) -> Iterator[Table]:
    """Give an open CSV file with its header written; compressed if its name ends in .gz."""
    with ExitStack() as stack:
        file: IO[bytes] | gzip.GzipFile = stack.enter_context(path.open("wb"))
        if path.suffix == ".gz":
            file = stack.enter_context(gzip.GzipFile("", "wb", compresslevel=7, fileobj=file, mtime=0))
        text = stack.enter_context(io.TextIOWrapper(file, encoding="ascii", newline=""))
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        yield writer


def write_table(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """Write a small file at once."""
    with table(path, header) as writer:
        writer.writerows(rows)
