"""The one grammar of dates in the files, as the database and as Python read it.

A way of writing dates is a pattern; whoever reads a date asks it, so that what the database takes is what
people are told. A time of day behind a date is not looked at, and an offset of a zone neither: the day is the
one that is written, whatever zone the machine stands in. Words such as `epoch` and `today` are no dates.
"""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from vbc_cli.claims.engine import literal
from vbc_cli.claims.settings import DateFormat

EARLIEST, LATEST = "DATE '1900-01-01'", "DATE '9999-12-31'"
ZONE = r"( ?([Zz]|UTC|[+-]\d{1,2}(:?\d{2})?))?"
TIME = rf"([Tt]| +)\d{{1,2}}:\d{{2}}(:\d{{2}}([.]\d{{1,9}})?)?( ?[AaPp][Mm])?{ZONE}"
ISO_DAY = r"^\s*(\d{4}[-/]\d{1,2}[-/]\d{1,2})"
TIME_BEHIND = rf"{TIME}\s*$"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Written(Struct, frozen=True):
    """A way of writing dates: the order of its parts, its patterns, and the database's words for it."""

    spoken: str
    order: str
    patterns: tuple[str, ...]
    parsed_as: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """Return the pattern of a whole text, each part of the date in a group."""
        return rf"\s*({'|'.join(self.patterns)})({TIME})?\s*"


WAYS: dict[DateFormat, Written] = {
    "iso": Written("YYYY-MM-DD", "ymd", (r"(\d{4})-(\d{1,2})-(\d{1,2})", r"(\d{4})/(\d{1,2})/(\d{1,2})")),
    "yyyymmdd": Written("YYYYMMDD", "ymd", (r"(\d{4})(\d{2})(\d{2})",), ("%Y%m%d",)),
    "mm/dd/yyyy": Written("MM/DD/YYYY", "mdy", (r"(\d{1,2})/(\d{1,2})/(\d{4})",), ("%m/%d/%Y",)),
    "dd/mm/yyyy": Written("DD/MM/YYYY", "dmy", (r"(\d{1,2})/(\d{1,2})/(\d{4})",), ("%d/%m/%Y",)),
    "dd-mon-yyyy": Written(
        "DD-Mon-YYYY",
        "dmy",
        (r"(\d{1,2})-([A-Za-z]{3})-(\d{4})", r"(\d{1,2})([A-Za-z]{3})(\d{4})"),
        ("%d-%b-%Y", "%d%b%Y"),
    ),
}


A_MONTH = r"^\s*(\d{4})-?(\d{2})\s*$"
FIRST_OF_MONTH: dict[DateFormat, str] = {
    "iso": r"\1-\2-01",
    "yyyymmdd": r"\1\g<2>01",
    "mm/dd/yyyy": r"\2/01/\1",
    "dd/mm/yyyy": r"01/\2/\1",
    "dd-mon-yyyy": r"\1-\2",
}
"""A month, such as 202501 or 2025-01, as its first day in each way of writing dates, if there is one."""


def first_of_month(text: str, date_format: DateFormat) -> str:
    """Return a month as its first day is written; another text as it stands."""
    return re.sub(A_MONTH, FIRST_OF_MONTH[date_format], text, flags=re.ASCII)


def first_of_month_sql(text: str, date_format: DateFormat) -> str:
    """Return as SQL a month as its first day is written; another text as it stands."""
    written = FIRST_OF_MONTH[date_format].replace(r"\g<2>", r"\2")
    return f"regexp_replace({text}, {literal(A_MONTH)}, {literal(written)})"


def is_written(text: str, date_format: DateFormat) -> bool:
    """Say whether a text is written as dates are, be it a day of the calendar or not."""
    return re.fullmatch(WAYS[date_format].pattern, text, re.ASCII) is not None


def read_day(text: str, date_format: DateFormat) -> date | None:
    """Return the day a text says, from 1900 on; None where it says none."""
    way = WAYS[date_format]
    for pattern in way.patterns:
        found = re.fullmatch(rf"\s*{pattern}({TIME})?\s*", text, re.ASCII)
        if found is None:
            continue
        parts = dict(zip(way.order, found.groups()[:3], strict=True))
        month = parts["m"].lower()
        number = MONTHS.index(month) + 1 if month in MONTHS else int(month) if month.isdigit() else 0
        try:
            day = date(int(parts["y"]), number, int(parts["d"]))
        except ValueError:
            return None
        return day if day.year >= 1900 else None
    return None


def day_sql(text: str, date_format: DateFormat) -> str:
    """Return a text as a date in SQL; NULL where it is none, which `day_is_sound` has the last word on."""
    if date_format == "iso":
        day = f"regexp_extract({text}, {literal(ISO_DAY)}, 1)"
        return f"CASE WHEN strlen({text}) = 10 THEN TRY_CAST({text} AS DATE) ELSE TRY_CAST({day} AS DATE) END"
    formats = f"[{', '.join(map(literal, WAYS[date_format].parsed_as))}]"
    bare = f"regexp_replace({text}, {literal(TIME_BEHIND)}, '')"
    return (
        f"CAST(COALESCE(TRY_STRPTIME({text}, {formats}), CASE WHEN contains({text}, ':') "
        f"THEN TRY_STRPTIME({bare}, {formats}) END) AS DATE)"
    )


def day_is_sound(text: str, day: str, date_format: DateFormat) -> str:
    """Return as SQL that a text which became a day is written as the grammar says.

    Most texts are ten characters with dashes, of which the database takes only years, months and days, and a
    year of five digits that begins with a 0.
    """
    written = f"regexp_full_match({text}, {literal(WAYS[date_format].pattern)})"
    if date_format == "iso":
        plain = f"strlen({text}) = 10 AND contains({text}, '-') AND {text} NOT BETWEEN '0' AND '1'"
        written = f"CASE WHEN {plain} THEN TRUE ELSE {written} END"
    return f"{written} AND {day} BETWEEN {EARLIEST} AND {LATEST}"
