"""Filed loss-ratio forms, and hospitals' total scores from the scores of their domains, reproduced.

The files are public and not part of the project: they are read from the folder `published` under VBC_SHARED.
"""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from vbc_cli import api

PROJECT = Path(__file__).parents[2]
PUBLISHED = Path(os.environ.get("VBC_SHARED", PROJECT.parent / "shared")) / "published"
FORMS = PUBLISHED / "aca_mlr" / "forms.csv"
SCORES = PUBLISHED / "hospital_vbp" / "2021_tps.csv"
CENT = Decimal("0.01")

CONTRACT = """\
contract: forms
title: Loss-ratio forms as they were filed
payer: issuers
period: {{start: 2015-01-01, end: 2015-12-31}}
portfolio:
  files: {{forms: {{file: forms.csv, key: key}}}}
  facts:
    average_deductible: {{column: deductible, absent: none}}
  tables:
    years:
{years}
facts:
  reporting_year: {{given: 3, source: the last column}}
arrangements:
  rebate:
    - model: medical_loss_ratio
      terms:
        standard_rate: {standard}
        ratio_rounding: 0.001
        size_unit_months: 12
        adjustment_lost_after_years: 3
        payment_rounding: 0.01
        credibility:
          [{{size: 1_000, adjustment: 0.083}},
           {{size: 2_500, adjustment: 0.052}}, {{size: 75_000, adjustment: 0}}]
        deductible_factors:
          - {{deductible: 0, factor: 1}}
          - {{deductible: 2_500, factor: 1.164}}
          - {{deductible: 10_000, factor: 1.736}}
"""
YEAR = """\
      - rows: {{year: {year}}}
        columns:
          incurred_claims: {{column: {name} claims net}}
          quality_improvement: {{column: {name} qi}}
          premium: {{column: {name} premium}}
          taxes_and_fees: {{column: {name} taxes}}
          member_months: {{column: {name} months}}
"""


@pytest.mark.skipif(not FORMS.is_file(), reason=f"the filed forms are not at {FORMS}; set VBC_SHARED")
def test_every_filed_form_owes_its_rebate_to_the_cent(tmp_path: Path) -> None:
    with FORMS.open(newline="") as text:
        forms = list(csv.DictReader(text))
    years = "".join(YEAR.format(year=year, name=name) for year, name in ((1, "PY2"), (2, "PY1"), (3, "CY")))
    for standard in sorted({form["standard"] for form in forms}):
        own = [form for form in forms if form["standard"] == standard]
        with (tmp_path / "forms.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, own[0].keys())
            writer.writeheader()
            writer.writerows(own)
        contract = tmp_path / "contract.yaml"
        contract.write_text(CONTRACT.format(years=years.rstrip("\n"), standard=standard))
        (settled,) = api.settle(contract).arrangements
        for form, row in zip(own, settled.rows, strict=True):
            sheet = row.sheets["medical_loss_ratio"]
            assert sheet.settled == Decimal(form["rebate"]).quantize(CENT), form["key"]
            if sheet.value("credible"):
                assert sheet.value("medical_loss_ratio") == Decimal(form["adjmlr"]), form["key"]


@pytest.mark.skipif(not SCORES.is_file(), reason=f"the total scores are not at {SCORES}; set VBC_SHARED")
def test_every_total_score_follows_from_the_scores_of_the_domains() -> None:
    with SCORES.open(newline="") as text:
        printed = {row["Facility ID"]: row["Total Performance Score"] for row in csv.DictReader(text)}
    (settled,) = api.settle(
        PROJECT / "contracts/medicare/hospital_vbp/2021.yaml", portfolio=[SCORES]
    ).arrangements
    found = {row.key: row.sheets["hospital_vbp"].value("total_performance_score") for row in settled.rows}
    assert len(found) == len(printed) == 2_676
    differ = [key for key, score in found.items() if abs(score - Decimal(printed[key])) > Decimal("1e-11")]
    assert not differ
