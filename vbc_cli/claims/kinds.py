"""What a file is by its first bytes, where it is none that can be read as it stands.

A file is what it holds and not what it is called: an archive, a workbook, a message or a table of another
kind is named, with what to do. Nothing of what stands in it is shown.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from vbc_cli.problems import Problem

GZIP, ZSTANDARD, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NAMED = {".gz": GZIP, ".zst": ZSTANDARD, ".parquet": PARQUET, ".pq": PARQUET}
SEEN = 4096
OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV or Parquet."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV, with ids as text."),
    (b"%PDF", "a PDF document", "Ask for the table as CSV or Parquet."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and name the file that is in it."),
    (b"BZh", "a bzip2 archive", "Unpack it and name the file that is in it."),
    (b"ISA", "an X12 message", "Turn it into a table of claim lines, as CSV or Parquet."),
)


def first_bytes(path: Path) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(SEEN)


def of_another_kind(path: Path, named_parquet: bool) -> Problem | None:
    """Return the problem of a file that is no table in text or Parquet; None where it may be one."""
    start = first_bytes(path)
    for name, mark in NAMED.items():
        if path.suffix.lower() == name and not start.startswith(mark):
            what = f"the file cannot be read: it is not what its name says, {name}"
            return Problem(str(path), None, what, "Export it again, or name it as what it is.")
    found = None if named_parquet else kind_of(start)
    if found is None:
        return None
    what, repair = found
    return Problem(str(path), None, f"the file is {what}", repair)


def kind_of(start: bytes) -> tuple[str, str] | None:
    """Return what a file is that begins so, and what to do; None where it can be read."""
    if start.startswith(PARQUET):
        return "a Parquet file", "Give it a name that ends in .parquet."
    if start.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in start or b"xl/" in start:
            return "an Excel workbook", "Save the sheet as CSV, with ids as text."
        return "a zip archive", "Unpack it and name the file that is in it."
    for mark, what, repair in OTHERS:
        if start.startswith(mark) and (mark != b"ISA" or is_x12(start)):
            return what, repair
    if start[8:12] == b"DUCK":
        return "a DuckDB database", "Export the table as CSV or Parquet."
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] in (b"{", b"[") and b'"' in text[:80]:
        what = "FHIR resources in JSON" if b'"resourceType"' in text else "JSON"
        return what, "Turn it into a table, as CSV or Parquet."
    if text[:5].lower() in (b"<?xml", b"<html", b"<!doc"):
        return "a page or document in XML or HTML", "Export the table as CSV or Parquet."
    return None


def is_x12(start: bytes) -> bool:
    """Say whether a file opens with the interchange header of X12, whose fourth byte parts its elements."""
    return len(start) > 106 and start[3:4] == start[6:7] == start[17:18] and not start[3:4].isalnum()


def compressed_as(path: Path) -> str:
    """Return how a text file is compressed, by its first bytes: gzip, zstd or none."""
    start = first_bytes(path)
    return "gzip" if start.startswith(GZIP) else "zstd" if start.startswith(ZSTANDARD) else "none"


def is_wide_text(path: Path) -> bool:
    """Say whether a file opens with the mark of UTF-16."""
    return first_bytes(path).startswith(WIDE_MARKS)
