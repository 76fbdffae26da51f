"""What is wrong with one row, in the words of the person who must repair it.

The database finds the rows that need a look; here each is read again as text and every fault is named with
the user's own value and what to write instead. A value that could identify a person is not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from vbc_cli.claims import quality_rates
from vbc_cli.claims.dates import WAYS, first_of_month, is_written, read_day
from vbc_cli.claims.header import MatchedFile
from vbc_cli.claims.keys import clean_text, is_rounded, with_point
from vbc_cli.claims.layout import MAY_BE_VOID, PARTS, SPANS, Column
from vbc_cli.claims.settings import Source

Fault = tuple[str, str]

PLAIN_DOLLARS = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)\s*", re.ASCII)
HARMLESS = re.compile(
    r"\s*([-+(]*[$€£]?[-+]?[\d.][\d.,/ :eEOoIl()_%+-]*|nan|null|none|n/?a|-?inf)\s*", re.IGNORECASE
)
TOO_LARGE = 10**10
MONTH_NAME = re.compile(r"\s*\d{1,2}-?[A-Za-z]{3}-?\d{2,4}\s*")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d+(\.\d{3})*,\d{1,2}")


def faults_of_row(file: MatchedFile, layout: tuple[Column, ...], fields: list[str]) -> list[Fault]:
    """Return every fault of one row, columns in the order of the layout."""
    source = file.source
    if len(fields) != len(file.header):
        return [wrong_length(fields, len(file.header))]
    texts = file.with_made(fields)
    if any(texts[place] for place in file.places.get("left_out", ())):
        layout = tuple(replace(column, blank="allowed") for column in layout if column.type == "money")
    row = {
        column.name: [
            clean_text(column, texts[place], source) if column.type == "text" else texts[place]
            for place in file.places[column.name]
        ]
        for column in layout
        if column.name in file.places
    }
    begins = SPANS.get(source.kind, ("",))[0] if source.rows == "one_a_month" else ""
    row |= {
        name: [first_of_month(each, source.date_format) for each in row[name]] for name in {begins} & {*row}
    }
    found = [
        fault
        for column in layout
        for place, text in zip(file.places.get(column.name, ()), row.get(column.name, ()), strict=True)
        for fault in column_faults(column, file.name(place), text, source)
    ]
    found += [
        rounded(file.name(place))
        for column in layout
        if column.key
        for place, text in zip(file.places.get(column.name, ()), row.get(column.name, ()), strict=True)
        if is_rounded(text, file.stored_as_fraction(place))
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
    elif text.strip() == "" or (column.type != "text" and text.strip() in source.missing):
        if column.blank == "refused":
            yield blank(column, name)
    elif column.type == "date":
        yield from date_faults(name, text, source)
    elif column.type == "money":
        yield from money_faults(name, text, source)
    elif column.type == "number":
        yield from number_faults(column, name, text, source)
    elif column.codes and text not in column.codes:
        yield f"{name} {code(text)} is not known", f"Write one of: {', '.join(column.codes)}."


def blank(column: Column, name: str) -> Fault:
    """Return the fault of an empty value."""
    repair = {"money": "Write 0.00 where nothing is due.", "date": "Write the date."}
    return f"{name} is empty", repair.get(column.type, "Fill it in, or take the row out.")


def date_faults(name: str, text: str, source: Source) -> Iterator[Fault]:
    """Yield what is wrong with a date."""
    if read_day(text, source.date_format) is not None:
        return
    if is_written(text, source.date_format):
        yield f"{name} {quoted(text)} is not a day of the calendar", "Correct the date."
        return
    others = [f"date_format: {key}" for key in WAYS if read_day(text, key) is not None]
    repair = f"Write it so, or set {' or '.join(others)}." if others else "Write it so."
    yield f"{name} {quoted(text)} is not a date written {WAYS[source.date_format].spoken}", repair


def rounded(name: str) -> Fault:
    """Return the fault of an id that lost digits; ids of members are not shown."""
    return (
        f"{name} is a rounded number and no id: it was stored with an exponent or as a fraction",
        "Export it as text; a spreadsheet or a float column drops the digits of long ids.",
    )


def money_faults(name: str, text: str, source: Source) -> Iterator[Fault]:
    """Yield what is wrong with an amount in dollars."""
    plain = with_point(text, source)
    if PLAIN_DOLLARS.fullmatch(plain):
        amount = Decimal(plain)
        if abs(amount) >= TOO_LARGE:
            yield f"{name} {quoted(text)} is too large for one line", "Write dollars, not cents."
        elif abs(amount - round(amount, 2)) >= Decimal("5e-9"):
            yield (
                f"{name} {quoted(text)} has a fraction of a cent",
                "Round it to whole cents where it is made.",
            )
        return
    if source.decimal == "comma":
        repair = "Write plain dollars and cents with a comma and no points, such as 1234,50."
    elif DECIMAL_COMMA.fullmatch(text.strip()):
        repair = "If the comma is the decimal mark, say decimal: comma of the file."
    else:
        meant = dollars_meant(text)
        repair = f"Write {meant}." if meant else "Write plain dollars and cents, such as 1234.50."
    yield f"{name} {quoted(text)} is not an amount in dollars and cents", repair


def number_faults(column: Column, name: str, text: str, source: Source) -> Iterator[Fault]:
    """Yield what is wrong with a number: that it is none, or beyond the limits of its column."""
    found, whole = number(with_point(text, source)), "a whole number" if column.whole else "a number"
    if found is None:
        mark = source.decimal
        yield (
            f"{name} {quoted(text)} is not a number",
            f"Write plain digits with a {mark}, such as {'0,764' if mark == 'comma' else '0.764'}.",
        )
    elif column.whole and found % 1:
        yield f"{name} {quoted(text)} is not a whole number", "Write it without a fraction."
    elif column.lowest is not None and found < column.lowest:
        yield f"{name} {quoted(text)} is below {column.lowest}", f"Write {whole} from {column.lowest}."
    elif column.highest is not None and found > column.highest:
        yield f"{name} {quoted(text)} is above {column.highest}", f"Write {whole} up to {column.highest}."


def dollars_meant(text: str) -> str:
    """Return the plain amount a decorated one stands for; empty where that is not certain."""
    bare = re.sub(r"[\s$]", "", text)
    bare = f"-{bare[1:-1]}" if re.fullmatch(r"\([^()]*\)", bare) else bare
    bare = bare.replace(",", "") if THOUSANDS.fullmatch(bare) else bare
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
    never = source.kind in MAY_BE_VOID
    if not never and row.get(start, [""])[0].strip() and row.get(end, [""])[0].strip():
        first, last = (read_day(row[name][0], source.date_format) for name in (start, end))
        if first and last and last < first + timedelta(days=source.ends == "exclusive"):
            yield f"{end} {last} is before {start} {first}", "Correct one of the two dates."
    dollars = {
        column.name: sum((Decimal(with_point(text, source)) for text in row[column.name]), Decimal(0))
        for column in layout
        if column.type == "money"
        and column.name in row
        and all(text.strip() and text.strip() not in source.missing for text in row[column.name])
    }
    within = source.amounts_add_up_within
    if within is not None:
        yield from parts_faults(dollars, within)
    yield from reversal_faults(dollars, row.get("claim_status", [""])[0])
    if source.kind == "quality":
        counts = {
            name: with_point(row[name][0], source)
            for name in ("numerator", "denominator", "rate")
            if name in row
        }
        known = ((name, number(text)) for name, text in counts.items())
        numbers: dict[str, Decimal] = {name: value for name, value in known if value is not None}
        yield from quality_rates.row_faults(
            source, {**row, **{name: [text] for name, text in counts.items()}}, numbers
        )


def parts_faults(dollars: dict[str, Decimal], within: Decimal) -> Iterator[Fault]:
    """Yield by how much an allowed amount is off the sum of its parts, where it is further than it may be."""
    if {"allowed_amount", *PARTS[:2]} <= dollars.keys():
        parts = {name: dollars[name] for name in PARTS if name in dollars}
        total = sum(parts.values(), Decimal(0))
        if abs(total - dollars["allowed_amount"]) > within:
            said = " + ".join(f"{name} {amount:.2f}" for name, amount in parts.items())
            yield (
                f"allowed_amount {dollars['allowed_amount']:.2f} is not {said} = {total:.2f}",
                f"Correct the amounts; they differ by {dollars['allowed_amount'] - total:.2f}.",
            )


def reversal_faults(dollars: dict[str, Decimal], status: str) -> Iterator[Fault]:
    """Yield the amounts of a reversal that are above zero."""
    for name in ("allowed_amount", "plan_paid_amount"):
        if status == "reversal" and dollars.get(name, Decimal(0)) > 0:
            yield (
                f"a reversal has {name} {dollars[name]:.2f} above zero",
                "A reversal takes money back: write it negative.",
            )
