"""The rows of one portfolio file, found by their key, with the physical line of each.

Headers are matched in any letter case. A doubled key, a row with too few or too many cells and a
byte that is not in the stated encoding are listed with their line.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from vbc_cli.contract.mapping import FileOfRows
from vbc_cli.formula.check import suggest
from vbc_cli.formula.numbers import canonical
from vbc_cli.portfolio.cells import Unreadable, plain_number
from vbc_cli.problems import Problem, RowFault, refuse

_NUMBER = re.compile(r"\s*[-$(]?[0-9][0-9,.%)]*\s*\Z")


class Input(Struct, frozen=True):
    """A file that was read: its name, its SHA-256 and how many rows it has."""

    file: str
    sha256: str
    rows: int


class Row(Struct, frozen=True):
    """One row of a file: its cells as written, and its line."""

    line: int
    cells: Sequence[str]


class Sheet(Struct, frozen=True):
    """A file's sound rows by key, in file order; `broken` are the keys of rows that are not sound."""

    file: str
    titles: Sequence[str]
    header: Sequence[str]
    rows: dict[str, Row]
    source: Input
    header_line: int
    key: int
    broken: frozenset[str] = frozenset()

    def key_of(self, row: Row) -> str:
        """Return a row's key as the file writes it."""
        return row.cells[self.key].strip()

    def texts(self, column: int) -> Iterator[str]:
        """Yield a column's texts."""
        return (row.cells[column].strip() for row in self.rows.values())

    def column(self, name: str) -> int | None:
        """Return the place of a column, in any letter case."""
        wanted = normal(name)
        return next((place for place, header in enumerate(self.header) if header == wanted), None)


def normal(header: str) -> str:
    return " ".join(header.split()).casefold()


def read_sheet(file: FileOfRows, path: Path, shown: str, faults: list[RowFault]) -> Sheet:
    """Read a file's rows; list broken rows in `faults`, and refuse a file that has no usable header."""
    data = _bytes(path, shown)
    lines = _rows(_text(data, file.encoding, shown), shown)
    for _ in range(file.title_lines):
        next(lines, None)
    header_line, cells = next(lines, (0, []))
    header = [normal(cell) for cell in cells]
    key = _key_column(file, header, header_line, cells, shown)
    rows: dict[str, Row] = {}
    found: list[RowFault] = []
    for line, row in lines:
        if any(map(str.strip, row)) and _is_sound(row, header, key, line, shown, found):
            _add(rows, Row(line, row), row[key].strip(), file.key_read, shown, found)
    if not rows and not found:
        raise refuse(shown, header_line, "has a header and no rows", "Give the whole file.")
    faults += found
    broken = frozenset(_compared(fault.key, file.key_read) or "" for fault in found)
    return Sheet(
        shown,
        [" ".join(cell.split()) for cell in cells],
        header,
        {key: row for key, row in rows.items() if key not in broken},
        Input(shown, hashlib.sha256(data).hexdigest(), len(rows)),
        header_line,
        key,
        broken,
    )


def _bytes(path: Path, shown: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise refuse(shown, None, "there is no such file", "Check the path.") from None
    except OSError as error:
        raise refuse(shown, None, f"cannot be read: {error.strerror}", "Name a readable CSV file.") from None


def _text(data: bytes, encoding: str, shown: str) -> str:
    if not data.strip():
        raise refuse(shown, None, "is empty", "Give the whole file.")
    try:
        marked = data.startswith(codecs.BOM_UTF8)  # a file saved again by a spreadsheet
        return data.decode("utf-8-sig" if marked else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(
            shown,
            line,
            f"byte {data[error.start]:#04x} is not UTF-8",
            "Say encoding: latin-1, or save it as UTF-8.",
        ) from None


def _rows(text: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        raise refuse(
            shown, start, f"is not CSV: {error}", "Close the quotes, and double a quote inside quotes."
        ) from None


def _key_column(file: FileOfRows, header: list[str], line: int, cells: list[str], shown: str) -> int:
    """Return the place of the key; a header that has none ends the reading of the file."""
    for name in file.key:
        if normal(name) in header:
            return header.index(normal(name))
    wanted = " or ".join(f"'{name}'" for name in file.key)
    if any(_NUMBER.match(cell) for cell in cells):  # a row of somebody's data, which is not quoted
        raise refuse(
            shown,
            line or None,
            f"has a row where the header with {wanted} should be",
            f"Say how many lines stand above the header: title_lines: {max(file.title_lines - 1, 0)}.",
        )
    hint = suggest(file.key[0] if file.key else "", [cell.strip() for cell in cells if cell.strip()])
    raise refuse(
        shown,
        line or None,
        f"the header has no column {wanted}",
        f"{hint} Lines above the header: title_lines: 1.",
    )


def _is_sound(
    row: list[str],
    header: list[str],
    key: int,
    line: int,
    shown: str,
    faults: list[RowFault],
) -> bool:
    """Say whether a row can be used; list what is wrong with it."""
    if len(row) != len(header):
        what = f"has {len(row)} cells where the header has {len(header)}"
        problem = Problem(shown, line, what, "Complete the row, or quote a comma inside a cell.")
        faults.append(RowFault(row[key].strip() if key < len(row) else "", problem, ("cells",)))
        return False
    if not row[key].strip():
        problem = Problem(shown, line, "a row without a key", f"Fill in the column '{header[key]}'.")
        faults.append(RowFault("", problem, ("no key",)))
        return False
    return True


def _add(rows: dict[str, Row], row: Row, key: str, read: str, shown: str, faults: list[RowFault]) -> None:
    """Add a row under its key, by which other files find it; list a key that is there already."""
    compared = _compared(key, read)
    if compared is None:
        what = f"the key '{key}' is not a number"
        problem = Problem(shown, row.line, what, "Correct it, or say key_read: code.")
        faults.append(RowFault(key, problem, ("key",)))
        return
    if compared in rows:
        what = f"the key '{key}' is there twice"
        repair = f"It is first on line {rows[compared].line}; keep one of them."
        faults.append(RowFault(key, Problem(shown, row.line, what, repair), ("twice",)))
        return
    rows[compared] = row


def _compared(key: str, read: str) -> str | None:
    """Return a key as other files find it; None where it is not the number that it should be."""
    try:
        return key if read == "code" else canonical(plain_number(key))
    except Unreadable:
        return None


def join(
    sheets: Sequence[Sheet], files: Sequence[FileOfRows], faults: list[RowFault]
) -> list[tuple[str, list[Row | None]]]:
    """Return each key of the first file with its row in every file; list keys that are missing.

    A key that some file has on a broken row is left out, and nothing more is said of it.
    """
    lead, *others = sheets
    known = {key: row for key, row in lead.rows.items() if not any(key in each.broken for each in others)}
    lacking = set()
    for sheet, file in zip(others, files[1:], strict=True):
        if not file.may_lack_rows:
            for key, row in known.items():
                if key not in sheet.rows:
                    lacking.add(key)
                    what = f"the key '{lead.key_of(row)}' is not in {sheet.file}"
                    problem = Problem(
                        lead.file, row.line, what, "Complete the file, or say may_lack_rows: yes."
                    )
                    faults.append(RowFault(lead.key_of(row), problem, ("not in", sheet.file)))
        for key, row in sheet.rows.items():
            if key not in lead.rows and key not in lead.broken:
                what = f"the key '{sheet.key_of(row)}' is not in {lead.file}"
                problem = Problem(sheet.file, row.line, what, "The first file has every row: complete it.")
                faults.append(RowFault(sheet.key_of(row), problem, ("not in", lead.file)))
    return [
        (lead.key_of(row), [row, *(sheet.rows.get(key) for sheet in others)])
        for key, row in known.items()
        if key not in lacking
    ]
