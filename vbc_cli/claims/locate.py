"""The physical line of a row, as an editor counts.

The database counts records; a value with a line break in quotes makes a record longer than a line, and blank
lines are no rows. The file is read once more from the top, only when something in it is wrong.
"""

from __future__ import annotations

import csv
from collections.abc import Container, Iterator
from contextlib import suppress
from itertools import islice

from msgspec import Struct

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.files import DAMAGED, text_lines
from vbc_cli.claims.header import MatchedFile
from vbc_cli.claims.settings import Source


class Record(Struct, frozen=True):
    """One row of a file as text.

    `place` counts the rows that could be split into fields, from 0, header aside; a row that could not has
    none. `line` is its first physical line.
    """

    place: int | None
    line: int
    fields: list[str]


def records(file: MatchedFile, source: Source, engine: Engine) -> Iterator[tuple[int, int, list[str]]]:
    """Yield record number, first line and fields, up to a quote that is never closed.

    Lines above the header are a record each, as the database counts; the header is the first that is yielded.
    """
    above = source.title_lines
    lines = islice(text_lines(file.path, source, engine), above, None)
    reader = csv.reader(lines, delimiter=source.delimiter)
    number, line = above, above + 1
    try:
        for fields in reader:
            number += 1
            if fields:
                yield number, line, fields
            line = above + reader.line_num + 1
    except csv.Error:
        yield number + 1, line, []


def rows_wanted(
    file: MatchedFile, source: Source, engine: Engine, rejected: Container[int], rows: Container[int]
) -> Iterator[Record]:
    """Yield the rejected records and those at the given places, in the order of the file."""
    place = 0
    for number, line, fields in records(file, source, engine):
        if number in rejected:
            yield Record(None, line, fields)
        elif number > source.title_lines + 1:
            if place in rows:
                yield Record(place, line, fields)
            place += 1


def first_other_line_end(file: MatchedFile, source: Source, engine: Engine) -> int | None:
    """Return the first line that ends otherwise than the lines above it; None where all end alike."""
    usual = ""
    with suppress(*DAMAGED):
        for number, line in enumerate(text_lines(file.path, source, engine), start=1):
            end = line[len(line.rstrip("\r\n")) :]
            usual = usual or end
            if end and end != usual:
                return number
    return None
