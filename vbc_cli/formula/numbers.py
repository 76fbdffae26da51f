"""Exact numbers, from the source text of a file to the printed cent.

Every operation names one context of 34 digits, so that no thread's own setting can change a
settlement. Numbers are read from their text by rules of our own: a contract must not depend on
what a file format or a programming language takes `012`, `12:30` or `1e3` for.
"""

from __future__ import annotations

import re
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

DIGITS = 34
MAX_LITERAL_DIGITS = 30
_TRAPS = [InvalidOperation, DivisionByZero, Overflow]

EXACT = Context(
    prec=DIGITS, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, capitals=1, clamp=0, traps=_TRAPS
)
FLOOR = Context(prec=DIGITS, rounding=ROUND_FLOOR, Emin=-6143, Emax=6144, capitals=1, clamp=0, traps=_TRAPS)
CEILING = Context(
    prec=DIGITS, rounding=ROUND_CEILING, Emin=-6143, Emax=6144, capitals=1, clamp=0, traps=_TRAPS
)

ZERO = Decimal(0)
ONE = Decimal(1)

_PLAIN = re.compile(r"-?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(_[0-9]{3})+)(\.[0-9]+)?\Z")


class NotANumber(ValueError):
    """A text that is not a number; `repair` says what to write instead."""

    def __init__(self, repair: str) -> None:
        super().__init__(repair)
        self.repair = repair


def read_number(text: str) -> Decimal:
    """Return the number a contract's author wrote, exactly.

    Plain digits with an optional sign, point and `_` between groups of three. Raises `NotANumber`
    with the repair for everything that some reader somewhere takes for another number.
    """
    if not _PLAIN.match(text):
        raise NotANumber(_repair(text))
    if len(text) > MAX_LITERAL_DIGITS and sum(map(str.isdigit, text)) > MAX_LITERAL_DIGITS:
        raise NotANumber(f"Write at most {MAX_LITERAL_DIGITS} digits.")
    return Decimal(text.replace("_", ""))


def _repair(text: str) -> str:
    """Say how to write what was probably meant."""
    bare = text.strip().replace("$", "").replace(",", "").replace("_", "").removeprefix("+")
    percent = re.match(r"(-?[0-9]+(?:\.[0-9]+)?) ?%\Z", bare)
    if percent:
        return f"Write it as a share: {canonical(Decimal(percent[1]).scaleb(-2, EXACT))}"
    if re.match(r"-?0[0-9]", bare):
        return "Write it without leading zeros: " + re.sub(r"^(-?)0+(?=[0-9])", r"\1", bare)
    if re.match(r"-?[0-9]+:[0-9]", bare):
        return "Write a plain number; a colon belongs to a time of day."
    if re.match(r"-?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+\Z", bare):
        return "Write the digits out, without an exponent."
    if re.match(r"-?\.[0-9]", bare):
        return f"Write a digit before the point: {bare.replace('.', '0.', 1)}"
    if _PLAIN.match(bare):
        return f"Write it plain: {bare}"
    return "Write a plain number, such as 1500, 1_500_000 or 0.02."


def canonical(number: Decimal) -> str:
    """Return the one text of a number: plain, no exponent, no trailing zeros, no negative zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
