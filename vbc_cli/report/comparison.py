"""The comparison of arrangements that a negotiator or a chief financial officer reads.

What was agreed and measured stands above in one line each; then three short blocks: what the
provider gets, what can happen and what is due, what the plan keeps; under them the reasons, and one
foot for all. Whole dollars, the sign always printed, a dash where nothing applies, `open` where no
limit binds. It fits 100 columns; narrower, columns go in a stated order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import StringIO
from itertools import islice
from textwrap import wrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vbc_cli.api import Settlement
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.comparison import BEST, WORST, ArrangementResult, ComparisonTable
from vbc_cli.credibility import luck_of
from vbc_cli.formula import units
from vbc_cli.formula.exact import divide
from vbc_cli.formula.numbers import EXACT, canonical
from vbc_cli.formula.tree import Call, Name, walk
from vbc_cli.report.numbers import DASH, fixed, signed, table_number
from vbc_cli.report.worksheet import ExplainedLine, explain_stream, taken
from vbc_cli.settlement import SettledRow, Worksheet
from vbc_cli.version import VERSION

FULL_WIDTH = 100
OPEN = "open"
MOST_REASONS = 3


def comparison_text(settlement: Settlement, width: int | None, colour: bool) -> str:
    """Return the comparison as text: `width` None is a pipe, where nothing is left out or coloured."""
    table = settlement.comparison
    assert table is not None
    out = StringIO()
    console = Console(
        file=out,
        width=FULL_WIDTH if width is None else width,
        force_terminal=colour,
        no_color=not colour,
        color_system="auto" if colour else None,
        highlight=False,
        soft_wrap=False,
    )
    for line in _heading(settlement, table):
        console.print(Text(line))
    narrow = width is not None and width < FULL_WIDTH
    for block in (_to_provider(table, narrow), _at_stake(settlement, table, narrow), _for_plan(table)):
        if block is not None:
            console.print()
            console.print(block)
    for line in _reasons(settlement, console.width):
        console.print(Text(line))
    console.print()
    for line in _foot(settlement, table):
        console.print(Text(line, style="dim"))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _heading(settlement: Settlement, table: ComparisonTable) -> Iterator[str]:
    contract, measured = settlement.contract, settlement.measured
    yield contract.title
    if contract.valuation is not None:
        valuation, period = contract.valuation, contract.period
        done = valuation.cut_on.removesuffix("_date")
        yield f"{period.start} to {period.end}, claims {done} through {valuation.cut_off(period)}"
    months = table.member_months
    line = f"{table_number(months, 'member_months')} member months"
    if measured is not None:
        counted = next(iter(measured.member_months.values()))
        line += f" ({fixed(counted.average_members)} average, {counted.persons:,} people)"
    yield " · ".join((line, *_measured_how(settlement)))
    if table.target is not None and table.cost is not None:
        below = EXACT.subtract(table.target, table.cost)
        share = divide(EXACT.multiply(EXACT.abs(below), Decimal(100)), table.target)
        side = "below" if below >= 0 else "above"
        yield (
            f"Target ${_pmpm(table.target, months)} PMPM, ${fixed(table.target)}   "
            f"Actual ${_pmpm(table.cost, months)}, ${fixed(table.cost)}{_basis(settlement)}"
        )
        yield f"{fixed(share, 1)}% {side} target" + _luck(settlement, table.target)


def _pmpm(amount: Decimal, months: Decimal) -> str:
    return fixed(divide(amount, months), 2)


def _measured_how(settlement: Settlement) -> Iterator[str]:
    """Yield what the cost is measured without, and its limit."""
    name = settlement.contract.comparison.get("cost", "")
    measure = next((each for each in settlement.contract.measures if each.name == name), None)
    if measure is None:
        return
    if measure.include:
        yield ", ".join(measure.include)
    if measure.exclude:
        yield f"no {', '.join(measure.exclude)}"
    if measure.truncate is not None:
        yield f"${fixed(measure.truncate.amount)} limit a member"


def _basis(settlement: Settlement) -> str:
    """Return the cost's amount and completion, in brackets."""
    name = settlement.contract.comparison.get("cost", "")
    measure = next((each for each in settlement.contract.measures if each.name == name), None)
    if measure is None:
        return ""
    parts = [measure.amount.removesuffix("_amount").replace("_", " ")]
    if isinstance(measure.complete, Decimal):
        parts.append(f"completed × {canonical(measure.complete)}")
    elif measure.complete:
        parts.append("completed by category")
    return f" ({', '.join(parts)})"


def _luck(settlement: Settlement, target: Decimal) -> str:
    """Return how far luck alone moves a group of this size, where the cost was measured."""
    cost = _measured_cost(settlement, settlement.contract.comparison.get("cost", ""))
    luck = None if cost is None else luck_of(cost.distribution)
    if luck is None:
        return ""
    points = fixed(EXACT.multiply(luck.share_of(target), Decimal(100)), 1)
    return f"; luck alone moves a group of this size by ±{points} points (95%)"


def _measured_cost(settlement: Settlement, name: str) -> MeasuredCost | None:
    return None if settlement.measured is None else settlement.measured.costs.get(name)


def _block(title: str, headings: Sequence[str], left: frozenset[str] = frozenset()) -> Table:
    """Return an empty table: the title heads the names, every other column stands to the right."""
    block = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    block.add_column(title, overflow="fold", min_width=24)
    for heading in headings:
        justify = "left" if heading in left else "right"
        block.add_column(heading, justify=justify, no_wrap=heading not in left, overflow="fold")  # type: ignore[arg-type]
    return block


def _to_provider(table: ComparisonTable, narrow: bool) -> Table:
    amounts = [] if narrow else ["FFS kept", "Prospective"]
    block = _block("TO THE PROVIDER, $ of the plan", [*amounts, "Settlement", "Total", "vs first", "%"])
    for place, result in enumerate(table.results):
        against = None if place == 0 else table.against_first(result)
        share = None
        if against is not None and table.results[0].total:
            share = EXACT.multiply(divide(against, table.results[0].total), Decimal(100))
        cells = [
            fixed(result.claims_kept),
            DASH if not result.prospective else fixed(result.prospective),
            DASH
            if not any(each.paid_when == "at_settlement" for each in result.accounts)
            else signed(result.settlement),
            fixed(result.total),
            DASH if against is None else signed(against),
            DASH if share is None else signed(share, 1) + "%",
        ]
        block.add_row(result.name, *_styled(cells[2:] if narrow else cells))
    return block


def _styled(cells: Sequence[str]) -> list[Text]:
    return [Text(cell, style="red" if cell.startswith("-") else "") for cell in cells]


def _at_stake(settlement: Settlement, table: ComparisonTable, narrow: bool) -> Table | None:
    shown = [result for result in table.results if result.accounts]
    if not shown:
        return None
    bounds = [] if narrow else ["What bounds it"]
    block = _block("AT STAKE AND DUE, $", ["Worst", "Best", *bounds, "Due now"], frozenset(bounds))
    for result in shown:
        cells = _styled([_stake(result, result.worst), _stake(result, result.best)])
        due = _styled([signed(result.due)])
        bound = [] if narrow else [Text(_what_bounds(settlement, result))]
        block.add_row(result.name, *cells, *bound, *due)
    return block


def _stake(result: ArrangementResult, amount: Decimal | None) -> str:
    return OPEN if amount is None else signed(amount)


def _what_bounds(settlement: Settlement, result: ArrangementResult) -> str:
    """Name the lines that give the worst and the best result of an arrangement's streams."""
    names: dict[str, None] = {}
    for sheet in _row(settlement, result.name).sheets.values():
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


def _for_plan(table: ComparisonTable) -> Table | None:
    shown = [result for result in table.results if result.accounts and result.below_target is not None]
    if not shown:
        return None
    block = _block("FOR THE PLAN, $", ["Below target", "To the provider", "Kept by the plan", "PMPM kept"])
    for result in shown:
        kept = table.kept_by_plan(result)
        assert kept is not None and result.below_target is not None
        cells = [
            signed(result.below_target),
            signed(result.streams_total),
            signed(kept),
            signed(divide(kept, table.member_months), 2),
        ]
        block.add_row(result.name, *_styled(cells))
    return block


def _reasons(settlement: Settlement, width: int) -> Iterator[str]:
    """Yield at most three reasons for each arrangement, from the lines that its models name, and its luck."""
    for settled in settlement.arrangements:
        row, streams = settled.rows[0], settled.arrangement.streams
        reasons = islice(
            (reason for stream in streams for reason in _reasons_of(row, stream.name)), MOST_REASONS
        )
        luck = (text for stream in streams for text in _credibility(settlement, row, stream.name))
        found = [*reasons, *luck]
        if found:
            yield ""
            yield settled.arrangement.name
        for reason in found:
            yield from wrap(
                reason, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False
            )


def _reasons_of(row: SettledRow, stream: str) -> Iterator[str]:
    sheet = row.sheets[stream]
    explained = {line.name: line for line in explain_stream(sheet)}
    for name in sheet.stream.model.account:
        yield _reason(explained[name])


def _reason(line: ExplainedLine) -> str:
    value = table_number(line.value, line.unit)
    unit = {"usd": "$", "rate": ""}.get(line.unit, "")
    shown = f"{unit}{value}" + ("%" if line.unit == "rate" and line.value is not None else "")
    because = line.decided_by or (f"= {line.numbers}" if line.numbers else "")
    return f"{line.name.replace('_', ' ')} {shown}" + (f": {because}" if because else "")


def _credibility(settlement: Settlement, row: SettledRow, stream: str) -> Iterator[str]:
    """Yield how far luck moves the result, and the chance of clearing the minimum with no real saving."""
    sheet = row.sheets[stream]
    roles = sheet.stream.model.luck
    if not roles:
        return
    cost = _measured_cost(settlement, sheet.stream.bindings.get(roles["cost"], ""))
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


def _foot(settlement: Settlement, table: ComparisonTable) -> Iterator[str]:
    yield "The same claims under every arrangement, behaviour held fixed; the parties' accounts sum to zero."
    measured = settlement.measured
    if measured is not None:
        for name, cost in measured.costs.items():
            totals = cost.control_totals
            left = sum(line.rows for line in totals.left_out)
            used = totals.used.rows + totals.prior_period.rows
            lines = f"{totals.read.rows:,} claim lines read = {used:,} used + {left:,} left out"
            yield f"{name}: {lines}; ${fixed(cost.total, 2)}"
        for note in measured.notes:
            yield f"{note.file}: {note.what}"
    contract = settlement.contract
    yield f"vbc {VERSION} · {contract.file} · sha256 {contract.sha256[:12]}"
