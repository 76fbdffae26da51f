"""Matching a file's header to our columns, by name.

The header is read before anything else, so that a missing column is named with the nearest ones the file has,
and a column in another place is still found. Several files of one kind must have the same columns.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import duckdb

from vbc_cli.claims.engine import Engine, literal
from vbc_cli.claims.files import DAMAGED, damaged, is_parquet, is_wide_text, text_lines
from vbc_cli.claims.layout import Column
from vbc_cli.claims.settings import Source
from vbc_cli.problems import Problem


@dataclass(frozen=True)
class MatchedFile:
    """One file with its header and, for each of our columns, the places of the columns that make it."""

    path: Path
    header: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    stored_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """All files of one source, each with its columns matched."""

    source: Source
    layout: tuple[Column, ...]
    files: tuple[MatchedFile, ...]

    def has(self, name: str) -> bool:
        """Say whether the files hold one of our columns."""
        return bool(self.files) and name in self.files[0].places


def match_headers(
    source: Source, layout: tuple[Column, ...], engine: Engine
) -> tuple[Matched, list[Problem]]:
    """Match every file of a source; return it with what is wrong with the headers."""
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
        places, faults = match(path, header, source, layout)
        problems += faults or different_header(path, header, files)
        files.append(MatchedFile(path, header, places, types))
    return Matched(source, layout, tuple(files)), problems


def read_header(path: Path, source: Source, engine: Engine) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the column names of a file and, of a Parquet file, their stored types."""
    if is_parquet(path):
        rows = engine.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})")
        return tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    first = next(csv.reader(text_lines(path, source, engine), delimiter=source.delimiter), [])
    return tuple(name.strip().lstrip("\ufeff") for name in first), ()


def match(
    path: Path, header: tuple[str, ...], source: Source, layout: tuple[Column, ...]
) -> tuple[dict[str, tuple[int, ...]], list[Problem]]:
    """Return where each of our columns stands in a header, and what is missing or doubled."""
    places: dict[str, tuple[int, ...]] = {}
    problems = doubled(path, header)
    for column in layout:
        mapped = source.columns.get(column.name)
        for names in candidates(column, mapped):
            if all(name in header for name in names):
                places[column.name] = tuple(header.index(name) for name in names)
                break
        else:
            if mapped is not None or column.required:
                problems.append(missing_column(path, header, column, mapped))
    return places, problems


def candidates(column: Column, mapped: str | tuple[str, ...] | None) -> tuple[tuple[str, ...], ...]:
    """Return the header names to try for a column, in order."""
    if mapped is None:
        return ((column.name,), *column.usual)
    return ((mapped,),) if isinstance(mapped, str) else (mapped,)


def missing_column(
    path: Path, header: tuple[str, ...], column: Column, mapped: str | tuple[str, ...] | None
) -> Problem:
    """Say which column a file lacks, and which of its columns may be meant."""
    names = [name for name in candidates(column, mapped)[0] if name not in header]
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
