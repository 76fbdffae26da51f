"""Limits on a member's cost by amount, stratum and percentile, worked out by hand and by plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from claims_files import FINAL, YEAR, measure, write
from test_claims_oracle import as_csv, dollars

from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.claims.percentile import percentile
from vbc_cli.claims.settings import Measure, TruncateAt
from vbc_cli.problems import InputRefused

HEADER = "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount\n"
# M1 is a child to June and an adult from July; M2 an adult all year; M3 an adult to March; M4 has no claim.
PEOPLE = """member_id,enrollment_start_date,enrollment_end_date,stratum
M1,2025-01-01,2025-06-30,child
M1,2025-07-01,2025-12-31,adult
M2,2025-01-01,2025-12-31,adult
M3,2025-01-01,2025-03-31,adult
M4,2025-01-01,2025-12-31,child
"""
LINES = HEADER + (
    "A1,1,M1,inpatient,2025-02-01,2025-02-09,900.00\n"
    "A2,1,M1,office,2025-08-01,2025-08-09,700.00\n"
    "B1,1,M2,inpatient,2025-02-01,2025-02-09,300.00\n"
    "B2,1,M2,office,2025-02-01,2025-02-09,700.00\n"
    "C1,1,M3,office,2025-02-01,2025-02-09,400.00\n"
)


def cut(folder: Path, truncate: TruncateAt, claims: str = LINES, people: str = PEOPLE) -> MeasuredCost:
    """Measure the small files with a limit."""
    spending = Measure("spending", "allowed_amount", truncate=truncate, contract_file="c.yaml", line=7)
    return measure(write(folder, claims=claims, eligibility=people), YEAR, FINAL, (spending,)).costs[
        "spending"
    ]


def test_each_stratum_has_its_own_limit_and_the_categories_foot(tmp_path: Path) -> None:
    limits = (("adult", Decimal(600)), ("child", Decimal(500)))
    cost = cut(tmp_path, TruncateAt(by_stratum=limits))
    # M1 900 as a child: 400 over; 700 as an adult: 100 over. M2 1,000: 400 over, 3:7. M3 400.
    assert cost.over_the_limit == {"inpatient": Decimal("520.00"), "office": Decimal("380.00")}
    assert cost.limits == {"adult": Decimal("600.00"), "child": Decimal("500.00")}
    assert cost.total == Decimal("2100.00")
    assert cost.members_over_the_limit == 2


def test_an_annualised_limit_of_a_stratum_follows_the_months_in_it(tmp_path: Path) -> None:
    limits = (("adult", Decimal(1200)), ("child", Decimal(1000)))
    cost = cut(tmp_path, TruncateAt(by_stratum=limits, annualised=True))
    # Half a year each: M1 500 of 900 and 600 of 700; M2 1,000 of 1,200; M3 a quarter, 300 of 400.
    assert cost.total == Decimal(500 + 600 + 1000 + 300)


def test_a_percentile_is_taken_over_everybody_with_a_month(tmp_path: Path) -> None:
    # Costs 0, 400, 1,000 and 1,600; the third of four by nearest rank, 0.75 x 3 = 2.25 places inclusive.
    nearest = cut(tmp_path, TruncateAt(percentile=Decimal("0.75"), method="nearest_rank"))
    assert nearest.limits == {"": Decimal("1000.00")}
    assert nearest.total == Decimal("2400.00")
    inclusive = cut(tmp_path, TruncateAt(percentile=Decimal("0.75"), method="inclusive"))
    assert inclusive.limits == {"": Decimal("1150.00")}
    # 0.75 x 5 - 1 = 2.75 places.
    exclusive = cut(tmp_path, TruncateAt(percentile=Decimal("0.75"), method="exclusive"))
    assert exclusive.limits == {"": Decimal("1450.00")}


def test_an_annualised_percentile_is_taken_of_yearly_costs_and_cut_by_months(tmp_path: Path) -> None:
    # A year of M3 costs 400 x 4 = 1,600, as M1; in order 0, 1,000, 1,600, 1,600: the second of four is 1,000.
    cost = cut(tmp_path, TruncateAt(percentile=Decimal("0.5"), annualised=True))
    assert cost.limits == {"": Decimal("1000.00")}
    assert cost.total == Decimal(1000 + 1000 + 250)


def test_a_percentile_of_each_stratum_is_taken_over_the_members_in_it(tmp_path: Path) -> None:
    cost = cut(tmp_path, TruncateAt(percentile=Decimal("0.5"), each_stratum=True))
    # Children 0 and 900: 0; adults 400, 700 and 1,000: 700.
    assert cost.limits == {"adult": Decimal("700.00"), "child": Decimal("0.00")}
    assert cost.total == Decimal(700 + 700 + 400)


def test_a_stratum_without_a_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        cut(tmp_path, TruncateAt(by_stratum=(("adult", Decimal(600)),)))
    assert str(refused.value) == (
        "c.yaml:7: 'spending' has no limit for the stratum 'child'\n  Add it to at_by_stratum."
    )


@pytest.mark.parametrize("seed", range(25))
def test_random_costs_are_cut_as_plain_python_cuts_them(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    months = {f"M{number}": rng.randint(1, 12) for number in range(rng.randint(1, 9))}
    stratum = {member: rng.choice(["adult", "child"]) for member in months}
    people = [
        {
            "member_id": member,
            "enrollment_start_date": "2025-01-01",
            "enrollment_end_date": str(date(2025, 1, 31) + timedelta(28 * (count - 1))),
            "stratum": stratum[member],
        }
        for member, count in months.items()
    ]
    claims = [
        {
            "claim_id": f"C{number}",
            "claim_line_number": "1",
            "member_id": rng.choice(list(months)),
            "service_category": rng.choice(["inpatient", "office"]),
            "claim_start_date": "2025-01-15",
            "paid_date": "2025-02-01",
            "allowed_amount": dollars(rng.randint(0, 90_000)),
        }
        for number in range(rng.randint(1, 40))
    ]
    truncate = TruncateAt(
        percentile=Decimal(rng.randint(0, 100)) / 100,
        method=rng.choice(["inclusive", "exclusive", "nearest_rank"]),
        annualised=rng.random() < 0.5,
        each_stratum=rng.random() < 0.5,
    )
    cost = cut(tmp_path, truncate, as_csv(claims), as_csv(people))
    assert cost.total * 100 == sum(kept_by_hand(claims, months, stratum, truncate))
    assert cost.bridge.foots and cost.control_totals.foots


def kept_by_hand(claims, months, stratum, truncate) -> list[int]:
    """Return the cents each member keeps."""
    cents: dict[str, int] = defaultdict(int)
    for line in claims:
        cents[line["member_id"]] += int(Decimal(line["allowed_amount"]) * 100)
    year = {m: int(Fraction(cents[m] * 12, n) + Fraction(1, 2)) for m, n in months.items()}
    compared = year if truncate.annualised else {member: cents[member] for member in months}
    kept = []
    for member, count in months.items():
        group = [c for m, c in compared.items() if not truncate.each_stratum or stratum[m] == stratum[member]]
        limit = Fraction(percentile(group, truncate.percentile, truncate.method))
        limit = int((limit * count / 12 if truncate.annualised else limit) + Fraction(1, 2))
        kept.append(min(cents[member], limit))
    return kept
