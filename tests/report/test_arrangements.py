"""A contract without claims or comparison, from the README's own model to the printed result."""

from __future__ import annotations

from pathlib import Path

import vbc_cli as vbc
from vbc_cli.report.render import as_table

ROOT = Path(__file__).parents[2]
MODEL = """\
model: medical_budget
title: Medical budget with a share of the surplus
summary: The provider keeps a share of what its members cost less than the budget.
terms:
  surplus_share_rate: {unit: rate, doc: The provider's share of a surplus}
facts: {budget: usd, cost: usd}
lines:
  surplus: budget - cost
  settlement: max(surplus, 0) * surplus_share_rate
results: {settlement: settlement}
"""
CONTRACT = """\
contract: demo
title: Demo
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
facts:
  budget: {given: 1_000_000, source: Exhibit A}
  cost: {given: 940_000.55, source: report}
arrangements:
  budget: [{model: ./medical_budget.yaml, terms: {surplus_share_rate: 0.40}}]
"""


def test_given_facts_settle_to_the_cent_and_explain_themselves(tmp_path: Path) -> None:
    (tmp_path / "medical_budget.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    settlement = vbc.settle(tmp_path / "contract.yaml")
    text = as_table([settlement], {}, None, worksheet=True, width=None)
    # 1,000,000 - 940,000.55 = 59,999.45; 40 percent of it is 23,999.78
    assert "budget       medical_budget  settlement  23,999.78 usd" in text
    assert "= max(59,999.45, 0) * 0.4" in text
    assert "because surplus is the highest (59,999.45, 0)" in text
    assert "cost      940,000.55 usd  report" in text


def test_a_settlement_becomes_a_data_frame_of_exact_decimals(tmp_path: Path) -> None:
    (tmp_path / "medical_budget.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    frame = vbc.settle(tmp_path / "contract.yaml").to_frame()
    assert list(frame.columns) == ["arrangement", "key", "surplus", "settlement"]
    assert str(frame.settlement[0]) == "23999.7800"


def test_the_rows_of_a_given_table_are_settled() -> None:
    settlement = vbc.settle(ROOT / "contracts/commercial/loss_ratio_rebate_2025.yaml")
    # net premium 19.2 + 19.78 + 20.36 = 59.34 million, spent 47.3 = 79.71 %; 8,966.67 life-years add 1.742 %;
    # 81.5 % is 3.5 points short of 85 %, of 20.36 million
    assert settlement.values(settlement.arrangements[0].rows[0])["rebate"] == 712_600
    text = as_table([settlement], {}, None, worksheet=True, width=None)
    assert "3 rows table  annual statements" in text
