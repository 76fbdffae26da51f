"""The text of one cell, read as its publisher wrote it.

Percents come as `6.46%`, `8.89` or fractions, dollars with signs and commas, flags as 0 and 1. How
a column is written is stated in the contract and never guessed from the value.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

from vbc_cli.contract.mapping import Reading
from vbc_cli.contract.terms import Value
from vbc_cli.formula.interval import INFINITY, MAYBE, Interval, Uncertain, printed
from vbc_cli.formula.numbers import EXACT, MAX_LITERAL_DIGITS, ZERO

_NUMBER = re.compile(
    r"(?P<digits>-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,2})?)\Z"
)
_DOLLARS = re.compile(r"(?P<sign>[-(]|\$-)?\$?(?P<amount>[0-9,]*\.?[0-9]*)(?P<close>\))?\Z")
_OUT_OF = re.compile(r"(?P<points>[0-9]+(?:\.[0-9]+)?) out of [0-9]+\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?\Z")
_US_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})(?: .*)?\Z")
_FLAGS = {"1": True, "1.0": True, "yes": True, "y": True, "true": True}
_FLAGS |= {"0": False, "0.0": False, "no": False, "n": False, "false": False}
_HUNDREDTHS = -2
TWO = Decimal(2)
HUNDRED = Decimal(100)


class Unreadable(ValueError):
    """A text that is not what its column is said to hold; carries what it should be and the repair."""

    def __init__(self, should_be: str, repair: str) -> None:
        super().__init__(should_be)
        self.should_be = should_be
        self.repair = repair


def read_cell(reading: Reading, text: str) -> Value:
    """Return the exact value of a cell's text; raise `Unreadable`."""
    if text in reading.texts:
        return reading.texts[text]
    value = _READERS[reading.read](text)
    is_share = reading.unit == "rate" or reading.read == "fraction"
    if is_share and isinstance(value, Decimal) and not -1 <= value <= 1:
        raise Unreadable(f"a share ({reading.read})", _of_no_share(reading, value))
    return value


def _of_no_share(reading: Reading, value: Decimal) -> str:
    """Return what to do about a share beyond 1."""
    if reading.read == "fraction" and EXACT.abs(value) <= HUNDRED:
        return "A share lies between -1 and 1; is the column written as read: percent?"
    return "A share lies between -100 and 100 percent: correct the cell."


def may_be(reading: Reading, value: Value) -> Uncertain:
    """Return all that a cell may stand for: what prints as this value, or what was never published."""
    if reading.unpublished:
        return MAYBE if reading.unit == "flag" else Interval(ZERO, INFINITY, True)
    if not isinstance(value, Decimal):
        return value
    if reading.printed is None:
        return Interval(value, value)
    return printed(value, half_unit(reading))


def half_unit(reading: Reading) -> Decimal:
    """Return half the unit of the last printed digit, 0 where the column is exact."""
    if reading.printed is None:
        return ZERO
    unit = reading.printed.scaleb(_HUNDREDTHS, EXACT) if reading.read == "percent" else reading.printed
    return EXACT.divide(unit, TWO)


def plain_number(text: str) -> Decimal:
    match = _NUMBER.match(text)
    digits = "" if match is None else match["digits"].replace(",", "")
    if not any(character.isdigit() for character in digits) or len(digits) > MAX_LITERAL_DIGITS:
        raise Unreadable("a number", "Correct the cell, or name the text in texts: or missing:.")
    return EXACT.create_decimal(digits)


def _dollars(text: str) -> Decimal:
    match = _DOLLARS.match(text)
    if match is None or (match["sign"] == "(") != bool(match["close"]):
        raise Unreadable("an amount of dollars", "Write it as 1234.50, -1,234.50 or $1,234.50.")
    amount = plain_number(match["amount"])
    return EXACT.minus(amount) if match["sign"] else amount


def _percent(text: str) -> Decimal:
    return plain_number(text.removesuffix("%").rstrip()).scaleb(_HUNDREDTHS, EXACT)


def _fraction(text: str) -> Decimal:
    if text.endswith("%"):
        raise Unreadable("a fraction", "The column has percents: say read: percent.")
    return plain_number(text)


def _out_of(text: str) -> Decimal:
    match = _OUT_OF.match(text)
    if match is None:
        raise Unreadable("points out of a number", "Write it as 3 out of 10, or say read: number.")
    return plain_number(match["points"])


def _share(text: str) -> Decimal:
    raise Unreadable("a share of a column that says how it is written", "Say read: percent or fraction.")


def _flag(text: str) -> bool:
    try:
        return _FLAGS[text.casefold()]
    except KeyError:
        raise Unreadable("a flag", "Flags are 1 and 0, or yes and no; name other texts in texts:.") from None


def is_set(text: str) -> bool:
    """Say whether a flag column says that its code is the one."""
    return _FLAGS.get(text.casefold(), False)


def _code(text: str) -> str:
    return text


def _date(text: str) -> datetime.date:
    try:
        if not _DATE.match(text):
            raise ValueError
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        raise Unreadable("a date", "Dates are 2024-12-31; for 12/31/2024 say read: us_date.") from None


def _us_date(text: str) -> datetime.date:
    if _DATE.match(text):  # no month/day/year date looks like year-month-day
        return _date(text)
    match = _US_DATE.match(text)
    try:
        if match is None:
            raise ValueError
        month, day, year = (int(part) for part in match.groups())
        return datetime.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        raise Unreadable("a month/day/year date", "Write it as 12/31/2024, or say read: date.") from None


_READERS: dict[str, Callable[[str], Value]] = {
    "number": plain_number,
    "dollars": _dollars,
    "percent": _percent,
    "fraction": _fraction,
    "share": _share,
    "out_of": _out_of,
    "flag": _flag,
    "code": _code,
    "date": _date,
    "us_date": _us_date,
}
