"""The texts and ids of the files: what is part of them, and what a spreadsheet has made of them.

Blanks around a text are no part of it, and neither is the `.0` that a whole number gets when it was once
stored as a float. What was rounded on the way cannot be mended: an id in exponent form is refused. What
databases write for nothing is nothing. The database cleans all rows; Python cleans again those that a person
must look at.
"""

from __future__ import annotations

import re

from vbc_cli.claims.engine import literal
from vbc_cli.claims.layout import Column
from vbc_cli.claims.settings import Source

BLANKS = " \t\u00a0"
FLOATED = r"([0-9]+)[.]0+"
EXACT_DIGITS = 15
"""How many digits a float holds without doubt."""
EXPONENT = r"[+-]?[0-9]([.][0-9]*)?[eE][+][0-9]{2,3}"


def clean_sql(column: Column, text: str, source: Source) -> str:
    """Return a text as SQL without what is no part of it; most texts are looked at and left as they stand."""
    marks = (*BLANKS, ".") if column.key else (" ",)
    unclean = " OR ".join(f"contains({text}, {literal(mark)})" for mark in marks)
    bare = f"TRIM({text}, {literal(BLANKS)})"
    if column.key:
        bare = f"regexp_replace({bare}, {literal(f'^{FLOATED}$')}, '\\1')"
    nothing = "" if column.codes else ", ".join(map(literal, source.missing))
    if not nothing:
        return f"CASE WHEN {unclean} THEN {bare} ELSE {text} END"
    padded = f"CASE WHEN {bare} IN ({nothing}) THEN NULL ELSE {bare} END"
    return f"CASE WHEN {text} IN ({nothing}) THEN NULL WHEN {unclean} THEN {padded} ELSE {text} END"


def clean_text(column: Column, text: str, source: Source) -> str:
    """Return a text without what is no part of it, as the database cleans it; nothing is an empty text."""
    bare = text.strip(BLANKS)
    if column.key:
        bare = re.sub(rf"^{FLOATED}$", r"\1", bare)
    return "" if bare in source.missing and not column.codes else bare


def whole_id(name: str, stored_as_fraction: bool) -> str:
    """Return as SQL that an id was not rounded; one that was stored as a float must be a whole number."""
    rounded = f"contains({name}, '+') AND regexp_full_match({name}, {literal(EXPONENT)})"
    if stored_as_fraction:
        rounded = f"({rounded}) OR contains({name}, '.') OR strlen({name}) > {EXACT_DIGITS}"
    return f"({rounded}) IS NOT TRUE"


def is_rounded(text: str, stored_as_fraction: bool) -> bool:
    """Say whether an id is a number that lost digits."""
    inexact = "." in text or len(text) > EXACT_DIGITS
    return bool(re.fullmatch(EXPONENT, text)) or (stored_as_fraction and inexact)


def with_point(text: str, source: Source) -> str:
    """Return a number's text with a point for its decimal comma; a point in it stands for nothing then."""
    return text.replace(".", "?").replace(",", ".") if source.decimal == "comma" else text
