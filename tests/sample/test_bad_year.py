"""The same agreement over a year in which care cost 7 percent more: losses are seen, and limits hold."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbc_cli as vbc
from vbc_cli.comparison import ComparisonTable

CONTRACTS = Path(__file__).parents[2] / "contracts" / "commercial"
USUAL, BAD = "lakeside_2025.yaml", "lakeside_2025_bad_year.yaml"


@pytest.fixture(scope="module")
def years() -> dict[str, ComparisonTable]:
    names = {"usual": USUAL, "bad": BAD}
    found = {year: vbc.settle(CONTRACTS / name).comparison for year, name in names.items()}
    return {year: table for year, table in found.items() if table is not None}


def test_the_two_contracts_differ_in_name_title_and_claims_alone() -> None:
    usual, bad = (
        [line for line in text.splitlines() if not line.startswith("#")]
        for text in ((CONTRACTS / name).read_text("utf-8") for name in (USUAL, BAD))
    )
    pairs = [(one, other) for one, other in zip(usual, bad, strict=True) if one != other]
    assert [one.split(":")[0].strip() for one, _ in pairs] == ["contract", "title", "file"]


def test_nine_arrangements_are_compared_in_both_years(years: dict[str, ComparisonTable]) -> None:
    assert {len(table.results) for table in years.values()} == {9}


def test_care_is_dearer_by_seven_percent_and_the_provider_shares_the_loss(
    years: dict[str, ComparisonTable],
) -> None:
    usual, bad = years["usual"], years["bad"]
    assert usual.claims_kept and bad.claims_kept
    assert float(bad.claims_kept / usual.claims_kept) == pytest.approx(1.07, abs=0.001)
    at_risk = {"shared savings, two-sided", "ACO stack", "bundles, four conditions"}
    results = {each.name: each for each in bad.results}
    assert all(results[name].streams_total < 0 for name in at_risk)
    assert results["shared savings, upside"].settlement == 0
    for each in bad.results:
        beside_claims = each.streams_total - each.replaced
        assert each.worst is None or each.worst <= beside_claims
        assert each.best is None or beside_claims <= each.best


def test_kept_and_replaced_and_others_are_all_claims_under_every_arrangement(
    years: dict[str, ComparisonTable],
) -> None:
    for table in years.values():
        own = table.claims_kept
        for each in table.results:
            assert each.claims_kept + each.replaced == own
            assert sum(each.parties().values()) == 0
            assert each.total == each.claims_kept + sum(account.earned or 0 for account in each.accounts)
