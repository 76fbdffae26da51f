"""The query that reads a sound claims file at the least cost.

It takes only what is right beyond doubt. The first value that cannot be converted ends it with an error, and
any other doubt makes a row `faulty`; then the file is read again with `typed`, which knows every spelling and
finds every row that a person must look at. A sound file has the same values in both.
"""

from __future__ import annotations

from vbc_cli.claims.engine import identifier, literal
from vbc_cli.claims.files import is_parquet
from vbc_cli.claims.header import Matched, MatchedFile
from vbc_cli.claims.layout import Column
from vbc_cli.claims.settings import Source
from vbc_cli.claims.typed import (
    EARLIEST,
    FORMATS,
    LATEST,
    TYPES,
    file_query,
    names,
    row_conditions,
    text_reader,
)

EXACT_CENTS, WHOLE_CENTS = "DECIMAL(18, 6)", "DECIMAL(12, 0)"


def quick_query(matched: Matched) -> str:
    """Return the query over all files of a source; Parquet, which has its own types, as in `typed`."""
    return " UNION ALL ".join(
        file_query(matched, number) if is_parquet(file.path) else quick_file_query(matched, number)
        for number, file in enumerate(matched.files)
    )


def quick_file_query(matched: Matched, number: int) -> str:
    """Return the query over one text file, with its number in `file_no`.

    It has three levels so that each conversion is made once: as written, in whole cents, and judged.
    """
    file, source, layout = matched.files[number], matched.source, matched.layout
    written = [part for column in layout for part in converted(column, file, source)]
    whole = [part for column in layout for part in in_whole_cents(column, file)]
    values = {column.name: value(column, file) for column in layout}
    found = {name: typed for name, typed in values.items() if name in file.places}
    conditions = [part for column in layout for part in column_conditions(column, file)]
    sound = " AND ".join(f"({part})" for part in conditions + row_conditions(source, found))
    return (
        f"SELECT {', '.join(f'{typed} AS {name}' for name, typed in values.items())}, "
        f"({sound}) IS NOT TRUE AS faulty, CAST({number} AS SMALLINT) AS file_no "
        f"FROM (SELECT {', '.join(['*', *whole])} "
        f"FROM (SELECT {', '.join(written)} FROM {text_reader(source, file)}))"
    )


def converted(column: Column, file: MatchedFile, source: Source) -> list[str]:
    """Return the columns that make one of ours: text as it stands, dates beside their text, exact cents."""
    found = [identifier(file.header[place]) for place in file.places.get(column.name, ())]
    if column.type == "text":
        return [f"{text} AS {column.name}" for text in found]
    pairs = list(zip(names(column, file), found, strict=True))
    if column.type == "money":
        return [f"{cents(text)} AS {name}" for name, text in pairs]
    return [
        part for name, text in pairs for part in (f"{text} AS {name}_text", f"{day(text, source)} AS {name}")
    ]


def cents(text: str) -> str:
    """Return a text in dollars as cents; one that has an exponent cannot have another, and is an error."""
    return f"CAST({text} || 'e2' AS {EXACT_CENTS})"


def day(text: str, source: Source) -> str:
    """Return a text as a date in the way the source writes dates."""
    if source.date_format == "iso":
        return f"CAST({text} AS DATE)"
    return f"CAST(STRPTIME({text}, {literal(FORMATS[source.date_format])}) AS DATE)"


def in_whole_cents(column: Column, file: MatchedFile) -> list[str]:
    """Return the whole cents of a money column."""
    if column.type != "money":
        return []
    return [f"CAST({name} AS {WHOLE_CENTS}) AS {name}_whole" for name in names(column, file)]


def value(column: Column, file: MatchedFile) -> str:
    """Return the typed value of a column; NULL where the file has none."""
    found = names(column, file)
    if not found:
        return f"CAST(NULL AS {TYPES[column.type]})"
    if column.type == "money":
        return " + ".join(f"CAST({name}_whole AS BIGINT)" for name in found)
    return column.name if column.type == "text" else found[0]


def column_conditions(column: Column, file: MatchedFile) -> list[str]:
    """Return what must be true of one column of a sound row, an empty text being NULL here."""
    if column.name not in file.places:
        return []
    if column.codes:
        return [f"{column.name} IN ({', '.join(map(literal, column.codes))})"]
    if column.type == "text":
        return [f"{column.name} IS NOT NULL"] if column.blank == "refused" else []
    return [
        right if column.blank == "refused" else f"{name} IS NULL OR ({right})"
        for name in names(column, file)
        for right in [f"{name}_whole = {name}" if column.type == "money" else date_condition(name)]
    ]


def date_condition(name: str) -> str:
    """Return what must be true of a date that is filled in.

    The text is asked for too: a column used only as a date would be converted by the reader of the file,
    which takes a date with anything behind it.
    """
    return f"STRLEN({name}_text) > 0 AND {name} BETWEEN {EARLIEST} AND {LATEST}"
