"""Streams in every direction, worked by hand on the small agreement: 18 months, target 2,000, cost 1,500.

A fee of 10 PMPM from the plan to the group (180), an administration fee of 4 back (72), a vendor's 7 from the
plan (126) and 3 from the group (54): the group has 180 - 72 = 108 of the plan and -54 with others.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import CONTRACT, write_agreement
from vbc_cli.api import Settlement
from vbc_cli.comparison import ArrangementResult, ComparisonTable
from vbc_cli.report.comparison import comparison_text
from vbc_cli.report.exports import to_csv, to_json
from vbc_cli.report.ledger import ledger_lines


def fee(name: str, pmpm: int, payer: str, payee: str, counts: str = "no", paid: str = "at_settlement") -> str:
    return f"""
    - as: {name}
      model: care_management_fee
      counts_as_cost: {counts}
      paid: {paid}
      payer: {payer}
      payee: {payee}
      facts: {{months: members.by_month}}
      terms: {{fee_pmpm: {pmpm}, payment_rounding: 0.01}}"""


BOTH_WAYS = fee("care", 10, "Plan", "Group") + fee("admin", 4, "Group", "Plan")
VENDORS = fee("vendor", 7, "Plan", "Vendor") + fee("own_vendor", 3, "Group", "Vendor", paid="prospectively")
LIMIT = """
    - model: arrangement_limit
      facts: {of: care.settlement + admin.settlement, base: own}
      terms: {payment_limit_rate: 0.08, loss_limit_rate: none, payment_rounding: 0.01}"""
SAVINGS = CONTRACT.partition("payment_rounding: 0.01\n")[2]


def settled(folder: Path, streams: str) -> Settlement:
    contract = write_agreement(folder)
    text = contract.read_text(encoding="utf-8").replace("  payments: payments.csv\n", "")
    head, _, _ = text.partition("  savings with a fee:")
    contract.write_text(f"{head}  both ways:{streams}\n", encoding="utf-8")
    return vbc.settle(contract)


def compared(settlement: Settlement) -> tuple[ComparisonTable, ArrangementResult]:
    assert settlement.comparison is not None
    return settlement.comparison, settlement.comparison.results[1]


@pytest.fixture(scope="module")
def every_way(tmp_path_factory: pytest.TempPathFactory) -> Settlement:
    return settled(tmp_path_factory.mktemp("parties"), BOTH_WAYS + VENDORS)


def test_the_provider_gets_what_it_receives_less_what_it_pays(every_way: Settlement) -> None:
    table, result = compared(every_way)
    assert (result.prospective, result.settlement, result.with_others) == (0, 108, -54)
    assert (result.total, table.against_first(result)) == (1050 + 108 - 54, 54)
    assert (result.worst, result.best) == (54, 54)
    assert (result.due, result.due_from_others) == (108, -54)


def test_the_plan_keeps_what_is_left_after_the_provider_and_others(every_way: Settlement) -> None:
    table, result = compared(every_way)
    assert (result.plan_to_provider, result.plan_to_others) == (108, 126)
    assert table.kept_by_plan(result) == 500 - 108 - 126
    assert result.parties() == {"Group": 54, "Plan": -234, "Vendor": 180}


def test_table_ledger_json_and_csv_say_the_same(every_way: Settlement) -> None:
    text = comparison_text(every_way, 100, colour=False)
    rows = [line.split() for line in text.splitlines() if line.startswith("both ways  ")]
    assert rows[0][2:] == ["1,050", "–", "+108", "-54", "1,104", "+54", "+5.1%"]
    assert rows[1][-2:] == ["+108", "-54"]
    assert rows[2][2:] == ["+500", "+108", "+126", "+266", "+14.78"]
    assert "plan money    " not in text
    assert "Others, which is not plan money: both ways: Vendor -54" in text
    assert "To others: both ways: Vendor +126" in text
    (compared,) = json.loads(to_json([every_way], {}))["contracts"][0]["comparison"][1:]
    assert (compared["with_others"], compared["plan_to_others"], compared["kept_by_plan"]) == (
        "-54",
        "126",
        "266",
    )
    assert (compared["due"], compared["due_from_others"], compared["total"]) == ("108", "-54", "1104")
    (row,) = list(csv.DictReader(io.StringIO(to_csv([every_way], worksheet=False))))[1:]
    assert (row["settlement"], row["with_others"], row["due"]) == ("108", "-54", "108")
    books = [line.split() for line in ledger_lines(every_way, 100)]
    assert ["total", "54", "0", "54", "54"] in books
    assert ["admin", "after", "the", "period", "Plan", "-72", "0", "-72", "-72"] in books
    assert ["vendor", "Plan", "pays", "Vendor", "126", "0", "126", "126"] in books


@pytest.mark.parametrize("width", [56, 80, 100])
def test_what_others_pay_is_never_left_out(every_way: Settlement, width: int) -> None:
    text = comparison_text(every_way, width, colour=False)
    file = every_way.contract.file
    assert [line for line in text.splitlines() if len(line) > width and file not in line] == []
    for heading in ("Others", "Total", "vs first", "Worst", "Best", "Plan owes", "Others owe", "To others"):
        assert heading in text


def test_a_limit_over_streams_of_both_directions_holds_what_they_come_to_together(tmp_path: Path) -> None:
    _, result = compared(settled(tmp_path, BOTH_WAYS + LIMIT))
    # 108 is above 8 % of 1,050, which is 84
    assert (result.settlement, result.worst, result.best) == (84, 84, 84)


def test_a_fee_that_the_plan_receives_lowers_the_cost(tmp_path: Path) -> None:
    streams = fee("care", 10, "Plan", "Group", "yes") + fee("admin", 4, "Group", "Plan", "yes")
    _, result = compared(settled(tmp_path, f"{streams}\n{SAVINGS.rstrip()}"))
    # cost 1,500 + 180 - 72 = 1,608; savings 392, half of it 196
    assert result.settlement == 108 + 196


def test_what_a_provider_owes_at_most_is_the_most_of_what_it_pays(tmp_path: Path) -> None:
    limited = {
        "losses: none": LOSSES,
        "limit_rate: none": "limit_rate: 0.10",
        "limit_base: none": "limit_base: benchmark",
    }
    streams = SAVINGS.rstrip()
    for agreed, other in limited.items():
        streams = streams.replace(agreed, other, 1)
    there = compared(settled(tmp_path, f"\n{streams}"))[1]
    back = compared(settled(tmp_path, f"\n{streams.replace(MODEL, MODEL + TURNED)}"))[1]
    assert (there.worst, there.best) == (Decimal(-100), Decimal(200))
    assert (back.worst, back.best) == (Decimal(-200), Decimal(100))
    assert back.settlement == -there.settlement != 0


MODEL = "    - model: shared_savings\n"
TURNED = "      payer: Group\n      payee: Plan\n"
LOSSES = """loss_sharing_rate: 0.50
        minimum_loss_rate: 0
        losses_must_be: at_least
        losses_shared_from: first_dollar
        recognised_losses_limit_rate: none
        recognised_losses_limit_base: none
        loss_rate_from: none
        lowest_loss_sharing_rate: none
        loss_rate_falls_from_score: none
        loss_rate_falls_to_score: none
        loss_limit_rate: 0.05
        loss_limit_base: benchmark
"""
