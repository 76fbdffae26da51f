"""Claims that a stream pays instead of fee for service: what the provider keeps, and what the plan pays."""

from __future__ import annotations

from decimal import Decimal

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import write_agreement
from vbc_cli.comparison import ArrangementResult

MODEL = """\
model: flat_rate
title: Flat rate
summary: A rate for every member and month, paid partly in advance.
terms: {rate_pmpm: usd_pmpm, advance_rate: rate}
facts: {member_months: member_months, replaced_claims: usd}
lines:
  capitation: rate_pmpm * member_months
  gain_on_services: capitation - replaced_claims
  in_advance: capitation * advance_rate
results: {settlement: capitation, prospective: in_advance}
"""
ARRANGEMENTS = """
  visits for a flat rate:
    - model: ./flat_rate.yaml
      replaces: own_visits
      facts: {member_months: members}
      terms: {rate_pmpm: 10, advance_rate: 0.90}
    - {as: kept, model: fee_for_service, paid: as_claims, facts: {own_claims: own}}
  visits for a flat rate, claims kept not a stream:
    - model: ./flat_rate.yaml
      replaces: own_visits
      facts: {member_months: members}
      terms: {rate_pmpm: 10, advance_rate: 0.90}
      payer: Reinsurer
"""
FACT = "  own_visits: {measured: spending, amount: plan_paid_amount, owner: own, include: [primary_care]}\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ArrangementResult]:
    folder = tmp_path_factory.mktemp("replaced")
    contract = write_agreement(folder)
    (folder / "flat_rate.yaml").write_text(MODEL, encoding="utf-8")
    text = contract.read_text("utf-8").replace("comparison:\n", FACT + "comparison:\n")
    contract.write_text(text + ARRANGEMENTS.lstrip("\n"), encoding="utf-8")
    table = vbc.settle(contract).comparison
    assert table is not None
    return {each.name: each for each in table.results}


def test_claims_by_fee_fall_by_what_a_stream_replaces(results: dict[str, ArrangementResult]) -> None:
    result = results["visits for a flat rate"]
    # Own claims 1,050, of them 150 primary care; 18 member months at 10 are 180, 162 of it in advance.
    assert (result.claims_kept, result.replaced) == (900, 150)
    assert (result.prospective, result.settlement, result.total) == (162, 18, 1080)
    assert result.paid_by_plan == 30  # 180 less 150 that it no longer pays by fee


def test_claims_kept_are_the_same_with_and_without_a_stream_of_their_own(
    results: dict[str, ArrangementResult],
) -> None:
    assert {each.claims_kept for name, each in results.items() if "flat rate" in name} == {Decimal(900)}


def test_own_kept_and_replaced_and_others_are_all_claims(results: dict[str, ArrangementResult]) -> None:
    for result in results.values():
        assert result.claims_kept + result.replaced + 250 == 1300  # all plan paid of the small agreement


def test_the_plan_does_not_pay_what_another_party_pays(results: dict[str, ArrangementResult]) -> None:
    result = results["visits for a flat rate, claims kept not a stream"]
    assert result.parties() == {"Group": 180, "Reinsurer": -180}
    assert result.paid_by_plan == -150
