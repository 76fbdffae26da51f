"""Published quality benchmarks: both printed forms, what is wrong with a file, CMS's own of five years."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import vbc_cli as vbc
from tests import shared
from vbc_cli.claims.benchmark_settings import BenchmarkFile
from vbc_cli.claims.benchmarks import Benchmark, read_benchmarks
from vbc_cli.problems import InputRefused
from vbc_cli.vary import Variation, settle_varied

TENS = [str(share) for share in (1, *range(10, 100, 10), 99)]
ENTRY = {"measureId": "001", "submissionMethod": "claims", "performanceYear": 2022}


def read(folder: Path, *entries: Any) -> tuple[Benchmark, ...]:
    path = folder / "benchmarks.json"
    path.write_text(json.dumps(list(entries)))
    return read_benchmarks([BenchmarkFile("benchmarks", path, "c.yaml", 7)])[0]["benchmarks"]


def test_deciles_are_printed_in_the_direction_in_which_rates_get_better(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {**ENTRY, "deciles": [100, 80, 70, 60, 50, 40, 30, 20, 10]})
    assert not found.higher_is_better
    assert (found.steps[0], found.steps[-1]) == (Decimal(100), Decimal(10))


def test_of_ten_deciles_the_first_is_where_the_worst_rate_lies(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        {
            **ENTRY,
            "deciles": [
                8232.91,
                6109.03,
                5481.33,
                5088.87,
                4778.55,
                4504.07,
                4218.92,
                3920.79,
                3579.74,
                3121.99,
            ],
        },
    )
    assert (len(found.steps), found.steps[0]) == (9, Decimal("6109.03"))


def test_percentiles_always_rise_and_an_inverse_measure_is_read_from_the_top(tmp_path: Path) -> None:
    shares = {"percentiles": {share: int(share) for share in TENS}, "isToppedOutByProgram": True}
    plain, inverse = read(
        tmp_path,
        {**ENTRY, **shares, "isInverse": False},
        {**ENTRY, **shares, "isInverse": True, "submissionMethod": "registry"},
    )
    # A rate of 10 or less begins decile 10 of the inverse measure, a rate of 90 or more that of the other.
    assert (plain.steps[0], plain.steps[-1], plain.higher_is_better) == (Decimal(10), Decimal(90), True)
    assert (inverse.steps[0], inverse.steps[-1], inverse.higher_is_better) == (
        Decimal(90),
        Decimal(10),
        False,
    )
    assert plain.topped_out


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    def refused(*entries: Any) -> str:
        with pytest.raises(InputRefused) as refusal:
            read(tmp_path, *entries)
        return str(refusal.value).replace(f"{tmp_path}/", "")

    again = "\n  Download the file again."
    whole = {**ENTRY, "deciles": [1] * 9}
    assert refused(whole, whole, 7, {"deciles": []}, {**ENTRY, "deciles": [1, None]}) == "\n".join(
        f"benchmarks.json: entry {said}{again}"
        for said in (
            "2 (001, claims, 2022) stands in the file twice",
            "3 is no benchmark",
            "4 has no measureId and no submissionMethod and no performanceYear",
            "5 (001) has neither nine or ten deciles nor percentiles from 10 to 90",
        )
    )
    assert refused() == (
        "benchmarks.json: this is no list of benchmarks\n"
        "  Name a file of the Quality Payment Program's benchmarks: a JSON list."
    )
    with pytest.raises(InputRefused) as refusal:
        read_benchmarks([BenchmarkFile("benchmarks", tmp_path / "none.json", "c.yaml", 7)])
    assert str(refusal.value).startswith("c.yaml:7: the benchmark file ")


# How many entries each of CMS's files holds, counted from the files.
PUBLISHED = {2022: 372, 2023: 385, 2024: 358, 2025: 380, 2026: 293}


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_entry_of_the_published_files_is_read(year: int) -> None:
    path = shared.here(shared.CLAIMS / "qpp-benchmarks" / f"{year}.json")
    found = read_benchmarks([BenchmarkFile("benchmarks", path)])[0]["benchmarks"]
    assert len(found) == PUBLISHED[year]
    for each in found:
        rising = all(one <= other for one, other in zip(each.steps, each.steps[1:], strict=False))
        falling = all(one >= other for one, other in zip(each.steps, each.steps[1:], strict=False))
        assert rising if each.higher_is_better else falling, each
    if year == 2025:
        assert sum(not each.higher_is_better for each in found) == 80


def write_contract(tmp_path: Path) -> Path:
    """Write a contract that scores a rate of 35 percent on a file of benchmarks, and its other files."""
    (tmp_path / "claims.csv").write_text(
        "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,plan_paid_amount\n"
        "C1,1,M1,office,2025-02-10,2025-03-01,10.00\n"
    )
    (tmp_path / "eligibility.csv").write_text(
        "member_id,enrollment_start_date,enrollment_end_date\nM1,2025-01-01,2025-12-31\n"
    )
    (tmp_path / "quality.csv").write_text("measure_id,numerator,denominator\n001,35,100\n")
    contract = tmp_path / "contract.yaml"
    contract.write_text(
        """
contract: benchmarks
title: Points by decile
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data: {claims: claims.csv, eligibility: eligibility.csv, quality: quality.csv}
facts:
  own_claims: {measured: spending, amount: plan_paid_amount}
  counts: {measured: quality}
  published: {measured: quality_benchmarks, file: benchmarks.json}
  quality:
    model: decile_points
    facts: {quality_results: counts, benchmarks: published.measures, benchmark_steps: published.steps}
    terms:
      performance_year: 2025
      within_a_decile: line
      lowest_points: none
      topped_out_points: 7
      too_few: reweight
      measures: [{measure: "001", method: claims, printed_as: percent, weight: 1, minimum_denominator: 20}]
arrangements:
  fee for service:
    - {model: fee_for_service, basis: plan_paid_amount, counts_as_cost: no, paid: as_claims}
  bonus:
    - model: pay_for_performance
      basis: plan_paid_amount
      counts_as_cost: no
      facts: {quality_score: quality.score}
      terms:
        pool_basis: fixed_amount
        pool_pmpm: none
        pool_rate: none
        pool_amount: 100
        earned_by: composite
        bonus_needs_gate: no
        penalties: none
        bonus_limit: none
        payment_rounding: 0.01
"""
    )
    return contract


def test_another_file_of_benchmarks_is_another_settlement_where_it_is_varied(tmp_path: Path) -> None:
    # 35 percent is decile 7.5 between 40 and 30 in one file. In the other every level is 33 lower: decile 4
    # begins at 37 and decile 5 at 27, so that 35 is 4.2. Of a pool of 100 that earns 75 and 42.
    contract = write_contract(tmp_path)
    for name, lower in (("one", 0), ("other", 33)):
        levels = {share: max(int(share) - lower, 0) for share in TENS}
        read(tmp_path, {**ENTRY, "performanceYear": 2025, "isInverse": True, "percentiles": levels})
        (tmp_path / "benchmarks.json").rename(tmp_path / f"{name}.json")
    for files in (("one.json", "other.json"), ("other.json", "one.json")):
        found = settle_varied(contract, [Variation("facts.published.file", files)])
        due = {each.values[0]: each.outcomes[1].total for each in found.settled}
        assert due == {"one.json": Decimal(75), "other.json": Decimal(42)}


def test_a_contract_scores_its_measures_on_the_file_it_names(tmp_path: Path) -> None:
    contract = write_contract(tmp_path)
    read(
        tmp_path,
        {**ENTRY, "performanceYear": 2025, "isInverse": True, "percentiles": {s: int(s) for s in TENS}},
    )
    settlement = vbc.settle(contract)
    sheet = settlement.arrangements[0].rows[0].sheets["quality"]
    # 35 percent, lower is better: decile 7 runs from 40 down to 30, and 35 lies half way: 7.5 points.
    assert sheet.value("points_earned") == Decimal("7.5")
    assert any(each.file.endswith("benchmarks.json") for each in settlement.inputs)
