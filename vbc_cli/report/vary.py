"""A contract settled at several values of a term or setting, side by side.

For each arrangement what the provider gets and what is due, and above them cost and target, a column for each
value; with two values varied, a table of pairs. The value that the contract states is marked.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from vbc_cli.formula.numbers import NotANumber, read_number
from vbc_cli.report.columns import GAP, TextColumn, write
from vbc_cli.report.numbers import DASH, fixed
from vbc_cli.report.plain import plain
from vbc_cli.vary import Varied, VariedSettlement
from vbc_cli.version import VERSION

PAGE = 100
AGREED = " *"
Row = tuple[str, list[str]]


def varied_text(found: VariedSettlement, format_: str) -> str:
    """Return the settlements at all values in a format."""
    if format_ == "json":
        return json.dumps(varied_json(found), indent=1, ensure_ascii=False) + "\n"
    if format_ == "csv":
        return varied_csv(found)
    lines = [found.contract.title, ""]
    lines += grid_lines(found) if len(found.variations) > 1 else value_lines(found)
    lines.append(f"{AGREED.strip()} as the contract states it; whole dollars, total to the provider")
    return "\n".join(lines) + "\n"


def value_lines(found: VariedSettlement) -> Iterator[str]:
    """Yield a column for each value of the one path, over several tables where they do not fit the page."""
    (variation,) = found.variations
    headings = [marked(value, found.agreed[0]) for value in variation.values]
    rows = [row for row in facts_rows(found.settled) if any(cell != DASH for cell in row[1])]
    rows += [row for row in outcome_rows(found.settled) if any(cell != DASH for cell in row[1])]
    yield from pages(f"at {variation.path}", headings, rows)


def facts_rows(settled: Sequence[Varied]) -> list[Row]:
    """Return what cost and target come to."""
    return [
        ("cost", cells(each.cost for each in settled)),
        ("target", cells(each.target for each in settled)),
    ]


def outcome_rows(settled: Sequence[Varied]) -> list[Row]:
    """Return what each arrangement comes to, and what is due."""
    rows = []
    for number, first in enumerate(settled[0].outcomes):
        outcomes = [each.outcomes[number] for each in settled]
        rows.append((first.arrangement, cells(each.total for each in outcomes)))
        rows.append(("  due now", cells(each.due for each in outcomes)))
    return rows


def grid_lines(found: VariedSettlement) -> Iterator[str]:
    """Yield one table: for each arrangement the first path's values down, the second's across."""
    down, across = found.variations
    headings = [marked(value, found.agreed[1]) for value in across.values]
    yield f"down    {down.path}"
    yield f"across  {across.path}"
    yield ""
    yield from pages("", headings, list(grid_rows(found)))


def grid_rows(found: VariedSettlement) -> Iterator[Row]:
    """Yield a row for each value down, under its arrangement; what is due where the contract compares."""
    down, across = found.variations
    at = {each.values: each for each in found.settled}
    for number, outcome in enumerate(found.settled[0].outcomes):
        yield outcome.arrangement, [""] * len(across.values)
        for value in down.values:
            outcomes = [at[value, other].outcomes[number] for other in across.values]
            yield f"  {marked(value, found.agreed[0])}", cells(each.total for each in outcomes)
            if any(each.due is not None for each in outcomes):
                yield "    due now", cells(each.due for each in outcomes)


def pages(title: str, headings: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """Yield one table, or several under each other where the values do not fit the page."""
    names = TextColumn(title, [name for name, _ in rows], number=False)
    columns = [
        TextColumn(heading, [row[number] for _, row in rows]) for number, heading in enumerate(headings)
    ]
    while columns:
        fitting, width = 1, names.width() + len(GAP) + columns[0].width()
        while fitting < len(columns) and width + len(GAP) + columns[fitting].width() <= PAGE:
            width += len(GAP) + columns[fitting].width()
            fitting += 1
        yield from write([names, *columns[:fitting]])
        yield ""
        columns = columns[fitting:]


def marked(value: str, agreed: str) -> str:
    """Return a value, marked where the contract states it."""
    return value + AGREED if number(value) == number(agreed) else value


def number(text: str) -> Decimal | str:
    """Return a value as a number where it is one, so that 0.5 and 0.50 are the same."""
    try:
        return read_number(text)
    except NotANumber:
        return text


def cells(amounts: Iterable[Decimal | None]) -> list[str]:
    """Return amounts in whole dollars, a dash where there is none."""
    return [DASH if amount is None else fixed(amount) for amount in amounts]


def varied_csv(found: VariedSettlement) -> str:
    """Return one row for each choice of values and arrangement."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [*(each.path for each in found.variations), "arrangement", "total", "due", "cost", "target"]
    )
    for each in found.settled:
        for outcome in each.outcomes:
            amounts = (outcome.total, outcome.due, each.cost, each.target)
            writer.writerow([*each.values, outcome.arrangement, *(plain(amount) for amount in amounts)])
    return out.getvalue()


def varied_json(found: VariedSettlement) -> dict[str, object]:
    """Return every choice of values with what it comes to."""
    paths = [each.path for each in found.variations]
    return {
        "version": VERSION,
        "contract": found.contract.name,
        "file": found.contract.file,
        "vary": [
            {"path": each.path, "agreed": agreed, "values": list(each.values)}
            for each, agreed in zip(found.variations, found.agreed, strict=True)
        ],
        "settled": [
            {
                "values": dict(zip(paths, each.values, strict=True)),
                "cost": plain(each.cost),
                "target": plain(each.target),
                "arrangements": [
                    {
                        "arrangement": outcome.arrangement,
                        "total": plain(outcome.total),
                        "due": plain(outcome.due),
                    }
                    for outcome in each.outcomes
                ],
            }
            for each in found.settled
        ],
    }
