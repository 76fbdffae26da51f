"""The years around a period whose claims are kept too: episodes begin and end there, and months develop.

A line outside the period never counts in a cost of the period; it is only looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from vbc_cli.claims.settings import Measure, Period


def reach(period: Period, measures: Iterable[Measure], episodes: bool) -> tuple[Period, ...]:
    """Return whole years before a period, and one after it where there are episodes."""
    ladders = [each.complete.chain_ladder for each in measures if each.complete is not None]
    months = [each.experience_months - len(period.months) for each in ladders if each is not None]
    years = max([int(episodes), *(-(-each // 12) for each in months)])
    before = [a_year_before(period, each) for each in range(1, years + 1)]
    after = Period(period.end + timedelta(days=1), moved(period.end, 1))
    return (*before, after) if episodes else tuple(before)


def a_year_before(period: Period, years: int) -> Period:
    """Return the twelve months that end so many years less one before a period begins."""
    start, following = moved(period.start, -years), moved(period.start, 1 - years)
    return Period(start, following - timedelta(days=1))


def moved(day: date, years: int) -> date:
    """Return the same day of another year; 29 February becomes the day before March."""
    if (day.month, day.day) == (2, 29):
        return day.replace(year=day.year + years, day=28)
    return day.replace(year=day.year + years)
