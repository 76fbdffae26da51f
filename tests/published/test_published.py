"""Settlements that CMS published, reproduced row by row from the inputs beside them.

The files are CMS's public-use files, not part of the project: they are read from the folder
`published` of tests/shared.py.
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest

from tests.shared import PROJECT, PUBLISHED, needs
from vbc_cli import api
from vbc_cli.expect import Comparison, compare, parse_expectations

MEDICARE = PROJECT / "contracts" / "medicare"

pytestmark = needs(PUBLISHED)


@cache
def settled(program: str, year: str) -> api.Settlement:
    return api.settle(MEDICARE / program / f"{year}.yaml", portfolio=PUBLISHED / program / f"{year}.csv")


def column(program: str, year: str, key: str, name: str) -> dict[str, str]:
    """Return a published column by key, read with nothing but a CSV reader."""
    with (PUBLISHED / program / f"{year}.csv").open(encoding="latin-1", newline="") as file:
        return {row[key]: row[name].strip() for row in csv.DictReader(file)}


def lines(program: str, year: str, name: str) -> dict[str, Decimal]:
    settlement = settled(program, year)
    return {row.key: settlement.values(row)[name] for row in settlement.arrangements[0].rows}


def compared(program: str, year: str, expectation: str, within: str) -> Comparison:
    (comparison,) = compare(settled(program, year), parse_expectations([expectation], [within]))
    return comparison


@pytest.mark.parametrize(("year", "rows"), [("2024", 476), ("2022", 482), ("2021", 475)])
def test_generated_savings_agree_on_every_row(year, rows):
    found = compared("mssp", year, "generated_savings_or_losses=GenSaveLoss", "1")
    assert (found.agree, found.differences) == (rows, ())


@pytest.mark.parametrize(
    ("year", "rows", "not_told_apart"),
    [("2024", 476, set()), ("2022", 481, {"A1070"}), ("2021", 472, {"A1515", "A2820", "A4627"})],
)
def test_what_is_earned_or_owed_agrees_but_where_the_loss_limit_is_not_published(year, rows, not_told_apart):
    found = compared("mssp", year, "earned_savings_or_losses=EarnSaveLoss", "1")
    assert found.agree == rows
    assert {difference.key for difference in found.differences} == not_told_apart
    assert found.outside == 0
    for (
        difference
    ) in found.differences:  # a loss limited by revenue that nobody published: anything up to ours
        assert difference.published == 0
        assert difference.low <= difference.settled < 0 == difference.high
        assert (
            difference.settled - difference.low <= 2
        )  # both dollars of the printed inputs may be half a dollar off


@pytest.mark.parametrize(
    ("year", "savers", "losers"),
    [("2024", "4124.21", "19.97"), ("2022", "2524.45", "0.00"), ("2021", "1959.43", "0.00")],
)
def test_totals_in_millions_are_those_published(year, savers, losers):
    earned = lines("mssp", year, "earned_savings_or_losses")
    owed = {
        key: value
        for key, value in earned.items()
        if value < 0 and column("mssp", year, "ACO_ID", "EarnSaveLoss")[key] != "0"
    }
    assert in_millions(sum(value for value in earned.values() if value > 0)) == Decimal(savers)
    assert in_millions(-sum(owed.values(), Decimal(0))) == Decimal(losers)


def in_millions(amount: Decimal) -> Decimal:
    return (amount / 1_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("year", ["2024", "2022", "2021"])
def test_the_minimum_savings_rate_of_one_sided_rows_is_exact_to_the_printed_digits(year):
    printed = column("mssp", year, "ACO_ID", "MinSavPerc")
    people = column("mssp", year, "ACO_ID", "N_AB")
    one_sided = one_sided_rows(year)
    rates = lines("mssp", year, "minimum_savings_rate")
    chosen = [key for key in one_sided if int(people[key].replace(",", "")) >= 5_000]
    assert len(chosen) > 100
    for key in chosen:
        text = printed[key].removesuffix("%")
        rate = rates[key] if year == "2021" else rates[key] * 100  # 2021 prints fractions
        places = Decimal("0.0001") if year == "2021" else Decimal("0.01")
        assert rate.quantize(places, ROUND_HALF_UP) == Decimal(text), key


def one_sided_rows(year: str) -> set[str]:
    """Return the keys of the rows on levels A and B, as the file says."""
    if year == "2021":
        flags = [
            column("mssp", year, "ACO_ID", f"Current_{track}") for track in ("BASIC_A", "BASIC_B", "Track_1")
        ]
        return {key for flag in flags for key, text in flag.items() if text == "1"}
    return {
        key for key, track in column("mssp", year, "ACO_ID", "Current_Track").items() if track in ("A", "B")
    }


@pytest.mark.parametrize(
    ("year", "rows", "within"),
    # 2024 prints hundredths of a percent of shares that the quality score has cut
    [("2024", 476, "0.00005"), ("2022", 482, "0"), ("2021", 475, "0")],
)
def test_the_final_sharing_rate_agrees_on_every_row(year, rows, within):
    found = compared("mssp", year, "final_sharing_rate=FinalShareRate", within)
    assert (found.agree + found.unpublished, found.differences) == (rows, ())


def test_advances_come_back_as_published():
    for expectation in ("recoupment=AIPRecoup", "advance_owed=AIPOwe"):
        found = compared("mssp", "2024", expectation, "1")
        assert (found.agree + found.unpublished, found.differences) == (476, ())
    recouped = [value for value in lines("mssp", "2024", "recoupment").values() if value]
    assert recouped


def test_risk_corridors_agree_within_two_cents_before_sequestration():
    found = compared("aco_reach", "2023", "shared_savings=shared_savings", "0.02")
    assert (found.agree, found.differences) == (132, ())
    found = compared("aco_reach", "2023", "gross_savings=gross_savings", "0.02")
    assert (found.agree, found.differences) == (132, ())


def test_after_sequestration_one_row_contradicts_what_was_published():
    found = compared("aco_reach", "2023", "shared_savings_after_sequestration=shared_savings_seq", "0.02")
    (difference,) = found.differences
    assert (found.agree, found.outside, difference.key, difference.published) == (131, 1, "D0120", 0)
    shared = column("aco_reach", "2023", "aco_id", "shared_savings")["D0120"]
    assert abs(difference.settled - Decimal(shared) * Decimal("0.98")) < Decimal("0.02")


def test_shared_savings_of_the_program_foot_to_the_published_column():
    published = column("aco_reach", "2023", "aco_id", "shared_savings")
    total = sum(map(Decimal, published.values()))
    settled_total = sum(lines("aco_reach", "2023", "shared_savings").values())
    assert abs(settled_total - total) <= len(published) * Decimal("0.02")
