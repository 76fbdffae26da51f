"""Opening the files a contract names: as bytes for the fingerprint, as text lines for people.

Parquet files are known by their names, compressed text by its first bytes. The SHA-256 is that of the file
as it lies on disk, so that anybody can check it.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from vbc_cli.claims.kinds import GZIP, compressed_as
from vbc_cli.claims.settings import Source
from vbc_cli.problems import Problem

if TYPE_CHECKING:
    from vbc_cli.claims.engine import Engine

# What the readers of text and of compressed text raise on a damaged file.
DAMAGED = (OSError, EOFError, zlib.error, csv.Error)
SMALL_BYTES = 8_000_000
BLOCK, UNPACKED_AT_A_TIME = 1 << 20, 1 << 24


def is_parquet(path: Path) -> bool:
    """Say whether the file's name ends as a Parquet file's does."""
    return path.suffix.lower() in {".parquet", ".pq"}


class FileState(Struct, frozen=True):
    """What a file was when it was opened: another one in its place, or a change, shows in one of these."""

    device: int
    number: int
    size: int
    changed: int

    @staticmethod
    def of(path: Path) -> FileState:
        """Return what a file is now."""
        found = path.stat()
        return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of the file's bytes, read once in blocks; a gzip file's own checksums are held too.

    Raises one of `DAMAGED` where a compressed file is not what its checksum says or is cut off.
    """
    with path.open("rb") as file:
        if file.read(2) != GZIP:
            file.seek(0)
            return hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        return unpacked_digest(file)


def unpacked_digest(file: BinaryIO) -> str:
    """Return the SHA-256 of a gzip file's bytes while each of its members is unpacked to its checksum."""
    digest, member, inside = hashlib.sha256(), zlib.decompressobj(wbits=31), False
    while block := file.read(BLOCK):
        digest.update(block)
        while block:
            if not inside and not block.strip(b"\0"):
                break  # zeros behind the last member are no data
            member.decompress(block, UNPACKED_AT_A_TIME)
            inside, block = not member.eof, member.unused_data or member.unconsumed_tail
            if member.eof:
                member = zlib.decompressobj(wbits=31)
    if inside:
        member.flush()
        if not member.eof:
            raise EOFError("cut off")
    return digest.hexdigest()


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
                    "List the files by their names; a name is no pattern."
                    if set("*?[") & set(path.name)
                    else "Correct the path; paths are relative to the contract.",
                )
            )
        elif path.stat().st_size == 0:
            problems.append(Problem(str(path), None, f"the {source.kind} file is empty", "Export it again."))
    return problems


def text_lines(path: Path, source: Source, engine: Engine) -> Iterator[str]:
    """Yield the physical lines of a text file with their line ends, decompressed where needed."""
    compressed = compressed_as(path)
    if compressed == "zstd":
        yield from engine.text_lines(path)
        return
    encoding = "utf-8-sig" if source.encoding == "utf-8" else source.encoding
    opener = gzip.open if compressed == "gzip" else open
    with opener(path, "rt", encoding=encoding, errors="replace", newline="") as file:
        yield from file


def damaged(path: Path, error: BaseException) -> Problem:
    """Return the problem of a file that cannot be read at all."""
    if isinstance(error, zlib.error | EOFError | gzip.BadGzipFile):
        what = "the compressed file is cut off, or damaged: it is not what its checksum says"
        return Problem(str(path), None, what, "Copy or export it again.")
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return Problem(str(path), None, f"the file cannot be read: {first}", "Export it again.")


def ends_in_a_line_end(path: Path) -> bool:
    """Say whether the last row of a plain text file is closed by a line end."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in b"\r\n"
