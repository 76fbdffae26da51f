"""Interim and final settlements over the same files, worked by hand on the small agreement."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import FILES, write_agreement
from vbc_cli.comparison import ArrangementResult
from vbc_cli.report.ledger import ledger_lines

SETTLEMENTS = """\
settlements:
  - name: interim
    as_of: 2026-03-31
    run_out_months: 3
    ibnr: estimate
    model: part_payment
    terms: {pay_rate: 0.50, losses_are: held, payment_rounding: 0.01}
  - name: final
    as_of: 2026-06-30
    run_out_months: 6
    ibnr: none
    model: part_payment
    terms: {pay_rate: 1, losses_are: collected, payment_rounding: 0.01}
data:
"""


def settled(folder: Path, settlement: str | None) -> ArrangementResult:
    contract = write_agreement(folder)
    contract.write_text(contract.read_text("utf-8").replace("data:\n", SETTLEMENTS, 1), "utf-8")
    table = vbc.settle(contract, settlement=settlement).comparison
    assert table is not None
    return table.results[1]


def test_the_interim_settlement_pays_a_part_of_what_was_earned_so_far(tmp_path: Path) -> None:
    result = settled(tmp_path, "interim")
    # half of 2,000 - 1,500 - 78 is 211; half of that is due, beside the 8 left of the fee
    assert (result.settlement, result.due) == (211, Decimal("113.50"))


def test_the_final_settlement_takes_back_what_the_interim_paid_too_much(tmp_path: Path) -> None:
    result = settled(tmp_path, None)
    # the claim of 400 paid in May leaves 22 of 2,000: below the minimum of 40, nothing is earned
    assert result.settlement == 0
    assert result.part is not None
    assert (result.part.settlement, result.part.paid_before, result.part.due) == (
        "final",
        Decimal("105.50"),
        Decimal("-105.50"),
    )
    assert result.due == 8 - Decimal("105.50")


def test_what_is_recorded_as_paid_by_an_interim_settlement_is_netted_once(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    contract.write_text(contract.read_text("utf-8").replace("data:\n", SETTLEMENTS, 1), "utf-8")
    recorded = FILES["payments.csv"] + "2026-04-15,shared_savings,interim,100.00,interim settlement\n"
    (tmp_path / "payments.csv").write_text(recorded, "utf-8")
    settlement = vbc.settle(contract)
    assert settlement.comparison is not None
    assert settlement.comparison.results[1].due == 8 - 100
    # on the books: 78 earned less 70 and 100 paid
    text = "\n".join(ledger_lines(settlement, 80))
    assert [line.split()[1:] for line in text.splitlines() if line.startswith("total")] == [
        ["78", "170", "-92", "-92"]
    ]


def test_a_settlement_that_the_contract_does_not_state_is_refused(tmp_path: Path) -> None:
    with pytest.raises(vbc.InputRefused, match="no settlement 'fnal'\n  Did you mean 'final'"):
        settled(tmp_path, "fnal")
