"""What the commands say of risk scores from a file: how many months have one, from where, what they move."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vbc_cli.cli import app

CONTRACT = """contract: scored
title: A target that follows risk
payer: Plan
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data:
  claims: claims.csv
  eligibility: eligibility.csv
  base_years: base_years.csv
  risk_scores: {file: scores.csv, columns: {risk_score: raf, risk_model: version}}
facts:
  members:
    measured: member_months
    risk: {unscored: one, model: V28, steps: [{called: normalise, divide_by: 1.1}]}
  base_years: {measured: base_years, risk_models: {2024: V28}}
  expenditure: {measured: spending, amount: allowed_amount, members: members}
  benchmark:
    model: historical_benchmark
    facts: {strata: members.by_stratum, base_years: base_years}
    terms:
      performance_year: 2025
      trend_named: fixed
      trend_rate: 0
      unit_price_factor: 1
      benefit_factor: 1
      risk_adjustment: by_stratum
      performance_risk_normalisation: 1
      lowest_risk_change_rate: none
      highest_risk_change_rate: none
      pmpm_rounding: none
      base_period: [{base_year: 2024, weight: 1, risk_normalisation: 1}]
arrangements:
  fee for service:
    - {model: fee_for_service, basis: allowed_amount, counts_as_cost: no, paid: as_claims,
       facts: {own_claims: expenditure}}
"""
FILES = {
    "claims.csv": "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,"
    "allowed_amount\nC1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00\n",
    "eligibility.csv": "member_id,enrollment_start_date,enrollment_end_date\nM1,2025-01-01,2025-12-31\n"
    "M2,2025-01-01,2025-12-31\n",
    "base_years.csv": "base_year,stratum,member_months,allowed_pmpm,risk_score,risk_model\n"
    "2024,,24,100.00,1.000,V28\n",
    "scores.csv": "member_id,raf,version\nM1,1.640,V28\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"contract.yaml": CONTRACT, **FILES}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(*arguments: str) -> str:
    """Return what a command prints."""
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == 0, result.exception
    return " ".join(result.output.split())


@pytest.mark.usefixtures("folder")
def test_facts_say_how_many_months_have_a_score_and_from_which_file() -> None:
    said = "risk scores of V28, members without one counted as 1"
    text = printed("facts", "contract.yaml")
    assert f"{said}: 12 months with and 12 without a score, from 1 rows of scores.csv" in text
    # (12 x 1.64 + 12 x 1) / 24 = 1.32, divided by 1.1.
    assert "raw 1.320000 normalise 1.200000" in text
    found = json.loads(printed("facts", "contract.yaml", "--format", "json"))
    assert found["member_months"]["members"]["scored"] == {
        "months": "12",
        "without": "12",
        "files": ["scores.csv"],
        "rows": 1,
        "filter": said,
    }


@pytest.mark.usefixtures("folder")
def test_the_score_moves_the_benchmark_and_explain_names_its_file() -> None:
    text = printed("explain", "contract.yaml")
    assert "members without one counted as 1, 1 rows of scores.csv" in text
    # 24 months at $100.00, times 1.2 over 1.
    assert "benchmark_amount = 2,880.00 usd" in text


def test_another_file_of_scores_is_read_in_its_place(folder: Path) -> None:
    (folder / "others.csv").write_text("member_id,raf,version\nM1,1.200,V28\nM2,1.000,V28\n")
    text = printed("facts", "contract.yaml", "--data", "risk_scores=others.csv")
    assert "24 months with and 0 without a score, from 2 rows of others.csv" in text
    assert "normalise 1.000000" in text
