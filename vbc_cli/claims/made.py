"""Columns that a file does not hold as they are needed: made from its own, as SQL and as Python.

The first of several columns that is filled in, a code by the codes of other columns, one text for every row,
or a product such as an amount a day and its days. The database makes them for all rows; Python makes them
again for a row that a person must look at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from vbc_cli.claims.engine import WHOLE_DIVISION, identifier, literal
from vbc_cli.claims.facts import EXACT
from vbc_cli.claims.settings import Codes, Made

TIMES, OVER, JOINED = " * ", " / ", " / "
EIGHTHS = 8
"""How many places after the point an amount may have before it is divided."""
FACTOR = "DECIMAL(19, 8)"  # two of them multiply without overflow
PLAIN = r"-?([0-9]+\.?[0-9]*|\.[0-9]+)"
BLANK, FILLED = "blank", "filled"


def columns_read(made: Made | str) -> tuple[str, ...]:
    """Return the columns of the file that one of ours is made from."""
    if isinstance(made, str):
        return tuple(made.split(TIMES))
    return (*made.joined, *made.first_of, *(name for case in made.cases for name in case.where))


def made_sql(made: Made | str, header: tuple[str, ...]) -> str:
    """Return the text of a made column as SQL; a text names a product of two columns."""
    if isinstance(made, str):
        return product_sql(columns_read(made))
    if made.joined:
        return f" || {literal(JOINED)} || ".join(map(trimmed, made.joined))
    text = chosen_sql(made, header)
    text = quotient_sql(text, made.divided_by) if made.divided_by else text
    return negated_sql(text) if made.negated else text


def chosen_sql(made: Made, header: tuple[str, ...]) -> str:
    """Return the first that is filled in, or the text of the case, as SQL."""
    filled = [f"NULLIF({trimmed(name)}, '')" for name in made.first_of if name in header]
    if filled:
        return f"COALESCE({', '.join([*filled, literal(made.otherwise)])})"
    cases = "".join(f" WHEN {codes_sql(case.where, header)} THEN {literal(case.then)}" for case in made.cases)
    return f"CASE{cases} ELSE {literal(made.otherwise)} END" if cases else literal(made.otherwise)


def made_text(made: Made | str, row: Mapping[str, str]) -> str:
    """Return the text of a made column for one row of the file."""
    if isinstance(made, str):
        return product_text([row[name].strip(" ") for name in columns_read(made)])
    if made.joined:
        return JOINED.join(row[name].strip(" ") for name in made.joined)
    text = chosen_text(made, row)
    text = quotient_text(text, made.divided_by) if made.divided_by else text
    return negated_text(text) if made.negated else text


def chosen_text(made: Made, row: Mapping[str, str]) -> str:
    """Return the first that is filled in, or the text of the case."""
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


def quotient_sql(text: str, divisor: str) -> str:
    """Return an amount over a number as SQL, in whole cents, half a cent away from zero; no float is made.

    What is no plain number stays as it is written, with the divisor, and is refused as no amount.
    """
    whole, scale = in_whole_numbers(divisor)
    numerator = f"ABS(CAST(TRY_CAST({text} AS {FACTOR}) * {10**EIGHTHS} AS HUGEINT)) * {scale * 100}"
    cents = f"(2 * {numerator} + {whole * 10**EIGHTHS}) {WHOLE_DIVISION['duckdb']} {2 * whole * 10**EIGHTHS}"
    dollars = f"TRY_CAST(CAST({cents} AS DECIMAL(18, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS VARCHAR)"
    sign = f"CASE WHEN {text} LIKE '-%' THEN '-' ELSE '' END"
    plain = f"regexp_full_match({text}, {literal(PLAIN)}) AND TRY_CAST({text} AS {FACTOR}) IS NOT NULL"
    return (
        f"CASE WHEN {text} = '' THEN '' WHEN {plain} THEN {sign} || {dollars} "
        f"ELSE {text} || {literal(OVER + divisor)} END"
    )


def quotient_text(text: str, divisor: str) -> str:
    """Return an amount over a number as text, as the database makes it."""
    if not text or not re.fullmatch(PLAIN, text):
        return text and f"{text}{OVER}{divisor}"
    whole, scale = in_whole_numbers(divisor)
    numerator = int(EXACT.scaleb(abs(Decimal(text)), EIGHTHS)) * scale * 100
    cents = (2 * numerator + whole * 10**EIGHTHS) // (2 * whole * 10**EIGHTHS)
    return f"{'-' * text.startswith('-')}{cents // 100}.{cents % 100:02}"


def in_whole_numbers(divisor: str) -> tuple[int, int]:
    """Return a plain number as a whole number over a power of ten."""
    fraction = divisor.partition(".")[2]
    scale = 10 ** len(fraction)
    return int(EXACT.multiply(Decimal(divisor), Decimal(scale))), scale


def negated_sql(text: str) -> str:
    """Return an amount with its other sign as SQL."""
    return (
        f"CASE WHEN {text} = '' THEN '' WHEN {text} LIKE '-%' THEN SUBSTR({text}, 2) "
        f"ELSE '-' || LTRIM({text}, '+') END"
    )


def negated_text(text: str) -> str:
    """Return an amount with its other sign as text."""
    if not text:
        return ""
    return text[1:] if text.startswith("-") else f"-{text.lstrip('+')}"
