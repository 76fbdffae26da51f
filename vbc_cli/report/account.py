"""The account under a comparison: reasons, luck, and the foot that says what was read.

All of it is drawn from the settled worksheets and the measured facts; the models name the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from textwrap import wrap

from vbc_cli.api import Settlement
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.comparison import BEST, WORST
from vbc_cli.credibility import luck_of
from vbc_cli.formula import units
from vbc_cli.formula.numbers import EXACT, canonical
from vbc_cli.formula.tree import Call, Name, walk
from vbc_cli.report.facts import accounts
from vbc_cli.report.numbers import DASH, brief_number, fixed
from vbc_cli.report.worksheet import ExplainedLine, explain_stream, taken
from vbc_cli.settlement import SettledRow, Worksheet
from vbc_cli.version import VERSION

MOST_REASONS = 3


def reasons(settlement: Settlement, width: int) -> Iterator[str]:
    """Yield at most three reasons for each arrangement, from the lines that its models name, and its luck."""
    for settled in settlement.arrangements:
        row, streams = settled.rows[0], settled.arrangement.streams
        given = (reason for stream in streams for reason in _reasons_of(row, stream.name))
        luck = (text for stream in streams for text in _credibility(settlement, row, stream.name))
        found = [*islice(given, MOST_REASONS), *luck]
        if found:
            yield ""
            yield settled.arrangement.name
        for reason in found:
            yield from wrap(
                reason, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False
            )


def _reasons_of(row: SettledRow, stream: str) -> Iterator[str]:
    sheet = row.sheets[stream]
    explained = {line.name: line for line in explain_stream(sheet, brief_number)}
    for name in sheet.stream.model.account:
        yield _reason(explained[name])


def _reason(line: ExplainedLine) -> str:
    """Return a value and why it is so: what decided it, what it is, or how it was calculated."""
    value = brief_number(line.value, line.unit)
    why = line.decided_by or line.doc or line.numbers
    return f"{line.name.replace('_', ' ')}: {value}" + (f", {why}" if why else "")


def _credibility(settlement: Settlement, row: SettledRow, stream: str) -> Iterator[str]:
    """Yield how far luck moves the result, and the chance of clearing the minimum with no real saving."""
    sheet = row.sheets[stream]
    roles = sheet.stream.model.luck
    if not roles:
        return
    cost = measured_cost(settlement, sheet.stream.bindings.get(roles["cost"], ""))
    luck = None if cost is None else luck_of(cost.distribution)
    target = sheet.inputs.get(roles["target"])
    if luck is None or not isinstance(target, Decimal):
        return
    points = fixed(EXACT.multiply(luck.share_of(target), Decimal(100)), 1)
    text = f"luck: ±{points} points of the target (95%, from the spread of {luck.members:,} members)"
    minimum = roles.get("minimum_rate")
    if minimum is not None:
        known = sheet.run.values if minimum in sheet.run.values else sheet.inputs
        rate = known.get(minimum)
        if isinstance(rate, Decimal):
            chance = EXACT.multiply(luck.chance_above(EXACT.multiply(rate, target)), Decimal(100))
            text += f"; with no real saving the minimum is cleared in {fixed(chance)} of 100 years"
    yield text


def foot(settlement: Settlement) -> Iterator[str]:
    yield "The same claims under every arrangement, behaviour held fixed; the parties' accounts sum to zero."
    measured = settlement.measured
    if measured is not None:
        for name, cost in accounts(measured):
            totals = cost.control_totals
            left = sum(line.rows for line in totals.left_out)
            used = totals.used.rows + totals.prior_period.rows
            lines = f"{totals.read.rows:,} claim lines read = {used:,} used + {left:,} left out"
            yield f"{name}: {lines}; ${fixed(cost.total, 2)}"
        for note in measured.notes:
            yield f"{note.file}: {note.what}"
    contract = settlement.contract
    yield f"vbc {VERSION} · {contract.file} · sha256 {contract.sha256[:12]}"


def what_bounds(settlement: Settlement, arrangement: str) -> str:
    """Name the lines that give the worst and the best result of an arrangement's streams."""
    names: dict[str, None] = {}
    for sheet in _row(settlement, arrangement).sheets.values():
        for side in (WORST, BEST):
            for line in _bounds(sheet, side):
                names[_bound(sheet, line)] = None
    return ", ".join(names) or DASH


def _bounds(sheet: Worksheet, side: str) -> Iterator[str]:
    """Yield the lines in the formula that gave a side's result."""
    line = next(
        (each for each in sheet.stream.lines if each.name == sheet.stream.model.results.get(side)), None
    )
    if line is None or sheet.value(line.name) is None:
        return
    lines = {each.name for each in sheet.stream.lines}
    for node in walk(taken(sheet, line).formula):
        if isinstance(node, Name) and node.name in lines and sheet.value(node.name) is not None:
            yield node.name


def _bound(sheet: Worksheet, name: str) -> str:
    """Return a limit in words, with its rate and base where it is a share of something."""
    line = next(each for each in sheet.stream.lines if each.name == name)
    words = name.replace("_", " ")
    match taken(sheet, line).formula:
        case Call("*", (Name(rate), Name(base))) if _is_rate(sheet, rate):
            share = canonical(EXACT.multiply(sheet.inputs[rate], Decimal(100)))
            return f"{words} {share}% of {base.replace('_', ' ')}"
    return words


def _is_rate(sheet: Worksheet, name: str) -> bool:
    term = sheet.stream.model.terms.get(name)
    return term is not None and term.unit == units.RATE and isinstance(sheet.inputs.get(name), Decimal)


def _row(settlement: Settlement, arrangement: str) -> SettledRow:
    return next(each.rows[0] for each in settlement.arrangements if each.arrangement.name == arrangement)


def measured_cost(settlement: Settlement, name: str) -> MeasuredCost | None:
    return None if settlement.measured is None else settlement.measured.costs.get(name)
