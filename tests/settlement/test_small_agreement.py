"""A whole settlement worked by hand, from claim lines to what is due and what the plan keeps."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import FILES, write_agreement
from vbc_cli.api import Settlement
from vbc_cli.comparison import ArrangementResult, ComparisonTable
from vbc_cli.credibility import luck_of


@pytest.fixture(scope="module")
def settlement(tmp_path_factory: pytest.TempPathFactory) -> Settlement:
    return vbc.settle(write_agreement(tmp_path_factory.mktemp("small")))


def compared(settlement: Settlement) -> tuple[ComparisonTable, ArrangementResult]:
    assert settlement.comparison is not None
    return settlement.comparison, settlement.comparison.results[1]


def test_the_settlement_is_the_one_worked_by_hand(settlement: Settlement) -> None:
    table, savings = compared(settlement)
    # fee: January to June 2 people x 4.00 x 6 = 48; July to December 1 x 5.00 x 6 = 30; 78 in all
    # cost 1,500 + fee 78 = 1,578; savings 2,000 - 1,578 = 422, over 2 % of 2,000; half of it 211
    assert (savings.claims_kept, savings.prospective, savings.settlement) == (1050, 78, 211)
    assert savings.total == 1050 + 78 + 211
    assert table.against_first(savings) == 289


def test_what_is_due_is_what_is_earned_less_what_is_paid(settlement: Settlement) -> None:
    _, savings = compared(settlement)
    assert [(each.stream, each.earned, each.paid_already, each.due) for each in savings.accounts] == [
        ("fee", 78, 70, 8),
        ("shared_savings", 211, 0, 211),
    ]
    assert savings.due == 219


def test_the_plan_keeps_what_is_below_the_target_less_what_it_pays(settlement: Settlement) -> None:
    table, savings = compared(settlement)
    assert savings.below_target == 2000 - 1500
    assert table.kept_by_plan(savings) == 500 - 289


def test_the_accounts_of_all_parties_sum_to_zero(settlement: Settlement) -> None:
    _, savings = compared(settlement)
    assert savings.parties() == {"Group": 289, "Plan": -289}


def test_own_claims_and_those_of_others_are_all_claims(settlement: Settlement) -> None:
    table, _ = compared(settlement)
    assert settlement.measured is not None
    assert table.claims_kept + table.claims_of_others == settlement.measured.costs["everybody"].total == 1300


def test_a_fee_counted_as_cost_or_not_differs_by_the_share_times_the_fee(
    settlement: Settlement, tmp_path: Path
) -> None:
    _, counted = compared(settlement)
    _, not_counted = compared(vbc.settle(write_agreement(tmp_path, fee_counts="no")))
    assert not_counted.settlement - counted.settlement == Decimal("0.50") * 78


def test_luck_is_the_spread_of_the_members_themselves(settlement: Settlement) -> None:
    # 1,500 / 18 months = 83 1/3; Ann 1,200 - 12 x 83 1/3 = 200, Ben 300 - 6 x 83 1/3 = -200
    # variance of the total: 2 / (2 - 1) x (200^2 + 200^2) = 160,000, standard error 400
    assert settlement.measured is not None
    luck = luck_of(settlement.measured.costs["expenditure"].distribution)
    assert luck is not None
    assert round(luck.standard_error, 20) == 400
    assert luck.chance_above(Decimal(0)) == Decimal("0.5")
    # the normal distribution leaves 15.87 % above one standard error
    assert luck.chance_above(Decimal(400)) == Decimal("0.1587")


def test_payments_of_a_stream_that_nobody_has_are_refused(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    (tmp_path / "payments.csv").write_text(
        FILES["payments.csv"].replace(",fee,fee,", ",feee,fee,"), encoding="utf-8"
    )
    with pytest.raises(vbc.InputRefused, match="payments of 'feee', which is no stream"):
        vbc.settle(contract)


def test_claims_kept_in_another_amount_than_the_comparison_are_refused(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("basis: plan_paid_amount", "basis: allowed_amount"), encoding="utf-8")
    with pytest.raises(
        vbc.InputRefused, match="'own' is in plan_paid_amount, the comparison in allowed_amount"
    ):
        vbc.settle(contract)
