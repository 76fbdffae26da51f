"""The made-up contracts of the project settle over the made-up files, and their own examples come out."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbc_cli as vbc
from vbc_cli.api import measure_contract
from vbc_cli.examples import run_file
from vbc_cli.report.facts import facts_text

FOLDER = Path(__file__).parents[2] / "contracts" / "commercial"
SMALL = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.startswith("lakeside"))
WITH_EXAMPLES = [path for path in SMALL if "\nexamples:\n" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_a_contract_settles_and_its_accounts_sum_to_zero(path: Path) -> None:
    table = vbc.settle(path).comparison
    for each in table.results if table is not None else ():
        assert sum(each.parties().values()) == 0
        assert each.claims_kept + each.replaced == table.claims_kept
        assert each.total == each.claims_kept + sum(account.earned or 0 for account in each.accounts)


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_of_a_contract_come_out(path: Path) -> None:
    result = run_file(path)
    assert not result.differences, "\n".join(result.lines())


def test_one_price_replaces_the_fees_within_the_episodes() -> None:
    settlement = vbc.settle(FOLDER / "bundles_2025.yaml")
    assert settlement.comparison is not None
    assert settlement.measured is not None
    result = settlement.comparison.results[-1]
    episodes = settlement.measured.episodes["joints"].episodes
    own, other = sum(each.own or 0 for each in episodes), sum(each.other or 0 for each in episodes)
    assert result.replaced == own
    assert result.total - result.claims_kept == 38_500 * len(episodes) - other


def test_facts_show_what_a_capitation_is_rated_by() -> None:
    cells = facts_text(measure_contract(FOLDER / "primary_care_capitation_2025.yaml"), None, "table")
    premium = facts_text(measure_contract(FOLDER / "global_capitation_2025.yaml"), None, "csv")
    assert "all cells  59,546" in cells
    # 59,546 member months at 585.00, and taxes of 2 percent
    assert "revenue.premium,34834410\n" in premium
    assert "revenue.taxes,696688.2\n" in premium
    assert "medical.high_cost_members," in premium
