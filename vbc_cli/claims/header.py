"""Matching a file's header to our columns, by name.

The header is read before anything else, so that a missing column is named with the nearest ones the file has,
and a column in another place is still found. Several files of one source must have the same columns; a kind
may have several sources.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import duckdb
from msgspec import Struct

from vbc_cli.claims.engine import Engine, identifier, literal
from vbc_cli.claims.files import DAMAGED, damaged, is_parquet, is_wide_text, text_lines
from vbc_cli.claims.layout import Column
from vbc_cli.claims.made import columns_read, made_text
from vbc_cli.claims.settings import Kind, Made, Mapped, Source
from vbc_cli.problems import Problem


class MatchedFile(Struct, frozen=True):
    """One file with its header and, for each of our columns, the places of the columns that make it.

    Columns that are made from others stand behind those of the header.
    """

    path: Path
    source: Source
    source_no: int
    header: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    stored_types: tuple[str, ...] = ()
    made: tuple[tuple[str, Made | str], ...] = ()

    def identifier(self, place: int) -> str:
        """Return the name of a column in the database."""
        behind = place - len(self.header)
        return identifier(self.header[place] if behind < 0 else made_name(behind))

    def name(self, place: int) -> str:
        """Return the name of a column for people."""
        return (*self.header, *(name for name, _ in self.made))[place]

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the columns of the file that nothing is made from."""
        read = {self.name(place).casefold() for places in self.places.values() for place in places}
        read |= {name.casefold() for _, made in self.made for name in columns_read(made)}
        return tuple(name for name in self.header if name.casefold() not in read)

    def with_made(self, fields: list[str]) -> list[str]:
        """Return a row's texts with those that are made from them."""
        row = dict(zip(self.header, fields, strict=True))
        return [*fields, *(made_text(made, row) for _, made in self.made)]


class Matched(Struct, frozen=True):
    """All files of one kind, each with its columns matched."""

    kind: Kind
    layout: tuple[Column, ...]
    files: tuple[MatchedFile, ...]

    def has(self, name: str) -> bool:
        """Say whether all files hold one of our columns."""
        return bool(self.files) and all(name in file.places for file in self.files)

    @property
    def leaves_out(self) -> bool:
        """Say whether the contract leaves rows of any file out."""
        return any(source.leave_out for source in self.sources) or self.corrects

    @property
    def corrects(self) -> bool:
        """Say whether claims of any file that a later claim replaces or voids are left out."""
        return any(source.corrects for source in self.sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the sources of the files, in order."""
        return tuple({file.source_no: file.source for file in self.files}.values())


def made_name(number: int) -> str:
    """Return the name of a made column in the database."""
    return f"made {number}"


def match_headers(
    source: Source, source_no: int, layout: tuple[Column, ...], made: Mapping[str, Made], engine: Engine
) -> tuple[list[MatchedFile], list[Problem]]:
    """Match every file of a source; return them with what is wrong with the headers.

    `made` are the columns that no file has: they are made from what the contract says of the source.
    """
    files: list[MatchedFile] = []
    problems: list[Problem] = []
    for path in source.files:
        if not is_parquet(path) and source.encoding != "utf-16" and is_wide_text(path):
            problems.append(
                Problem(
                    str(path),
                    1,
                    "the file is written in UTF-16",
                    "Save it as UTF-8, or set encoding: utf-16.",
                )
            )
            continue
        try:
            header, types = read_header(path, source, engine)
        except (duckdb.InvalidInputException, duckdb.IOException, *DAMAGED) as error:
            problems.append(damaged(path, error))
            continue
        matcher = Matcher(path, header, {**source.columns, **made}, source.by_format)
        places = matcher.match(layout)
        problems += matcher.problems or different_header(path, header, files)
        files.append(MatchedFile(path, source, source_no, header, places, types, tuple(matcher.made)))
    return files, problems


def read_header(path: Path, source: Source, engine: Engine) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the column names of a file and, of a Parquet file, their stored types."""
    if is_parquet(path):
        rows = engine.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})")
        return tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    first = next(csv.reader(text_lines(path, source, engine), delimiter=source.delimiter), [])
    return tuple(name.strip().lstrip("\ufeff") for name in first), ()


class Matcher:
    """Finds our columns in one header, and writes down what is missing, doubled or to be made."""

    def __init__(
        self, path: Path, header: tuple[str, ...], mapped: Mapping[str, Mapped], by_format: frozenset[str]
    ) -> None:
        self.path, self.header, self.mapped, self.by_format = path, header, mapped, by_format
        self.made: list[tuple[str, Made | str]] = []
        self.problems = doubled(path, header)

    def match(self, layout: tuple[Column, ...]) -> dict[str, tuple[int, ...]]:
        """Return where each of our columns stands, those behind the header being made."""
        places: dict[str, tuple[int, ...]] = {}
        for column in layout:
            mapped = self.mapped.get(column.name)
            for parts in candidates(column, mapped):
                if not any(self.lacking(part) for part in parts):
                    places[column.name] = tuple(self.place(column.name, part) for part in parts)
                    break
            else:
                if column.required or (mapped is not None and column.name not in self.by_format):
                    lacking = [name for part in candidates(column, mapped)[0] for name in self.lacking(part)]
                    self.problems.append(missing_column(self.path, self.header, column, lacking))
        return places

    def lacking(self, part: Made | str) -> list[str]:
        """Return the columns of the file that a part needs and that are not there."""
        if isinstance(part, Made) and any(name in self.header for name in part.first_of):
            return []
        if part in self.header:
            return []
        return [name for name in columns_read(part) if name not in self.header]

    def place(self, name: str, part: Made | str) -> int:
        """Return where a part stands; one that is made is put behind the header."""
        if isinstance(part, str) and part in self.header:
            return self.header.index(part)
        self.made.append((part if isinstance(part, str) else name, part))
        return len(self.header) + len(self.made) - 1


def candidates(column: Column, mapped: Mapped | None) -> tuple[tuple[Made | str, ...], ...]:
    """Return what to try for a column, in order: names in the header, or how it is made."""
    if mapped is None:
        return () if column.made else ((column.name,), *column.usual)
    return (mapped,) if isinstance(mapped, tuple) else ((mapped,),)


def missing_column(path: Path, header: tuple[str, ...], column: Column, names: list[str]) -> Problem:
    """Say which columns a file lacks for one of ours, and which of its columns may be meant."""
    wanted = " and ".join(f"'{name}'" for name in names)
    purpose = "" if names == [column.name] else f", which the contract reads as {column.name}"
    near = get_close_matches(names[0].lower(), [name.lower() for name in header], n=3, cutoff=0.6)
    shown = [name for name in header if name.lower() in near]
    repair = f"Near it: {', '.join(shown)}. " if shown else f"It has: {', '.join(header)}. "
    return Problem(
        str(path),
        1,
        f"there is no column {wanted}{purpose}",
        f"{repair}Map it under columns: {{{column.name}: <column of the file>}}.",
    )


def doubled(path: Path, header: tuple[str, ...]) -> list[Problem]:
    """Return a problem for every column name that a header holds twice."""
    twice = sorted({name for name in header if header.count(name) > 1})
    return [
        Problem(
            str(path), 1, f"the column '{name}' stands in the header twice", "Rename or remove one of them."
        )
        for name in twice
    ]


def different_header(path: Path, header: tuple[str, ...], earlier: list[MatchedFile]) -> list[Problem]:
    """Return a problem where a file has other columns than the first of its kind."""
    if not earlier or set(header) == set(earlier[0].header):
        return []
    lacking = sorted(set(earlier[0].header) - set(header))
    added = sorted(set(header) - set(earlier[0].header))
    said = [f"lacks {', '.join(lacking)}"] * bool(lacking) + [f"adds {', '.join(added)}"] * bool(added)
    return [
        Problem(
            str(path),
            1,
            f"its columns differ from those of {earlier[0].path.name}: it {' and '.join(said)}",
            "Files of one kind need the same columns; export them the same way.",
        )
    ]
