"""Columns that a file does not hold as they are needed: made from its own, as SQL and as Python.

The first of several columns that is filled in, a code by the codes of other columns, one text for every row,
or a product such as an amount a day and its days. The database makes them for all rows; Python makes them
again for a row that a person must look at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from vbc_cli.claims.engine import identifier, literal
from vbc_cli.claims.facts import EXACT
from vbc_cli.claims.settings import Codes, Made

TIMES = " * "
FACTOR = "DECIMAL(19, 8)"  # two of them multiply without overflow
PLAIN = r"-?([0-9]+\.?[0-9]*|\.[0-9]+)"
BLANK, FILLED = "blank", "filled"


def columns_read(made: Made | str) -> tuple[str, ...]:
    """Return the columns of the file that one of ours is made from."""
    if isinstance(made, str):
        return tuple(made.split(TIMES))
    return (*made.first_of, *(name for case in made.cases for name in case.where))


def made_sql(made: Made | str, header: tuple[str, ...]) -> str:
    """Return the text of a made column as SQL; a text names a product of two columns."""
    if isinstance(made, str):
        return product_sql(columns_read(made))
    filled = [f"NULLIF({trimmed(name)}, '')" for name in made.first_of if name in header]
    if filled:
        return f"COALESCE({', '.join([*filled, literal(made.otherwise)])})"
    cases = "".join(f" WHEN {codes_sql(case.where, header)} THEN {literal(case.then)}" for case in made.cases)
    return f"CASE{cases} ELSE {literal(made.otherwise)} END" if cases else literal(made.otherwise)


def made_text(made: Made | str, row: Mapping[str, str]) -> str:
    """Return the text of a made column for one row of the file."""
    if isinstance(made, str):
        return product_text([row[name].strip(" ") for name in columns_read(made)])
    filled = [row[name].strip(" ") for name in made.first_of if row.get(name, "").strip(" ")]
    if filled:
        return filled[0]
    return next((case.then for case in made.cases if has_codes(case.where, row)), made.otherwise)


def trimmed(name: str) -> str:
    """Return a column's text without the blanks around it, as SQL."""
    return f"COALESCE(TRIM({identifier(name)}), '')"


def codes_sql(codes: Codes, header: Collection[str]) -> str:
    """Return as SQL that every named column has one of its codes; one that the file lacks is blank."""
    named = (
        " OR ".join(code_sql(trimmed(name) if name in header else "''", pattern) for pattern in patterns)
        for name, patterns in codes.items()
    )
    return " AND ".join(f"({each})" for each in named)


def code_sql(text: str, pattern: str) -> str:
    """Return as SQL that a text is a code, one of a range, or begins as it says."""
    first, dots, last = pattern.partition("..")
    if pattern in (BLANK, FILLED):
        return f"{text} {'=' if pattern == BLANK else '<>'} ''"
    if dots:
        return f"(LENGTH({text}) = {len(first)} AND {text} >= {literal(first)} AND {text} <= {literal(last)})"
    if pattern.endswith("*"):
        return f"SUBSTR({text}, 1, {len(pattern) - 1}) = {literal(pattern[:-1])}"
    return f"{text} = {literal(pattern)}"


def has_codes(codes: Codes, row: Mapping[str, str]) -> bool:
    """Say whether every named column of a row has one of its codes."""
    return all(
        any(has_code(row.get(name, "").strip(" "), pattern) for pattern in patterns)
        for name, patterns in codes.items()
    )


def has_code(text: str, pattern: str) -> bool:
    """Say whether a text is a code, one of a range, or begins as it says."""
    first, dots, last = pattern.partition("..")
    if pattern in (BLANK, FILLED):
        return (text == "") == (pattern == BLANK)
    if dots:
        return len(text) == len(first) and first <= text <= last
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def product_sql(names: tuple[str, ...]) -> str:
    """Return a product as SQL: nothing times a blank is nothing, a blank factor else makes it blank.

    What is no product of plain numbers stays as it is written.
    """
    factors = " * ".join(f"TRY_CAST({trimmed(name)} AS {FACTOR})" for name in names)
    plain = " AND ".join(plain_sql(name) for name in names)
    blank = " OR ".join(f"{trimmed(name)} = ''" for name in names)
    nothing = " OR ".join(
        f"({trimmed(one)} = '' AND {plain_sql(other)} AND TRY_CAST({trimmed(other)} AS {FACTOR}) = 0)"
        for one, other in (names, names[::-1])
    )
    written = f" || {literal(TIMES)} || ".join(trimmed(name) for name in names)
    return (
        f"CASE WHEN {nothing} THEN '0' WHEN {blank} THEN '' "
        f"WHEN {plain} THEN COALESCE(CAST({factors} AS VARCHAR), {written}) ELSE {written} END"
    )


def plain_sql(name: str) -> str:
    """Return as SQL that a column holds a plain number."""
    return f"regexp_full_match({trimmed(name)}, {literal(PLAIN)})"


def product_text(texts: list[str]) -> str:
    """Return a product as text, as the database makes it."""
    if not all(texts):
        known = "".join(texts)
        return "0" if re.fullmatch(PLAIN, known) and Decimal(known) == 0 else ""
    if not all(re.fullmatch(PLAIN, text) for text in texts):
        return TIMES.join(texts)
    first, second = (Decimal(text) for text in texts)
    return f"{EXACT.multiply(first, second):f}"
