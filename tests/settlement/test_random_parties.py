"""Random streams between random parties: the comparison agrees with a ledger kept in plain Python.

The claims of the small agreement are measured once. The ledger reads nothing but what every worksheet comes
to and who pays whom; the comparison's columns, the accounts of all parties and what is due are held against
it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import vbc_cli as vbc
from tests.settlement.small_agreement import CONTRACT, write_agreement
from tests.settlement.test_random_contracts import FACTS, MAKERS, OWN, OWN_OF, Chance
from vbc_cli.claims.facts import FactSource, Measured, Payment
from vbc_cli.comparison import ArrangementResult, ComparisonTable, compare_arrangements
from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.document import parse_document
from vbc_cli.contract.model import Shelf
from vbc_cli.measured import measured_facts
from vbc_cli.part_payment import pay_part
from vbc_cli.report.exports import _compared
from vbc_cli.settlement import SettledArrangement, SettledRow, settle_rows

PLAN, GROUP = "Plan", "Group"
PARTIES = (PLAN, GROUP, "Reinsurer", "Vendor", "Treasury")
ZERO = Decimal(0)
SHELF: Shelf = {}
INTERIM = """\
settlements:
  - name: interim
    as_of: 2026-03-31
    run_out_months: 3
    ibnr: none
    model: part_payment
    terms: {pay_rate: 0.50, losses_are: collected, payment_rounding: 0.01}
"""


def between_parties(chance: Chance, text: str) -> str:
    """Return a stream between two parties of its own; only what the plan pays or receives may be cost."""
    payer, payee = chance.sample(PARTIES, 2)
    if PLAN not in (payer, payee):
        text = text.replace("counts_as_cost: yes", "counts_as_cost: no")
    text = text.replace("      payer: Reinsurer\n", "")
    return text.replace("\n      model:", f"\n      payer: {payer}\n      payee: {payee}\n      model:")


def contract_text(chance: Chance) -> str:
    chosen = sorted(chance.sample(sorted(MAKERS), chance.randrange(1, 6)))
    streams = [between_parties(chance, MAKERS[each](chance, each)) for each in chosen]
    if chance.random() < 0.5:
        streams.append(
            "\n    - {as: kept, model: fee_for_service, paid: as_claims, facts: {own_claims: own}}"
        )
    way = f"  way:{''.join(streams)}\n"
    facts = FACTS + ("  score: {given: 0.6}\n  gate: {given: yes}\n" if "gate_met" in way else "")
    head, _, _ = CONTRACT.partition("arrangements:\n")
    head = head.replace("comparison:\n", facts + "comparison:\n").replace("  payments: payments.csv\n", "")
    if chance.random() < 0.5:
        head = head.replace("facts:\n", INTERIM + "facts:\n", 1)
    return head + "arrangements:\n" + way


def random_payments(chance: Chance, names: list[str]) -> tuple[Payment, ...]:
    source = FactSource(("payments.csv",), "", 1)
    kinds = ("fee", "interim", "advance")
    return tuple(
        Payment(name, chance.choice(kinds), Decimal(chance.randrange(-20_000, 20_000)).scaleb(-2), source)
        for name in names
        for _ in range(chance.randrange(3))
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    contract = write_agreement(tmp_path_factory.mktemp("random"))
    head, _, ways = CONTRACT.partition("comparison:\n")
    contract.write_text(f"{head}{FACTS}comparison:\n{ways}".replace("FEE_COUNTS", "yes"), encoding="utf-8")
    found = vbc.settle(contract).measured
    assert found is not None
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_every_total_is_what_a_ledger_kept_by_hand_comes_to(measured: Measured, seed: int) -> None:
    chance = random.Random(seed)
    contract = build_contract(parse_document(contract_text(chance).encode(), "contract.yaml", Path()), SHELF)
    if contract.settlements:
        contract = replace(contract, settlement=contract.settlements[0])
    names = [each.name for each in contract.arrangements[0].streams if each.paid != "as_claims"]
    measured = replace(measured, payments=random_payments(chance, names))
    row = SettledRow("", contract.title, contract.file, None, measured_facts(contract, measured), {})
    settled = [settle_rows(contract, each, [row]) for each in contract.arrangements]
    table = compare_arrangements(contract, settled, measured)
    if contract.settlement is not None:
        _, table = pay_part(contract, settled, table, {})
    hold(settled[0], table, measured.payments, parts=contract.settlement is not None)


def hold(settled: SettledArrangement, table: ComparisonTable, paid: tuple[Payment, ...], parts: bool) -> None:
    """Keep the ledger of one arrangement, and hold every figure of the comparison against it."""
    (result,) = table.results
    ledger: dict[str, Decimal] = defaultdict(Decimal)
    to_group: dict[bool, dict[str, Decimal]] = {True: defaultdict(Decimal), False: defaultdict(Decimal)}
    plan_out = ZERO
    for name, sheet in settled.rows[0].sheets.items():
        if sheet.stream.paid == "as_claims":
            continue
        payer, payee = sheet.stream.payer, sheet.stream.payee
        earned = sheet.value(sheet.stream.model.results["settlement"])
        advance = earned if sheet.stream.paid == "prospectively" else ZERO
        if "prospective" in sheet.stream.model.results:
            advance = sheet.value(sheet.stream.model.results["prospective"])
        ledger[payee] += earned
        ledger[payer] -= earned
        if PLAN in (payer, payee) and GROUP not in (payer, payee):
            plan_out += earned if payer == PLAN else -earned
        if GROUP in (payer, payee):
            sign = 1 if payee == GROUP else -1
            by_plan = PLAN in (payer, payee)
            already = sum((each.amount for each in paid if each.stream == name), ZERO)
            interim = sum(
                (each.amount for each in paid if (each.stream, each.kind) == (name, "interim")), ZERO
            )
            to = to_group[by_plan]
            to["advance"] += sign * advance
            to["after"] += sign * (earned - advance)
            if not (by_plan and parts):
                to["due"] += sign * (earned - already)
            elif sheet.stream.paid == "prospectively":
                to["due"] += sign * (earned - already + interim)
                to["interim"] += sign * interim
            else:
                to["in parts"] += sign * (earned - already + interim)
                to["interim"] += sign * interim
    replaced = sum((OWN_OF[name] for name in settled.arrangement.replaced), ZERO)
    plan, others = to_group[True], to_group[False]
    if parts:  # where nothing is paid in parts, a payment of kind interim is one like others
        half = (plan["in parts"] / 2).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        plan["due"] += half - plan["interim"]

    assert dict(ledger) == result.parties()
    assert sum(ledger.values()) == 0
    assert (result.prospective, result.settlement) == (plan["advance"], plan["after"])
    assert result.with_others == others["advance"] + others["after"]
    assert result.total == OWN - replaced + ledger[GROUP]
    assert result.plan_to_provider == plan["advance"] + plan["after"] - replaced
    assert result.plan_to_others == plan_out
    assert result.paid_by_plan == -ledger[PLAN] - replaced
    assert result.below_target == 500
    assert table.kept_by_plan(result) == 500 + ledger[PLAN] + replaced
    assert (result.due, result.due_from_others) == (plan["due"], others["due"])
    beside_claims = ledger[GROUP] - replaced
    assert result.worst is None or result.worst <= beside_claims
    assert result.best is None or beside_claims <= result.best
    as_printed(table, result, ledger)


def as_printed(table: ComparisonTable, result: ArrangementResult, ledger: dict[str, Decimal]) -> None:
    """What is printed of a party adds up to its account."""
    (row,) = _compared(table)
    amounts = {name: Decimal(value) for name, value in row.items() if _is_number(value)}
    group = amounts["prospective"] + amounts["settlement"] + amounts["with_others"]
    assert group == ledger[GROUP] == Decimal(row["accounts"].get(GROUP, "0"))
    assert amounts["total"] == amounts["claims_kept"] + group
    to_plan = amounts["prospective"] + amounts["settlement"] + amounts["plan_to_others"]
    assert -to_plan == ledger[PLAN] == Decimal(row["accounts"].get(PLAN, "0"))
    kept = amounts["below_target"] - to_plan + amounts["claims_replaced"]
    assert amounts["kept_by_plan"] == kept


def _is_number(value: object) -> bool:
    return isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit()
