"""The small files that no member stands behind: quality results, fees paid, and the years before.

Quality is counted: a rate is numerator over denominator, to four places, and both grow with the number of
people. For readmissions the numerator is the readmissions seen and the denominator those expected, so the
rate is observed over expected; patient experience counts the favourable of the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from vbc_cli.sample.files import Row
from vbc_cli.sample.levels import PEOPLE, YEAR

QUALITY_HEADER: Final = ("measure_id", "measure_name", "numerator", "denominator", "rate")
MEASURES: Final = (  # numerator and denominator among 5,450 people
    ("BCS", "Breast cancer screening", 449, 588),
    ("COL", "Colorectal cancer screening", 1063, 1742),
    ("CBP", "Blood pressure controlled", 424, 641),
    ("HBD9", "HbA1c above 9 percent (lower is better)", 91, 331),
    ("HBD8", "HbA1c below 8 percent", 207, 331),
    ("CCS", "Cervical cancer screening", 915, 1236),
    ("WCV", "Well-child visits", 720, 1190),
    ("PCR", "Readmissions observed over expected (lower is better)", 11, 12),
    ("CAHPS", "Patient experience", 175, 240),
)

PAYMENTS_HEADER: Final = ("payment_date", "stream", "kind", "amount", "memo")
FEE_CENTS: Final = 480  # per member month
FEE_PAID_ON: Final = 15  # day of the month

BASE_YEARS_HEADER: Final = ("base_year", "stratum", "member_months", "allowed_pmpm", "risk_score")
BASE_YEARS: Final = (  # member months are of 5,450 people; PMPM below the limit a member; raw risk scores
    (2022, "child", 13_680, "194.20", "0.553"),
    (2022, "adult_18_44", 22_800, "339.43", "0.850"),
    (2022, "adult_45_64", 20_520, "599.50", "1.587"),
    (2023, "child", 13_920, "204.30", "0.554"),
    (2023, "adult_18_44", 23_200, "357.07", "0.851"),
    (2023, "adult_45_64", 20_880, "630.67", "1.588"),
    (2024, "child", 14_160, "213.42", "0.554"),
    (2024, "adult_18_44", 23_600, "373.01", "0.852"),
    (2024, "adult_45_64", 21_240, "658.82", "1.589"),
)


def quality_rows(members: int) -> Iterator[Row]:
    """Yield the quality results of a population of this size."""
    for measure_id, name, numerator, denominator in MEASURES:
        hits, cases = _scaled(numerator, members), max(1, _scaled(denominator, members))
        rate = (Decimal(hits) / cases).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        yield measure_id, name, str(hits), str(cases), str(rate)


def payment_rows(months: Sequence[int]) -> Iterator[Row]:
    """Yield the care management fees of twelve months, given the attributed members of each."""
    for month, members in enumerate(months, start=1):
        day = date(YEAR, month, FEE_PAID_ON)
        amount = Decimal(members * FEE_CENTS).scaleb(-2)
        yield (
            day.isoformat(),
            "care_management_fee",
            "fee",
            str(amount),
            f"{day:%Y-%m}: {members} member months",
        )


def base_year_rows(members: int) -> Iterator[Row]:
    """Yield the base years of a population of this size."""
    for year, stratum, months, pmpm, risk in BASE_YEARS:
        yield str(year), stratum, str(_scaled(months, members)), pmpm, risk


def _scaled(count: int, members: int) -> int:
    return (2 * count * members + PEOPLE) // (2 * PEOPLE)
