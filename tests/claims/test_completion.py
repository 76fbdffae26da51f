"""The chain ladder against textbook triangles, another program, and hand calculations."""

from __future__ import annotations

import csv
import random
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from claims_files import ELIGIBILITY, settle
from msgspec.structs import replace

from tests import shared
from vbc_cli.claims.chain_ladder import climb
from vbc_cli.claims.completion_settings import ChainLadder, Completion
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.claims.settings import Measure, TruncateAt, Valuation
from vbc_cli.problems import InputRefused

HEADER = "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount\n"
PLAIN = ChainLadder(
    average="volume_weighted",
    experience_months=12,
    latest_months=None,
    tail_factor=Decimal(1),
    by="category",
    standard_errors=Decimal(1),
)


def triangle(name: str) -> dict[int, list[int]]:
    """Return a textbook triangle's cents paid up to each age, by origin."""
    path = shared.here(shared.CLAIMS / "ibnr" / f"{name}.csv")
    rows: dict[int, list[tuple[int, int]]] = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            cents = int(Decimal(row["values"]) * 100)
            rows.setdefault(int(row["origin"]), []).append((int(row["development"]), cents))
    return {origin: [cents for _, cents in sorted(row)] for origin, row in rows.items()}


def as_claims(rows: dict[int, list[int]]) -> str:
    """Return claims whose months of service and payment make a triangle: ten months from March 2025."""
    made = HEADER
    for number, origin in enumerate(sorted(rows)):
        for age, cents in enumerate(rows[origin]):
            paid = cents - (rows[origin][age - 1] if age else 0)
            service, month = date(2025, 3 + number, 5), date(2025, 3 + number + age, 20)
            made += f"C{number},{age + 1},M1,any,{service},{month},{Decimal(paid) / 100:.2f}\n"
    return made


def completed(
    folder: Path, claims: str, ladder: ChainLadder = PLAIN, as_of: date = date(2025, 12, 31), **more: object
) -> MeasuredCost:
    """Measure claims completed by a chain ladder."""
    measure = Measure("spending", "allowed_amount", complete=Completion(chain_ladder=ladder), **more)  # type: ignore[arg-type]
    found = settle(
        folder,
        measure,
        valuation=Valuation(as_of, 3),
        claims=claims,
        eligibility=ELIGIBILITY.replace("2025-01", "2023-01"),
    )
    return found.costs["spending"]


@pytest.mark.parametrize(
    # Reserves of the all-year volume-weighted chain ladder; errors by Mack's formula, in the literature
    # 26,909 and 2,447,095 (from memory; the chainladder package below confirms them).
    ("name", "reserve", "error"),
    [("raa", "52135.23", "26909.01"), ("genins", "18680855.61", "2447094.86")],
)
def test_textbook_triangles_come_to_their_published_reserves(
    tmp_path: Path, name: str, reserve: str, error: str
) -> None:
    cost = completed(tmp_path, as_claims(triangle(name)))
    added = {case: by_category["any"] for case, by_category in cost.completion_cases.items()}
    assert added["best"] == Decimal(reserve)
    assert added["high"] - added["best"] == added["best"] - added["low"] == Decimal(error)
    assert cost.total == cost.claims + added["best"] and cost.bridge.foots


@pytest.mark.parametrize("average", ["volume_weighted", "simple"])
@pytest.mark.parametrize("name", ["raa", "genins"])
def test_reserves_and_errors_are_those_of_the_chainladder_package(name: str, average: str) -> None:
    other = pytest.importorskip("chainladder", reason="pip install 'vbc-cli[oracle]' compares with it")
    rows = triangle(name)
    ladder = climb(rows, replace(PLAIN, average=average), 0)  # type: ignore[arg-type]
    to_come = sum(row[-1] * (ladder.to_ultimate(len(row) - 1) - 1) for row in rows.values())
    latest: dict[int, list[Fraction]] = {}
    for row in rows.values():
        latest.setdefault(len(row) - 1, []).append(Fraction(row[-1]))
    theirs = {"volume_weighted": "volume", "simple": "simple"}[average]
    development = other.Development(average=theirs, sigma_interpolation="mack")
    mack = other.MackChainladder().fit(development.fit_transform(other.load_sample(name)))
    assert float(to_come / 100) == pytest.approx(mack.ibnr_.sum(), rel=1e-9)
    assert float(ladder.standard_error(latest) / 100) == pytest.approx(
        float(mack.total_mack_std_err_.iloc[0, 0]), rel=1e-9
    )


# Months of service October, November and December 2025, paid through December.
#   October   100 200 220     November  120 260     December  90
# Volume-weighted: (200 + 260) / (100 + 120) = 460/220, then 220/200. Simple: (2 + 260/120) / 2 = 25/12.
SMALL = HEADER + (
    "C1,1,M1,any,2025-10-05,2025-10-20,100.00\nC1,2,M1,any,2025-10-05,2025-11-20,100.00\n"
    "C1,3,M1,any,2025-10-05,2025-12-20,20.00\nC2,1,M1,any,2025-11-05,2025-11-20,120.00\n"
    "C2,2,M1,any,2025-11-05,2025-12-20,140.00\nC3,1,M1,any,2025-12-05,2025-12-20,90.00\n"
)


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        # November 260 x 0.1 = 26; December 90 x (460/220 x 1.1 - 1) = 90 x 1.3 = 117.
        ({}, "143.00"),
        # December 90 x (25/12 x 1.1 - 1) = 90 x 1.2916... = 116.25.
        ({"average": "simple"}, "142.25"),
        # Only November's own 260/120: December 90 x (260/120 x 1.1 - 1) = 124.50.
        ({"latest_months": 1}, "150.50"),
        # Everything x 1.02 at the end: (220 + 286 + 207) x 1.02 - 570 = 727.26 - 570.
        ({"tail_factor": Decimal("1.02")}, "157.26"),
    ],
)
def test_the_average_the_latest_months_and_the_tail_are_named(
    tmp_path: Path, changes: dict[str, object], added: str
) -> None:
    cost = completed(tmp_path, SMALL, replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert cost.completion_added == {"any": Decimal(added)}


def test_months_of_the_year_before_teach_the_factors_and_are_not_completed(tmp_path: Path) -> None:
    # In 2024 every month was paid half in its month and half in the next; December 2025 doubles to 180.
    before = "".join(
        f"B{month},{line},M1,any,2024-{month:02}-05,2024-{month + line - 1:02}-20,50.00\n"
        for month in range(1, 12)
        for line in (1, 2)
    )
    december = HEADER + before + "C3,1,M1,any,2025-12-05,2025-12-20,90.00\n"
    cost = completed(tmp_path, december, replace(PLAIN, experience_months=24))
    assert cost.claims == Decimal("90.00")
    assert cost.completion_added == {"any": Decimal("90.00")}
    # Without them nothing is known of a second month.
    assert completed(tmp_path, december, PLAIN).completion_added == {"any": Decimal("0.00")}


def test_categories_have_ladders_of_their_own_or_one_together(tmp_path: Path) -> None:
    two = SMALL + SMALL.removeprefix(HEADER).replace("C", "D").replace(",any,", ",other,").replace(
        "140.00", "100.00"
    )
    # The other category: (200 + 220) / 220 = 420/220, x 1.1 = 2.1: November 22, December 90 x 1.1 = 99.
    # Together: 880/440 = 2, x 1.1 = 2.2: any 26 + 108 = 134, other 22 + 108 = 130.
    assert completed(tmp_path, two).completion_added == {"any": Decimal("143.00"), "other": Decimal("121.00")}
    together = completed(tmp_path, two, replace(PLAIN, by="all_categories"))
    assert together.completion_added == {"any": Decimal("134.00"), "other": Decimal("130.00")}


def test_the_ladder_multiplies_what_is_within_the_limit_month_by_month(tmp_path: Path) -> None:
    cost = completed(tmp_path, SMALL, truncate=TruncateAt(Decimal("285.00")))
    # 570 held to 285 halves every month: 260/2 x 0.1 = 13 and 90/2 x 1.3 = 58.50.
    assert cost.over_the_limit == {"any": Decimal("285.00")}
    assert cost.completion_added == {"any": Decimal("71.50")}


def test_a_claim_paid_before_its_month_counts_in_the_first_month(tmp_path: Path) -> None:
    early = SMALL.replace("2025-10-05,2025-10-20", "2025-10-05,2025-09-20")
    assert completed(tmp_path, early).completion_added == completed(tmp_path, SMALL).completion_added


def test_ibnr_pmpm_and_factors_may_be_given_low_best_and_high(tmp_path: Path) -> None:
    pmpm = {"low": Decimal("1.005"), "best": Decimal(2), "high": Decimal(3)}
    for case, added in (("low", "24.12"), ("best", "48.00"), ("high", "72.00")):
        completion = Completion(ibnr_pmpm=pmpm, case=case)  # type: ignore[arg-type]
        cost = settle(tmp_path, Measure("spending", "allowed_amount", complete=completion)).costs["spending"]
        # Two members all year, 24 months.
        assert cost.completion_added == {"all categories": Decimal(added)}
    factors = {"low": Decimal("1.01"), "best": Decimal("1.02"), "high": Decimal("1.03")}
    completion = Completion(factors=factors, case="low")  # type: ignore[arg-type]
    cost = settle(tmp_path, Measure("spending", "allowed_amount", complete=completion)).costs["spending"]
    # 1000.00 x 1.01 and 200.50 x 1.01 = 202.505 -> 202.51; high 30.00 and 206.515 -> 206.52.
    assert cost.total == Decimal("1212.51")
    assert cost.at("high").total == Decimal("1236.52")


def refusal(folder: Path, claims: str, ladder: ChainLadder, as_of: date = date(2025, 12, 31)) -> str:
    with pytest.raises(InputRefused) as refused:
        completed(folder, claims, ladder, as_of, contract_file="c.yaml", line=9)
    return str(refused.value)


def test_a_ladder_that_the_claims_cannot_climb_is_refused(tmp_path: Path) -> None:
    late = SMALL.replace("2025-10-20,100.00", "2025-11-20,100.00").replace(
        "2025-11-20,120.00", "2025-12-20,120.00"
    )
    assert refusal(tmp_path, late, PLAIN) == (
        "c.yaml:9: 'spending': the claims of any give no factor from month 1 of payment to the next\n"
        "  Take by: all_categories, average: volume_weighted, or give factors."
    )
    assert refusal(tmp_path, SMALL, PLAIN, date(2025, 12, 30)) == (
        "c.yaml:9: 'spending' has a chain ladder, and claims are cut on 2025-12-30, inside a month\n"
        "  Cut claims at the end of a month."
    )
    undated = Measure(
        "spending", "allowed_amount", complete=Completion(chain_ladder=PLAIN), contract_file="c.yaml", line=9
    )
    with pytest.raises(InputRefused) as refused:
        settle(tmp_path, undated, valuation=Valuation(date(2025, 12, 31), 3, cut_on="none"))
    assert str(refused.value) == (
        "c.yaml:9: 'spending' has a chain ladder, and claims are cut on no date\n"
        "  Say cut_on: paid_date, or give factors."
    )
    assert refusal(tmp_path, SMALL, replace(PLAIN, experience_months=11)) == (
        "c.yaml:9: 'spending' reads fewer months than the 12 of the period\n"
        "  Let experience_months cover the period, better a year more."
    )


@pytest.mark.parametrize("seed", range(25))
def test_random_claims_are_completed_as_plain_python_completes_them(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    months = [(2024, month) for month in range(1, 13)] + [(2025, month) for month in range(1, 13)]
    paid: dict[tuple[int, int], int] = {}
    claims, last = HEADER, 24 + rng.choice([0, 1, 3])
    for origin, (year, month) in enumerate(months):
        for age in range(min(6, last - origin)):
            cents = rng.randint(100, 90_000) if age < 2 else rng.choice([0, rng.randint(-900, 9_000)])
            year_paid, month_paid = divmod(year * 12 + month - 1 + age, 12)
            paid[origin, age] = cents
            claims += f"C{origin},{age},M1,any,{year}-{month:02}-03,{year_paid}-{month_paid + 1:02}-09,"
            claims += f"{Decimal(cents) / 100:.2f}\n"
    simple = rng.random() < 0.5
    latest = rng.choice([None, 3, 6, 12])
    ladder = replace(
        PLAIN,
        average="simple" if simple else "volume_weighted",
        experience_months=24,
        latest_months=latest,
        tail_factor=Decimal("1.003"),
    )
    as_of = {24: date(2025, 12, 31), 25: date(2026, 1, 31), 27: date(2026, 3, 31)}[last]
    cost = completed(tmp_path, claims, ladder, as_of)

    def upto(origin: int, age: int) -> int:
        return sum(paid.get((origin, each), 0) for each in range(age + 1))

    best = Fraction(0)
    for origin in range(12, 24):
        ultimate = Fraction(upto(origin, last - origin - 1)) * Fraction(1003, 1000)
        for age in range(last - origin - 1, last - 1):
            seen = [each for each in range(24) if each + age + 1 < last]
            seen = seen if latest is None else seen[-latest:]
            rates = [(upto(each, age), upto(each, age + 1)) for each in seen]
            if simple:
                ultimate *= sum((Fraction(b, a) for a, b in rates), Fraction(0)) / len(rates)
            else:
                ultimate *= Fraction(sum(b for _, b in rates), sum(a for a, _ in rates))
        best += ultimate
    expected = int(best + Fraction(1, 2)) - int(cost.claims * 100)
    assert cost.completion_added["any"] * 100 == expected
