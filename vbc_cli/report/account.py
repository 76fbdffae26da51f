"""The account under a comparison: reasons, luck, and the foot that says what was read.

All of it is drawn from the settled worksheets and the measured facts; the models name the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from textwrap import wrap

from vbc_cli.api import Settlement
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.comparison import ArrangementResult
from vbc_cli.credibility import luck_of
from vbc_cli.formula import units
from vbc_cli.formula.exact import divide
from vbc_cli.formula.numbers import EXACT, canonical
from vbc_cli.formula.tree import Call, Name, walk
from vbc_cli.formula.units import FLAG, USD
from vbc_cli.ranges import differences
from vbc_cli.report.assumed import assumed_in, assumed_lines
from vbc_cli.report.facts import accounts
from vbc_cli.report.matching import files_in_short
from vbc_cli.report.numbers import DASH, brief_number, fixed
from vbc_cli.report.reason import plain, reason
from vbc_cli.report.worksheet import taken
from vbc_cli.settlement import SETTLEMENT, SettledArrangement, SettledRow, Worksheet
from vbc_cli.stakes import BEST, SHOWN, WORST, sides_of
from vbc_cli.version import VERSION

MOST_REASONS = 3
OPEN = "open"


def reasons(settlement: Settlement, width: int) -> Iterator[str]:
    """Yield at most three sentences for each arrangement: gates, other reasons, how sure it is."""
    for settled in settlement.arrangements:
        sure = "; ".join(_how_sure(settlement, settled))
        given = _reasons_of(settled)[: MOST_REASONS - 1 if sure else MOST_REASONS]
        found = [*given, sure] if sure else given
        if found:
            yield ""
            yield settled.arrangement.name
        for text in found:
            yield from wrap(
                text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False
            )


def _reasons_of(settled: SettledArrangement) -> list[str]:
    """Return the reasons of an arrangement's streams, its gates before everything else."""
    sheets = [settled.rows[0].sheets[stream.name] for stream in settled.arrangement.streams]
    gates: list[str] = []
    others: list[str] = []
    for sheet in sheets:
        flags = {line.name for line in sheet.stream.lines if line.unit == units.FLAG}
        for name in sheet.stream.model.account:
            (gates if name in flags else others).append(reason(sheet, name))
    return [text for text in (*gates, *others) if text]


def _how_sure(settlement: Settlement, settled: SettledArrangement) -> Iterator[str]:
    """Yield at which cost the arrangement turns, and what luck alone does to it."""
    table = settlement.comparison
    assert table is not None
    result = next(each for each in table.results if each.name == settled.arrangement.name)
    if table.cost is not None and (result.paid_up_to_pmpm or result.owes_above_pmpm):
        found = [("is paid up to", result.paid_up_to_pmpm), ("owes above", result.owes_above_pmpm)]
        if result.paid_up_to_pmpm == result.owes_above_pmpm:
            found = [("is paid up to and owes above", result.paid_up_to_pmpm)]
        turns = [f"{verb} ${fixed(pmpm, 2)}" for verb, pmpm in found if pmpm is not None]
        actual = fixed(divide(table.cost, table.member_months), 2)
        yield f"break-even: the provider {', '.join(turns)} PMPM (actual ${actual})"
    yield from map(_spaced, result.no_result)
    for stream in settled.arrangement.streams:
        luck = next(_credibility(settlement, settled.rows[0], stream.name), "")
        if luck:
            yield luck
            break
    yield from _completion(settlement, settled.arrangement.name)


def _completion(settlement: Settlement, arrangement: str) -> Iterator[str]:
    """Yield what each stream comes to at low, best and high completion, and which conditions turn."""
    for stream, what, values in differences(settlement.cases, arrangement):
        unit = USD if what == SETTLEMENT else FLAG
        shown = ", ".join(f"{case} {brief_number(value, unit)}" for case, value in values.items())
        yield f"completion: {plain(stream if what == SETTLEMENT else what)} {shown}"


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
    text = f"luck: ±{points} points of the target (95%)"
    minimum = roles.get("minimum_rate")
    if minimum is not None:
        known = sheet.run.values if minimum in sheet.run.values else sheet.inputs
        rate = known.get(minimum)
        if isinstance(rate, Decimal):
            chance = EXACT.multiply(luck.chance_above(EXACT.multiply(rate, target)), Decimal(100))
            text += f", with no real saving it clears the minimum in {fixed(chance)} of 100 years"
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
        yield from files_in_short(measured)
        for note in measured.notes:
            yield f"{note.file}: {note.what}"
    contract = settlement.contract
    yield from assumed_lines(assumed_in(contract, measured))
    yield f"vbc {VERSION} · {contract.file} · sha256 {contract.sha256[:12]}"


def what_bounds(settlement: Settlement, result: ArrangementResult) -> str:
    """Name the limits that give an arrangement's worst and best result, and the sides without one."""
    names: dict[str, None] = {}
    settled = next(each for each in settlement.arrangements if each.arrangement.name == result.name)
    bounded = [side for side, amount in ((WORST, result.worst), (BEST, result.best)) if amount is not None]
    for stream in settled.arrangement.streams:
        for side in sides_of(stream, result.provider, bounded):
            for line in _bounds(settled.rows[0].sheets[stream.name], side):
                names[_bound(settled.rows[0].sheets[stream.name], line)] = None
    return "; ".join(part for part in (", ".join(names), _open_sides(result)) if part) or DASH


def _open_sides(result: ArrangementResult) -> str:
    """Say which side no limit bounds, why, and with what it is shown."""
    if result.worst is not None and result.best is not None:
        return ""
    share = canonical(EXACT.multiply(SHOWN, Decimal(100)))
    side = (
        "" if result.worst is None and result.best is None else "worst " if result.worst is None else "best "
    )
    shown = ["not shown"] if result.shown is None else [f"shown: claims ±{share}%"]
    return "; ".join([f"{side}{OPEN}", *map(_spaced, result.open_because), *shown])


def _spaced(text: str) -> str:
    return text.replace("_", " ")


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
    words = plain(name)
    match taken(sheet, line).formula:
        case Call("*", (Name(rate), Name(base))) if _is_rate(sheet, rate):
            share = canonical(EXACT.multiply(sheet.inputs[rate], Decimal(100)))
            return f"{words} {share}% of {base.replace('_', ' ')}"
    return words


def _is_rate(sheet: Worksheet, name: str) -> bool:
    term = sheet.stream.model.terms.get(name)
    return term is not None and term.unit == units.RATE and isinstance(sheet.inputs.get(name), Decimal)


def measured_cost(settlement: Settlement, name: str) -> MeasuredCost | None:
    return None if settlement.measured is None else settlement.measured.costs.get(name)
