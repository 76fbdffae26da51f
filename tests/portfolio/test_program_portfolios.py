"""Programs settled over a whole portfolio: what some lose is what others gain."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.expect import compare, parse_expectations
from vbc_cli.problems import InputRefused
from vbc_cli.report.explain import explanation_lines

ROOT = Path(__file__).parents[2]
MEDICARE = ROOT / "contracts" / "medicare"
CENT = Decimal("0.01")


def settled(contract: str) -> dict[str, dict[str, object]]:
    settlement = api.settle(MEDICARE / contract)
    return {row.key: settlement.values(row) for row in settlement.arrangements[0].rows}


def sample(file: str) -> list[dict[str, str]]:
    with (ROOT / "sample_data" / file).open(newline="") as rows:
        return list(csv.DictReader(rows))


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@pytest.mark.parametrize("year", range(2019, 2029))
def test_clinicians_gain_together_what_others_lose_or_three_times_their_own_rate(year):
    rows = settled(f"mips/{year}.yaml").values()
    gained = sum(row["basic_adjustment"] for row in rows if row["basic_adjustment"] > 0)
    lost = sum(row["decrease"] for row in rows if row["decrease"] is not None)
    most = sum(3 * row["unscaled_increase"] for row in rows if row["unscaled_increase"] is not None)
    assert abs(gained - min(lost, most)) < CENT


def test_clinicians_of_2028_are_adjusted_as_a_spreadsheet_would():
    # decreases: 9 % x 6.6 / 75 of 350,000, 9 % x 30 / 75 of 290,000, 9 % of 95,000 and of 60,000: 27,162
    # increases before scaling: 9 % x 25, 17.5 and 10 / 25 of 240,000, 610,000 and 180,000: 66,510
    rows = settled("mips/2028.yaml")
    for key, unscaled in (("C001", 21_600), ("C002", 38_430), ("C003", 6_480)):
        assert abs(rows[key]["payment_adjustment"] - unscaled * Decimal(27_162) / Decimal(66_510)) < CENT
    assert rows["C006"]["payment_adjustment"] == -10_440
    assert rows["C007"]["payment_adjustment"] == -8_550
    assert rows["C004"]["payment_adjustment"] == 0


def test_the_eight_home_health_agencies_earn_what_the_rule_prints():
    settlement = api.settle(MEDICARE / "home_health_vbp" / "2025.yaml")
    (found,) = compare(
        settlement, parse_expectations(["payment_adjustment_rate=net adjustment"], ["0.00005"])
    )
    assert found.agree == 8
    rows = [settlement.values(row) for row in settlement.arrangements[0].rows]
    slope = sum(row["kept_back"] for row in rows) / sum(row["unscaled_return"] for row in rows)
    assert round(slope, 3) == Decimal("1.931")
    assert abs(sum(row["returned"] - row["kept_back"] for row in rows)) < CENT


def test_larger_and_smaller_agencies_each_have_a_pool_of_their_own(tmp_path):
    file = tmp_path / "agencies.csv"
    file.write_text(
        "agency,cohort,total performance score,prior year payments,net adjustment\n"
        "A,larger volume,60,1000000,\nB,larger volume,30,1000000,\nC,smaller volume,30,200000,\n"
    )
    settlement = api.settle(MEDICARE / "home_health_vbp" / "2025.yaml", portfolio=file)
    rows = [settlement.values(row) for row in settlement.arrangements[0].rows]
    # A and B share 100,000 as 60 to 30; C, alone in its cohort, gets its own 10,000 back
    assert [round(row["returned"], 2) for row in rows] == [Decimal("66666.67"), Decimal("33333.33"), 10_000]


@pytest.mark.parametrize("year", [2015, 2016, 2017])
def test_physician_groups_gain_together_what_others_lose(year):
    rows = settled(f"value_modifier/{year}.yaml").values()
    assert any(row["payment_adjustment"] > 0 for row in rows)
    assert abs(sum(row["payment_adjustment"] for row in rows)) < CENT


def test_hospitals_of_team_are_paid_and_owe_within_the_limits_of_their_track():
    rows = settled("team/2026.yaml")
    gains, losses = (
        {"Track 1": "0.10", "Track 2": "0.05", "Track 3": "0.20"},
        {"Track 2": "0.05", "Track 3": "0.20"},
    )
    for hospital in sample("medicare_episode_hospitals.csv"):
        row, track = rows[hospital["hospital"]], hospital["track"]
        most = Decimal(gains[track]) * row["total_target"]
        least = -Decimal(losses.get(track, "0")) * row["total_target"]
        assert least <= row["reconciliation_amount"] + money(hospital["post-episode excess"]) <= most
    assert rows["H03"]["limited_difference"] == -rows["H03"]["total_target"] * Decimal("0.05")
    # 55 x 24,100 x 0.98 x 1.08 x 0.985 x 1.03, as the trend of 1.04 is held at 3 percent
    assert rows["H03"]["total_target"] == Decimal("55") * 24_100 * Decimal("0.98") * Decimal(
        "1.08"
    ) * Decimal("0.985") * Decimal("1.03")


def test_dialysis_facilities_lose_half_a_percent_for_every_ten_points_begun():
    rows = settled("esrd_qip/2024.yaml")
    factors = [row["payment_adjustment_factor"] for row in rows.values()]
    assert factors == [1, 1, Decimal("0.995"), Decimal("0.995"), Decimal("0.99"), Decimal("0.98"), 1]


CONTRACTS = sorted(path for path in (ROOT / "contracts").rglob("*.yaml") if path.parent.name != "models")


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: str(path.relative_to(ROOT / "contracts")))
def test_a_shipped_contract_settles_or_names_the_published_files_it_needs(path):
    try:
        settlement = api.settle(path)
    except InputRefused as refusal:
        assert all("portfolio" in str(problem) or "file" in str(problem) for problem in refusal.problems)
        assert "CMS" in path.read_text("utf-8")
    else:
        assert all(arrangement.rows for arrangement in settlement.arrangements)


def test_an_explanation_shows_the_rows_of_a_table_that_was_read():
    settlement = api.settle(MEDICARE / "esrd_treatment_choices" / "2022.yaml")
    ((name, row),) = settlement.chosen("P2", None)
    lines = list(explanation_lines(settlement, name, row, None, 100))
    assert "        home dialysis: rate 0.121, baseline 0.119" in lines
    assert "        transplant, 90: rate 0.3" in lines


def test_participants_of_esrd_treatment_choices_are_paid_by_achievement_or_improvement():
    rows = settled("esrd_treatment_choices/2022.yaml")
    # P3: 5.0 from 4.4 percent is +13.6 percent, worth 1.5 points twice, and nothing for transplants
    assert {key: row["modality_performance_score"] for key, row in rows.items()} == {
        "P1": 6,
        "P2": 3,
        "P3": 3,
        "P4": 0,
        "P5": Decimal("4.5"),
    }
    assert [row["payment_adjustment"] for row in rows.values()] == [128_000, 0, 0, -45_000, 12_800]


def test_hospitals_above_the_75th_percentile_of_conditions_lose_one_percent():
    rows = settled("hac_reduction/2025.yaml")
    # of seven totals the inclusive 75th percentile lies halfway between the fifth, 0.175, and the sixth, 0.5
    assert rows["H15"]["cut_off"] == Decimal("0.3375")
    reduced = [key for key, row in rows.items() if row["payment_adjustment_factor"] == Decimal("0.99")]
    assert reduced == ["H11", "H14"]


@pytest.mark.parametrize("year", [2016, 2017, 2018, 2019, 2022, 2023, 2024])
def test_joint_replacements_are_paid_and_owed_within_the_limits_of_the_year(year):
    gain = {2016: "0.05", 2017: "0.05", 2018: "0.10"}.get(year, "0.20")
    loss = {2016: "0", 2017: "0.03", 2018: "0.05"}.get(year, "0.05")  # of a rural hospital, as H23 is
    rows = settled(f"cjr/{year}.yaml")
    for row in rows.values():
        assert 0 <= row["payable_gain"] <= Decimal(gain) * row["target_for_gains"]
    assert rows["H23"]["owed_loss"] == Decimal(loss) * rows["H23"]["target_for_losses"]
    assert rows["H24"]["payable_gain"] == 0  # quality below acceptable
