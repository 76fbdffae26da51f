"""What stands beside the streams of an agreement: limits over several of them, balances, its own words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import vbc_cli as vbc
from vbc_cli.contract.contract import read_contract
from vbc_cli.problems import InputRefused
from vbc_cli.report.explain import explanation_lines, terms_lines
from vbc_cli.report.render import as_table

TWO_PRODUCTS = Path(__file__).parents[2] / "contracts" / "commercial" / "two_products.yaml"


@pytest.fixture(scope="module")
def settlement() -> vbc.api.Settlement:
    return vbc.settle(TWO_PRODUCTS)


def settled(settlement: vbc.api.Settlement) -> dict[str, Decimal | None]:
    (row,) = settlement.arrangements[0].rows
    return {name: sheet.settled for name, sheet in row.sheets.items()}


def test_a_stack_with_a_limit_and_a_deficit_settles_as_worked_by_hand(settlement: vbc.api.Settlement) -> None:
    # savings 400,000 less losses 150,000, of which 50 %; bonus 80 % of 60,000; 10 % of 1,500,000 for both;
    # the deficit of 30,000 with 4 % interest is taken from what is left
    assert settled(settlement) == {
        "savings": 125_000,
        "bonus": 48_000,
        "limit_on_both": -23_000,
        "deficit": Decimal(-31_200),
        "security": None,
    }


def test_an_arrangement_comes_to_the_sum_of_its_streams(settlement: vbc.api.Settlement) -> None:
    text = as_table([settlement], {}, None, worksheet=False, width=None)
    # 150,000 - 31,200
    assert "all streams    settlement       118,800.00 usd" in text


def test_the_rounding_policy_holds_where_a_stream_states_no_step_of_its_own(tmp_path: Path) -> None:
    text = TWO_PRODUCTS.read_text("utf-8")
    contract = tmp_path / "contract.yaml"
    contract.write_text(
        text.replace("payment: 0.01", "payment: 100").replace(
            "opening_balance: -30_000", "opening_balance: -30_000\n          payment_rounding: 1"
        ),
        "utf-8",
    )
    found = settled(vbc.settle(contract))
    assert (found["savings"], found["deficit"]) == (125_000, -31_200)
    contract.write_text(text.replace("payment: 0.01", "payment: 1_000"), "utf-8")
    assert settled(vbc.settle(contract))["deficit"] == -31_000


def test_a_given_code_that_no_stream_reads_waits_for_its_reader(tmp_path: Path) -> None:
    text = TWO_PRODUCTS.read_text("utf-8")
    text = text.replace("\nfacts:\n", "\nfacts:\n  recognition: {given: level_3, source: Letter}\n", 1)
    contract = tmp_path / "contract.yaml"
    contract.write_text(text, "utf-8")
    assert len(vbc.settle(contract).arrangements) == len(vbc.settle(TWO_PRODUCTS).arrangements)


def test_the_agreements_own_words_are_printed_beside_ours(settlement: vbc.api.Settlement) -> None:
    (row,) = settlement.arrangements[0].rows
    explained = "\n".join(explanation_lines(settlement, "savings of two products", row, None, 100))
    assert '"Paid Revenue", plan\'s report of 2026-04-30' in explained
    assert 'combined_settlement = 125,000.00 usd\n    "Annual Settlement" (Article IV)\n' in explained
    page = "\n".join(terms_lines(settlement.contract, 100))
    assert '"Annual Settlement" (Article IV), here savings.settlement' in page


def test_a_sum_of_results_has_no_value_where_one_of_them_has_none(tmp_path: Path) -> None:
    text = TWO_PRODUCTS.read_text("utf-8")
    contract = tmp_path / "contract.yaml"
    contract.write_text(text.replace("base: own_revenue", "base: own_revenue + ppo_cost"), "utf-8")
    # 10 % of 1,500,000 + 9,600,000: nothing is over the limit
    assert settled(vbc.settle(contract))["limit_on_both"] == 0
    contract.write_text(
        text.replace(
            "payment_limit_rate: 0.10, loss_limit_rate: 0.05",
            "payment_limit_rate: 0.10, loss_limit_rate: none",
        ),
        "utf-8",
    )
    with pytest.raises(InputRefused, match="reads 'worst_case', a fact that is missing"):
        vbc.settle(contract)


def test_streams_that_need_each_other_are_refused_with_their_line(tmp_path: Path) -> None:
    contract = tmp_path / "contract.yaml"
    text = TWO_PRODUCTS.read_text("utf-8")
    contract.write_text(text.replace("base: own_revenue}", "base: deficit.settlement}"), "utf-8")
    with pytest.raises(InputRefused, match="streams need each other") as refusal:
        read_contract(contract, {})
    (problem,) = refusal.value.problems
    assert problem.line == text[: text.index("- as: limit_on_both")].count("\n") + 1


OVERLAP = """\
contract: overlap
title: Bundles beside total cost of care
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
facts:
  target: {given: 1_000_000}
  cost: {given: 950_000}
  episodes_actual: {given: 90_000}
  episodes_target: {given: 100_000}
arrangements:
  both:
    - as: bundle
      model: ./bundle.yaml
    - as: overlap
      model: bundle_overlap
      facts: {benchmark: target, expenditure: cost, reconciliation: bundle.settlement}
      terms: {overlap: RULE}
    - as: savings
      model: ./share.yaml
      facts: {benchmark: overlap.benchmark, expenditure: overlap.expenditure}
"""
BUNDLE = """\
model: bundle
title: Bundle
summary: The plan pays what episodes cost less than their target.
facts: {episodes_actual: usd, episodes_target: usd}
lines: {saved: episodes_target - episodes_actual}
results: {settlement: saved}
"""
SHARE = """\
model: share
title: Share
summary: The plan pays what members cost less than the benchmark.
facts: {benchmark: usd, expenditure: usd}
lines: {saved: benchmark - expenditure}
results: {settlement: saved}
"""


@pytest.mark.parametrize(
    ("rule", "savings"),
    [
        ("count_at_target", 40_000),  # 1,000,000 - (950,000 - 90,000 + 100,000)
        ("count_actual_and_add_reconciliation", 40_000),  # 1,000,000 - (950,000 + 10,000)
        ("remove_episode_from_both_sides", 40_000),  # (1,000,000 - 100,000) - (950,000 - 90,000)
    ],
)
def test_what_a_bundle_pays_in_full_is_not_shared_a_second_time_under_any_rule(
    rule: str, savings: int, tmp_path: Path
) -> None:
    for name, text in (("bundle", BUNDLE), ("share", SHARE), ("contract", OVERLAP.replace("RULE", rule))):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    found = settled(vbc.settle(tmp_path / "contract.yaml"))
    assert found == {"bundle": 10_000, "overlap": None, "savings": savings}
    # the plan pays no more than the whole of 50,000 that was saved
    assert 10_000 + savings == 1_000_000 - 950_000


def test_a_contract_without_arrangements_is_measured_and_not_settled(tmp_path):
    contract = tmp_path / "contract.yaml"
    contract.write_text(
        "contract: facts\ntitle: Facts alone\npayer: Plan\nperiod: {start: 2025-01-01, end: 2025-12-31}\n"
        "facts: {paid: {given: 1, source: here}}\narrangements: {}\n"
    )
    with pytest.raises(InputRefused, match="has no arrangements to settle\n  Add arrangements:, or measure"):
        vbc.settle(contract)
