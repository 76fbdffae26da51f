"""The texts and ids of the files: what is part of them, and what a spreadsheet has made of them.

Blanks around a text are no part of it, and neither is the `.0` that a whole number gets when it was once
stored as a float. What was rounded on the way cannot be mended: an id in exponent form is refused. Texts that
the contract says stand for nothing are nothing. The database cleans all rows; Python cleans again those that
a person must look at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vbc_cli.claims.engine import identifier, literal
from vbc_cli.claims.layout import Column
from vbc_cli.claims.settings import MISSING, Source

BLANKS = " \t\u00a0"
FLOATED = r"([0-9]+)[.]0+"
UNCLEAN, ROUNDED = "unclean ids", "\1"
"""The column that says which rows want a second look, and what stands there for an id that lost digits."""
EXACT_DIGITS = 15
"""How many digits a float holds without doubt."""
EXPONENT = r"[+-]?[0-9]([.][0-9]*)?[eE][+][0-9]{2,3}"


def unclean_sql(ids: Sequence[str]) -> str:
    """Return as SQL whether any id of a row may hold what is no part of it: one look for all of them."""
    together = ids[0] if len(ids) == 1 else f"concat({', '.join(ids)})"
    return " OR ".join(f"contains({together}, {literal(mark)})" for mark in " .+")


def clean_sql(column: Column, text: str, source: Source, stored_as_fraction: bool) -> str:
    """Return a text as SQL without what is no part of it; most texts are looked at and left as they stand.

    Ids are looked at where the row is `UNCLEAN`; one that was rounded becomes `ROUNDED`.
    """
    bare = f"TRIM({text}, {literal(BLANKS)})"
    unclean = f"prefix({text}, ' ') OR suffix({text}, ' ')"
    if column.key:
        unclean = identifier(UNCLEAN)
        bare = f"regexp_replace({bare}, {literal(f'^{FLOATED}$')}, '\\1')"
        rounded = f"regexp_full_match({bare}, {literal(EXPONENT)})"
        if stored_as_fraction:
            rounded = f"{rounded} OR contains({bare}, '.') OR strlen({bare}) > {EXACT_DIGITS}"
        bare = f"CASE WHEN {rounded} THEN {literal(ROUNDED)} ELSE {bare} END"
    cleaned = f"CASE WHEN {unclean} THEN {bare} ELSE {text} END"
    nothing = ", ".join(map(literal, nothing_texts(column, source)))
    if not nothing:
        return cleaned
    return f"CASE WHEN {cleaned} IN ({nothing}) THEN NULL ELSE {cleaned} END"


def clean_text(column: Column, text: str, source: Source) -> str:
    """Return a text without what is no part of it, as the database cleans it; nothing is an empty text."""
    bare = text.strip(BLANKS)
    if column.key:
        bare = re.sub(rf"^{FLOATED}$", r"\1", bare)
    return "" if bare in nothing_texts(column, source) else bare


def nothing_texts(column: Column, source: Source) -> tuple[str, ...]:
    """Return the texts that stand for nothing in a column of text.

    Of claims only where the contract says so: what their ids are not matched by is said of every settlement.
    """
    unsaid = source.kind == "claims" and source.missing == MISSING
    return () if column.codes or unsaid else source.missing


def not_rounded(name: str) -> str:
    """Return as SQL that an id is not a number that lost digits."""
    return f"({name} = {literal(ROUNDED)}) IS NOT TRUE"


def is_rounded(text: str, stored_as_fraction: bool) -> bool:
    """Say whether an id is a number that lost digits."""
    inexact = "." in text or len(text) > EXACT_DIGITS
    return bool(re.fullmatch(EXPONENT, text)) or (stored_as_fraction and inexact)


def with_point(text: str, source: Source) -> str:
    """Return a number's text with a point for its decimal comma; a point in it stands for nothing then."""
    return text.replace(".", "?").replace(",", ".") if source.decimal == "comma" else text
