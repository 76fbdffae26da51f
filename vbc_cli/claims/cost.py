"""One measured cost: from the file's total to the cost in the settlement, to the cent.

Lines are used or left out by reason, members are cut at their limit, categories are completed, late claims
of the year before and dollars that are no claims are added. Every step is in the bridge, which must foot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from vbc_cli.claims.cells import AMOUNTS, CATEGORY_OUT, USED, Cell, Filter, date_in_words, reason_out, reasons
from vbc_cli.claims.chain_ladder import Ladder
from vbc_cli.claims.completion import complete
from vbc_cli.claims.facts import (
    EXACT,
    ZERO,
    AdjustmentMade,
    Amounts,
    Bridge,
    BridgeStep,
    ControlLine,
    ControlTotals,
    FactSource,
    HighCostMember,
    MeasuredCost,
    Owner,
    add_up,
    as_decimal,
)
from vbc_cli.claims.limit import Kept
from vbc_cli.claims.rounding import dollars, half_up
from vbc_cli.claims.settings import Adjustment, Amount, Measure, Valuation, month_start
from vbc_cli.claims.triangle import make_triangles
from vbc_cli.problems import OwnFault

NET_OF_OTHERS = "what other payers paid of the lines used"
Key = TypeVar("Key", str, date, tuple[str, Owner])


class UnbalancedError(OwnFault):
    """Dollars were lost or made on the way: a fault of this program, not of the input."""


def measure_cost(
    measure: Measure,
    cells: Sequence[Cell],
    conditions: tuple[Filter, ...],
    kept: Kept,
    strata: Mapping[int, str],
    member_months: int | Fraction,
    standings: Mapping[int, str],
    sound: Sequence[str],
    valuation: Valuation,
    known: frozenset[Amount],
    files: tuple[str, ...],
    ladders: Mapping[str, Ladder],
    last_paid_month: int,
) -> MeasuredCost:
    """Put one measure together and prove that it conserves every dollar."""
    totals, used = control_totals(measure, cells, conditions, standings)
    claims = totals.used.dollars
    over = by_category(kept.over)
    within_limit = kept_cells(used, kept.over, measure.amount)
    completed = complete(measure.complete, within_limit, member_months, ladders, last_paid_month)
    cases = {case: by_category(cents) for case, cents in completed.items()}
    added_by = {} if measure.complete is None else cases[measure.complete.case]
    adjustments = tuple(adjustment_made(each, member_months) for each in measure.adjustments)
    bridge = make_bridge(totals, over, added_by, adjustments)
    prove(measure, totals, bridge, kept)
    return MeasuredCost(
        name=measure.name,
        amount=measure.amount,
        attribution=measure.attribution,
        total=bridge.total,
        claims=claims,
        by_category_and_owner=added(used, category_and_owner, measure.amount),
        by_month=added(used, lambda cell: month_start(cell.month or 0), measure.amount),
        by_stratum=added(used, lambda cell: strata[cell.stratum_no or 0], measure.amount),
        own=amounts(used, "own", known),
        other=amounts(used, "other", known),
        owner_unknown=amounts(used, "unknown", known),
        limits={stratum: dollars(cents) for stratum, cents in kept.limits.items()},
        over_the_limit=over,
        members_over_the_limit=kept.members_over,
        completion_added=added_by,
        completion_cases=cases,
        triangles=make_triangles(measure.complete, within_limit, ladders, last_paid_month),
        prior_period=totals.prior_period.dollars,
        adjustments=adjustments,
        distribution=kept.distribution,
        high_cost_from=measure.high_cost_from,
        high_cost=_members(kept.high_cost),
        nearly_high_cost=None if kept.nearly_high_cost is None else _members(kept.nearly_high_cost),
        control_totals=totals,
        bridge=bridge,
        source=FactSource(files, in_words(measure, conditions, valuation, sound), totals.used.rows, claims),
    )


def _members(high_cost: Iterable[tuple[int | Fraction, int]]) -> tuple[HighCostMember, ...]:
    return tuple(HighCostMember(months, dollars(cents)) for months, cents in high_cost)


def control_totals(
    measure: Measure, cells: Sequence[Cell], conditions: tuple[Filter, ...], standings: Mapping[int, str]
) -> tuple[ControlTotals, list[Cell]]:
    """Give every line its one fate; return the totals and the cells used in the period."""
    used: list[Cell] = []
    prior: list[Cell] = []
    out: dict[int, list[Cell]] = {}
    for cell in cells:
        reason = reason_out(cell, conditions)
        if reason is None:
            (used if cell.standing == USED else prior).append(net(cell, measure))
        else:
            out.setdefault(reason, []).append(cell)
    return (
        ControlTotals(
            amount=measure.amount,
            read=control_line("claim lines read", cells, measure.amount),
            used=control_line("used", used, measure.amount),
            prior_period=control_line("used, late claims of the year before", prior, measure.amount),
            left_out=(
                *(
                    control_line(said, out[reason], measure.amount)
                    for reason, said in reasons(conditions, standings).items()
                    if reason in out
                ),
                *taken_off((*used, *prior), measure),
            ),
        ),
        used,
    )


def net(cell: Cell, measure: Measure) -> Cell:
    """Return a cell with what other payers paid taken off the amount that is measured, where it is."""
    if not measure.net_of_other_payer:
        return cell
    return cell._replace(allowed_amount=cell.cents("allowed_amount") - cell.cents("other_payer_amount"))


def taken_off(counted: Iterable[Cell], measure: Measure) -> Iterator[ControlLine]:
    """Yield what other payers paid of the lines that count, which are counted without it."""
    if measure.net_of_other_payer:
        others = sum(cell.cents("other_payer_amount") for cell in counted)
        yield ControlLine(NET_OF_OTHERS, 0, dollars(others))


def control_line(what: str, cells: Sequence[Cell], amount: Amount) -> ControlLine:
    """Return the rows and dollars of some cells."""
    return ControlLine(
        what, sum(cell.rows for cell in cells), dollars(sum(cell.cents(amount) for cell in cells))
    )


def added(cells: Iterable[Cell], key: Callable[[Cell], Key], amount: Amount) -> dict[Key, Decimal]:
    """Return the dollars of one amount by a key, in the order of the keys."""
    sums: Counter[Key] = Counter()
    for cell in cells:
        sums[key(cell)] += cell.cents(amount)
    return {name: dollars(sums[name]) for name in sorted(sums)}


def category_and_owner(cell: Cell) -> tuple[str, Owner]:
    """Return the category and owner of a cell."""
    return cell.category or "", cell.owner


def amounts(cells: Iterable[Cell], owner: Owner, known: frozenset[Amount]) -> Amounts:
    """Return the four amounts of one owner's lines; those the files do not hold stay unknown."""
    mine = [cell for cell in cells if cell.owner == owner]
    return Amounts(
        *(dollars(sum(cell.cents(name) for cell in mine)) if name in known else None for name in AMOUNTS)
    )


def by_category(cents: Mapping[str, int] | Mapping[tuple[str, int], int]) -> dict[str, Decimal]:
    """Return cents by category, perhaps by month too, as dollars by category."""
    sums: Counter[str] = Counter()
    for key, value in cents.items():
        sums[key if isinstance(key, str) else key[0]] += value
    return {name: dollars(sums[name]) for name in sorted(sums)}


def kept_cells(
    used: Iterable[Cell], over: Mapping[tuple[str, int], int], amount: Amount
) -> dict[tuple[str, int], int]:
    """Return the cents within the limit by category and month of service."""
    sums: Counter[tuple[str, int]] = Counter()
    for cell in used:
        sums[cell.category or "", cell.month or 0] += cell.cents(amount)
    return {key: cents - over.get(key, 0) for key, cents in sorted(sums.items())}


def adjustment_made(adjustment: Adjustment, member_months: int | Fraction) -> AdjustmentMade:
    """Return an adjustment in dollars; a PMPM is multiplied by the member months, to the cent."""
    amount = adjustment.amount or ZERO
    if adjustment.amount_pmpm is not None:
        amount += as_decimal(Fraction(adjustment.amount_pmpm) * member_months)
    return AdjustmentMade(adjustment.name, half_up(amount), adjustment.source, adjustment.cite)


def make_bridge(
    totals: ControlTotals,
    over: Mapping[str, Decimal],
    completed: Mapping[str, Decimal],
    adjustments: Sequence[AdjustmentMade],
) -> Bridge:
    """Lead from the file's total to the cost in the settlement.

    Late claims of the year before are set aside before the limit and completion, which are the period's
    own, and added back after them.
    """
    steps = [BridgeStep("claim lines read", totals.read.dollars)]
    steps += [BridgeStep(f"left out: {line.what}", EXACT.minus(line.dollars)) for line in totals.left_out]
    late = totals.prior_period
    if late.rows:
        steps.append(BridgeStep("set aside: late claims of the year before", EXACT.minus(late.dollars)))
    after: list[BridgeStep] = []
    if over:
        after.append(BridgeStep("over the limit", EXACT.minus(add_up(over.values()))))
    if completed:
        after.append(BridgeStep("completion added", add_up(completed.values())))
    if late.rows:
        after.append(BridgeStep("late claims of the year before", late.dollars))
    after += [BridgeStep(f"adjustment: {each.name}", each.dollars) for each in adjustments]
    kept = EXACT.subtract(totals.used.dollars, add_up(over.values()))
    added = (*completed.values(), late.dollars, *(each.dollars for each in adjustments))
    return Bridge((*steps, *after), tuple(after), EXACT.add(kept, add_up(added)))


def prove(measure: Measure, totals: ControlTotals, bridge: Bridge, kept: Kept) -> None:
    """Stop where dollars were lost or made on the way."""
    if not totals.foots:
        raise UnbalancedError(
            f"{measure.name}: the claim lines used and left out are not those that were read"
        )
    if not bridge.foots:
        raise UnbalancedError(f"{measure.name}: the bridge does not lead from the file's total to the cost")
    if dollars(kept.cost) != totals.used.dollars:
        raise UnbalancedError(f"{measure.name}: the members' costs do not add up to the claims used")
    if kept.cost - kept.distribution.cents != sum(kept.over.values()):
        raise UnbalancedError(f"{measure.name}: the categories over the limit do not add up")


def in_words(
    measure: Measure, conditions: Sequence[Filter], valuation: Valuation, sound: Sequence[str]
) -> str:
    """Return the filter of a measure in words: what is added up, then every reason that leaves a line out."""
    in_time = {"paid_date": ("paid in time",), "received_date": ("received in time",), "none": ()}
    members = f"of members enrolled on the {date_in_words(valuation.year_by)}"
    said = [f"{measure.amount} of lines {', '.join((*in_time[valuation.cut_on], *sound, members))}"]
    if measure.include:
        said.append(f"only {', '.join(measure.include)}")
    if measure.exclude:
        said.append(f"without {', '.join(measure.exclude)}")
    others = [each.reason for each in conditions if each.reason not in ("", CATEGORY_OUT)]
    if measure.net_of_other_payer:
        said.append("net of what other payers paid")
    return "; ".join([*said, *([f"left out: {', '.join(others)}"] if others else [])])
