"""Hospital and nursing-facility programs that CMS published, reproduced row by row and step by step.

The files are CMS's public-use files, not part of the project: they are read from the folder
`published` of tests/shared.py.
"""

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from tests.shared import PROJECT, PUBLISHED, needs
from vbc_cli import api
from vbc_cli.expect import Comparison, compare, parse_expectations

MEDICARE = PROJECT / "contracts" / "medicare"
MISSING = ("Not Available", "---", "")

pytestmark = needs(PUBLISHED)

FILES = {
    ("hospital_vbp", "2024"): (
        "tps",
        "clinical_outcomes",
        "person_and_community_engagement",
        "safety",
        "efficiency_and_cost_reduction",
    ),
    ("hrrp", "2025"): ("",),
    ("snf_vbp", "2025"): ("",),
}


def paths(program: str, year: str) -> list[Path]:
    """Return the files of a program's year, whole or halved."""
    found = []
    for part in FILES[program, year]:
        stem = f"{year}_{part}" if part else year
        names = [PUBLISHED / program / f"{stem}{end}.csv" for end in ("", "_half")]
        found.append(next((path for path in names if path.is_file()), names[0]))
    return found


@cache
def settled(program: str, year: str) -> api.Settlement:
    return api.settle(MEDICARE / program / f"{year}.yaml", portfolio=paths(program, year))


@cache
def rows(program: str, year: str, file: int = 0, titles: int = 0) -> list[dict[str, str]]:
    """Return the rows of a published file, read with nothing but a CSV reader."""
    with paths(program, year)[file].open(newline="") as text:
        for _ in range(titles):
            next(text)
        return [{name.strip(): cell.strip() for name, cell in row.items()} for row in csv.DictReader(text)]


def compared(program: str, year: str, expectation: str, within: str) -> Comparison:
    (comparison,) = compare(settled(program, year), parse_expectations([expectation], [within]))
    return comparison


def published(program: str, year: str, ending: str) -> int:
    """Return how many cells under headers of an ending hold a value, in all files of a program."""
    return sum(
        name.endswith(ending) and cell not in MISSING
        for file in range(len(FILES[program, year]))
        for row in rows(program, year, file)
        for name, cell in row.items()
    )


# Hospital Value-Based Purchasing: every row at every step


@pytest.mark.parametrize(
    ("column", "template"),
    [
        ("achievement", "Achievement Points"),
        ("improvement", "Improvement Points"),
        ("points", "Measure Score"),
        ("points", "Dimension Score"),
    ],
)
def test_the_points_of_every_measure_of_every_hospital_are_those_published(column, template):
    found = compared("hospital_vbp", "2024", f"measures.{column}={{measure}} {template}", "0")
    assert found.differences == ()
    given = template == "Measure Score"  # the combined infections are read, and so not compared
    combined = [row["Combined SSI Measure Score"] for row in rows("hospital_vbp", "2024", 3)]
    left_out = sum(cell not in MISSING for cell in combined) if given else 0
    assert found.agree == published("hospital_vbp", "2024", template) - left_out > 9_000


DOMAINS = {
    "clinical_outcomes_score": (0, "Unweighted Normalized Clinical Outcomes Domain Score"),
    "engagement_base_score": (2, "Hcahps Base Score"),
    "engagement_consistency_score": (2, "Hcahps Consistency Score"),
    "engagement_score": (0, "Unweighted Person And Community Engagement Domain Score"),
    "safety_score": (0, "Unweighted Normalized Safety Domain Score"),
    "efficiency_score": (0, "Unweighted Normalized Efficiency And Cost Reduction Domain Score"),
    "total_performance_score": (0, "Total Performance Score"),
}


@pytest.mark.parametrize("line", DOMAINS)
def test_every_domain_score_and_total_is_the_one_published_and_missing_where_it_is_missing(line):
    file, column = DOMAINS[line]
    found = compared("hospital_vbp", "2024", f"{line}={column}", "0.0000000000005")
    texts = {row["Facility ID"]: row[column] for row in rows("hospital_vbp", "2024", file)}
    scored = {key for key, text in texts.items() if text not in MISSING}
    assert (found.agree, found.differences) == (len(scored), ())
    values = lines("hospital_vbp", "2024", line)
    assert {key for key, value in values.items() if value is not None} == scored


def lines(program: str, year: str, name: str) -> dict[str, Decimal]:
    settlement = settled(program, year)
    return {row.key: settlement.values(row)[name] for row in settlement.arrangements[0].rows}


def test_no_measure_has_points_that_were_not_published():
    for row in settled("hospital_vbp", "2024").arrangements[0].rows:
        table = row.sheets["scoring"].run.tables["measures"]
        for measure in table.rows:
            assert (measure.get("performance") is None) == (measure["achievement"] is None)
    scored = sum(
        measure["points"] is not None
        for row in settled("hospital_vbp", "2024").arrangements[0].rows
        for measure in row.sheets["scoring"].run.tables["measures"].rows
    )
    endings = ("Measure Score", "Dimension Score")
    assert scored == sum(published("hospital_vbp", "2024", ending) for ending in endings)


def test_with_what_hospitals_were_paid_the_slope_spends_exactly_what_was_kept_back(tmp_path):
    """CMS publishes no payments: the hospitals of the file get made-up ones, of 1, 2, 3 ... million."""
    total, *others = paths("hospital_vbp", "2024")
    with total.open(newline="") as text:
        (header, *records) = csv.reader(text)
    paid = {record[header.index("Facility ID")]: 1_000_000 * at for at, record in enumerate(records, 1)}
    with (tmp_path / "total.csv").open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([*header, "Base Operating DRG Payments"])
        writer.writerows([*record, paid[record[header.index("Facility ID")]]] for record in records)
    settlement = api.settle(
        MEDICARE / "hospital_vbp" / "2024.yaml", portfolio=[tmp_path / "total.csv", *others]
    )
    scores = lines("hospital_vbp", "2024", "total_performance_score")
    weighted = sum(paid[key] * score / 100 for key, score in scores.items() if score is not None)
    slope = sum(paid[key] for key, score in scores.items() if score is not None) / weighted
    assert 1 < slope < 10
    for row in settlement.arrangements[0].rows:
        factor = settlement.values(row)["payment_adjustment_factor"]
        score = scores[row.key]
        if score is None:
            assert factor is None
        else:
            expected = 1 + Decimal("0.02") * score / 100 * slope - Decimal("0.02")
            assert abs(factor - expected) < Decimal("1e-20")


# Hospital Readmissions Reduction: inputs are printed with four decimals


def test_nearly_all_payment_adjustment_factors_are_exact_and_none_contradicts_what_was_published():
    found = compared("hrrp", "2025", "payment_adjustment_factor=Payment adjustment factor", "0")
    number = len(rows("hrrp", "2025", titles=1))
    assert found.agree + len(found.differences) == number
    assert found.agree >= number * Decimal("0.977")
    assert found.outside == 0


def test_every_reduction_is_within_what_four_decimals_leave():
    reductions = lines("hrrp", "2025", "reduction_rate")
    for row in rows("hrrp", "2025", titles=1):
        factor = Decimal(row["Payment adjustment factor"])
        assert abs(1 - reductions[row["Hospital CNN"]] - factor) < Decimal("0.00007")


def test_the_conditions_penalised_are_those_published():
    by_key = {row["Hospital CNN"]: row for row in rows("hrrp", "2025", titles=1)}
    differing = [
        (row.key, key)
        for row, key, found in penalised()
        if found != (by_key[row.key][f"Penalty indicator for {key}"] == "Y")
    ]
    # where the printed ratio is its median to the last decimal, the file cannot say which is higher
    for hospital, condition in differing:
        row = by_key[hospital]
        assert row[f"ERR for {condition}"] == row[f"Peer group median ERR for {condition}"]
    assert len(differing) < 10


def penalised() -> Iterator[tuple[api.SettledRow, str, bool]]:
    for row in settled("hrrp", "2025").arrangements[0].rows:
        (sheet,) = row.sheets.values()
        for condition in sheet.run.tables["conditions"].rows:
            yield row, condition["condition"], condition["penalised"]


# Skilled Nursing Facility Value-Based Purchasing: every row


@pytest.mark.parametrize(
    ("expectation", "within"),
    [
        ("measures.achievement=Achievement Score", "0.00001"),
        ("measures.improvement=Improvement Score", "0.00001"),
        ("performance_score=Performance Score", "0.00001"),
        ("incentive_payment_multiplier=Incentive Payment Multiplier", "0.000000008"),
    ],
)
def test_scores_and_multipliers_of_every_nursing_facility_agree(expectation, within):
    found = compared("snf_vbp", "2025", expectation, within)
    column = expectation.partition("=")[2]
    number = sum(row[column] not in MISSING for row in rows("snf_vbp", "2025"))
    assert (found.agree, found.differences) == (number, ())
