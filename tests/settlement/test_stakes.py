"""What can happen with dearer claims is what settling dearer files gives, and an open side says why.

Every amount of the small agreement's claims is written larger or smaller, and the contract is settled over
those files: facts that are dollars of claims move with them, and what the contract states does not.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import FILES, write_agreement
from vbc_cli.api import Settlement
from vbc_cli.report.comparison import comparison_text
from vbc_cli.stakes import DearerOrCheaper

AMOUNTS = ("allowed_amount", "paid_amount", "member_liability_amount")
# Ann's claims paid by the plan are 1,050, Ben's 250: Ann is not listed, and would be with dearer claims
STOP_LOSS = """
  insured:
    - model: stop_loss
      payer: Reinsurer
      facts:
        covered_months: members
        measured_amount: dear.amount
        measured_from: dear.high_cost_from
        high_cost_members: dear.high_cost_members
        insured_cost: dear
        expected_cost: target
      terms:
        eligible_amount: plan_paid_amount
        attachment_amount: 1_080
        reimbursement_rate: 0.90
        limit_on: none
        limit_amount: none
        premium_pmpm: 1
        aggregate_stop_loss: none
        payment_rounding: 0.01
"""
DEAR = "  dear: {measured: spending, amount: plan_paid_amount, exclude: [pharmacy], high_cost_from: 1_080}\n"


def settled(folder: Path, factor: str = "1", listed_from: str = "1_080") -> Settlement:
    contract = write_agreement(folder)
    rows = list(csv.DictReader(io.StringIO(FILES["claims.csv"])))
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {name: Decimal(row[name]) * Decimal(factor) for name in AMOUNTS})
    text = contract.read_text(encoding="utf-8").replace("  payments: payments.csv\n", "")
    dear = DEAR.replace("1_080", listed_from)
    text = text.replace("comparison:\n", f"{dear}comparison:\n") + STOP_LOSS
    contract.write_text(text, encoding="utf-8")
    return vbc.settle(contract)


@pytest.mark.parametrize("factor", ["0.50", "0.96", "1.04", "1.50"])
def test_dearer_claims_settle_as_dearer_files_do(tmp_path: Path, factor: str) -> None:
    usual, dearer = settled(tmp_path), settled(tmp_path, factor)
    for before, after in zip(usual.arrangements, dearer.arrangements, strict=True):
        tried = DearerOrCheaper(usual.contract, before).at(Decimal(factor))
        for name, sheet in after.rows[0].sheets.items():
            assert tried[name].run.values == sheet.run.values, name


def test_members_listed_from_the_attachment_point_itself_leave_no_side_unknown(tmp_path: Path) -> None:
    settlement = settled(tmp_path)
    assert settlement.comparison is not None
    insured = settlement.comparison.results[2]
    # no recovery at 1,050, a premium of 18; with claims 5 % dearer Ann costs 1,102.50: 90 % of 22.50 back
    assert insured.shown == (-18, Decimal("2.25"))
    assert (insured.worst, insured.best, insured.with_others) == (-18, None, -18)
    assert insured.open_because == ("no limit on stop_loss",)
    lower = settled(tmp_path, listed_from="500").comparison
    assert lower is not None
    assert lower.results[2].shown == insured.shown


MODEL = """\
model: bounded
title: A share of savings, agreed for a range of cost
summary: The provider keeps what is saved; nothing is agreed for a cost beyond the range.
risk: made up
suits: tests
terms:
  most_cost: {unit: usd}
  most_paid: {unit: usd, may_be: none}
facts: {benchmark: {unit: usd}, expenditure: {unit: usd}}
lines:
  saved: benchmark - expenditure
  best: {when: is_present(most_paid), formula: most_paid}
checks: [{that: expenditure < most_cost, say: nothing is agreed for such a cost}]
results: {settlement: saved, best: best}
"""
BOUNDED = """
  in a range:
    - model: ./bounded.yaml
      facts: {benchmark: target}
      terms: {most_cost: 1_570, most_paid: none}
"""


def test_an_agreement_without_a_result_over_other_claims_says_so(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    text = contract.read_text(encoding="utf-8").replace("  payments: payments.csv\n", "")
    (tmp_path / "bounded.yaml").write_text(MODEL, encoding="utf-8")
    contract.write_text(text + BOUNDED, encoding="utf-8")
    settlement = vbc.settle(contract)
    assert settlement.comparison is not None
    result = settlement.comparison.results[2]
    # the cost of 1,500 with claims 5 percent dearer is 1,575
    assert (result.settlement, result.best, result.shown, result.paid_up_to_pmpm) == (500, None, None, None)
    printed = " ".join(comparison_text(settlement, 100, colour=False).split())
    assert "best open; no limit on bounded; not shown" in printed
    assert "open and not shown: with claims +5%, bounded: nothing is agreed for such a cost (" in printed
    assert "no break-even: with claims +50%, bounded: nothing is agreed" in printed
