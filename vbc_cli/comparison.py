"""The arrangements of a contract side by side: what the provider gets, what can happen, what the plan keeps.

Nothing here is paid: every figure is a sum of settled streams and measured facts. Which facts are
meant is said in the contract's `comparison:`, when a stream is paid in the stream itself. A sum over
streams is one party's: what it receives less what it pays. What passes between the plan and the provider is
plan money; what either has with others, such as a reinsurer or a vendor, stands apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct

from vbc_cli.claims.facts import Measured, Payment
from vbc_cli.contract.agreement import Contract, Stream
from vbc_cli.contract.parties import direction
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT, ZERO
from vbc_cli.problems import InputRefused, Problem
from vbc_cli.settlement import SETTLEMENT, SettledArrangement, SettledRow, Worksheet
from vbc_cli.stakes import (
    AS_CLAIMS,
    BEST,
    WORST,
    DearerOrCheaper,
    NoResultAt,
    break_even,
    shown_where_open,
    stake,
)

AT_SETTLEMENT = "at_settlement"
INTERIM = "interim"
"""The kind of a recorded payment that an interim settlement made."""
PROSPECTIVE = "prospective"
"""The result of a model that is paid partly in advance: the part paid during the period."""


class StreamAccount(Struct, frozen=True):
    """One stream: what was earned and what of it in advance, what is paid and due; positive to the payee."""

    stream: str
    payer: str
    payee: str
    paid_when: str
    earned: Decimal | None
    in_advance: Decimal
    paid_already: Decimal
    due: Decimal

    @property
    def accrue(self) -> Decimal:
        """What is earned and not yet paid, due now or later: what the books carry at this valuation."""
        return EXACT.subtract(self.earned or ZERO, self.paid_already)

    @property
    def settlement(self) -> Decimal:
        """What is settled after the period."""
        return EXACT.subtract(self.earned or ZERO, self.in_advance)


Amount = Callable[[StreamAccount], Decimal]
"""One of the amounts of a stream."""


def earned_of(account: StreamAccount) -> Decimal:
    """Return what a stream comes to; one that does not apply comes to nothing."""
    return account.earned or ZERO


def gained(accounts: Iterable[StreamAccount], party: str, amount: Amount = earned_of) -> Decimal:
    """Return what a party receives of an amount of some streams, less what it pays."""
    return total(
        [
            amount(each) if side > 0 else EXACT.minus(amount(each))
            for each in accounts
            if (side := direction(each, party))
        ]
    )


def between(accounts: Iterable[StreamAccount], one: str, other: str) -> list[StreamAccount]:
    """Return the streams whose two parties are these, whoever pays."""
    return [each for each in accounts if {each.payer, each.payee} == {one, other}]


def without(accounts: Iterable[StreamAccount], party: str) -> list[StreamAccount]:
    """Return the streams that a party neither pays nor receives."""
    return [each for each in accounts if not direction(each, party)]


class PartPaid(Struct, frozen=True):
    """What one settlement of the period pays in all, what earlier ones paid of it, and what is due now."""

    settlement: str
    paid_before: Decimal
    paid_in_all: Decimal
    due: Decimal


class ArrangementResult(Struct, frozen=True):
    """One arrangement in money to the provider. `worst` and `best` are None where no limit binds.

    They and `shown` are counted beside the claims by fee: a capitation less what it replaces. `open_because`
    says what has no limit, `no_result` where the agreement has no result over other claims, and why.
    `prospective` and `settlement` are what the plan pays the provider, less what the provider pays the plan.
    `shown` are the least and the most with claims five percent dearer or cheaper, where a side is open.
    Below `paid_up_to_pmpm` the settlement pays the provider, above `owes_above_pmpm` it owes.
    `replaced` are own claims that its streams pay instead of fee for service: `claims_kept` is without them.
    """

    name: str
    payer: str
    provider: str
    claims_kept: Decimal
    replaced: Decimal
    prospective: Decimal
    settlement: Decimal
    worst: Decimal | None
    best: Decimal | None
    shown: tuple[Decimal, Decimal] | None
    paid_up_to_pmpm: Decimal | None
    owes_above_pmpm: Decimal | None
    below_target: Decimal | None
    accounts: tuple[StreamAccount, ...]
    open_because: tuple[str, ...] = ()
    no_result: tuple[str, ...] = ()
    interim_recorded: Decimal | None = None
    part: PartPaid | None = None

    @property
    def streams_total(self) -> Decimal:
        """What the provider gets in all beside its claims."""
        return gained(self.accounts, self.provider)

    @property
    def plan_money(self) -> list[StreamAccount]:
        """The streams between the plan and the provider."""
        return between(self.accounts, self.payer, self.provider)

    @property
    def of_provider_and_others(self) -> list[StreamAccount]:
        """The provider's streams with others than the plan."""
        return [each for each in without(self.accounts, self.payer) if direction(each, self.provider)]

    @property
    def of_plan_and_others(self) -> list[StreamAccount]:
        """The plan's streams with others than the provider."""
        return [each for each in without(self.accounts, self.provider) if direction(each, self.payer)]

    @property
    def with_others(self) -> Decimal:
        """What the provider receives of others than the plan, less what it pays them."""
        return gained(self.of_provider_and_others, self.provider)

    @property
    def plan_to_others(self) -> Decimal:
        """What the plan pays others than the provider, less what it receives of them."""
        return EXACT.minus(gained(self.of_plan_and_others, self.payer))

    @property
    def plan_to_provider(self) -> Decimal:
        """What the plan pays the provider beyond claims by fee: its streams, less the claims they replace."""
        return EXACT.subtract(gained(self.plan_money, self.provider), self.replaced)

    @property
    def total(self) -> Decimal:
        return EXACT.add(self.claims_kept, self.streams_total)

    @property
    def paid_by_plan(self) -> Decimal:
        """What the plan pays beyond all claims by fee, to the provider and to others."""
        return EXACT.add(self.plan_to_provider, self.plan_to_others)

    @property
    def due(self) -> Decimal:
        """What the plan owes the provider now; negative where the provider owes the plan."""
        if self.part is None:
            return gained(self.plan_money, self.provider, _due)
        before = [each for each in self.plan_money if each not in settled_after(self)]
        return EXACT.add(gained(before, self.provider, _due), self.part.due)

    @property
    def due_from_others(self) -> Decimal:
        """What others owe the provider now; negative where the provider owes them."""
        return gained(self.of_provider_and_others, self.provider, _due)

    def parties(self) -> dict[str, Decimal]:
        """Return what each party gains from the streams; the parties sum to zero."""
        names = dict.fromkeys(name for each in self.accounts for name in (each.payee, each.payer))
        return {name: gained(self.accounts, name) for name in names}


def settled_after(result: ArrangementResult) -> list[StreamAccount]:
    """Return the plan money that is settled after the period; nothing with others is paid in parts."""
    return [each for each in result.plan_money if each.paid_when == AT_SETTLEMENT]


def _due(account: StreamAccount) -> Decimal:
    return account.due


class ComparisonTable(Struct, frozen=True):
    """All arrangements of a contract, and the facts they are held against."""

    claims_kept: Decimal
    claims_of_others: Decimal
    member_months: Decimal
    target: Decimal | None
    cost: Decimal | None
    quality: Decimal | None
    results: tuple[ArrangementResult, ...]

    def against_first(self, result: ArrangementResult) -> Decimal:
        """Return how much more the provider gets than under the first arrangement."""
        return EXACT.subtract(result.total, self.results[0].total)

    def kept_by_plan(self, result: ArrangementResult) -> Decimal | None:
        """Return what the plan keeps of what its members cost less than the target."""
        if result.below_target is None:
            return None
        return EXACT.subtract(result.below_target, result.paid_by_plan)


def compare_arrangements(
    contract: Contract, settled: Iterable[SettledArrangement], measured: Measured | None
) -> ComparisonTable:
    """Return the comparison that the contract asks for."""
    roles = contract.comparison
    arrangements = list(settled)
    _check_basis(contract)
    paid = _paid_already(contract, arrangements, measured)
    interim = _paid_by_interim(contract, measured)
    known = _known(arrangements[0].rows[0])

    def fact(role: str) -> Decimal | None:
        return known.get(roles[role]) if role in roles else None

    return ComparisonTable(
        claims_kept=known[roles["claims_kept"]],
        claims_of_others=known[roles["claims_of_others"]],
        member_months=known[roles["member_months"]],
        target=fact("target"),
        cost=fact("cost"),
        quality=fact("quality"),
        results=tuple(_result(contract, each, paid, interim) for each in arrangements),
    )


def _known(row: SettledRow) -> Mapping[str, Any]:
    """Return facts and results by name."""
    known = dict(row.facts)
    for sheet in row.sheets.values():
        known.update(sheet.results())
    return known


def _check_basis(contract: Contract) -> None:
    """Claims kept and claims of others are measured in the comparison's one amount."""
    basis = contract.comparison["basis"]
    amounts = {measure.name: measure.amount for measure in contract.measures}
    problems = []
    for role in ("claims_kept", "claims_of_others"):
        name = contract.comparison[role].partition(".")[0]
        if amounts.get(name, basis) != basis:
            line = contract.measured[name].line
            what = f"'{name}' is in {amounts[name]}, the comparison in {basis}"
            problems.append(
                Problem(
                    contract.file, line, what, "Measure it in the comparison's amount: one total, one basis."
                )
            )
    if problems:
        raise InputRefused(problems)


def _paid_already(
    contract: Contract, settled: Iterable[SettledArrangement], measured: Measured | None
) -> dict[str, Decimal]:
    """Return what was paid of each stream; refuse payments of a stream that nobody has."""
    streams = {stream.name for each in settled for stream in each.arrangement.streams}
    paid: dict[str, Decimal] = {}
    problems = []
    for payment in measured.payments if measured else ():
        if payment.stream not in streams:
            file = payment.source.files[0]
            what = f"payments of '{payment.stream}', which is no stream of {contract.file}"
            problems.append(Problem(file, None, what, f"Streams: {', '.join(sorted(streams))}."))
        if not _netted(contract, payment):
            paid[payment.stream] = EXACT.add(paid.get(payment.stream, ZERO), payment.amount)
    if problems:
        raise InputRefused(problems)
    return paid


def _paid_by_interim(contract: Contract, measured: Measured | None) -> dict[str, Decimal]:
    """Return what is recorded of each stream as paid by an interim settlement that this one nets."""
    paid: dict[str, Decimal] = {}
    for payment in measured.payments if measured else ():
        if _netted(contract, payment):
            paid[payment.stream] = EXACT.add(paid.get(payment.stream, ZERO), payment.amount)
    return paid


def _netted(contract: Contract, payment: Payment) -> bool:
    """Say whether a payment is netted by the settlements of the period, and not against its stream."""
    return contract.settlement is not None and payment.kind == INTERIM


def _result(
    contract: Contract,
    settled: SettledArrangement,
    paid: Mapping[str, Decimal],
    interim: Mapping[str, Decimal],
) -> ArrangementResult:
    (row,) = settled.rows
    known = _known(row)
    accounts = _accounts(settled, row.sheets, _with_interim(contract, settled, paid, interim))
    claims = [account.earned or ZERO for account in accounts if account.paid_when == AS_CLAIMS]
    replaced = total([known[name] for name in settled.arrangement.replaced])
    kept = total(claims) if claims else EXACT.subtract(known[contract.comparison["claims_kept"]], replaced)
    streams = tuple(account for account in accounts if account.paid_when != AS_CLAIMS)
    cost, target = (known.get(contract.comparison.get(role, "")) for role in ("cost", "target"))
    stakes = _stakes(contract, settled, known, replaced, cost)
    provider = contract.provider
    plan_money = between(streams, contract.payer, provider)
    in_parts = any(each.paid_when == AT_SETTLEMENT for each in plan_money)
    recorded = [each for each in plan_money if in_parts and each.stream in interim]
    return ArrangementResult(
        name=settled.arrangement.name,
        payer=contract.payer,
        provider=provider,
        claims_kept=kept,
        replaced=replaced,
        prospective=gained(plan_money, provider, lambda each: each.in_advance),
        settlement=gained(plan_money, provider, lambda each: each.settlement),
        worst=stakes.worst,
        best=stakes.best,
        shown=stakes.shown,
        paid_up_to_pmpm=stakes.paid_up_to_pmpm,
        owes_above_pmpm=stakes.owes_above_pmpm,
        below_target=None if cost is None or target is None else EXACT.subtract(target, cost),
        accounts=streams,
        open_because=stakes.open_because,
        no_result=stakes.no_result,
        interim_recorded=(
            gained(recorded, provider, lambda each: interim[each.stream]) if recorded else None
        ),
    )


def _with_interim(
    contract: Contract,
    settled: SettledArrangement,
    paid: Mapping[str, Decimal],
    interim: Mapping[str, Decimal],
) -> Mapping[str, Decimal]:
    """Return what was paid of each stream, with what an interim settlement paid of those not paid in parts.

    Plan money is netted by the settlements of the period, where an arrangement has some at its settlement.
    """
    both = {contract.payer, contract.provider}
    streams = settled.arrangement.streams
    plan_money = [each for each in streams if {each.payer, each.payee} == both]
    in_parts = plan_money if any(each.paid == AT_SETTLEMENT for each in plan_money) else []
    others = [each.name for each in streams if each not in in_parts and each.name in interim]
    return {**paid, **{name: EXACT.add(paid.get(name, ZERO), interim[name]) for name in others}}


class _Stakes(NamedTuple):
    """What can happen under one arrangement."""

    worst: Decimal | None
    best: Decimal | None
    shown: tuple[Decimal, Decimal] | None
    paid_up_to_pmpm: Decimal | None
    owes_above_pmpm: Decimal | None
    open_because: tuple[str, ...]
    no_result: tuple[str, ...]


def _stakes(
    contract: Contract,
    settled: SettledArrangement,
    known: Mapping[str, Any],
    replaced: Decimal,
    cost: Decimal | None,
) -> _Stakes:
    """Return the worst and best within the terms, beside the claims replaced, and the break-even."""
    provider = contract.provider
    ends = [stake(settled, provider, side) for side in (WORST, BEST)]
    worst, best = (None if end.amount is None else EXACT.subtract(end.amount, replaced) for end in ends)
    because = dict.fromkeys(end.open_because for end in ends if end.open_because)
    no_result = dict.fromkeys(end.no_result for end in ends if end.no_result)
    otherwise = DearerOrCheaper(contract, settled)

    def streams_come_to(sheets: Mapping[str, Worksheet]) -> Decimal:
        return gained(_streams(settled, sheets), provider)

    def settlement_comes_to(sheets: Mapping[str, Worksheet]) -> Decimal:
        streams = between(_streams(settled, sheets), contract.payer, provider)
        return gained(streams, provider, lambda each: each.settlement)

    shown = None
    if worst is None or best is None:
        try:
            shown = shown_where_open(otherwise, streams_come_to)
        except NoResultAt as fault:
            no_result[f"open and not shown: {fault}"] = None
    turns: tuple[Decimal | None, Decimal | None] = (None, None)
    if cost is not None:
        try:
            months = known[contract.comparison["member_months"]]
            turns = break_even(otherwise, cost, months, settlement_comes_to)
        except NoResultAt as fault:
            no_result[f"no break-even: {fault}"] = None
    return _Stakes(worst, best, shown, *turns, tuple(because), tuple(no_result))


def _accounts(
    settled: SettledArrangement,
    sheets: Mapping[str, Worksheet],
    paid: Mapping[str, Decimal],
) -> tuple[StreamAccount, ...]:
    """Return the account of each stream that moves money."""
    return tuple(
        account_of(sheets[stream.name], paid)
        for stream in settled.arrangement.streams
        if SETTLEMENT in stream.model.results
    )


def _streams(settled: SettledArrangement, sheets: Mapping[str, Worksheet]) -> list[StreamAccount]:
    """Return the accounts beside the claims."""
    return [each for each in _accounts(settled, sheets, {}) if each.paid_when != AS_CLAIMS]


def account_of(sheet: Worksheet, paid: Mapping[str, Decimal]) -> StreamAccount:
    """Return the account of a settled stream, with what was paid of it by name."""
    stream = sheet.stream
    earned = sheet.settled
    already = paid.get(stream.name, ZERO)
    return StreamAccount(
        stream=stream.name,
        payer=stream.payer,
        payee=stream.payee,
        paid_when=stream.paid,
        earned=earned,
        in_advance=(earned if stream.paid == "prospectively" else _of(sheet, PROSPECTIVE)) or ZERO,
        paid_already=already,
        due=EXACT.subtract(earned or ZERO, already),
    )


def _of(sheet: Worksheet, result: str) -> Decimal | None:
    line = _line(sheet.stream, result)
    value = None if line is None else sheet.value(line)
    return value if isinstance(value, Decimal) else None


def _line(stream: Stream, result: str) -> str | None:
    return stream.model.results.get(result)
