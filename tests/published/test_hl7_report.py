"""A whole settlement that HL7 printed, reproduced from a contract; and its strata that do not add up."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.shared import CLAIMS, needs

CONTRACT = Path(__file__).with_name("hl7_report_101.yaml")
REPORT = CLAIMS / "fhir-vbpr" / "fsh" / "Example-MeasureReport-vbp-measurereport101.fsh"

pytestmark = needs(REPORT)

Strata = dict[tuple[str, ...], Decimal]
ADDITIVE = (
    "revenue",
    "med-rx-cost",
    "med-rx-cost-target",
    "variance-cost",
    "member-months",
    "shared-saving-deficit",
)
REGIONS = [(cohort, f"Region {number}") for cohort in ("hmo", "ppo") for number in (1, 2)]


def printed() -> dict[str, tuple[Decimal | None, Strata]]:
    """Return the value of each metric of the report, and its strata: (cohort,) or (cohort, facility)."""
    found: dict[str, tuple[Decimal | None, Strata]] = {}
    text = re.sub(r"(?m)^//.*$", "", REPORT.read_text("utf-8"))
    for group in re.split(r"(?m)^\* group\[(?:0|\+)\]\.id", text)[1:]:
        (code,) = re.findall(r"^\* group\[=\]\.code = \S*#(\S+)", group, re.MULTILINE)
        scores = re.findall(r"^\* group\[=\]\.measureScore\S*value = (\S+)", group, re.MULTILINE)
        strata: Strata = {}
        for stratum in re.split(r"\.stratum\[(?:0|\+)\]", group)[1:]:
            names = re.findall(r"value = \S*#(?:LA)?([\w-]+)|value\.text = \"([^\"]+)\"", stratum)
            score = re.findall(r"\.measureScore\.value = (\S+)", stratum)
            if score:
                strata[tuple(one or other for one, other in names)] = Decimal(score[-1])
        found.setdefault(code, (Decimal(scores[0]) if scores else None, strata))
    return found


def settled(revenue: Decimal, cost: Decimal, folder: Path) -> dict[str, Decimal]:
    """Settle the report's contract over a stratum's revenue and cost."""
    text = CONTRACT.read_text("utf-8")
    contract = folder / "contract.yaml"
    for old, new in (("{given: 10_000,", revenue), ("{given: 9_000,", cost)):
        text = text.replace(old, f"{{given: {new},")
    contract.write_text(text, encoding="utf-8")
    (row,) = vbc.settle(contract).arrangements[0].rows
    return {
        f"{name}.{line.name}": sheet.value(line.name)
        for name, sheet in row.sheets.items()
        for line in sheet.stream.lines
        if not line.table
    }


def test_the_report_is_reproduced_from_its_contract(tmp_path: Path) -> None:
    report = printed()
    lines = settled(report["revenue"][0], report["med-rx-cost"][0], tmp_path)
    reproduced = {
        "med-rx-cost-target": lines["shared_saving_deficit.neutral_amount"],
        "variance-cost": lines["shared_saving_deficit.savings_or_losses"],
        "shared-saving-deficit": lines["shared_saving_deficit.settlement"],
        "quality-pmt-chronic": lines["gap_payments.settlement"],
        "earned-incentive": lines["gap_payments.settlement"],
    }
    assert reproduced == {name: report[name][0] for name in reproduced}
    # 5 dollars for each of 300 member months; 400 + 1,500 + 2,000 + 2,000 + 6,000 for gaps
    assert lines["care_coordination.yearly_fee"] == 5 * report["member-months"][0] == 1500
    assert lines["gap_payments.settlement"] == 11_900


@pytest.mark.parametrize(
    "stratum",
    [("hmo",), ("ppo",), ("hmo", "Region 1"), ("hmo", "Region 2"), ("ppo", "Region 1"), ("ppo", "Region 2")],
)
def test_every_stratum_is_reproduced_by_the_same_terms(stratum: tuple[str, ...], tmp_path: Path) -> None:
    report = printed()
    lines = settled(report["revenue"][1][stratum], report["med-rx-cost"][1][stratum], tmp_path)
    assert lines["shared_saving_deficit.settlement"] == report["shared-saving-deficit"][1][stratum]


def test_these_printed_strata_do_not_add_up() -> None:
    """Savings are shared by half and losses by four fifths: deficits of strata need not add up."""
    wrong = []
    for metric in ADDITIVE:
        whole, strata = printed()[metric]
        cohorts = {names[0]: value for names, value in strata.items() if len(names) == 1}
        totals = [("all", whole, sum(cohorts.values()))]
        for cohort, value in cohorts.items():
            totals.append((cohort, value, sum(strata[names] for names in REGIONS if names[0] == cohort)))
        wrong += [(metric, name, stated, added) for name, stated, added in totals if stated != added]
    assert wrong == [
        ("med-rx-cost", "ppo", 4000, 5000),
        ("variance-cost", "hmo", 100, 1000),
        ("variance-cost", "ppo", -600, -1600),
        ("shared-saving-deficit", "all", -400, -430),
        ("shared-saving-deficit", "hmo", 50, -85),
        ("shared-saving-deficit", "ppo", -480, -1280),
    ]
