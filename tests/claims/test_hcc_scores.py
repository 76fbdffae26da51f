"""Scores from diagnoses by hccinfhir, against sums of the model's relative factors worked out by hand.

The relative factors are those of the CMS-HCC model V28 for community members without Medicaid, aged, as the
package has them; that CMS's rate announcement for 2024 prints the same is from memory and not verified.
"""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import write
from test_diagnoses import CLAIMS, PEOPLE
from typer.testing import CliRunner

from vbc_cli.claims.diagnoses import read_diagnoses
from vbc_cli.claims.hcc import score_people, scoring
from vbc_cli.cli import app
from vbc_cli.problems import InputRefused

pytest.importorskip("hccinfhir", reason="pip install 'vbc-cli[hcc]' computes scores from diagnoses")

V28 = "CMS-HCC Model V28"
AGED = """member_id,enrollment_start_date,enrollment_end_date,birth_date,sex,dual_status_code,\
original_reason_entitlement_code
F67,2026-01-01,2026-12-31,1958-06-01,F,00,0
F65,2026-01-01,2026-12-31,1961-02-01,F,00,0
NONE,2026-01-01,2026-12-31,1958-06-01,F,00,0
"""
HEADER = CLAIMS.split("\n", 1)[0] + "\n"
CONTRACT = """contract: scored
title: Scores made from diagnoses
payer: Plan
period: {start: 2026-01-01, end: 2026-12-31}
valuation: {as_of: 2027-03-31, run_out_months: 3, cut_on: none, late_claims: ignore}
data:
  claims: {file: claims.csv, columns: {service_category: {value: any}}}
  eligibility: eligibility.csv
  risk_scores: scores.csv
facts:
  members:
    measured: member_months
    risk: {unscored: exclude, model: CMS-HCC Model V28, steps: []}
arrangements: {}
"""


def scores(folder: Path, claims: str, people: str = AGED) -> dict[str, Decimal]:
    """Return the scores of small files."""
    found = read_diagnoses(write(folder, eligibility=people, claims=HEADER + claims), "contract.yaml", 2026)
    return {each.member_id: each.risk_score for each in score_people(found.people, scoring(V28, 2026), 2026)}


def test_a_score_is_the_sum_of_the_factors_of_age_conditions_and_interactions(tmp_path: Path) -> None:
    # Women of 65 to 69: 0.330. Diabetes 0.166, heart failure 0.360, lung disease 0.319; diabetes with
    # heart failure 0.112, heart failure with lung disease 0.078: 1.365.
    rows = (
        "a,1,F67,2025-03-01,,paid,,99213,E119,I509\n"
        "b,1,F67,2025-04-01,2025-04-09,paid,0111,,J449,\n"
        "c,1,F65,2025-04-01,2025-04-09,paid,,99213,E119,\n"
    )
    assert scores(tmp_path, rows) == {
        "F65": Decimal("0.496"),
        "F67": Decimal("1.365"),
        "NONE": Decimal("0.330"),
    }


def test_only_diagnoses_of_services_that_cms_accepts_count(tmp_path: Path) -> None:
    laboratory = "a,1,F67,2025-03-01,,paid,,80053,E119,\n"
    outpatient_laboratory = "b,1,F67,2025-03-01,,paid,0131,80053,E119,\n"
    home_health = "c,1,F67,2025-03-01,,paid,0329,99213,E119,\n"
    assert scores(tmp_path, laboratory + outpatient_laboratory + home_health)["F67"] == Decimal("0.330")
    outpatient_visit = "d,1,F67,2025-03-01,,paid,0131,99213,E119,\n"
    assert scores(tmp_path, outpatient_visit)["F67"] == Decimal("0.496")
    # A claim with one line that counts brings the diagnoses of its other lines.
    visit_and_laboratory = "e,1,F67,2025-03-01,,paid,,99213,Z000,\ne,2,F67,2025-03-01,,paid,,80053,E119,\n"
    assert scores(tmp_path, visit_and_laboratory)["F67"] == Decimal("0.496")


def test_age_is_that_of_the_first_of_february(tmp_path: Path) -> None:
    # On 1 February 2026 she is 65; a day younger she is 64, and entitled by disability scored as disabled.
    older = AGED.replace("1961-02-01,F,00,0", "1961-02-01,F,00,1")
    younger = AGED.replace("1961-02-01,F,00,0", "1961-02-02,F,00,1")
    visit = "a,1,NONE,2025-03-01,,paid,,99213,Z000,\n"
    assert scores(tmp_path, visit, older)["F65"] == Decimal("0.558")  # 0.330, originally disabled 0.228
    assert scores(tmp_path, visit, younger)["F65"] == Decimal("0.436")  # disabled, women of 60 to 64


def test_somebody_of_64_who_is_entitled_by_age_is_scored_as_65_and_not_as_disabled(tmp_path: Path) -> None:
    younger = AGED.replace("1961-02-01", "1961-02-02")
    visit = "a,1,NONE,2025-03-01,,paid,,99213,Z000,\n"
    assert scores(tmp_path, visit, younger)["F65"] == Decimal("0.330")
    younger = AGED.replace("1961-02-01", "1962-02-02")  # 63: disabled, whatever the file says of the reason
    assert scores(tmp_path, visit, younger)["F65"] == Decimal("0.436")


@pytest.mark.parametrize(
    ("model", "year", "said"),
    [
        ("CMS-HCC V28", 2026, "no model 'CMS-HCC V28'\n  Write one of: CMS-HCC Model V22, "),
        (V28, 1999, "hccinfhir has no tables of the payment year 1999\n  It has those of 2025, 2026"),
    ],
)
def test_a_model_or_year_that_the_package_does_not_have_is_refused(model: str, year: int, said: str) -> None:
    with pytest.raises(InputRefused) as refused:
        scoring(model, year)
    assert str(refused.value).startswith(said)


def test_the_command_writes_a_file_that_the_contract_reads(tmp_path: Path) -> None:
    contract, out = tmp_path / "contract.yaml", tmp_path / "scores.csv"
    contract.write_text(CONTRACT)
    write(tmp_path, eligibility=PEOPLE, claims=CLAIMS)
    runner = CliRunner()
    arguments = ["scores", str(contract), "--model", V28, "--year", "2026", "--output", str(out)]
    first = runner.invoke(app, arguments)
    assert first.exit_code == 0
    assert "2 members" in first.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    text = out.read_text()
    assert text.splitlines()[0] == "member_id,risk_score,payment_year,risk_model"
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["M1", "M2"]
    assert runner.invoke(app, arguments).exit_code == 0
    assert out.read_text() == text
    measured = runner.invoke(app, ["facts", str(contract)])
    assert "risk scores of CMS-HCC Model V28, members without one left out: 22 months with" in measured.output
