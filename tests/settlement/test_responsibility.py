"""The responsibility matrix of a capitation: every category of care is in exactly one hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import write_agreement
from vbc_cli.problems import InputRefused

ARRANGEMENT = """
  capitation:
    - model: global_capitation
      replaces: own_inpatient
      facts: {cells: members.by_cell, categories: everybody.by_category}
      terms:
        capitation_basis: rate_cells
        rates: [{cell: all, pmpm: 100}]
        premium_rate: none
        withhold_rate: none
        withhold_released_by: none
        withhold_release_rate: none
        withhold_interest_rate: none
        others_care_deducted_pmpm: none
        shared_fund_pmpm: none
        shared_rate: none
        responsibility:
          - {category: inpatient, borne_by: provider}
          - {category: primary_care, borne_by: payer}
          - {category: specialist, borne_by: provider}
        payment_rounding: 0.01
"""
FACT = "  own_inpatient: {measured: spending, amount: plan_paid_amount, owner: own, include: [INCLUDED]}\n"


def settle(folder: Path, arrangement: str = ARRANGEMENT, included: str = "inpatient") -> vbc.Settlement:
    contract = write_agreement(folder)
    text = contract.read_text("utf-8")
    text = text.replace("comparison:\n", FACT.replace("INCLUDED", included) + "comparison:\n")
    contract.write_text(text + arrangement.lstrip("\n"), encoding="utf-8")
    return vbc.settle(contract)


def test_the_provider_bears_its_categories_and_the_plan_the_others(tmp_path: Path) -> None:
    comparison = settle(tmp_path).comparison
    assert comparison is not None
    result = comparison.results[-1]
    # 18 months at 100; own inpatient 900 replaced; specialist care of others 250 charged; own primary care
    # of 150 is the plan's, so it is still paid by fee.
    assert (result.claims_kept, result.replaced) == (150, 900)
    assert result.streams_total == 1550
    assert result.total == 1700


def test_a_category_in_no_hand_is_refused(tmp_path: Path) -> None:
    lacking = ARRANGEMENT.replace("          - {category: specialist, borne_by: provider}\n", "")
    with pytest.raises(InputRefused, match="the table 'responsibility' has no row 'specialist'"):
        settle(tmp_path, lacking)


def test_a_capitation_replaces_exactly_the_own_care_of_its_categories(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="are not the provider's own care of its categories"):
        settle(tmp_path, included="primary_care")
