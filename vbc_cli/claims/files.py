"""Opening the files a contract names: as bytes for the fingerprint, as text lines for people.

Plain, gzip and Zstandard text and Parquet are told apart by their names. The SHA-256 is that of the file
as it lies on disk, so that anybody can check it.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vbc_cli.claims.settings import Source
from vbc_cli.problems import Problem

if TYPE_CHECKING:
    from vbc_cli.claims.engine import Engine

# What the readers of text and of compressed text raise on a damaged file.
DAMAGED = (OSError, EOFError, zlib.error, csv.Error)
SMALL_BYTES = 8_000_000
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_parquet(path: Path) -> bool:
    """Say whether the file's name ends as a Parquet file's does."""
    return path.suffix.lower() in {".parquet", ".pq"}


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of the file's bytes, read once in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def threads_for(sources: Iterable[Source]) -> int | None:
    """Return 1 for files so small that more threads cost more than they save; None stands for all."""
    paths = (path for source in sources for path in source.files if path.is_file())
    return 1 if sum(path.stat().st_size for path in paths) < SMALL_BYTES else None


def missing(source: Source) -> list[Problem]:
    """Return a problem for every file of a source that is not there or holds nothing."""
    problems = []
    for path in source.files:
        if not path.is_file():
            problems.append(
                Problem(
                    source.contract_file or str(path),
                    source.line,
                    f"the {source.kind} file '{path}' does not exist",
                    "Correct the path; paths are relative to the contract.",
                )
            )
        elif path.stat().st_size == 0:
            problems.append(Problem(str(path), None, f"the {source.kind} file is empty", "Export it again."))
    return problems


def text_lines(path: Path, source: Source, engine: Engine) -> Iterator[str]:
    """Yield the physical lines of a text file with their line ends, decompressed where needed."""
    if path.suffix.lower() == ".zst":
        yield from engine.text_lines(path)
        return
    encoding = "utf-8-sig" if source.encoding == "utf-8" else source.encoding
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rt", encoding=encoding, errors="replace", newline="") as file:
        yield from file


def damaged(path: Path, error: BaseException) -> Problem:
    """Return the problem of a file that cannot be read at all."""
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return Problem(str(path), None, f"the file cannot be read: {first}", "Export it again.")


def is_wide_text(path: Path) -> bool:
    """Say whether a file opens with the mark of UTF-16."""
    with path.open("rb") as file:
        return file.read(2) in WIDE_MARKS


def ends_in_a_line_end(path: Path) -> bool:
    """Say whether the last row of a plain text file is closed by a line end."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in b"\r\n"
