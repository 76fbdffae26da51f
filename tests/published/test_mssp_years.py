"""The older years of two programs: settled by the same two models, row by row, against what CMS published.

Until 2020 the share depends on a quality score that is printed rounded. A row then agrees within a dollar, or
the published amount lies among those that the printed digits allow; no row lies outside.
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest

from tests.shared import PROJECT, PUBLISHED, needs
from vbc_cli import api
from vbc_cli.expect import Comparison, compare, parse_expectations

MEDICARE = PROJECT / "contracts" / "medicare"

pytestmark = needs(PUBLISHED)

FILES = {"2013": "2013_py1_results"}
"""Where a year's file is not named after the year."""
KEYS = {"2014": "aco_num", "2015": "aco_num", "2017": "aco_num", "2018": "aco_id", "2020": "aco_id"}
KEYS |= {"2013": "total assigned beneficiaries"}
ZERO = Decimal(0)
GENERATED = {"2013": "Generated Savings/Losses1,2"}
EARNED = {"2013": "Earned Shared Savings Payments/Owe Losses3,4"}

ROWS = {"2013": 220, "2014": 333, "2015": 392, "2017": 472, "2018": 548, "2020": 513}
NOT_TOLD_APART = {"2013": 0, "2014": 64, "2015": 92, "2017": 136, "2018": 176, "2020": 243}
"""Rows whose quality score hides decimals worth more than a dollar."""

every_year = pytest.mark.parametrize("year", ROWS)
with_scores = pytest.mark.parametrize("year", [year for year in ROWS if year != "2013"])


def published_file(program: str, year: str) -> Path:
    return PUBLISHED / program / f"{FILES.get(year, year) if program == 'mssp' else year}.csv"


@cache
def settled(program: str, year: str, of: str = "") -> api.Settlement:
    """Settle a year's file, by its own contract or by that of another year."""
    return api.settle(MEDICARE / program / f"{of or year}.yaml", portfolio=published_file(program, year))


def table(path: Path) -> list[dict[str, str]]:
    """Return a file's rows by lower-case header, read with nothing but a CSV reader."""
    with path.open(encoding="latin-1", newline="") as file:
        return [
            {name.strip().lower(): text.strip() for name, text in row.items()} for row in csv.DictReader(file)
        ]


@cache
def published(year: str) -> dict[str, dict[str, str]]:
    return {row[KEYS[year]]: row for row in table(published_file("mssp", year))}


def lines(program: str, year: str, name: str) -> dict[str, Decimal]:
    settlement = settled(program, year)
    return {row.key: settlement.values(row)[name] for row in settlement.arrangements[0].rows}


def compared(program: str, year: str, expectation: str, within: str, of: str = "") -> Comparison:
    (comparison,) = compare(settled(program, year, of), parse_expectations([expectation], [within]))
    return comparison


def earned(year: str) -> Comparison:
    column = EARNED.get(year, "EarnSaveLoss")
    return compared("mssp", year, f"earned_savings_or_losses={column}", "1")


def dollars(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", "") or "0")


def maximum_share(row: dict[str, str]) -> Decimal:
    """Return the largest share of the row's track: as printed, or in 2020 by its flags."""
    if "qualperfshare" in row:
        share = Decimal(row["qualperfshare"])
        return share / 100 if share > 1 else share  # 2015 prints percents
    shares = {"current_enhanced": "0.75", "current_track_3": "0.75", "current_track_2": "0.60"}
    shares |= {"current_basic_a": "0.40", "current_basic_b": "0.40"}
    return next((Decimal(share) for flag, share in shares.items() if row[flag] == "1"), Decimal("0.50"))


@every_year
def test_generated_savings_agree_on_every_row(year):
    column = GENERATED.get(year, "GenSaveLoss")
    found = compared("mssp", year, f"generated_savings_or_losses={column}", "1")
    assert (found.agree, found.differences) == (ROWS[year], ())


@every_year
def test_what_is_earned_or_owed_agrees_or_cannot_be_told_apart_and_never_contradicts(year):
    found = earned(year)
    assert found.agree == ROWS[year] - NOT_TOLD_APART[year]
    assert len(found.differences) == NOT_TOLD_APART[year]
    assert found.outside == 0


@with_scores
def test_what_cannot_be_told_apart_differs_by_no_more_than_the_decimals_the_score_hides(year):
    hidden = Decimal("0.005") if year == "2014" else Decimal("0.00005")
    for difference in earned(year).differences:
        row = published(year)[difference.key]
        bound = abs(dollars(row["gensaveloss"])) * maximum_share(row) * hidden + 1
        assert abs(difference.settled - difference.published) <= bound, difference.key


@with_scores
def test_every_row_whose_score_hides_nothing_agrees_within_a_dollar(year):
    different = {difference.key for difference in earned(year).differences}
    whole = {
        key for key, row in published(year).items() if row["qualscore"] in ("1", "1.0", "100", "P4R", "")
    }
    assert len(whole) > 50
    assert not different & whole


@pytest.mark.parametrize(
    ("year", "savers", "losers"),
    [
        ("2013", "315.91", "3.99"),
        ("2014", "341.25", "0.00"),
        ("2015", "645.54", "0.00"),
        ("2017", "799.42", "18.62"),
        ("2018", "983.98", "17.59"),
        ("2020", "2283.72", "0.00"),
    ],
)
def test_totals_in_millions_are_among_those_that_the_printed_inputs_allow(year, savers, losers):
    column = EARNED.get(year, "EarnSaveLoss").lower()
    paid = {key: dollars(row[column]) for key, row in published(year).items()}
    assert in_millions(sum((amount for amount in paid.values() if amount > 0), ZERO)) == Decimal(savers)
    assert in_millions(-sum((amount for amount in paid.values() if amount < 0), ZERO)) == Decimal(losers)
    settled_total = sum(lines("mssp", year, "earned_savings_or_losses").values())
    below = above = Decimal(ROWS[year])  # a dollar a row
    for difference in earned(year).differences:
        below += difference.settled - difference.low
        above += difference.high - difference.settled
    assert settled_total - below <= sum(paid.values()) <= settled_total + above


def in_millions(amount: Decimal) -> Decimal:
    return (amount / 1_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("year", "not_told_apart"),
    [
        ("2014", {"A16226"}),
        ("2015", set()),
        ("2017", {"A38977", "A17748", "A69337"}),
        ("2018", {"A2782", "A2895", "A3104"}),
        ("2020", {"A2596"}),
    ],
)
def test_advances_come_back_as_published_up_to_what_was_earned(year, not_told_apart):
    found = compared("mssp", year, "recoupment=Adv_Pay_Recoup", "1")
    assert found.agree == ROWS[year] - len(not_told_apart)
    assert {difference.key for difference in found.differences} == not_told_apart
    assert found.outside == 0
    for key in not_told_apart:  # all that was earned came back, and what was earned cannot be told apart
        row = published(year)[key]
        assert abs(dollars(row["adv_pay_recoup"]) - dollars(row["earnsaveloss"])) < 1
        assert dollars(row["earnsaveloss"]) < dollars(row["adv_pay_amt"])


@with_scores
def test_the_minimum_savings_rate_of_one_sided_rows_is_exact_to_the_printed_digits(year):
    places = Decimal("0.000000001") if year == "2018" else Decimal("0.0001")
    one_sided = [
        key
        for key, row in published(year).items()
        if Decimal(row["n_ab"]) >= 5_000
        and "1"
        in (row.get(flag) for flag in ("track1", "current_track_1", "current_basic_a", "current_basic_b"))
    ]
    assert len(one_sided) > 200
    rates = lines("mssp", year, "minimum_savings_rate")
    for key in one_sided:
        printed = Decimal(published(year)[key]["minsavperc"])
        assert abs(rates[key] - printed) <= places / 2, key


@pytest.mark.parametrize(
    ("year", "within"),
    # half a unit of the printed rate, and what half a unit of the printed score moves it by
    [
        ("2014", "0.008"),
        ("2015", "0.00008"),
        ("2017", "0.0000875"),
        ("2018", "0.0000875"),
        ("2020", "0.0050375"),
    ],
)
def test_the_final_sharing_rate_agrees_on_every_row(year, within):
    found = compared("mssp", year, "final_sharing_rate=FinalShareRate", within)
    assert (found.agree, found.differences) == (ROWS[year], ())


def test_the_losses_of_one_sided_organizations_were_published_in_2018_and_not_owed():
    shown = [
        row
        for row in published("2018").values()
        if row["current_track_1"] == "1" and row["gensaveloss"][0] == "-"
    ]
    assert len(shown) > 50
    assert {row["earnsaveloss"] for row in shown} == {"0"}


def test_a_failed_quality_standard_earns_nothing_though_savings_were_generated():
    rates = lines("mssp", "2014", "final_sharing_rate")
    failed = {key for key, row in published("2014").items() if dollars(row["finalsharerate"]) == 0}
    assert {key for key, rate in rates.items() if rate == 0} == failed
    assert sum(1 for key in failed if dollars(published("2014")[key]["gensaveloss"]) > 0) > 1


def test_the_minimum_of_2013_is_that_of_the_public_use_file_also_where_the_results_leave_it_out():
    rates = lines("mssp", "2013", "minimum_savings_rate")
    people = table(PUBLISHED / "mssp" / "2013.csv")
    assert len({row["n_ab"] for row in people}) == len(people) == ROWS["2013"]  # the key is sound
    for row in people:
        assert abs(rates[str(int(Decimal(row["n_ab"])))] - Decimal(row["minsavperc"])) < Decimal("1e-8")


def test_direct_contracting_of_2021_agrees_to_the_printed_digits():
    for line, column in (
        ("gross_savings", "gross_savings"),
        ("shared_savings", "shared_savings"),
        ("shared_savings_after_sequestration", "shared_savings_seq"),
    ):
        found = compared("aco_reach", "2021", f"{line}={column}", "0.0002")
        assert (found.agree, found.differences) == (53, ())


@pytest.mark.parametrize(
    ("program", "contract", "file", "expectation", "agree"),
    [
        ("mssp", "2016", "2017", "generated_savings_or_losses=GenSaveLoss", 472),
        ("mssp", "2023", "2022", "earned_savings_or_losses=EarnSaveLoss", 481),
        ("aco_reach", "2022", "2021", "shared_savings_after_sequestration=shared_savings_seq", 53),
    ],
)
def test_the_contract_of_a_year_that_is_not_at_hand_reads_its_neighbours_columns(
    program, contract, file, expectation, agree
):
    assert compared(program, file, expectation, "1", of=contract).agree == agree


@pytest.mark.parametrize(
    ("columns", "owed"),
    [
        ({"Participation_Six_Months": "0", "current_start_date": "1/1/2019"}, "0"),
        ({"Participation_Six_Months": "1", "current_start_date": "1/1/2019"}, "-1476958"),
        ({"current_start_date": "07/01/2019 12:00:00 AM"}, "-1476958"),  # it began in the middle of the year
        ({"Participation_Six_Months": "0", "current_start_date": "2019-07-01"}, "-1476958"),
    ],
)
def test_a_performance_year_of_six_months_gets_half_of_the_printed_relief(tmp_path, columns, owed):
    """A4692 lost 7,384,788 in 2020, where it owes 40 percent, and relief of 2,953,915 took all of it."""
    with published_file("mssp", "2020").open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file))
    path = tmp_path / "six_months.csv"
    with path.open("w", encoding="latin-1", newline="") as file:
        writer = csv.DictWriter(file, dict.fromkeys([*rows[0], *columns]))
        writer.writeheader()
        writer.writerows({**row, **columns} for row in rows)
    settlement = api.settle(MEDICARE / "mssp" / "2019.yaml", portfolio=path)
    found = {row.key: settlement.values(row) for row in settlement.arrangements[0].rows}
    assert found["A4692"]["earned_savings_or_losses"] == Decimal(owed)
