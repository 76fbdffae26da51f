"""Matching a file's header to our columns, by name.

The header is read before anything else, so that a missing column is named with the nearest ones the file has,
and a column in another place is still found. Several files of one source must have the same columns; a kind
may have several sources.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

import duckdb
from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.engine import Engine, identifier, path_literal
from vbc_cli.claims.files import DAMAGED, FileState, damaged, is_parquet, text_lines
from vbc_cli.claims.kinds import is_wide_text, of_another_kind
from vbc_cli.claims.layout import Column
from vbc_cli.claims.made import TIMES, columns_read, made_text
from vbc_cli.claims.settings import Case, Kind, Made, Mapped, Source
from vbc_cli.claims.spelling import Spelling, bare, looks_like_a_header, shown_names
from vbc_cli.claims.stored import FRACTIONS, storage_fault
from vbc_cli.problems import Problem

NEAR_ENOUGH = 0.8
MONTHLY = ("enrollment_end_date", "end_date")
"""Ends that a file has none of where its rows are of a month each."""
Nearly = tuple[tuple[str, str], ...]
"""Columns of a file that nobody reads, each with the one of ours that it resembles."""


class MatchedFile(Struct, frozen=True):
    """One file with its header and, for each of our columns, the places of the columns that make it.

    Columns that are made from others stand behind those of the header. `opened` is what the file was before
    anything of it was read.
    """

    path: Path
    source: Source
    source_no: int
    header: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    stored_types: tuple[str, ...] = ()
    made: tuple[tuple[str, Made | str], ...] = ()
    opened: FileState | None = None
    nearly: Nearly = ()

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

    def stored_as_fraction(self, place: int) -> bool:
        """Say whether a Parquet file stores a column as floating numbers."""
        return place < len(self.stored_types) and self.stored_types[place] in FRACTIONS

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
        once = any(source.identical_rows == "once" for source in self.sources)
        return any(source.leave_out for source in self.sources) or self.corrects or once

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the contract's reasons to leave rows out, each once."""
        return tuple(dict.fromkeys(each.reason for source in self.sources for each in source.leave_out))

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
    problems = unknown_zone(source, engine)
    for path in source.files:
        try:
            opened = FileState.of(path)
            unfit = of_another_kind(path, is_parquet(path)) or wide_text(path, source)
            if unfit is not None:
                problems.append(unfit)
                continue
            header, types = read_header(path, source, engine)
        except (duckdb.Error, *DAMAGED) as error:
            problems.append(damaged(path, error))
            continue
        matcher = Matcher(path, header, {**source.columns, **made}, source.by_format)
        places = matcher.match(layout)
        if not types and not looks_like_a_header(header) and not matcher.found_any(places):
            problems.append(no_header(path, source))
            continue
        file = MatchedFile(
            path,
            source,
            source_no,
            matcher.header,
            places,
            types,
            tuple(matcher.made),
            opened,
            matcher.nearly(layout, places),
        )
        problems += matcher.problems or [*wrongly_stored(file, layout), *different_columns(file, files)]
        files.append(file)
    return files, problems


def unknown_zone(source: Source, engine: Engine) -> list[Problem]:
    """Return a problem where the contract names a time zone that there is not."""
    zone = source.time_zone
    if zone is None:
        return []
    known = [name for (name,) in engine.execute("SELECT name FROM pg_timezone_names() ORDER BY name")]
    if zone in known:
        return []
    near = get_close_matches(zone, known, n=1)
    repair = f"Did you mean '{near[0]}'?" if near else "Write it as in America/New_York, or UTC."
    return [Problem(source.contract_file, source.line, f"unknown time zone '{zone}'", repair)]


def wide_text(path: Path, source: Source) -> Problem | None:
    """Return the problem of a text file in UTF-16 of which the contract does not say so."""
    if is_parquet(path) or source.encoding == "utf-16" or not is_wide_text(path):
        return None
    return Problem(
        str(path), 1, "the file is written in UTF-16", "Save it as UTF-8, or set encoding: utf-16."
    )


def no_header(path: Path, source: Source) -> Problem:
    """Return the problem of a text file that does not begin with the names of its columns."""
    line = source.title_lines + 1
    what = f"line {line} is not a header of column names" if line > 1 else "the first line is not a header"
    return Problem(
        str(path),
        line,
        f"{what}: it is not shown, since it may be somebody's data",
        "Put the names of the columns there; of lines above them say title_lines: and how many.",
    )


def wrongly_stored(file: MatchedFile, layout: tuple[Column, ...]) -> list[Problem]:
    """Return a problem for every column of a Parquet file that cannot be what ours holds."""
    found = []
    for column in layout:
        for place in file.places.get(column.name, ()):
            if place < len(file.stored_types):
                fault = storage_fault(column, file.stored_types[place], file.source)
                if fault is not None:
                    name, (what, repair) = file.name(place), fault
                    found.append(Problem(str(file.path), None, f"{name} is stored {what}", repair))
    return found


def read_header(path: Path, source: Source, engine: Engine) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the column names of a file and, of a Parquet file, their stored types."""
    if is_parquet(path):
        rows = engine.execute(f"DESCRIBE SELECT * FROM read_parquet({path_literal(path)})")
        return tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    lines = islice(text_lines(path, source, engine), source.title_lines, None)
    first = next(csv.reader(lines, delimiter=source.delimiter), [])
    return tuple(name.strip().lstrip("\ufeff").strip() for name in first), ()


class Matcher:
    """Finds our columns in one header, and writes down what is missing, doubled or to be made."""

    def __init__(
        self, path: Path, names: tuple[str, ...], mapped: Mapping[str, Mapped], by_format: frozenset[str]
    ) -> None:
        self.path, self.spelling, self.by_format = path, Spelling(names), by_format
        self.header = self.spelling.told_apart
        self.made: list[tuple[str, Made | str]] = []
        self.problems: list[Problem] = []
        self.mapped = {name: self.respelled(each) for name, each in mapped.items()}

    def match(self, layout: tuple[Column, ...]) -> dict[str, tuple[int, ...]]:
        """Return where each of our columns stands, those behind the header being made."""
        places: dict[str, tuple[int, ...]] = {}
        for column in layout:
            tried = self.candidates(column)
            for parts in tried:
                if not any(self.lacking(part, column) for part in parts):
                    places[column.name] = tuple(self.place(column.name, part) for part in parts)
                    break
            else:
                stated = column.name in self.mapped and column.name not in self.by_format
                if column.required or stated:
                    lacking = [name for part in tried[0] for name in self.lacking(part, column)]
                    self.problems.append(missing_column(self.path, self.spelling.names, column, lacking))
        return places

    def found_any(self, places: Mapping[str, tuple[int, ...]]) -> bool:
        """Say whether any of our columns is in the header, which is a header then."""
        return any(place < len(self.header) for each in places.values() for place in each)

    def candidates(self, column: Column) -> tuple[tuple[Made | str, ...], ...]:
        """Return what to try for a column, in order: names in the header, or how it is made."""
        mapped = self.mapped.get(column.name)
        if mapped is not None:
            return (mapped,) if isinstance(mapped, tuple) else ((mapped,),)
        if column.made:
            return ()
        ours = ((column.name,), *column.usual)
        return tuple(tuple(self.spelled(name, ours=True) for name in names) for names in ours)

    def respelled(self, mapped: Mapped) -> Mapped:
        """Return how a column is made, the file's columns as its header spells them."""
        if isinstance(mapped, tuple):
            return tuple(self.respelled_part(part) for part in mapped)
        return self.respelled_part(mapped)

    def respelled_part(self, part: Made | str) -> Made | str:
        """Return one part of a column, the file's columns as its header spells them."""
        if isinstance(part, str):
            return part if part in self.header else TIMES.join(map(self.spelled, part.split(TIMES)))
        cases = (
            Case({self.spelled(name): codes for name, codes in case.where.items()}, case.then)
            for case in part.cases
        )
        joined = tuple(map(self.spelled, part.joined))
        first_of = tuple(map(self.spelled, part.first_of))
        return replace(part, first_of=first_of, cases=tuple(cases), joined=joined)

    def spelled(self, name: str, ours: bool = False) -> str:
        """Return a name as the header spells it; one that stands there twice is a problem."""
        found = self.spelling.find(name, ours)
        if len(found) > 1:
            what = f"the column '{name}' stands in the header twice"
            problem = Problem(str(self.path), 1, what, "Rename or remove one of them.")
            self.problems += [problem] * (problem not in self.problems)
        return found[0] if found else name

    def lacking(self, part: Made | str, column: Column) -> list[str]:
        """Return the columns of the file that a part needs and that are not there.

        Cases of a format stand on those of its columns that the file has, where ours need not be there.
        """
        enough = part.first_of if isinstance(part, Made) else ()
        if isinstance(part, Made) and not column.required and column.name in self.by_format:
            enough = columns_read(part)
        if any(name in self.header for name in enough):
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

    def nearly(self, layout: tuple[Column, ...], places: Mapping[str, tuple[int, ...]]) -> Nearly:
        """Return the columns that nobody reads and that resemble one of ours that is not read."""
        read = {self.header[place] for each in places.values() for place in each if place < len(self.header)}
        read |= {name for _, made in self.made for name in columns_read(made)}
        free = {bare(name): name for name in self.header if name not in read}
        lacking = [column.name for column in layout if not column.made and column.name not in places]
        return tuple(
            (free[near], name)
            for name in lacking
            for near in get_close_matches(bare(name), free, n=1, cutoff=NEAR_ENOUGH)
        )


def missing_column(path: Path, header: tuple[str, ...], column: Column, names: list[str]) -> Problem:
    """Say which columns a file lacks for one of ours, and which of its columns may be meant."""
    wanted = " and ".join(f"'{name}'" for name in names)
    purpose = "" if names == [column.name] else f", which the contract reads as {column.name}"
    near = get_close_matches(names[0].lower(), [name.lower() for name in header], n=3, cutoff=0.6)
    shown = [name for name in header if name.lower() in near]
    repair = f"Near it: {', '.join(shown)}. " if shown else f"It has: {', '.join(shown_names(header))}. "
    if len(header) == 1 and not shown:
        repair += "Is it a title, title_lines: says how many lines stand above the header. "
    if column.name in MONTHLY:
        repair += "Where there is one row a member a month, say rows: one_a_month. "
    if column.made:
        what = f"there is no column {wanted}, which the contract names"
        return Problem(str(path), 1, what, f"{repair}Name a column of the file.")
    return Problem(
        str(path),
        1,
        f"there is no column {wanted}{purpose}",
        f"{repair}Map it under columns: {{{column.name}: <column of the file>}}.",
    )


def different_columns(file: MatchedFile, earlier: list[MatchedFile]) -> list[Problem]:
    """Return a problem where a file has other columns of ours than the first of its kind."""
    if not earlier or file.places.keys() == earlier[0].places.keys():
        return []
    lacking = sorted(earlier[0].places.keys() - file.places.keys())
    added = sorted(file.places.keys() - earlier[0].places.keys())
    said = [f"lacks {', '.join(lacking)}"] * bool(lacking) + [f"adds {', '.join(added)}"] * bool(added)
    return [
        Problem(
            str(file.path),
            1,
            f"its columns differ from those of {earlier[0].path.name}: it {' and '.join(said)}",
            "Files of one kind need the same columns; export them the same way.",
        )
    ]
