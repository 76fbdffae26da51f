"""How quality rates are written: percents, fractions, ratios, and what of a file nobody can know."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import ALLOWED, CLAIMS, ELIGIBILITY, FINAL, YEAR, measure, write

from vbc_cli.claims.settings import RateReading, Source
from vbc_cli.problems import InputRefused

PERCENT: Mapping[str, RateReading] = {"others": "percent"}
SHARE: Mapping[str, RateReading] = {"others": "share"}
RATIO: Mapping[str, RateReading] = {"PCR": "ratio", "others": "percent"}
WRITTEN = "Say how rates are written, data: quality: {file: ..., read: percent}"
NO_SHARE = "of a measure that is no share, such as observed over expected, say read: {MEASURE: ratio}."
HEADER = "measure_id,numerator,denominator,rate"
STATE = "State read: fraction or read: percent, for each measure where they differ."


def rates(
    folder: Path,
    rows: str,
    read: Mapping[str, RateReading],
    header: str = HEADER,
) -> dict[str, Decimal | None]:
    """Return the rate of each measure of a file."""
    (folder / "quality.csv").write_text(f"{header}\n{rows}\n")
    source = Source("quality", (folder / "quality.csv",), rates_read=read, contract_file="c.yaml", line=9)
    files = write(folder, claims=CLAIMS, eligibility=ELIGIBILITY)
    found = measure([*files, source], YEAR, FINAL, (ALLOWED,)).quality
    return {each.measure_id: each.rate for each in found}


@pytest.mark.parametrize(
    ("rows", "read", "expected"),
    [
        ("A,,100,0.453\nB,3,4,0.75", {}, {"A": "0.453", "B": "0.75"}),
        ("A,,100,45.3\nB,3,4,75", PERCENT, {"A": "0.453", "B": "0.75"}),
        ("A,,100,45.3\nB,3,4,75.0", SHARE, {"A": "0.453", "B": "0.75"}),
        ("A,,100,0.453\nB,3,4,0.75", SHARE, {"A": "0.453", "B": "0.75"}),
        # Fifteen were readmitted where twelve were expected; 45.3 percent were screened.
        ("PCR,15,12,1.25\nA,,100,45.3", RATIO, {"PCR": "1.25", "A": "0.453"}),
        ("PCR,,12,1.25", RATIO, {"PCR": "1.25"}),
        # 2 of 3 is 0.667 rounded, 0.66 cut off, and more digits than a person writes.
        ("A,2,3,0.667\nB,2,3,0.66\nC,2,3,0.66666666666666", {}, dict.fromkeys("ABC", str(Decimal(2) / 3))),
        ("A,0,0,0", {}, {"A": "0"}),
        ("A,1,2,\nA,2,2,", {}, {"A": "0.75"}),
    ],
)
def test_a_rate_is_what_the_contract_says_of_its_writing(
    tmp_path: Path, rows: str, read: Mapping[str, RateReading], expected: dict[str, str]
) -> None:
    found = {name: rate and round(rate, 20) for name, rate in rates(tmp_path, rows, read).items()}
    assert found == {name: round(Decimal(rate), 20) for name, rate in expected.items()}


@pytest.mark.parametrize(
    ("rows", "read", "what"),
    [
        ("A,,100,0.453\nB,,100,85.3", {}, f"quality.csv:3: rate 85.3 is above 1\n  {WRITTEN}; {NO_SHARE}"),
        ("A,,100,453", PERCENT, f"quality.csv:2: rate 453 is above 100\n  {WRITTEN}; {NO_SHARE}"),
        ("A,,100,-0.1", RATIO, "quality.csv:2: rate -0.1 is below zero\n  Write a share or a ratio."),
        (
            "PCR,15,12,1.25",
            {},
            f"quality.csv:2: numerator 15 is above denominator 12\n  Correct the counts; {NO_SHARE}",
        ),
        (
            "A,61,100,0.60",
            {},
            "quality.csv:2: rate 0.60 is not numerator 61 over denominator 100, which is 0.61\n"
            f"  {WRITTEN}, or correct one; the numerator stays empty where the rate is not of it.",
        ),
        (
            "A,61,100,0.61",
            PERCENT,
            "quality.csv:2: rate 0.61 is not numerator 61 over denominator 100, which is 0.61\n"
            f"  {WRITTEN}, or correct one; the numerator stays empty where the rate is not of it.",
        ),
        (
            "A,,100,45.3\nB,,100,0.9",
            SHARE,
            "c.yaml:9: quality rates hold 45.3 (A), a percent, and 0.9 (B), which may be a fraction or a "
            "percent\n"
            f"  {STATE}",
        ),
        (
            "A,,100,0.005",
            SHARE,
            f"c.yaml:9: no quality rate is above 0.005: they may be fractions or percents\n  {STATE}",
        ),
        (
            "A,61,100,0.61\nA,,100,0.5",
            {},
            "quality.csv:3: measure A has 2 rows, and this one has no numerator: rates do not add up\n"
            "  Give the numerator of every row, 0 where nobody counts, or one row for the measure.",
        ),
        (
            "PCS,1,2,0.5",
            {"PCR": "ratio"},
            "c.yaml:9: read: names the measure 'PCR', which the quality file does not have\n"
            "  Did you mean 'PCS'?",
        ),
    ],
)
def test_a_rate_that_is_not_what_is_said_of_it_is_refused(
    tmp_path: Path, rows: str, read: Mapping[str, RateReading], what: str
) -> None:
    with pytest.raises(InputRefused) as refusal:
        rates(tmp_path, rows, read)
    assert str(refusal.value).replace(f"{tmp_path}/", "") == what
