"""A thousand random ways of paying: whatever is agreed, no cent is lost, made, or paid twice.

The claims of the small agreement are measured once. Every contract then has random arrangements of random
streams with random terms, and the identities of the comparison are computed from the worksheets.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import CONTRACT, write_agreement
from vbc_cli.claims.facts import Measured
from vbc_cli.comparison import ArrangementResult, ComparisonTable, compare_arrangements
from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.document import parse_document
from vbc_cli.contract.model import Shelf
from vbc_cli.measured import measured_facts
from vbc_cli.settlement import SettledArrangement, SettledRow, settle_rows

CONTRACTS = 250
ARRANGEMENTS = 4  # in each contract: a thousand ways of paying
CENT = Decimal("0.01")
OWN, OTHER = Decimal(1050), Decimal(250)  # plan paid, of the small agreement

FACTS = """\
  own_inpatient: {measured: spending, amount: plan_paid_amount, owner: own, include: [inpatient]}
  own_visits: {measured: spending, amount: plan_paid_amount, owner: own, include: [primary_care]}
  dear: {measured: spending, amount: plan_paid_amount, exclude: [pharmacy], high_cost_from: 100}
"""

Stream = str
Chance = random.Random


def amount(chance: Chance, most: int) -> str:
    return f"{chance.randrange(most * 100) / 100:.2f}"


def rate(chance: Chance) -> str:
    return f"{chance.randrange(0, 101) / 100:.2f}"


def rate_or_none(chance: Chance) -> str:
    return chance.choice(["none", rate(chance)])


def yes_or_no(chance: Chance) -> str:
    return chance.choice(["yes", "no"])


def fee(chance: Chance, name: str) -> Stream:
    return f"""
    - as: {name}
      model: care_management_fee
      paid: prospectively
      counts_as_cost: {yes_or_no(chance)}
      facts: {{months: members.by_month}}
      terms: {{fee_pmpm: {amount(chance, 20)}, payment_rounding: 0.01}}"""


def savings(chance: Chance, name: str) -> Stream:
    limit = rate_or_none(chance)
    two_sided = f"""
        loss_sharing_rate: {rate(chance)}
        minimum_loss_rate: 0.0{chance.randrange(10)}
        losses_must_be: more_than
        losses_shared_from: first_dollar
        recognised_losses_limit_rate: none
        recognised_losses_limit_base: none
        loss_rate_from: none
        lowest_loss_sharing_rate: none
        loss_rate_falls_from_score: none
        loss_rate_falls_to_score: none
        loss_limit_rate: {limit}
        loss_limit_base: {"none" if limit == "none" else "benchmark"}"""
    return f"""
    - as: {name}
      model: shared_savings
      counts_as_cost: no
      facts: {{benchmark: target, attributed_months: members, quality_score: score, quality_gate_met: gate}}
      terms:
        minimum_savings_rate: 0.0{chance.randrange(10)}
        savings_must_be: at_least
        savings_shared_from: {chance.choice(["first_dollar", "beyond_minimum"])}
        recognised_limit: none
        sharing_rate: {rate(chance)}
        savings_need_gate: {yes_or_no(chance)}
        savings_scaled_by_score: {yes_or_no(chance)}
        full_share: none
        payment_limit_rate: {limit}
        payment_limit_base: {"none" if limit == "none" else "benchmark"}
        panel_size: none
        sharing_tiers: none
        sequestration: none
        payment_rounding: 0.01{chance.choice([two_sided, f"{chr(10)}        losses: none"])}"""


def visits_capitated(chance: Chance, name: str) -> Stream:
    rule = chance.choice(["not_deducted", "outside_cost", "outside_share"])
    return f"""
    - as: {name}
      model: partial_capitation
      counts_as_cost: {yes_or_no(chance)}
      replaces: own_visits
      facts: {{cells: members.by_cell, outside_services: others, replaced_claims: own_visits}}
      terms:
        base_pmpm: {chance.randrange(1, 5000) / 100:.2f}
        factors_normalised: {yes_or_no(chance)}
        rates: [{{cell: all, factor: 0.9}}]
        leakage_rule: {rule}
        leakage_rate: {rate(chance)}
        leakage_limit_rate: {rate_or_none(chance)}
        payment_rounding: 0.01"""


def inpatient_capitated(chance: Chance, name: str) -> Stream:
    return f"""
    - as: {name}
      model: global_capitation
      counts_as_cost: no
      replaces: own_inpatient
      facts: {{cells: members.by_cell, categories: dear.by_category, replaced_claims: own_inpatient}}
      terms:
        capitation_basis: rate_cells
        rates: [{{cell: all, pmpm: {chance.randrange(1, 20000) / 100:.2f}}}]
        premium_rate: none
        withhold_rate: 0.{chance.randrange(10)}
        withhold_released_by: stated_rate
        withhold_release_rate: {rate(chance)}
        withhold_interest_rate: {rate_or_none(chance)}
        others_care_deducted_pmpm: {amount(chance, 20)}
        shared_fund_pmpm: {amount(chance, 20)}
        shared_rate: {rate(chance)}
        responsibility:
          - {{category: inpatient, borne_by: provider}}
          - {{category: primary_care, borne_by: {chance.choice(["payer", "shared"])}}}
          - {{category: specialist, borne_by: {chance.choice(["payer", "shared", "provider"])}}}
        payment_rounding: 0.01"""


def insured(chance: Chance, name: str) -> Stream:
    return f"""
    - as: {name}
      model: stop_loss
      payer: Reinsurer
      counts_as_cost: no
      facts:
        covered_months: members
        measured_amount: dear.amount
        measured_from: dear.high_cost_from
        high_cost_members: dear.high_cost_members
        insured_cost: dear
        expected_cost: target
      terms:
        eligible_amount: plan_paid_amount
        attachment_amount: {chance.randrange(100, 1200)}
        reimbursement_rate: 0.{chance.randrange(1, 10)}
        limit_on: {chance.choice(["cost", "recovery"])}
        limit_amount: {chance.randrange(1300, 3000)}
        premium_pmpm: {amount(chance, 20)}
        aggregate_attachment_factor: 0.{chance.randrange(1, 10)}
        aggregate_reimbursement_rate: 0.{chance.randrange(1, 10)}
        aggregate_limit_amount: {chance.choice(["none", amount(chance, 500)])}
        aggregate_counts: {chance.choice(["up_to_attachment", "not_recovered"])}
        aggregate_premium_pmpm: {amount(chance, 5)}
        payment_rounding: 0.01"""


def bundled(chance: Chance, name: str) -> Stream:
    return f"""
    - as: {name}
      model: bundled_payment
      counts_as_cost: no
      facts:
        quality_score: score
        quality_gate_met: gate
        episode_types: [{{episode_type: joint, episodes: 2, weighted_episodes: 2, actual: 900, capped: 850}}]
      terms:
        minimum_episodes: {chance.choice(["none", "3"])}
        gain_sharing_rate: {rate(chance)}
        gains_need_gate: {yes_or_no(chance)}
        gain_quality_rate: {rate_or_none(chance)}
        loss_sharing_rate: {rate_or_none(chance)}
        loss_quality_rate: {rate_or_none(chance)}
        stop_gain_rate: {rate_or_none(chance)}
        stop_loss_rate: {rate_or_none(chance)}
        payment_rounding: 0.01
        prices:
          - episode_type: joint
            benchmark_price: {chance.randrange(1, 900)}
            discount_rate: 0.02
            trend_factor: none"""


MAKERS: dict[str, Callable[[Chance, str], Stream]] = {
    "fee": fee,
    "savings": savings,
    "visits": visits_capitated,
    "inpatient": inpatient_capitated,
    "insured": insured,
    "bundled": bundled,
}


def arrangement(chance: Chance, name: str) -> str:
    made = [
        MAKERS[each](chance, each) for each in sorted(chance.sample(sorted(MAKERS), chance.randrange(1, 5)))
    ]
    if chance.random() < 0.5:
        made.append("\n    - {as: kept, model: fee_for_service, paid: as_claims, facts: {own_claims: own}}")
    return f"  {name}:{''.join(made)}\n"


def contract_text(chance: Chance) -> str:
    ways = "".join(arrangement(chance, f"way {number}") for number in range(ARRANGEMENTS))
    facts = FACTS + ("  score: {given: 0.6}\n  gate: {given: yes}\n" if "gate_met" in ways else "")
    head, _, _ = CONTRACT.partition("arrangements:\n")
    head = head.replace("comparison:\n", facts + "comparison:\n").replace("  payments: payments.csv\n", "")
    head = head.replace("  cost: expenditure\n", "")  # without a cost no break-even is searched
    return (
        head.replace("{given: 2000,", f"{{given: {chance.randrange(1000, 2500)},") + "arrangements:\n" + ways
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    contract = write_agreement(tmp_path_factory.mktemp("random"))
    contract.write_text(contract_text(random.Random(0)), encoding="utf-8")
    found = vbc.settle(contract).measured
    assert found is not None
    return found


def settled(text: str, measured: Measured, shelf: Shelf) -> tuple[list[SettledArrangement], ComparisonTable]:
    contract = build_contract(parse_document(text.encode(), "contract.yaml", Path()), shelf)
    row = SettledRow("", contract.title, contract.file, None, measured_facts(contract, measured), {})
    arrangements = [settle_rows(contract, each, [row]) for each in contract.arrangements]
    return arrangements, compare_arrangements(contract, arrangements, measured)


def test_a_thousand_random_ways_of_paying_keep_the_identities(measured: Measured) -> None:
    shelf: Shelf = {}
    for seed in range(CONTRACTS):
        arrangements, table = settled(contract_text(random.Random(seed)), measured, shelf)
        for each, result in zip(arrangements, table.results, strict=True):
            hold(each, result, f"seed {seed}, {result.name}")


def hold(each: SettledArrangement, result: ArrangementResult, said: str) -> None:
    """Recompute an arrangement from its worksheets alone, and hold the comparison against it."""
    streams: dict[str, Any] = {
        name: sheet for name, sheet in each.rows[0].sheets.items() if sheet.stream.paid != "as_claims"
    }
    earned = {name: sheet.value(sheet.stream.model.results["settlement"]) for name, sheet in streams.items()}
    assert all(value == value.quantize(CENT) for value in earned.values()), said
    replaced = sum((OWN_OF[name] for sheet in streams.values() for name in sheet.stream.replaces), Decimal(0))
    assert result.claims_kept == OWN - replaced, said
    assert result.claims_kept + result.replaced + OTHER == OWN + OTHER, said
    assert result.total == OWN - replaced + sum(earned.values()), said
    assert result.prospective + result.settlement + result.with_others == sum(earned.values()), said
    assert sum(result.parties().values()) == 0, said
    assert result.worst is None or result.worst <= sum(earned.values()) - replaced, said
    assert result.best is None or sum(earned.values()) - replaced <= result.best, said
    by_plan = sum(
        (value for name, value in earned.items() if streams[name].stream.payer == "Plan"), Decimal(0)
    )
    assert result.paid_by_plan == by_plan - replaced, said


OWN_OF = {"own_inpatient": Decimal(900), "own_visits": Decimal(150)}
