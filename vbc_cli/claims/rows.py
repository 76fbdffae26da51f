"""Rows of the small files that do not count: left out, of days that never were, or said already.

A span that ends before it begins is how payers write coverage that never took effect. A row that says the
same as another is one row. Spans of one member that overlap are merged where the contract says so and where
they agree on everything that is read. What is not used is counted and said.
"""

from __future__ import annotations

from collections.abc import Iterator

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import Note
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import LEFT_OUT, MAY_BE_VOID, SPANS
from vbc_cli.claims.settings import Kind
from vbc_cli.problems import Problem

NO_EFFECT = "rows that end before they begin, days that never took effect, not used: {rows:,}"
ALIKE = "rows that say the same as another row, counted once: {rows:,}"
MERGED = "rows merged with an overlapping row of the same member: {rows:,}"


def leave_rows_out(matched: Matched, engine: Engine) -> Iterator[Note]:
    """Take rows out of the table of a kind that the contract leaves out, or that never took effect.

    Their members are known, though on no day enrolled.
    """
    kind = matched.kind
    never = void(kind)
    if kind == "eligibility":
        engine.register(
            "known_otherwise", f"SELECT member_id FROM {kind} WHERE {LEFT_OUT.name} <> '' OR {never}"
        )
    counted = (
        f"SELECT file_no, {LEFT_OUT.name}, COUNT(*) FROM {kind} WHERE {LEFT_OUT.name} <> '' GROUP BY ALL"
    )
    reasons = matched.reasons
    for file_no, reason, rows in sorted(engine.execute(counted)):
        said = f"rows left out, {reasons[int(reason)]}: {rows:,}"
        yield Note(str(matched.files[file_no].path), said)
    engine.execute(f"DELETE FROM {kind} WHERE {LEFT_OUT.name} <> ''")
    yield from take_out(matched, engine, never, NO_EFFECT)


def void(kind: Kind) -> str:
    """Return as SQL that a row is of no day."""
    if kind not in MAY_BE_VOID:
        return "FALSE"
    start, end = SPANS[kind]
    return f"COALESCE({end} < {start}, FALSE)"


def take_out(matched: Matched, engine: Engine, condition: str, said: str) -> Iterator[Note]:
    """Take rows out of the table of a kind; yield how many of each file."""
    kind = matched.kind
    counted = f"SELECT file_no, COUNT(*) FROM {kind} WHERE {condition} GROUP BY file_no ORDER BY file_no"
    found = engine.execute(counted)
    if found:
        engine.execute(f"DELETE FROM {kind} WHERE {condition}")
    for file_no, rows in found:
        yield Note(str(matched.files[file_no].path), said.format(rows=rows))


def one_of_each(matched: Matched, engine: Engine) -> Iterator[Note]:
    """Keep the first of rows that are alike in every column that is read."""
    columns = ", ".join(column.name for column in matched.layout if not column.made)
    ordered = f"ROW_NUMBER() OVER (PARTITION BY {columns} ORDER BY file_no, row_no) AS place"
    kind = matched.kind
    engine.register(
        "said_again", f"SELECT file_no, row_no FROM (SELECT *, {ordered} FROM {kind}) WHERE place > 1"
    )
    again = "(file_no, row_no) IN (SELECT (file_no, row_no) FROM said_again)"
    yield from take_out(matched, engine, again, ALIKE)


def merge_spans(matched: Matched, engine: Engine) -> Iterator[Note]:
    """Make one span of overlapping spans of a member that agree in every other column that is read."""
    kind = matched.kind
    start, end = SPANS[kind]
    merged = {file.source_no for file in matched.files if file.source.overlaps == "merge"}
    same = [column.name for column in matched.layout if not column.made and column.name not in (start, end)]
    before: dict[int, int] = dict(engine.execute(f"SELECT file_no, COUNT(*) FROM {kind} GROUP BY file_no"))
    engine.derive(
        kind,
        "merged_spans",
        table=kind,
        start=start,
        end=end,
        columns=", ".join(f"s.{name}" for name in same),
        sources=", ".join(map(str, sorted(merged))),
    )
    after: dict[int, int] = dict(engine.execute(f"SELECT file_no, COUNT(*) FROM {kind} GROUP BY file_no"))
    for file_no, rows in sorted(before.items()):
        gone = rows - after.get(file_no, 0)
        if gone:
            yield Note(str(matched.files[file_no].path), MERGED.format(rows=gone))


def no_rows(matched: Matched, rows: tuple[int, ...], may_lack: bool) -> tuple[list[Problem], list[Note]]:
    """Return a problem for files of which none has rows, and a note for each one without beside others."""
    kind = matched.kind
    empty = [file for file, count in zip(matched.files, rows, strict=True) if not count]
    if may_lack or not empty:
        return [], []
    if len(empty) == len(matched.files):
        what = f"the {kind} file has a header and no rows"
        return [Problem(str(file.path), None, what, "Export it again.") for file in empty], []
    return [], [Note(str(file.path), f"the {kind} file has a header and no rows") for file in empty]
