"""The query that reads a file as typed columns and marks every row that is not as it should be.

Text is taken as it stands, dates and dollars are converted only where they are written without doubt, and
`faulty` is true for a row that a person must look at. Dollars become whole cents, of rows that the contract
leaves out too, of which nothing else is asked. Rows whose number of fields is wrong are set aside by the
reader with their place in the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from vbc_cli.claims import quality_rates
from vbc_cli.claims.dates import day_is_sound, day_sql, first_of_month_sql
from vbc_cli.claims.engine import identifier, literal, path_literal
from vbc_cli.claims.files import is_parquet
from vbc_cli.claims.header import Matched, MatchedFile
from vbc_cli.claims.keys import BLANKS, UNCLEAN, clean_sql, not_rounded, unclean_sql
from vbc_cli.claims.kinds import compressed_as
from vbc_cli.claims.layout import JOINED_TO, MAY_BE_VOID, PARTS, SPANS, Column
from vbc_cli.claims.made import JOINED, made_sql
from vbc_cli.claims.settings import Kind, Source
from vbc_cli.claims.stored import ZONED

REJECTS_KEPT = 100_000
TYPES = {"text": "VARCHAR", "date": "DATE", "money": "BIGINT", "number": "DECIMAL(18, 6)"}
FULL, CENTS = "DECIMAL(18, 8)", "DECIMAL(12, 2)"


def file_query(matched: Matched, number: int, only: Collection[str] = ()) -> str:
    """Return the query over one file, with its number in `file_no`; where columns are named, of these only.

    It has two levels so that each conversion is made once: as written and converted, and judged.
    """
    file = matched.files[number]
    layout = tuple(column for column in matched.layout if not only or column.made or column.name in only)
    source = file.source
    written = [part for column in layout for part in as_written(column, file, source)]
    values = [f"{value(column, file)} AS {column.name}" for column in layout]
    sound = " AND ".join(f"({condition})" for condition in conditions(layout, file)) or "TRUE"
    return (
        f"SELECT {', '.join(values)}, ({sound}) IS NOT TRUE AS faulty, "
        f"CAST({number} AS SMALLINT) AS file_no, CAST({file.source_no} AS SMALLINT) AS source_no "
        f"FROM (SELECT {', '.join(written)} FROM {looked_at(layout, file, relation(source, file, number))})"
    )


def looked_at(layout: Iterable[Column], file: MatchedFile, reader: str) -> str:
    """Return a reader of a file that also says of each row whether its ids want a second look."""
    ids = [
        file.identifier(place)
        for column in layout
        if column.key
        for place in file.places.get(column.name, ())
    ]
    whole = with_made(file, reader)
    return f"(SELECT *, {unclean_sql(ids)} AS {identifier(UNCLEAN)} FROM {whole})" if ids else whole


def with_made(file: MatchedFile, reader: str) -> str:
    """Return a reader of a file with the columns that are made from its own."""
    if not file.made:
        return reader
    made = (
        f"{made_sql(each, file.header)} AS {file.identifier(len(file.header) + number)}"
        for number, (_, each) in enumerate(file.made)
    )
    return f"(SELECT *, {', '.join(made)} FROM {reader})"


def relation(source: Source, file: MatchedFile, number: int) -> str:
    """Return the reader of one file, every column as text."""
    if is_parquet(file.path):
        columns = ", ".join(
            as_text(name, kind, source) for name, kind in zip(file.header, file.stored_types, strict=True)
        )
        return f"(SELECT {columns} FROM read_parquet({path_literal(file.path)}))"
    rejects = rejects_table(source.kind, number)
    return text_reader(
        source,
        file,
        f", store_rejects = true, rejects_limit = {REJECTS_KEPT}, "
        f"rejects_table = {literal(rejects)}, rejects_scan = {literal(rejects + '_scan')}",
    )


def text_reader(source: Source, file: MatchedFile, options: str = "") -> str:
    """Return the reader of one text file, every column as text; a row of another length is an error."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in file.header)
    return (
        f"read_csv({path_literal(file.path)}, columns = {{{columns}}}, header = true, auto_detect = false, "
        f"delim = {literal(source.delimiter)}, quote = '\"', escape = '\"', skip = {source.title_lines}, "
        f"compression = {literal(compressed_as(file.path))}, encoding = {literal(source.encoding)}{options})"
    )


def rejects_table(kind: Kind, number: int) -> str:
    """Return the name of the table that holds the rows of a file that could not be split into fields."""
    return f"rejects_{kind}_{number}"


def as_text(name: str, stored: str, source: Source) -> str:
    """Return a Parquet column as the text a person would write for it, days in the source's zone."""
    column = day = identifier(name)
    if stored == ZONED:
        day = f"CAST(timezone({literal(source.time_zone or 'UTC')}, {column}) AS DATE)"
    elif stored.startswith("TIMESTAMP"):
        day = f"CAST({column} AS DATE)"
    return f"CAST({day} AS VARCHAR) AS {column}"


def as_written(column: Column, file: MatchedFile, source: Source) -> list[str]:
    """Return the text of a column and its first conversion, for each of the columns that make it."""
    found = [file.identifier(place) for place in file.places.get(column.name, ())]
    if column.type == "text":
        fraction = any(map(file.stored_as_fraction, file.places.get(column.name, ())))
        return [f"{clean_sql(column, text, source, fraction)} AS {column.name}" for text in found]
    if begins_a_month(column, source):
        found = [first_of_month_sql(text, source.date_format) for text in found]
    if column.type != "date":
        found = [plain_digits(text, source) for text in found]
    kept = CENTS if column.type == "money" else TYPES["number"]
    typed = (
        day_sql(text, source.date_format) if column.type == "date" else f"TRY_CAST({text} AS {kept})"
        for text in found
    )
    pairs = zip(names(column, file), found, typed, strict=True)
    return [part for name, text, cast in pairs for part in (f"{text} AS {name}_text", f"{cast} AS {name}")]


def begins_a_month(column: Column, source: Source) -> bool:
    """Say whether a column names the month that a row is of."""
    return source.rows == "one_a_month" and column.name == SPANS[source.kind][0]


def names(column: Column, file: MatchedFile) -> list[str]:
    """Return our names for the file's columns that make one of ours."""
    return [f"{column.name}_{number}" for number in range(len(file.places.get(column.name, ())))]


def value(column: Column, file: MatchedFile) -> str:
    """Return the typed value of a column; NULL where the file has none."""
    found = names(column, file)
    if file.source.rows == "one_a_month" and column.name in SPANS[file.source.kind]:
        begins = SPANS[file.source.kind][0]
        day = f"{begins}_0"
        return f"CAST(date_trunc('month', {day}) AS DATE)" if column.name == begins else f"LAST_DAY({day})"
    if not found:
        return f"CAST(NULL AS {TYPES[column.type]})"
    if column.type == "money":
        cents = [f"CAST({name} * 100 AS BIGINT)" for name in found]
        if "left_out" in file.places:
            cents = [f"COALESCE({each}, 0)" for each in cents]
        total = " + ".join(cents)
        return (
            f"({total}) * CASE WHEN negative = '' THEN 1 ELSE -1 END" if "negative" in file.places else total
        )
    if file.source.ends == "exclusive" and column.name == SPANS[file.source.kind][1]:
        return f"CAST({found[0]} - INTERVAL 1 DAY AS DATE)"
    part = JOINED_TO.get(column.name)
    if part in file.places:
        whole = f"{column.name} || {literal(JOINED)} || {part}"
        return f"CASE WHEN {column.name} > '' THEN {whole} ELSE {column.name} END"
    return column.name if column.type == "text" else found[0]


def plain_digits(text: str, source: Source) -> str:
    """Return a number's text with the point as its decimal mark; see `keys.with_point`."""
    return f"replace(replace({text}, '.', '?'), ',', '.')" if source.decimal == "comma" else text


def plain(text: str) -> str:
    """Say that a number has no exponent, which a spreadsheet writes where it drops digits, and no `_`."""
    return " AND ".join(f"NOT contains({text}, '{mark}')" for mark in "eE_")


def conditions(layout: tuple[Column, ...], file: MatchedFile) -> list[str]:
    """Return what must be true of a sound row of this file."""
    found = [each for column in layout for each in column_conditions(column, file)]
    typed = {column.name: value(column, file) for column in layout if column.name in file.places}
    found += row_conditions(file.source, typed)
    if "left_out" not in file.places:
        return found
    money = [replace(column, blank="allowed") for column in layout if column.type == "money"]
    readable = [each for column in money for each in column_conditions(column, file)]
    return [f"left_out <> '' OR ({each})" for each in found] + readable


def column_conditions(column: Column, file: MatchedFile) -> list[str]:
    """Return what must be true of one column of a sound row."""
    if column.name not in file.places:
        return []
    if column.type == "text":
        return text_conditions(column)
    blank = ", ".join(map(literal, ("", *file.source.missing)))
    return [
        right
        if column.blank == "refused"
        else f"CASE WHEN {right} THEN TRUE ELSE "
        f"COALESCE(TRIM({name}_text, {literal(BLANKS)}), '') IN ({blank}) END"
        for name in names(column, file)
        for right in [typed_condition(column, name, file.source)]
    ]


def text_conditions(column: Column) -> list[str]:
    """Return what must be true of a text, a code or an id."""
    if column.codes:
        return [f"{column.name} IN ({', '.join(map(literal, column.codes))})"]
    found = [f"{column.name} > ''"] if column.blank == "refused" else []
    return [*found, not_rounded(column.name)] if column.key else found


def typed_condition(column: Column, name: str, source: Source) -> str:
    """Return what must be true of a date, an amount or a number that is filled in."""
    if column.type == "date":
        # Without its text the reader would convert the column, and take a date with anything behind it.
        return day_is_sound(f"{name}_text", name, source.date_format)
    if column.type == "money":
        return exact(name)
    return f"({within_limits(column, name)} AND {plain(f'{name}_text')})"


def exact(name: str) -> str:
    """Return what must be true of dollars; what reads as the database writes it needs no second look."""
    compared = f"{name} = TRY_CAST({name}_text AS {FULL}) AND {plain(f'{name}_text')}"
    return f"CASE WHEN CAST({name} AS VARCHAR) = {name}_text THEN TRUE ELSE {compared} END"


def within_limits(column: Column, name: str) -> str:
    """Return what must be true of a number: that it is one, and the limits of its column."""
    lowest = [f"{name} >= {column.lowest}"] * (column.lowest is not None)
    highest = [f"{name} <= {column.highest}"] * (column.highest is not None)
    return " AND ".join(
        [f"{name} IS NOT NULL", *lowest, *highest, *[f"{name} = FLOOR({name})"] * column.whole]
    )


def row_conditions(source: Source, typed: Mapping[str, str]) -> list[str]:
    """Return what must be true between the columns of a sound row, given the typed value of each."""
    found = []
    start, end = SPANS.get(source.kind, ("", ""))
    if start in typed and end in typed and source.kind not in MAY_BE_VOID:
        found.append(f"COALESCE({typed[start]} <= {typed[end]}, TRUE)")
    within = source.amounts_add_up_within
    if within is not None and {"allowed_amount", *PARTS[:2]} <= typed.keys():
        parts = " + ".join(typed[name] for name in PARTS if name in typed)
        apart = f"ABS({typed['allowed_amount']} - ({parts}))"
        found.append(f"COALESCE({apart} <= {within.scaleb(2):f}, TRUE)")
    if "claim_status" in typed:
        amounts = (typed[name] for name in ("allowed_amount", "plan_paid_amount") if name in typed)
        found += [f"claim_status <> 'reversal' OR COALESCE({cents} <= 0, TRUE)" for cents in amounts]
    if source.kind == "quality":
        found += quality_rates.row_conditions(source, typed)
    return found
