"""Settings of measurement that a contract leaves open: said with the result, and taken as they are said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.shared import PROJECT
from vbc_cli import api
from vbc_cli.claims.assumed_settings import Assumed
from vbc_cli.contract.strict import check_file
from vbc_cli.problems import InputRefused
from vbc_cli.report.assumed import assumed_lines
from vbc_cli.report.exports import to_json
from vbc_cli.report.facts import facts_text
from vbc_cli.report.render import as_table

SHIPPED = PROJECT / "contracts" / "commercial" / "lakeside_2025.yaml"
STATED = (
    r"^measurement: .*\n",
    r", year_by: claim_start_date",
    r", risk: \{unscored: exclude, steps: \[\]\}",
    r"^    owner: all\n",
    r", owner: all",
    r", annualised: no",
    r"^      death: counts\n",
    r"^      loss_of_enrolment: counts\n",
)
COSTS = (
    "expenditure",
    "own_claims",
    "claims_of_others",
    "own_primary_care",
    "primary_care_elsewhere",
    "medical",
)
MEMBERS = ("members", "members_by_tier", "members_by_age")
OPEN = {
    "month_rule": MEMBERS,
    "attribution": (*MEMBERS, *COSTS, "bundles"),
    "risk.unscored": ("members",),
    "owner": ("expenditure", "medical"),
    "capitated_encounters": (*COSTS, "bundles"),
    "secondary_claims": COSTS,
    "truncate.annualised": ("expenditure",),
    "episodes.death": ("bundles",),
    "episodes.loss_of_enrolment": ("bundles",),
    "year_by": ("valuation",),
}


def settled(contract: Path) -> dict[str, Any]:
    made = json.loads(to_json([api.settle(contract)], {}))["contracts"][0]
    return {key: value for key, value in made.items() if key not in ("file", "inputs")}


def without_lines(value: Any) -> Any:
    """Return a JSON value without the lines of the contract that it cites."""
    return json.loads(re.sub(r"(contract|lakeside_2025)\.yaml:\d+", "", json.dumps(value)))


def test_what_is_not_stated_is_said_and_is_what_the_contract_stated(tmp_path: Path) -> None:
    """A shipped contract states every setting; without that it settles to the same, and says which."""
    text = SHIPPED.read_text()
    for stated in STATED:
        text, times = re.subn(stated, "", text, flags=re.MULTILINE)
        assert times, stated
    folder = tmp_path / "contracts" / "commercial"
    folder.mkdir(parents=True)
    (tmp_path / "sample_data").symlink_to(PROJECT / "sample_data")
    (folder / SHIPPED.name).write_text(text)
    before, after = settled(SHIPPED), settled(folder / SHIPPED.name)
    assert before.pop("assumed") == []
    found: dict[str, list[str]] = {}
    for each in after.pop("assumed"):
        found.setdefault(each["setting"], []).append(each["fact"])
    assert {setting: tuple(facts) for setting, facts in found.items()} == OPEN
    for key in ("control_totals", "bridge", "member_months", "facts", "comparison"):
        assert without_lines(before[key]) == without_lines(after[key]), key


FILES = {
    "claims.csv": "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,{more}"
    "plan_paid_amount\n1,1,ann,office,2025-02-10,2025-03-01,{cells}90.00\n",
    "eligibility.csv": "member_id,enrollment_start_date,enrollment_end_date\nann,2025-01-01,2025-12-31\n",
    "quality.csv": "measure_id,numerator,denominator,rate\nBCS,,100,0.75\n",
}
CONTRACT = """\
contract: open
title: Open
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
cite: Section 1
verification: text_read
data: {claims: claims.csv, eligibility: eligibility.csv, quality: quality.csv}
facts:
  members: {measured: member_months}
  cost: {measured: spending, amount: plan_paid_amount}
  results: {measured: quality}
arrangements:
  fees:
    - {model: fee_for_service, paid: as_claims, facts: {own_claims: cost}}
"""


def write(folder: Path, more: str = "", cells: str = "", contract: str = CONTRACT) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text.replace("{more}", more).replace("{cells}", cells))
    (folder / "contract.yaml").write_text(contract)
    return folder / "contract.yaml"


def test_only_what_the_files_are_about_is_assumed(tmp_path: Path) -> None:
    """Without a roster, a provider file, other payers and other dates, nothing else can move a dollar."""
    settlement = api.settle(write(tmp_path))
    month, rate = "month_rule any_day", "quality.read fraction"
    said = (
        f"Assumed, not stated in the contract: {month} (a month counts with any day enrolled) in members; "
        f"{rate} (rates are written as fractions of 1) in data."
    )
    printed = as_table([settlement], {}, None, False, None)
    assert said in " ".join(printed.split())
    facts = facts_text(api.measure_contract(tmp_path / "contract.yaml"), None, "table", None, 80)
    assert said in " ".join(facts.split())
    assert max(map(len, facts.splitlines())) <= 80


def test_a_column_of_the_files_makes_a_setting_matter(tmp_path: Path) -> None:
    made = settled(
        write(tmp_path, "paid_under,other_payer_amount,claim_end_date,", "capitated,0.00,2025-02-10,")
    )
    assert [(each["fact"], each["setting"], each["value"]) for each in made["assumed"]] == [
        ("valuation", "year_by", "claim_start_date"),
        ("members", "month_rule", "any_day"),
        ("cost", "capitated_encounters", "count"),
        ("cost", "secondary_claims", "counted"),
        ("data", "quality.read", "fraction"),
    ]


def test_what_is_said_once_holds_for_every_fact_that_does_not_say_it_itself(tmp_path: Path) -> None:
    cells = "capitated,0.00,2025-02-10,"
    said = CONTRACT.replace(
        "late_claims: ignore}", "late_claims: ignore, year_by: claim_start_date}"
    ).replace(
        "cite: Section 1",
        "measurement: {month_rule: any_day, capitated_encounters: leave_out, secondary_claims: counted}\n"
        "cite: Section 1",
    )
    own = said.replace("amount: plan_paid_amount}", "amount: plan_paid_amount, capitated_encounters: count}")
    for contract, dollars in ((said, "0"), (own, "90")):
        made = settled(write(tmp_path, "paid_under,other_payer_amount,claim_end_date,", cells, contract))
        assert made["facts"]["cost"] == dollars
        assert [each["setting"] for each in made["assumed"]] == ["quality.read"]


def test_a_strict_check_wants_every_setting_stated(tmp_path: Path) -> None:
    contract = write(tmp_path)
    with pytest.raises(InputRefused) as refusal:
        check_file(contract, True, {})
    assert str(refusal.value).replace(f"{contract}:", "") == (
        "6: 'valuation' does not state year_by\n"
        "  It is taken as claim_start_date: a claim line is of the year in which its service begins. "
        "Say so, or what was agreed: year_by: ...\n"
        "11: 'members' does not state month_rule\n"
        "  It is taken as any_day: a month counts with any day enrolled. "
        "Say so, or what was agreed: month_rule: ...\n"
        "12: 'cost' does not state capitated_encounters\n"
        "  It is taken as count: lines already paid by capitation count. "
        "Say so, or what was agreed: capitated_encounters: ...\n"
        "12: 'cost' does not state secondary_claims\n"
        "  It is taken as counted: claims that another payer paid first count in full. "
        "Say so, or what was agreed: secondary_claims: ..."
    )


def test_facts_of_one_assumption_are_said_together() -> None:
    owner = [Assumed(fact, "owner", "all", "whoever billed") for fact in ("a", "b")]
    assert list(assumed_lines([*owner, Assumed("c", "death", "counts", "they count")])) == [
        "Assumed, not stated in the contract: owner all (whoever billed) in a, b; "
        "death counts (they count) in c."
    ]
    assert list(assumed_lines([])) == []
