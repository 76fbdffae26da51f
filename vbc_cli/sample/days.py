"""Days as plain numbers: month ends, spans of coverage, payment runs and their ISO text."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

Span = tuple[int, int]  # first and last day, both covered, as date ordinals

LAST_PAYMENT_RUN: Final = date(2026, 6, 26).toordinal()
_FRIDAY: Final = 5  # the ordinal of a Friday leaves 5 when divided by 7


def first_of(year: int, month: int) -> int:
    """Return the first day of a month; month 13 is January of the next year."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1).toordinal()


def last_of(year: int, month: int) -> int:
    """Return the last day of a month; month 0 is December of the year before."""
    return first_of(year, month + 1) - 1


@lru_cache(maxsize=40_000)
def iso(day: int) -> str:
    """Return the day as 2025-03-31."""
    return date.fromordinal(day).isoformat()


def payment_run(day: int) -> int:
    """Return the weekly payment run on or after the day; the last one of the file pays what is left."""
    return min(day + (_FRIDAY - day) % 7, LAST_PAYMENT_RUN)


def is_weekend(day: int) -> bool:
    """Return whether the day is a Saturday or a Sunday."""
    return day % 7 in (6, 0)


def months_touched(spans: tuple[Span, ...], year: int) -> list[int]:
    """Return the months of the year with at least one covered day."""
    return [
        month
        for month, (start, end) in enumerate(_months(year), start=1)
        if any(first <= end and last >= start for first, last in spans)
    ]


@lru_cache(maxsize=4)
def _months(year: int) -> tuple[Span, ...]:
    return tuple((first_of(year, month), last_of(year, month)) for month in range(1, 13))


def nearest_covered(spans: tuple[Span, ...], day: int) -> int:
    """Return the covered day closest to the given one."""
    return min((max(first, min(day, last)) for first, last in spans), key=lambda found: abs(found - day))
