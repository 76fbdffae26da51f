"""Numbers as people read them. Rounding here is for the eye; JSON and CSV carry every digit."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vbc_cli.formula import units
from vbc_cli.formula.numbers import EXACT
from vbc_cli.formula.words import grouped

DASH = "–"
_WHOLE = Decimal(1)
_HUNDRED = Decimal(100)
_LONGEST_FRACTION = 8
_CENTS_PLACES = 2


def table_number(value: Any, unit: str) -> str:
    """Return a value for a table: whole dollars, percents with two decimals, a dash where there is none."""
    match value:
        case None:
            return DASH
        case bool():
            return "yes" if value else "no"
        case Decimal() if unit == units.USD:
            return fixed(value)
        case Decimal() if unit in units.MONEY:
            return fixed(value, 2)
        case Decimal() if unit == units.RATE:
            return fixed(EXACT.multiply(value, _HUNDRED), 2)
        case Decimal():
            return shortened(value)
        case _:
            return str(value)


def heading(unit: str) -> str:
    """Return the unit as a column's heading says it."""
    return {units.USD: "$", units.RATE: "%", "usd_pmpm": "$ PMPM", "usd_pppy": "$ PPPY"}.get(unit, "")


def worksheet_number(value: Any, unit: str = "") -> str:
    """Return a value with the digits that matter: dollars to the cent or finer, others as they are."""
    match value:
        case None:
            return DASH
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return grouped(value, _CENTS_PLACES if unit in units.MONEY else 0, _LONGEST_FRACTION)
        case datetime.date():
            return value.isoformat()
        case _:
            return f"'{value}'"


def brief_number(value: Any, unit: str) -> str:
    """Return a value for a sentence: whole dollars, cents PMPM, percents with one decimal."""
    if not isinstance(value, Decimal):
        return worksheet_number(value, unit)
    if unit == units.USD:
        text = fixed(value)
        return f"-${text[1:]}" if text.startswith("-") else f"${text}"
    if unit in units.MONEY:
        return f"${fixed(value, 2)}"
    if unit == units.RATE:
        return f"{fixed(EXACT.multiply(value, _HUNDRED), 1)}%"
    return shortened(value.quantize(_WHOLE.scaleb(-4, EXACT), ROUND_HALF_UP, EXACT))


def shortened(value: Decimal) -> str:
    """Return a number with thousands separated, its fraction no longer than the eye can use."""
    return grouped(value, most=_LONGEST_FRACTION)


def fixed(value: Decimal, places: int = 0) -> str:
    """Return a number with thousands separated and so many decimals, rounded half up for the eye."""
    if value.is_infinite():
        return "open"
    rounded = value.quantize(_WHOLE.scaleb(-places, EXACT), ROUND_HALF_UP, EXACT)
    text = f"{rounded:,f}"
    return text if rounded else text.lstrip("-")


def signed(value: Decimal, places: int = 0) -> str:
    """Return a number with its sign always printed."""
    text = fixed(value, places)
    return text if text.startswith("-") else f"+{text}"
