"""Reading the files of a contract into tables, or refusing them with everything that is wrong.

The small files are read and checked first; then the claims, once, with each line's standing decided as it
passes. A refusal carries the faults of all files together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

import duckdb
from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.corrections import columns_of_source, reasons_left_out, unsaid_corrections
from vbc_cli.claims.engine import Engine, Row
from vbc_cli.claims.facts import FileInput, Note
from vbc_cli.claims.files import (
    DAMAGED,
    FileState,
    damaged,
    ends_in_a_line_end,
    fingerprint,
    is_parquet,
    missing,
)
from vbc_cli.claims.header import Matched, MatchedFile, match_headers
from vbc_cli.claims.kinds import compressed_as
from vbc_cli.claims.layout import (
    LAYOUTS,
    LEFT_OUT,
    MAY_BE_WITHOUT_ROWS,
    SPANS,
    Column,
    columns_of,
    made_columns,
)
from vbc_cli.claims.refusals import (
    MOST_LISTED,
    at,
    faulty_rows,
    found_at,
    numbered,
    rejected_records,
    unreadable,
    where,
)
from vbc_cli.claims.rows import leave_rows_out, merge_spans, no_rows, one_of_each
from vbc_cli.claims.settings import Kind, Source
from vbc_cli.claims.typed import file_query
from vbc_cli.problems import InputRefused, Problem

SAID_TWICE: dict[Kind, tuple[str, str]] = {
    "eligibility": (
        "the span overlaps the same member's span",
        "End the earlier span the day before; overlaps: merge makes one of spans that agree in all "
        "columns that are read, and ends: exclusive says that an end is the day after the last.",
    ),
    "attribution": (
        "the span overlaps the same member's span",
        "Attribute a member once on every day; overlaps: merge makes one of spans that agree in all columns "
        "that are read, and ends: exclusive says that an end is the day after the last.",
    ),
    "providers": (
        "the NPI has another owner in the same days",
        "Give each row the days on which its owner held.",
    ),
    "risk_scores": (
        "the row is of days for which the same member has a score",
        "Keep one score for a day; scores of several models or strata need risk_model or stratum.",
    ),
}

DISAGREE = (
    "They differ in a column that is read, so they are not merged: correct one, or leave_out: its rows."
)


class Loaded(Struct, frozen=True):
    """What was read of one source: its matched files, the rows of each, and what a reader should know."""

    matched: Matched
    rows: tuple[int, ...]
    said: tuple[Note, ...] = ()

    @property
    def inputs(self) -> tuple[FileInput, ...]:
        """Return the files with fingerprint and rows; raise InputRefused where one is not what was read."""
        found: list[FileInput] = []
        problems: list[Problem] = []
        for file, rows in zip(self.matched.files, self.rows, strict=True):
            try:
                digest = fingerprint(file.path)
                changed = file.opened != FileState.of(file.path)
            except DAMAGED as error:
                problems.append(damaged(file.path, error))
                continue
            if changed:
                what = "the file changed while it was read"
                problems.append(Problem(str(file.path), None, what, "Settle again when it is complete."))
            found.append(FileInput(self.matched.kind, str(file.path), digest, rows))
        refuse_if(problems)
        return tuple(found)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Return a note for every text file whose last row may be cut off, and for names nearly known."""
        cut_off = (
            Note(str(file.path), "the last row has no line end; it may have been cut off")
            for file in self.matched.files
            if not is_parquet(file.path)
            and compressed_as(file.path) == "none"
            and not ends_in_a_line_end(file.path)
        )
        nearly = (
            Note(
                str(file.path),
                f"the column '{theirs}' is not read; if it is {ours}, say columns: {{{ours}: {theirs}}}",
            )
            for file in self.matched.files
            for theirs, ours in file.nearly
        )
        return (*cut_off, *nearly, *self.said)


def match_sources(
    sources: Sequence[Source], layouts: Mapping[Kind, tuple[Column, ...]], engine: Engine
) -> tuple[dict[Kind, Matched], list[Problem]]:
    """Match the headers of all sources; return the kinds whose files are sound, and the problems."""
    found: dict[Kind, Matched] = {}
    problems: list[Problem] = []
    faulty: set[Kind] = set()
    for number, source in enumerate(sources):
        layout = columns_of_source(source, layouts.get(source.kind) or LAYOUTS[source.kind])
        layout = layout if source.kind == "claims" else (*layout, LEFT_OUT)
        if source.rows == "one_a_month":
            end = SPANS[source.kind][1]
            layout = tuple(replace(each, required=each.required and each.name != end) for each in layout)
        reasons = reasons_left_out(each for each in sources if each.kind == source.kind)
        files: list[MatchedFile] = []
        faults = missing(source) + unknown_columns(source)
        if not faults:
            files, faults = match_headers(source, number, layout, made_columns(source, reasons), engine)
            faults += unsaid_corrections(source, files)
        problems += faults
        faulty |= {source.kind} if faults else set()
        earlier = found[source.kind].files if source.kind in found else ()
        found[source.kind] = Matched(source.kind, layout, (*earlier, *files))
    return {kind: matched for kind, matched in found.items() if kind not in faulty}, problems


def unknown_columns(source: Source) -> list[Problem]:
    """Return a problem for every column that a contract maps and nobody reads."""
    known = columns_of(source.kind)
    problems = []
    for name in source.columns:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            repair = f"Did you mean '{near[0]}'?" if near else f"The columns: {', '.join(known)}."
            what = f"'{name}' is no column of {source.kind}"
            problems.append(Problem(source.contract_file, source.line, what, repair))
    return problems


def load_small(matched: Matched, engine: Engine) -> tuple[Loaded, list[Problem]]:
    """Read one source other than claims into a table of its kind; return it with its problems."""
    kind = matched.kind
    queries = (numbered(file_query(matched, number)) for number in range(len(matched.files)))
    try:
        engine.register(kind, " UNION ALL ".join(queries))
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        return Loaded(matched, ()), [unreadable(matched, engine, error)]
    counts = engine.execute(f"SELECT file_no, COUNT(*), BOOL_OR(faulty) FROM {kind} GROUP BY file_no")
    rows = {file_no: count for file_no, count, _ in counts}
    loaded = Loaded(matched, tuple(rows.get(number, 0) for number in range(len(matched.files))))
    if any(faulty for *_, faulty in counts) or rejects(matched, engine):
        return loaded, faulty_rows(matched, engine)
    empty, said = no_rows(matched, loaded.rows, kind in MAY_BE_WITHOUT_ROWS)
    said += leave_rows_out(matched, engine)
    twice = [] if empty else said_twice(matched, engine)
    if twice:
        said += one_of_each(matched, engine)
        if any(file.source.overlaps == "merge" for file in matched.files):
            said += merge_spans(matched, engine)
        twice = said_twice(matched, engine)
    return replace(loaded, said=tuple(said)), [*empty, *problems_twice(matched, engine, twice)]


def rejects(matched: Matched, engine: Engine) -> bool:
    """Say whether any row of a source could not be split into fields."""
    return any(rejected_records(matched, number, engine) for number in range(len(matched.files)))


def said_twice(matched: Matched, engine: Engine) -> list[Row]:
    """Return the places of rows that contradict an earlier row, each with the place of that row."""
    kind = matched.kind
    if kind not in SAID_TWICE:
        return []
    return engine.rows("two_owners", most=MOST_LISTED) if kind == "providers" else overlaps(kind, engine)


def problems_twice(matched: Matched, engine: Engine, pairs: Iterable[Row]) -> Iterator[Problem]:
    """Yield the rows that contradict an earlier row of their file."""
    places = [(pair[:2], pair[2:]) for pair in pairs]
    records = found_at(matched, (place for pair in places for place in pair), engine)
    what, repair = SAID_TWICE.get(matched.kind, ("", ""))
    for later, earlier in places:
        file, other = matched.files[later[0]], matched.files[earlier[0]]
        if file.source.overlaps == "merge":
            repair = DISAGREE
        yield at(file, records[later], f"{what} {where(other, records[earlier], file)}", repair)


def overlaps(kind: Kind, engine: Engine) -> list[Row]:
    """Return the places of rows whose days overlap an earlier row's, each with the place of that row."""
    table, keys, (start, end) = str(kind), "member_id", SPANS[kind]
    if kind == "risk_scores":
        engine.derive("score_spans", "score_spans")
        table, keys, (start, end) = (
            "score_spans",
            "member_id, risk_model, stratum",
            ("start_date", "end_date"),
        )
    return engine.rows("overlapping_spans", table=table, keys=keys, start=start, end=end, most=MOST_LISTED)


def refuse_if(problems: Iterable[Problem]) -> None:
    """Raise all problems together, if there are any."""
    found = list(problems)
    if found:
        raise InputRefused(found)
