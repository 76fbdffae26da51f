"""What is wrong with one row, in the words of the person who must repair it.

The database finds the rows that need a look; here each is read again as text and every fault is named with
the user's own value and what to write instead. A value that could identify a person is not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec.structs import replace

from vbc_cli.claims import quality_rates
from vbc_cli.claims.header import MatchedFile
from vbc_cli.claims.layout import PARTS, SPANS, Column
from vbc_cli.claims.settings import DateFormat, Source

Fault = tuple[str, str]

FORMATS: dict[DateFormat, tuple[str, str, str]] = {
    "iso": ("%Y-%m-%d", r"\s*\d{4}([-/])\d{1,2}\1\d{1,2}\s*", "YYYY-MM-DD"),
    "yyyymmdd": ("%Y%m%d", r"\s*\d{8}\s*", "YYYYMMDD"),
    "mm/dd/yyyy": ("%m/%d/%Y", r"\s*\d{1,2}/\d{1,2}/\d{4}\s*", "MM/DD/YYYY"),
    "dd/mm/yyyy": ("%d/%m/%Y", r"\s*\d{1,2}/\d{1,2}/\d{4}\s*", "DD/MM/YYYY"),
    "dd-mon-yyyy": ("%d-%b-%Y", r"\s*\d{1,2}-[A-Za-z]{3}-\d{4}\s*", "DD-Mon-YYYY"),
}
PLAIN_DOLLARS = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)\s*", re.ASCII)
HARMLESS = re.compile(
    r"\s*([-+(]*[$€£]?[-+]?[\d.][\d.,/ :eEOoIl()_%+-]*|nan|null|none|n/?a|-?inf)\s*", re.IGNORECASE
)
TOO_LARGE = 10**10
MONTH_NAME = re.compile(r"\s*\d{1,2}-[A-Za-z]{3}-\d{2,4}\s*")


def faults_of_row(file: MatchedFile, layout: tuple[Column, ...], fields: list[str]) -> list[Fault]:
    """Return every fault of one row, columns in the order of the layout."""
    source = file.source
    if len(fields) != len(file.header):
        return [wrong_length(fields, len(file.header))]
    texts = file.with_made(fields)
    if any(texts[place] for place in file.places.get("left_out", ())):
        layout = tuple(replace(column, blank="allowed") for column in layout if column.type == "money")
    row = {
        column.name: [texts[place] for place in file.places[column.name]]
        for column in layout
        if column.name in file.places
    }
    found = [
        fault
        for column in layout
        for place, text in zip(file.places.get(column.name, ()), row.get(column.name, ()), strict=True)
        for fault in column_faults(column, file.name(place), text, source)
    ]
    return found or list(row_faults(source, layout, row))


def wrong_length(fields: list[str], wanted: int) -> Fault:
    """Return the fault of a row with too few or too many fields."""
    counted = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
    if any("\n" in text for text in fields):
        repair = "Look for a quote that is opened in this line and not closed."
    elif len(fields) < wanted:
        repair = "A column is left out, or the row is cut short."
    else:
        repair = "Put quotes around a value that holds the delimiter."
    return f"the row has {counted} where the header has {wanted}", repair


def column_faults(column: Column, name: str, text: str, source: Source) -> Iterator[Fault]:
    """Yield what is wrong with one value."""
    if "\ufffd" in text and source.encoding == "utf-8":
        yield f"{name} is not written in UTF-8", "Save the file as UTF-8, or set encoding: latin-1."
    elif text.strip() == "" and (text == "" or column.type != "text"):
        if column.blank == "refused" or text:
            yield blank(column, name)
    elif column.type == "date":
        yield from date_faults(name, text, source)
    elif column.type == "money":
        yield from money_faults(name, text)
    elif column.type == "number":
        yield from number_faults(column, name, text)
    elif column.codes and text not in column.codes:
        yield f"{name} {code(text)} is not known", f"Write one of: {', '.join(column.codes)}."


def blank(column: Column, name: str) -> Fault:
    """Return the fault of an empty value."""
    repair = {"money": "Write 0.00 where nothing is due.", "date": "Write the date."}
    return f"{name} is empty", repair.get(column.type, "Fill it in, or take the row out.")


def date_faults(name: str, text: str, source: Source) -> Iterator[Fault]:
    """Yield what is wrong with a date."""
    if typed_date(text, source.date_format) is not None:
        return
    _, pattern, spoken = FORMATS[source.date_format]
    if re.fullmatch(pattern, text, re.ASCII):
        yield f"{name} {quoted(text)} is not a day of the calendar", "Correct the date."
        return
    others = [f"date_format: {key}" for key in FORMATS if typed_date(text, key) is not None]
    repair = f"Write it so, or set {' or '.join(others)}." if others else "Write it so."
    yield f"{name} {quoted(text)} is not a date written {spoken}", repair


def typed_date(text: str, date_format: DateFormat) -> date | None:
    """Return the day a text says, from 1900 on; None where it says none."""
    layout, pattern, _ = FORMATS[date_format]
    if not re.fullmatch(pattern, text, re.ASCII):
        return None
    try:
        day = datetime.strptime(
            text.strip().replace("/", "-") if date_format == "iso" else text.strip(), layout
        ).date()
    except ValueError:
        return None
    return day if day.year >= 1900 else None


def money_faults(name: str, text: str) -> Iterator[Fault]:
    """Yield what is wrong with an amount in dollars."""
    if PLAIN_DOLLARS.fullmatch(text):
        amount = Decimal(text)
        if abs(amount) >= TOO_LARGE:
            yield f"{name} {quoted(text)} is too large for one line", "Write dollars, not cents."
        elif abs(amount - round(amount, 2)) >= Decimal("5e-9"):
            yield (
                f"{name} {quoted(text)} has a fraction of a cent",
                "Round it to whole cents where it is made.",
            )
        return
    meant = dollars_meant(text)
    repair = f"Write {meant}." if meant else "Write plain dollars and cents, such as 1234.50."
    yield f"{name} {quoted(text)} is not an amount in dollars and cents", repair


def number_faults(column: Column, name: str, text: str) -> Iterator[Fault]:
    """Yield what is wrong with a number: that it is none, or beyond the limits of its column."""
    found, whole = number(text), "a whole number" if column.whole else "a number"
    if found is None:
        yield f"{name} {quoted(text)} is not a number", "Write plain digits with a point, such as 0.764."
    elif column.whole and found % 1:
        yield f"{name} {quoted(text)} is not a whole number", "Write it without a fraction."
    elif column.lowest is not None and found < column.lowest:
        yield f"{name} {quoted(text)} is below {column.lowest}", f"Write {whole} from {column.lowest}."
    elif column.highest is not None and found > column.highest:
        yield f"{name} {quoted(text)} is above {column.highest}", f"Write {whole} up to {column.highest}."


def dollars_meant(text: str) -> str:
    """Return the plain amount a decorated one stands for; empty where that is not certain."""
    bare = re.sub(r"[\s$,]", "", text)
    bare = f"-{bare[1:-1]}" if re.fullmatch(r"\([^()]*\)", bare) else bare
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", bare, re.ASCII):
        return ""
    amount = Decimal(bare)
    return f"{amount:.2f}" if abs(amount) < TOO_LARGE and amount == round(amount, 2) else ""


def number(text: str) -> Decimal | None:
    """Return a plain number; None where the text is none."""
    return Decimal(text) if PLAIN_DOLLARS.fullmatch(text) and len(text.strip()) < 19 else None


def quoted(text: str) -> str:
    """Return the user's value in quotes, or say that it is not shown."""
    shown = text.strip()
    harmless = HARMLESS.fullmatch(shown) or MONTH_NAME.fullmatch(shown)
    if harmless and len(shown) <= 20 and not re.search(r"\d{9}", shown):
        return f"'{shown}'"
    return "(value not shown)"


def code(text: str) -> str:
    """Return a code in quotes where it looks like one."""
    return f"'{text}'" if re.fullmatch(r"[A-Za-z_ -]{1,20}|\d", text) else "(not shown)"


def row_faults(source: Source, layout: tuple[Column, ...], row: dict[str, list[str]]) -> Iterator[Fault]:
    """Yield what is wrong between the values of a row that are each right alone."""
    start, end = SPANS.get(source.kind, ("", ""))
    if row.get(start, [""])[0].strip() and row.get(end, [""])[0].strip():
        first, last = (typed_date(row[name][0], source.date_format) for name in (start, end))
        if first and last and last < first:
            yield f"{end} {last} is before {start} {first}", "Correct one of the two dates."
    dollars = {
        column.name: sum((Decimal(text) for text in row[column.name]), Decimal(0))
        for column in layout
        if column.type == "money" and column.name in row and all(map(str.strip, row[column.name]))
    }
    yield from amount_faults(dollars, row.get("claim_status", [""])[0])
    if source.kind == "quality":
        known = ((name, number(row[name][0])) for name in ("numerator", "denominator", "rate") if name in row)
        numbers: dict[str, Decimal] = {name: value for name, value in known if value is not None}
        yield from quality_rates.row_faults(source, row, numbers)


def amount_faults(dollars: dict[str, Decimal], status: str) -> Iterator[Fault]:
    """Yield what is wrong between the amounts of a claim line."""
    if {"allowed_amount", *PARTS[:2]} <= dollars.keys():
        parts = {name: dollars[name] for name in PARTS if name in dollars}
        total = sum(parts.values(), Decimal(0))
        if total != dollars["allowed_amount"]:
            said = " + ".join(f"{name} {amount:.2f}" for name, amount in parts.items())
            yield (
                f"allowed_amount {dollars['allowed_amount']:.2f} is not {said} = {total:.2f}",
                f"Correct the amounts; they differ by {dollars['allowed_amount'] - total:.2f}.",
            )
    for name in ("allowed_amount", "plan_paid_amount"):
        if status == "reversal" and dollars.get(name, Decimal(0)) > 0:
            yield (
                f"a reversal has {name} {dollars[name]:.2f} above zero",
                "A reversal takes money back: write it negative.",
            )
