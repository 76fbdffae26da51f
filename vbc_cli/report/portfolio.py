"""The table of a settled portfolio: the largest results first, and the totals under them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from vbc_cli.api import Settlement
from vbc_cli.contract.agreement import Stream
from vbc_cli.expect import Comparison, Difference
from vbc_cli.formula import units
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import ZERO, canonical
from vbc_cli.problems import RowFault, by_cause, rows_left_out
from vbc_cli.report.columns import TextColumn, fit, folded, short_name, write
from vbc_cli.report.numbers import DASH, heading, shortened, table_number
from vbc_cli.settlement import SettledRow


def portfolio_lines(settlement: Settlement, width: int | None, top: int | None = None) -> Iterator[str]:
    """Yield the printed lines of a settled portfolio; `width` None writes every column."""
    settled = settlement.arrangements[0]
    stream = settled.arrangement.streams[-1]
    result = _result_line(stream)
    rows = sorted(settled.rows, key=lambda row: _size(row, stream, result), reverse=True)
    shown = rows if top is None else rows[:top]
    yield from folded(f"{settlement.contract.title} · {stream.model.title}", width)
    yield ""
    values = _value_columns(stream, shown, rows)
    label = "total" if any(column.footer for column in values) else ""
    columns = [
        TextColumn("key", [row.key for row in shown], number=False, footer=label),
        *_names(shown, width),
        *values,
    ]
    fixed = 2 if columns[1].heading == "name" else 1
    kept, dropped = fit(columns, fixed, width)
    yield from write(kept)
    yield ""
    footer = list(_footer(stream, result, rows, len(shown)))
    if dropped:
        footer.append(f"Left out at {width} columns: {', '.join(dropped)}. --format csv has every line.")
    for line in [*footer, *shares_read(settlement), *left_out_in_words(settlement.left_out)]:
        yield from folded(line, width)


def shares_read(settlement: Settlement) -> Iterator[str]:
    """Yield which columns were read as percents and which as fractions, where the contract left it open."""
    shares = {} if settlement.data is None else settlement.data.shares
    parts = []
    for read in ("percent", "fraction"):
        columns = [column for column, found in shares.items() if found == read]
        parts += [f"as {read}s: {', '.join(columns)}"] * bool(columns)
    if parts:
        yield f"Shares were read {'; '.join(parts)}."


def left_out_in_words(faults: Sequence[RowFault]) -> Iterator[str]:
    """Yield how many rows were left out of a settlement, and why, one line a cause."""
    count = len(rows_left_out(faults))
    if count:
        rows = "1 faulty row" if count == 1 else f"{count:,} faulty rows"
        yield f"Left out: {rows}, not settled and in no total."
        yield from (str(problem).partition("\n")[0] for problem in by_cause(faults))


def _names(rows: Sequence[SettledRow], width: int | None) -> list[TextColumn]:
    if not any(row.title for row in rows):
        return []
    return [
        TextColumn(
            "name", [row.title if width is None else short_name(row.title) for row in rows], number=False
        )
    ]


def _value_columns(
    stream: Stream, shown: Sequence[SettledRow], rows: Sequence[SettledRow]
) -> list[TextColumn]:
    made = []
    unit_of = {line.name: line.unit for line in stream.lines}
    for name in stream.model.columns or [_result_line(stream)]:
        unit = unit_of[name]
        values = [row.sheets[stream.name].value(name) for row in shown]
        footer = ""
        if unit == units.USD:
            found = [value for row in rows if (value := row.sheets[stream.name].value(name)) is not None]
            footer = table_number(total(found) if found else None, unit)
        label = name.replace("_", " ") + (f" {heading(unit)}" if heading(unit) else "")
        made.append(TextColumn(label, [table_number(value, unit) for value in values], footer=footer))
    return made


def _result_line(stream: Stream) -> str:
    """Return the line that gives the model's first result."""
    return next(iter(stream.model.results.values()))


def _size(row: SettledRow, stream: Stream, line: str) -> tuple[bool, Decimal]:
    value = row.sheets[stream.name].value(line)
    return value is not None, ZERO if value is None else value


def _footer(stream: Stream, line: str, rows: Sequence[SettledRow], shown: int) -> Iterator[str]:
    """Say how many rows are paid, owe, get nothing and do not apply."""
    values = [row.sheets[stream.name].value(line) for row in rows]
    groups = (
        ("positive", [value for value in values if value is not None and value > 0]),
        ("negative", [value for value in values if value is not None and value < 0]),
    )
    unit = next(each.unit for each in stream.lines if each.name == line)
    parts = [f"{len(group):,} {sign}{_added(group, unit)}" for sign, group in groups if group]
    nothing = sum(value is not None and not value for value in values)
    absent = sum(value is None for value in values)
    parts += [f"{nothing:,} zero"] * bool(nothing) + [f"{absent:,} with no result ({DASH})"] * bool(absent)
    yield f"{len(rows):,} rows by {line.replace('_', ' ')}: {', '.join(parts)}."
    if shown < len(rows):
        yield f"The largest {shown:,} are shown."


def _added(values: Sequence[Decimal], unit: str) -> str:
    """Return the sum of amounts in brackets; scores and factors are not added up."""
    return f" ({_amount(total(values), unit)})" if unit in units.MONEY else ""


def _amount(value: Decimal, unit: str) -> str:
    """Return an amount in a sentence: the sign before the dollar."""
    text = table_number(value, unit)
    if unit != units.USD:
        return text + heading(unit)
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


def comparison_lines(comparisons: Sequence[Comparison], brief: bool = False) -> Iterator[str]:
    """Yield what `--expect` found: how many agree, and each row that does not.

    `brief` shows only contradictions.
    """
    for each in comparisons:
        if brief and not each.outside:
            continue
        compared = each.agree + len(each.differences)
        missing = f", {each.unpublished:,} without a published value" if each.unpublished else ""
        agree = f"{each.agree:,} of {compared:,} rows agree within {canonical(each.within)}"
        yield f"{each.line} = {each.column}: {agree}{missing}."
        for row in each.differences:
            if brief and not row.outside:
                continue
            settled = DASH if row.settled is None else shortened(row.settled)
            yield f"  {row.key}: settled {settled}, published {shortened(row.published)}: {_verdict(row)}"


def _verdict(row: Difference) -> str:
    if row.low is None or row.high is None:
        return "the settlement has no value here"
    between = f"the printed inputs allow {_bound(row.low)} to {_bound(row.high)}"
    return f"outside: {between}" if row.outside else f"cannot be told apart: {between}"


def _bound(value: Decimal) -> str:
    return "anything" if value.is_infinite() else shortened(value)
