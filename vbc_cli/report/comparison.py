"""The comparison of arrangements that a negotiator or a chief financial officer reads.

What was agreed and measured stands above in one line each; then three short blocks: what the
provider gets, what can happen and what is due, what the plan keeps; under them the reasons, and one
foot for all. Whole dollars, the sign always printed, a dash where nothing applies, `open` where no
limit binds. It fits 100 columns; narrower, columns go in a stated order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from io import StringIO
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from vbc_cli.api import Settlement
from vbc_cli.claims.completion_settings import Completion
from vbc_cli.claims.settings import TruncateAt
from vbc_cli.comparison import (
    AT_SETTLEMENT,
    ArrangementResult,
    ComparisonTable,
    StreamAccount,
    between,
    gained,
)
from vbc_cli.credibility import luck_of
from vbc_cli.formula.exact import divide, total
from vbc_cli.formula.numbers import EXACT, canonical
from vbc_cli.report.account import OPEN, foot, measured_cost, reasons, what_bounds
from vbc_cli.report.blocks import Amounts, Block
from vbc_cli.report.numbers import DASH, fixed, signed, table_number

FULL_WIDTH = 100
WIDE, NARROW = 36, 24
"""Letters at which what bounds an arrangement folds: without and with a second column of what is due."""
NOT_PLAN_MONEY = "Others, which is not plan money"
PLAN_TO_OTHERS = "To others"
Streams = Callable[[ArrangementResult], Sequence[StreamAccount]]


def comparison_text(settlement: Settlement, width: int | None, colour: bool) -> str:
    """Return the comparison as text: `width` None is a pipe, where nothing is left out or coloured."""
    table = settlement.comparison
    assert table is not None
    contract = settlement.contract
    drawn = (
        (_to_provider(table), _with_whom(NOT_PLAN_MONEY, table.results, contract.provider, _of_provider)),
        (_at_stake(settlement, table), ()),
        (_for_plan(table), _with_whom(PLAN_TO_OTHERS, table.results, contract.payer, _of_plan)),
    )
    blocks = [(block, notes) for block, notes in drawn if block is not None]
    page = width or max(FULL_WIDTH, *(block.natural_width() for block, _ in blocks))
    out = StringIO()
    console = Console(
        file=out,
        width=page,
        force_terminal=colour,
        no_color=not colour,
        color_system="auto" if colour else None,
        highlight=False,
        emoji=False,
    )
    for line in _heading(settlement, table):
        _print(console, line)
    for block, notes in blocks:
        console.print()
        console.print(block.drawn(width))
        for note in notes:
            _print(console, note)
    for line in reasons(settlement, page):
        console.print(Text(line))
    console.print()
    for line in foot(settlement):
        _print(console, line, style="dim")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _print(console: Console, text: str, style: str = "") -> None:
    """Print a line, folded between words under itself where it is too long."""
    for line in wrap(
        text, console.width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    ):
        console.print(Text(line, style=style))


def _heading(settlement: Settlement, table: ComparisonTable) -> Iterator[str]:
    contract, measured = settlement.contract, settlement.measured
    yield contract.title
    if contract.valuation is not None:
        valuation, period = contract.valuation, contract.period
        named = "" if contract.settlement is None else f", {contract.settlement.name} settlement"
        claims = f"claims {valuation.cut_on.removesuffix('_date')} through {valuation.cut_off(period)}"
        cut = "claims as the files have them" if valuation.cut_on == "none" else claims
        yield f"{period.start} to {period.end}{named}, {cut}"
    months = table.member_months
    line = f"{table_number(months, 'member_months')} member months"
    fact = contract.measured.get(contract.comparison["member_months"])
    if measured is not None and fact is not None:
        counted = measured.member_months[fact.membership]
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
        yield limit_in_words(measure.truncate)


def limit_in_words(truncate: TruncateAt) -> str:
    """Return where a member's cost is cut, in words."""
    if truncate.amount is not None:
        return f"${fixed(truncate.amount)} limit a member"
    if truncate.percentile is not None:
        return f"limit a member at the {canonical(truncate.percentile)} percentile"
    return "limit a member by stratum"


def _basis(settlement: Settlement) -> str:
    """Return the cost's amount and completion, in brackets."""
    name = settlement.contract.comparison.get("cost", "")
    measure = next((each for each in settlement.contract.measures if each.name == name), None)
    if measure is None:
        return ""
    parts = [measure.amount.removesuffix("_amount").replace("_", " ")]
    if measure.net_of_other_payer:
        parts.append("net of other payers")
    if measure.complete is not None:
        parts.append(_completed(measure.complete))
    return f" ({', '.join(parts)})"


def _completed(completion: Completion) -> str:
    """Return how claims not yet paid were added."""
    factors = None if completion.factors is None else completion.factors[completion.case]
    case = "" if completion.case == "best" else f", {completion.case} case"
    if isinstance(factors, Decimal):
        return f"completed × {canonical(factors)}{case}"
    if completion.ibnr_pmpm is not None:
        return f"completed by ${fixed(completion.ibnr_pmpm[completion.case], 2)} PMPM{case}"
    return f"completed {'by category' if factors is not None else 'by chain ladder'}{case}"


def _luck(settlement: Settlement, target: Decimal) -> str:
    """Return how far luck alone moves a group of this size, where the cost was measured."""
    cost = measured_cost(settlement, settlement.contract.comparison.get("cost", ""))
    luck = None if cost is None else luck_of(cost.distribution)
    if luck is None:
        return ""
    points = fixed(EXACT.multiply(luck.share_of(target), Decimal(100)), 1)
    return f"; luck alone moves a group of this size by ±{points} points (95%)"


def _to_provider(table: ComparisonTable) -> Block:
    first = table.results[0]
    against = [None if result is first else table.against_first(result) for result in table.results]
    others = [fixed(each.with_others) if each.with_others else DASH for each in table.results]
    apart = [Amounts("Others", others)] if any(each.of_provider_and_others for each in table.results) else []
    return Block(
        "TO THE PROVIDER, $" if apart else "TO THE PROVIDER, plan money",
        [result.name for result in table.results],
        [
            Amounts(
                "FFS kept",
                [fixed(each.claims_kept) if each.claims_kept else DASH for each in table.results],
                goes=1,
            ),
            Amounts(
                "Prospective",
                [fixed(each.prospective) if each.prospective else DASH for each in table.results],
                goes=2,
            ),
            Amounts("Settlement", [_settled(result) for result in table.results]),
            *apart,
            Amounts("Total", [fixed(result.total) for result in table.results]),
            Amounts("vs first", [DASH if amount is None else signed(amount) for amount in against]),
            Amounts("%", [_share(amount, first.total) for amount in against], goes=3),
        ],
    )


def _or_dash(amount: Decimal | None, *, zero: bool = False) -> str:
    """Return an amount with its sign, a dash where there is none (or, unless it is said, none but 0)."""
    return DASH if amount is None or not (amount or zero) else signed(amount)


def _with_whom(title: str, results: Sequence[ArrangementResult], party: str, of: Streams) -> Iterator[str]:
    """Yield who the others of a block are, and the amounts as its column has them."""
    found = []
    for result in results:
        accounts = of(result)
        for other in dict.fromkeys(n for each in accounts for n in (each.payer, each.payee) if n != party):
            own = between(accounts, party, other)
            to = other if party == result.payer else party
            parts = [gained(own, to, part) for part in (_in_advance, _after_the_period)]
            split = f" ({signed(parts[0])} in advance, {signed(parts[1])} settled)" if all(parts) else ""
            found.append(f"{result.name}: {other} {signed(total(parts))}{split}")
    if found:
        yield f"{title}: {'; '.join(found)}"


def _of_provider(result: ArrangementResult) -> Sequence[StreamAccount]:
    return result.of_provider_and_others


def _of_plan(result: ArrangementResult) -> Sequence[StreamAccount]:
    return result.of_plan_and_others


def _in_advance(account: StreamAccount) -> Decimal:
    return account.in_advance


def _after_the_period(account: StreamAccount) -> Decimal:
    return account.settlement


def _settled(result: ArrangementResult) -> str:
    """Return the settlement, a dash where nothing is settled after the year."""
    settles = any(account.paid_when == AT_SETTLEMENT for account in result.plan_money)
    return signed(result.settlement) if settles else DASH


def _share(amount: Decimal | None, whole: Decimal) -> str:
    if amount is None or not whole:
        return DASH
    return signed(EXACT.multiply(divide(amount, whole), Decimal(100)), 1) + "%"


def _at_stake(settlement: Settlement, table: ComparisonTable) -> Block | None:
    shown = [result for result in table.results if result.accounts]
    if not shown:
        return None
    bounds = [what_bounds(settlement, result) for result in shown]
    with_others = any(each.of_provider_and_others for each in shown)
    due = [Amounts("Due now", [signed(result.due) for result in shown])]
    if with_others:
        due = [
            Amounts("Plan owes", [signed(result.due) for result in shown]),
            Amounts("Others owe", [_or_dash(result.due_from_others) for result in shown]),
        ]
    return Block(
        "AT STAKE AND DUE, $",
        [result.name for result in shown],
        [
            Amounts("Worst", [_stake(result.worst, result.shown, 0) for result in shown]),
            Amounts("Best", [_stake(result.best, result.shown, 1) for result in shown]),
            Amounts("What bounds it", bounds, goes=1, words=True, folds_at=NARROW if with_others else WIDE),
            *due,
        ],
    )


def _stake(amount: Decimal | None, shown: tuple[Decimal, Decimal] | None, side: int) -> str:
    """Return the worst or best; where no limit binds, what it is with dearer or cheaper claims."""
    if amount is not None:
        return signed(amount)
    return OPEN if shown is None else signed(shown[side])


def _for_plan(table: ComparisonTable) -> Block | None:
    rows = [
        (result, result.below_target, table.kept_by_plan(result))
        for result in table.results
        if result.accounts and (result.below_target is not None or result.of_plan_and_others)
    ]
    if not rows:
        return None
    months = table.member_months
    others = [_or_dash(result.plan_to_others) for result, _, _ in rows]
    apart = [Amounts("To others", others)] if any(each.of_plan_and_others for each, _, _ in rows) else []
    return Block(
        "FOR THE PLAN, $",
        [result.name for result, _, _ in rows],
        [
            Amounts("Below target", [_or_dash(below, zero=True) for _, below, _ in rows], goes=2),
            Amounts("To the provider", [signed(result.plan_to_provider) for result, _, _ in rows]),
            *apart,
            Amounts("Kept by the plan", [_or_dash(kept, zero=True) for _, _, kept in rows]),
            Amounts(
                "PMPM kept",
                [DASH if kept is None else signed(divide(kept, months), 2) for _, _, kept in rows],
                goes=1,
            ),
        ],
    )
