"""A settlement explained in text: facts with their place, then every line with its reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from vbc_cli.api import Settlement
from vbc_cli.claims.facts import FactSource
from vbc_cli.contract.agreement import COUNTED_AS_COST, REPLACED_CLAIMS, Contract, DefinedWord, Stream
from vbc_cli.contract.bindings import PLUS
from vbc_cli.contract.parameters import parts_of_table
from vbc_cli.contract.settlements import EARNED_SO_FAR, PAID_BEFORE
from vbc_cli.contract.terms import Rows, Value, show
from vbc_cli.contract.verification import Backing
from vbc_cli.formula.check import suggest
from vbc_cli.formula.program import Line
from vbc_cli.formula.words import in_words
from vbc_cli.measured import source_of
from vbc_cli.portfolio.read import where_read
from vbc_cli.problems import refuse
from vbc_cli.report.numbers import fixed, worksheet_number
from vbc_cli.report.worksheet import ExplainedLine, explain_stream
from vbc_cli.settlement import SettledRow, Worksheet

INDENT = "    "
MOST_ROWS = 30


def explanation_lines(
    settlement: Settlement, arrangement: str, row: SettledRow, line: str | None, width: int
) -> Iterator[str]:
    """Yield the worksheet of one settlement; with `line`, only that line and what it rests on."""
    contract = settlement.contract
    title = " · ".join(part for part in (row.key, row.title) if part)
    yield f"{contract.title} · {arrangement}"
    if row.key:
        yield title
    for name, sheet in row.sheets.items():
        own = line_of(row, name, line)
        if own is not None and own not in {each.name for each in sheet.stream.lines}:
            continue
        wanted = None if own is None else rests_on(sheet.stream, own)
        words = own_words(contract, sheet.stream)
        yield ""
        yield f"{name}: {sheet.stream.model.title} ({sheet.stream.model.file})"
        yield ""
        yield from _facts(settlement, sheet, row, wanted, width)
        for explained in explain_stream(sheet):
            if wanted is None or explained.name in wanted:
                yield ""
                yield from _line(explained, words.get(explained.name), width)


def with_line(
    contract: Contract, chosen: Sequence[tuple[str, SettledRow]], line: str | None
) -> list[tuple[str, SettledRow]]:
    """Return those of some settlements that have a line; refuse a line that none of them has."""
    found = [
        (name, row)
        for name, row in chosen
        if line is None
        or any(
            line_of(row, stream, line) in {each.name for each in sheet.stream.lines}
            for stream, sheet in row.sheets.items()
        )
    ]
    if not found:
        known = [
            each.name for _, row in chosen for sheet in row.sheets.values() for each in sheet.stream.lines
        ]
        raise refuse(contract.file, None, f"no line '{line}'", suggest(line or "", known))
    return found


def line_of(row: SettledRow, stream: str, line: str | None) -> str | None:
    """Return a line's name within a stream: `stream.line` names one stream's."""
    if line is None or "." not in line or len(row.sheets) == 1:
        return line
    return line.removeprefix(f"{stream}.")


def rests_on(stream: Stream, line: str) -> set[str]:
    """Return a line and everything that it is calculated from."""
    by_name = {each.name: each for each in stream.lines}
    found: set[str] = set()
    waiting = [line]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found |= {name, name.partition(".")[0]}
            waiting.extend(by_name[name].uses if name in by_name else ())
    return found


def _facts(
    settlement: Settlement, sheet: Worksheet, row: SettledRow, wanted: set[str] | None, width: int
) -> Iterator[str]:
    """Yield the facts under the place they were read from, each with its cell."""
    groups: dict[str, list[tuple[str, str, str, str]]] = {}
    words = own_words(settlement.contract, sheet.stream)
    for name, source in sheet.stream.bindings.items():
        number, unit = _value(sheet, name)
        if number and (wanted is None or name in wanted):
            place, cell = _source(settlement, source, row)
            if name in words:
                cell = f'"{words[name].word}"' + (f", {cell}" if cell else "")
            groups.setdefault(place, []).append((name, number, unit, cell))
    for name, rows in sheet.stream.rows.items():
        if wanted is None or name in wanted:
            place = f"{settlement.contract.file}:{rows.line}"
            groups.setdefault(place, []).append((name, f"{len(rows.rows)} rows", "table", ""))
    every = [fact for facts in groups.values() for fact in facts]
    widths = [max((len(fact[part]) for fact in every), default=0) for part in range(3)]
    for place, facts in groups.items():
        yield from _wrapped(f"facts from {place}" if place else "facts", width, indent="")
        for name, number, unit, cell in facts:
            text = f"{name.ljust(widths[0])}  {number.rjust(widths[1])} {unit.ljust(widths[2])}  {cell}"
            yield from _wrapped(text.rstrip(), width, keep_spaces=True)
            if (
                name in sheet.stream.model.tables and settlement.measured is None
            ):  # of claims a row may be a person
                yield from _rows(sheet, name, width)


def _rows(sheet: Worksheet, name: str, width: int) -> Iterator[str]:
    """Yield the rows of a table that was read, each under its key; a long table is in the JSON output."""
    shape, rows = sheet.stream.model.tables[name].shape, sheet.run.tables[name].rows
    for row in rows if len(rows) <= MOST_ROWS else ():
        cells = {
            column: worksheet_number(row[column], unit)
            for column, unit in shape.columns.items()
            if column not in shape.key and row.get(column) is not None
        }
        key = ", ".join(show(row[column]) for column in shape.key)
        text = ", ".join(f"{column} {value}" for column, value in cells.items())
        yield from _wrapped(f"{key}: {text}" if key and text else key + text, width, indent=2 * INDENT)


def own_words(contract: Contract, stream: Stream) -> dict[str, DefinedWord]:
    """Return the agreement's own word for each fact, term and line of a stream that it defines."""
    words = {word.names: word for word in contract.definitions if word.names}
    results = {line: f"{stream.name}.{result}" for result, line in stream.model.results.items()}
    found = {}
    for name in (*stream.bindings, *stream.terms, *(line.name for line in stream.lines)):
        for known in (f"{stream.name}.{name}", results.get(name), stream.bindings.get(name), name):
            if known in words:
                found[name] = words[known]
                break
    return found


def defined(word: DefinedWord) -> str:
    """Return a defined word with its text and clause."""
    text = f'"{word.word}"' + (f": {word.text}" if word.text else "")
    return text + (f" ({word.cite})" if word.cite else "")


def _value(sheet: Worksheet, name: str) -> tuple[str, str]:
    """Return a fact's value and unit; of a table how many rows it has; empty where it is missing."""
    model = sheet.stream.model
    if name in model.tables:
        rows = len(sheet.run.tables[name].rows)
        return (f"{rows} rows", "table") if rows else ("", "")
    value, unit = sheet.inputs.get(name), model.facts[name].unit
    return ("", "") if value is None else (worksheet_number(value, unit), unit)


def _source(settlement: Settlement, name: str, row: SettledRow) -> tuple[str, str]:
    """Return the place a fact was read, measured, given or made, and the cell, filter or source in it."""
    contract = settlement.contract
    if PLUS in name:
        return "several facts added up", name
    if name in contract.given:
        given = contract.given[name]
        return f"{contract.file}:{given.line}", given.source
    if settlement.measured is not None:
        source = source_of(contract, settlement.measured, name)
        if source is not None:
            return ", ".join(source.files), _filter(source)
    if name == REPLACED_CLAIMS:
        names = [each for sheet in row.sheets.values() for each in sheet.stream.replaces]
        return "claims that the arrangement replaces", ", ".join(names)
    if "." in name or name in (COUNTED_AS_COST, EARNED_SO_FAR, PAID_BEFORE):
        return "other results", name
    found = [] if settlement.data is None else where_read(settlement.data, row.key, name)
    return (", ".join(place for place, _ in found), ", ".join(cell for _, cell in found if cell))


def _filter(source: FactSource) -> str:
    dollars = "" if source.dollars is None else f", ${fixed(source.dollars, 2)}"
    return f"{source.rows:,} rows{dollars}: {source.filter}"


def _line(line: ExplainedLine, word: DefinedWord | None, width: int) -> Iterator[str]:
    amended = "  (amended by this agreement)" if line.amended else ""
    value = f", {line.unit}" if line.rows else f" = {worksheet_number(line.value, line.unit)} {line.unit}"
    yield f"{line.name}{value}{amended}"
    parts = [
        ("", "" if word is None else defined(word)),
        ("", line.doc),
        ("= ", line.formula),
        ("= ", line.numbers),
        ("because ", line.decided_by),
        ("", " · ".join(part for part in (line.cite, line.source) if part)),
    ]
    for label, text in parts:
        if text:
            yield from _wrapped(label + text, width)
    for key, value in line.rows:
        yield f"{INDENT}{key}: {worksheet_number(value, line.unit)}"


def _wrapped(text: str, width: int, indent: str = INDENT, *, keep_spaces: bool = False) -> list[str]:
    """Fold a text under its line; numbers and names are never broken."""
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=not keep_spaces,
    )


def terms_lines(contract: Contract, width: int) -> Iterator[str]:
    """Yield a contract and its models as one page: what was agreed and how it is calculated."""
    yield contract.title
    yield f"{contract.payer} and {contract.provider or 'each provider of the portfolio'}"
    yield f"{contract.period.start} to {contract.period.end}" + (
        f" · {contract.backing.cite}" if contract.backing.cite else ""
    )
    yield from _definitions(contract, width)
    for stream in contract.makers:
        yield from _stream_terms(stream, width)
    for arrangement in contract.arrangements:
        yield ""
        yield f"ARRANGEMENT {arrangement.name}" + (f" · {cite}" if (cite := arrangement.backing.cite) else "")
        for stream in arrangement.streams:
            yield from _stream_terms(stream, width)


def _definitions(contract: Contract, width: int) -> Iterator[str]:
    if contract.definitions:
        yield ""
        yield "DEFINITIONS"
    for word in contract.definitions:
        yield from _wrapped(defined(word) + (f", here {word.names}" if word.names else ""), width, "  ")


def _stream_terms(stream: Stream, width: int) -> Iterator[str]:
    yield ""
    yield f"{stream.name}: {stream.model.title}"
    yield from _wrapped(stream.model.summary, width)
    yield ""
    yield "Terms"
    absent = stream.absent_clauses()
    left_out = {name for members in absent.values() for name in members}
    for term in stream.terms.values():
        if term.name in left_out:
            continue
        yield f"  {term.name} = {show(term.value)} {stream.model.terms[term.name].unit}"
        for text in (stream.model.terms[term.name].doc, _backing(term.backing)):
            if text:
                yield from _wrapped(text, width)
    for clause in absent:
        yield f"  {clause} = none"
    for rows in stream.tables.values():
        if rows.name in left_out:
            continue
        behind = _backing(rows.backing)
        yield from _wrapped(f"{rows.name}" + (f"  ({behind})" if behind else ""), width, indent="  ")
        yield from _table(rows.rows) if rows.rows else [f"{INDENT}none"]
        for behind, parts in _parts(stream, rows).items():
            yield from _wrapped(f"{behind}: {', '.join(parts)}", width)
    yield ""
    yield "Lines"
    for line in stream.lines:
        yield from _line_terms(line, width)


def _backing(backing: Backing) -> str:
    """Return the clause behind a value and how it was checked."""
    cite = f"cite {backing.cite}" if backing.cite else ""
    return " · ".join(part for part in (cite, backing.verification.in_words()) if part)


def _parts(stream: Stream, rows: Rows) -> dict[str, list[str]]:
    """Return the columns and cells of a table that state it themselves, by what stands behind them."""
    found: dict[str, list[str]] = {}
    for part in parts_of_table(stream, rows, ""):
        own = part.backing if part.backing.cite != rows.backing.cite else replace(part.backing, cite="")
        found.setdefault(_backing(own), []).append(part.name.removeprefix(rows.name).lstrip("."))
    return found


def _table(rows: Sequence[Mapping[str, Value]]) -> Iterator[str]:
    records = [{name: show(value) for name, value in row.items()} for row in rows]
    widths = {name: max(len(name), *(len(record[name]) for record in records)) for name in records[0]}
    yield INDENT + "  ".join(name.rjust(width) for name, width in widths.items())
    for record in records:
        yield INDENT + "  ".join(record[name].rjust(width) for name, width in widths.items())


def _line_terms(line: Line, width: int) -> Iterator[str]:
    yield f"  {line.name}, {line.unit}" + ("  (amended by this agreement)" if line.amended else "")
    if line.when is not None:
        yield from _wrapped(f"applies when {in_words(line.when)}", width)
    for case in line.cases:
        condition = "" if case.condition is None else f"if {in_words(case.condition)}: "
        if case.condition is None and len(line.cases) > 1:
            condition = "else: "
        yield from _wrapped(f"{condition}{in_words(case.formula)}", width)
    for text in (line.doc, line.cite and f"cite {line.cite}"):
        if text:
            yield from _wrapped(text, width)
