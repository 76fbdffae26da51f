"""Populations of one contract: each counts its own members and claims, and together they are everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import CONTRACT, FILES
from vbc_cli.api import Settlement

STRATA = {"ann": "adult", "ben": "child", "cy": "adult"}
FACTS = """\
facts:
  adults: {measured: member_months, strata: adult}
  children: {measured: member_months, strata: [child]}
  everybodys_cost: {measured: spending, amount: allowed_amount}
  cost_of_adults: {measured: spending, amount: allowed_amount, members: adults}
  cost_of_children: {measured: spending, amount: allowed_amount, members: children}
  target_of_adults: {given: 1_500}
  target_of_children: {given: 300}
arrangements:
  savings:
    - model: shared_savings_by_population
      facts:
        populations:
          - {population: adults, benchmark: target_of_adults, expenditure: cost_of_adults}
          - {population: children, benchmark: target_of_children, expenditure: cost_of_children}
      terms:
        combine: COMBINE
        minimum_savings_rate: 0
        minimum_loss_rate: 0
        minimum_must_be: at_least
        sharing_rate: 0.50
        loss_sharing_rate: 0.40
        payment_rounding: 0.01
"""


def settled(folder: Path, combine: str = "separate", facts: str = FACTS) -> Settlement:
    lines = FILES["eligibility.csv"].splitlines()
    people = [f"{lines[0]},stratum", *(f"{line},{STRATA[line.split(',')[0]]}" for line in lines[1:])]
    for name, text in {**FILES, "eligibility.csv": "\n".join(people) + "\n"}.items():
        (folder / name).write_text(text, encoding="utf-8")
    contract = folder / "contract.yaml"
    head = CONTRACT[: CONTRACT.index("facts:")].replace("  payments: payments.csv\n", "")
    contract.write_text(head + facts.replace("COMBINE", combine), encoding="utf-8")
    return vbc.settle(contract)


def test_populations_together_are_everybody_in_months_and_dollars(tmp_path: Path) -> None:
    (row,) = settled(tmp_path).arrangements[0].rows
    # Ann 12 months, 1,000 + 200 + 60 pharmacy; Ben 6 months, 300; Cy is not attributed
    assert (row.facts["adults"], row.facts["children"]) == (12, 6)
    assert (row.facts["cost_of_adults"], row.facts["cost_of_children"]) == (1260, 300)
    assert row.facts["everybodys_cost"] == 1560


@pytest.mark.parametrize(
    ("combine", "settlement"),
    [
        ("separate", 120),  # half of 1,500 - 1,260; children neither save nor lose
        ("net_losses", 120),
        ("pool", 120),
    ],
)
def test_each_population_is_held_against_its_own_target(
    combine: str, settlement: int, tmp_path: Path
) -> None:
    (row,) = settled(tmp_path, combine).arrangements[0].rows
    assert row.sheets["shared_savings_by_population"].settled == settlement


@pytest.mark.parametrize(("combine", "settlement"), [("separate", 100), ("net_losses", 95), ("pool", 95)])
def test_losses_of_one_population_are_owed_or_netted(combine: str, settlement: int, tmp_path: Path) -> None:
    facts = FACTS.replace("{given: 300}", "{given: 250}")
    (row,) = settled(tmp_path, combine, facts).arrangements[0].rows
    # children lose 50: 240 x 50 % - 50 x 40 %, or (240 - 50) x 50 %
    assert row.sheets["shared_savings_by_population"].settled == settlement


def test_a_stratum_in_which_nobody_is_enrolled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(vbc.InputRefused, match="'children' counts the stratum 'chidl', in which nobody"):
        settled(tmp_path, facts=FACTS.replace("strata: [child]", "strata: [chidl]"))
