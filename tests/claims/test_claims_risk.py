"""Risk scores of strata: the mean by months, and the contract's steps in order, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import FINAL, YEAR, measure, write
from msgspec.structs import replace

from vbc_cli.claims.facts import MemberMonths
from vbc_cli.claims.membership_settings import Membership, Risk, RiskStep
from vbc_cli.claims.settings import Source
from vbc_cli.problems import InputRefused

# Adults: M1 12 months at 1.500, M2 6 months at 0.900 (the later span's), M3 6 months without a score.
PEOPLE = """member_id,enrollment_start_date,enrollment_end_date,stratum,\
risk_score,demographic_score,risk_model
M1,2025-01-01,2025-12-31,adult,1.500,0.400,V28
M2,2025-01-01,2025-03-31,adult,0.300,0.400,V24
M2,2025-04-01,2025-06-30,adult,0.900,0.400,V28
M3,2025-07-01,2025-12-31,adult,,0.600,
M4,2025-01-01,2025-12-31,child,0.500,0.300,V28
"""


def scored(folder: Path, risk: Risk, people: str = PEOPLE) -> MemberMonths:
    """Count the members' months and scores."""
    rules = {"members": Membership(risk=risk)}
    return measure(write(folder, eligibility=people), YEAR, FINAL, (), memberships=rules).member_months[
        "members"
    ]


def test_unscored_members_are_left_out_or_one_or_have_their_demographic_score(tmp_path: Path) -> None:
    # Scored months: (12 x 1.5 + 6 x 0.9) / 18 = 1.3.
    assert scored(tmp_path, Risk("exclude")).risk_by_stratum["adult"] == Decimal("1.3")
    # With M3's 6 months at 1: 29.4 / 24; at 0.6: 27 / 24.
    assert scored(tmp_path, Risk("one")).risk_by_stratum["adult"] == Decimal("1.225")
    assert scored(tmp_path, Risk("demographic")).risk_by_stratum["adult"] == Decimal("1.125")


def test_the_steps_are_taken_in_order_and_each_keeps_its_value(tmp_path: Path) -> None:
    steps = (
        RiskStep("reference population", divide_by=Decimal("1.25")),
        RiskStep("coding intensity", multiply_by=Decimal("0.95")),
        RiskStep(
            "cap",
            furthest_fall_rate=Decimal("-0.03"),
            furthest_rise_rate=Decimal("0.03"),
            around=(("adult", Decimal("0.90")), ("child", Decimal("0.50"))),
        ),
        RiskStep("offset", add=Decimal("0.01")),
    )
    found = scored(tmp_path, Risk("exclude", steps=steps))
    # Adults 1.3 / 1.25 = 1.04, x 0.95 = 0.988, at most 0.90 x 1.03 = 0.927, + 0.01.
    # Children 0.5 / 1.25 = 0.4, x 0.95 = 0.38, at least 0.50 x 0.97 = 0.485, + 0.01.
    assert found.risk_steps == (
        ("raw", {"adult": Decimal("1.3"), "child": Decimal("0.5")}),
        ("reference population", {"adult": Decimal("1.04"), "child": Decimal("0.4")}),
        ("coding intensity", {"adult": Decimal("0.988"), "child": Decimal("0.38")}),
        ("cap", {"adult": Decimal("0.927"), "child": Decimal("0.485")}),
        ("offset", {"adult": Decimal("0.937"), "child": Decimal("0.495")}),
    )
    assert found.risk_by_stratum == {"adult": Decimal("0.937"), "child": Decimal("0.495")}
    # The cap before the coding intensity is another agreement: 0.927 x 0.95.
    other = replace(Risk("exclude"), steps=(steps[0], steps[2], steps[1]))
    assert scored(tmp_path, other).risk_by_stratum["adult"] == Decimal("0.88065")


def test_scores_may_stand_in_one_of_several_eligibility_files(tmp_path: Path) -> None:
    texts = {
        "scored.csv": "member_id,enrollment_start_date,enrollment_end_date,risk_score\nM1,2025-01-01,,1.2\n",
        "others.csv": "member_id,enrollment_start_date,enrollment_end_date\nM2,2025-01-01,\n",
    }
    sources = []
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        sources.append(Source("eligibility", (tmp_path / name,)))
    found = measure(sources, YEAR, FINAL, (), memberships={"m": Membership(risk=Risk("one"))})
    # Twelve months at 1.2 and twelve at 1.
    assert found.member_months["m"].risk_by_stratum == {"": Decimal("1.1")}
    assert found.member_months["while_attributed"].risk_by_stratum == {"": Decimal("1.2")}


def test_scores_of_two_models_are_not_mixed(tmp_path: Path) -> None:
    assert scored(tmp_path, Risk("exclude", model="V28")).risk_by_stratum["adult"] == Decimal("1.3")
    with pytest.raises(InputRefused, match="have a risk score of another model than V28"):
        scored(tmp_path, Risk("exclude", model="V28"), PEOPLE.replace("0.900,0.400,V28", "0.900,0.400,V24"))


def test_a_member_without_any_score_and_a_stratum_without_a_base_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="neither a risk score nor a demographic_score"):
        scored(tmp_path, Risk("demographic"), PEOPLE.replace(",,0.600,", ",,,"))
    cap = RiskStep("cap", furthest_rise_rate=Decimal("0.03"), around=(("adult", Decimal(1)),))
    with pytest.raises(InputRefused, match="'cap' has no base score for the stratum 'child'"):
        scored(tmp_path, Risk("exclude", steps=(cap,)))
