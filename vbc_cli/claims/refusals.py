"""The problems of the files, each at its physical line.

Every file is checked to its end. Its faults are listed up to a number that a person may still read; the rest
is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import duckdb

from vbc_cli.claims.diagnose import faults_of_row
from vbc_cli.claims.engine import Engine, identifier, path_literal
from vbc_cli.claims.files import damaged, is_parquet
from vbc_cli.claims.header import Matched, MatchedFile
from vbc_cli.claims.locate import Record, first_other_line_end, rows_wanted
from vbc_cli.claims.typed import file_query, rejects_table
from vbc_cli.problems import Problem

MOST_LISTED = 1000
UNREADABLE = (
    "the row cannot be read",
    "Look for a quote that is opened and not closed, or a stray character.",
)
Place = tuple[int, int]


def numbered(query: str) -> str:
    """Return a query whose rows carry their place in the file, from 0, in `row_no`."""
    return f"SELECT q.*, ROW_NUMBER() OVER () - 1 AS row_no FROM ({query}) AS q"


def faulty_rows(matched: Matched, engine: Engine) -> list[Problem]:
    """Return the problems of every file of a source, row by row."""
    return [
        problem for number in range(len(matched.files)) for problem in file_problems(matched, number, engine)
    ]


def file_problems(matched: Matched, number: int, engine: Engine) -> Iterator[Problem]:
    """Yield the problems of one file in the order of its lines, and how many rows are left unlisted."""
    file = matched.files[number]
    engine.register("faulty", f"SELECT row_no FROM ({numbered(file_query(matched, number))}) WHERE faulty")
    rows = {
        row for (row,) in engine.execute(f"SELECT row_no FROM faulty ORDER BY row_no LIMIT {MOST_LISTED}")
    }
    rejected = rejected_records(matched, number, engine)
    for record in islice(find(matched, number, engine, rejected, rows), MOST_LISTED):
        for what, repair in faults_of_row(file, matched.layout, record.fields) or [UNREADABLE]:
            yield at(file, record, what, repair)
    others = engine.execute("SELECT COUNT(*) FROM faulty")[0][0] + len(rejected) - MOST_LISTED
    if others > 0:
        yield Problem(
            str(file.path), None, f"{others:,} more rows of this file have faults", "Repair these first."
        )


def rejected_records(matched: Matched, number: int, engine: Engine) -> set[int]:
    """Return the record numbers of the rows that could not be split into fields."""
    if is_parquet(matched.files[number].path):
        return set()
    return {
        line for (line,) in engine.execute(f"SELECT DISTINCT line FROM {rejects_table(matched.kind, number)}")
    }


def find(
    matched: Matched, number: int, engine: Engine, rejected: set[int], rows: set[int]
) -> Iterator[Record]:
    """Yield the rows at these places of a file as text, in the order of the file."""
    file = matched.files[number]
    if is_parquet(file.path):
        return stored_rows(file, engine, rows)
    return rows_wanted(file, file.source, engine, rejected, rows)


def stored_rows(file: MatchedFile, engine: Engine, rows: set[int]) -> Iterator[Record]:
    """Yield the rows at these places of a Parquet file as text."""
    columns = ", ".join(f"COALESCE(CAST({identifier(name)} AS VARCHAR), '')" for name in file.header)
    places = ", ".join(map(str, sorted(rows))) or "-1"
    for place, *fields in engine.execute(
        f"SELECT file_row_number, {columns} "
        f"FROM read_parquet({path_literal(file.path)}, file_row_number = true) "
        f"WHERE file_row_number IN ({places}) ORDER BY file_row_number"
    ):
        yield Record(place, 0, fields)


def at(file: MatchedFile, record: Record, what: str, repair: str) -> Problem:
    """Return a problem at a record: its line, or in a Parquet file its row."""
    if is_parquet(file.path):
        return Problem(str(file.path), None, f"row {(record.place or 0) + 1}: {what}", repair)
    return Problem(str(file.path), record.line, what, repair)


def where(file: MatchedFile, record: Record, beside: MatchedFile) -> str:
    """Say where a record stands, to be read beside a place in another or the same file."""
    place = f"row {(record.place or 0) + 1}" if is_parquet(file.path) else f"line {record.line}"
    return f"on {place}" if file is beside else f"in {file.path.name} on {place}"


def found_at(matched: Matched, places: Iterable[Place], engine: Engine) -> dict[Place, Record]:
    """Return the records at the given places, each a file number and a row."""
    rows: dict[int, set[int]] = {}
    for number, row in places:
        rows.setdefault(number, set()).add(row)
    return {
        (number, record.place): record
        for number, wanted in rows.items()
        for record in find(matched, number, engine, rejected_records(matched, number, engine), wanted)
        if record.place is not None
    }


def unreadable(matched: Matched, engine: Engine, error: duckdb.Error) -> Problem:
    """Return why a file could not be read at all."""
    for file in matched.files:
        if is_parquet(file.path):
            continue
        line = first_other_line_end(file, file.source, engine)
        if line is not None:
            what = "the line ends otherwise than the lines above it (CRLF and LF are mixed)"
            return Problem(str(file.path), line, what, "Save the file with one kind of line end.")
    named = (file.path for file in matched.files if str(file.path) in str(error))
    return damaged(next(named, matched.files[0].path), error)
