"""Every reason that leaves a claim line out, each shown by a line of its own, and every dollar accounted for.

Line n carries 2 to the power n dollars, so that a sum says which lines are in it.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import FINAL, YEAR, measure, write

from vbc_cli.claims.cells import CAPITATED_OUT, CATEGORY_OUT, NOT_ATTRIBUTED, OWNER_OUT, STANDINGS
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.claims.membership_settings import Care, Enrolment, Exclusions, Membership
from vbc_cli.claims.settings import LeftOut, Made, Measure, Source

COLUMNS = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,"
    "claim_status,billing_npi,paid_under,allowed_amount,test"
)
LINES = """\
A,1,ann,surgery,2025-02-01,2025-03-01,paid,own,fee_for_service,1.00,
A,2,ann,surgery,2025-02-01,2025-03-01,paid,own,fee_for_service,1.00,
B,1,ann,surgery,2025-02-01,2025-03-01,denied,own,fee_for_service,2.00,
C,1,ann,surgery,2024-02-01,2025-03-01,paid,own,fee_for_service,4.00,
D,1,ann,surgery,2025-02-01,2026-05-01,paid,own,fee_for_service,8.00,
E,1,nobody,surgery,2025-02-01,2025-03-01,paid,own,fee_for_service,16.00,
F,1,ben,surgery,2025-12-01,2025-12-02,paid,own,fee_for_service,32.00,
G,1,cy,surgery,2025-02-01,2025-03-01,paid,own,fee_for_service,64.00,
H,1,ben,surgery,2025-02-01,2025-03-01,paid,own,fee_for_service,128.00,
I,1,ann,pharmacy,2025-02-01,2025-03-01,paid,own,fee_for_service,256.00,
J,1,ann,surgery,2025-02-01,2025-03-01,paid,own,capitated,512.00,
K,1,ann,surgery,2025-02-01,2025-03-01,paid,other,fee_for_service,1024.00,
L,1,ann,surgery,2025-02-01,2025-03-01,paid,own,fee_for_service,2048.00,yes
M,1,di,surgery,2025-02-01,2025-03-01,paid,own,fee_for_service,4096.00,
"""
FILES = {
    "eligibility": """\
member_id,enrollment_start_date,enrollment_end_date,start_known_date
ann,2025-01-01,2025-12-31,2025-01-05
ben,2025-01-01,2025-06-30,2025-01-05
cy,2025-01-01,2025-12-31,2025-12-30
di,2025-01-01,2025-12-31,2025-01-05
""",
    "attribution": """\
member_id,effective_date,end_date
ann,2025-01-01,2025-12-31
ben,2025-05-01,2025-12-31
""",
    "providers": "npi,owner\nown,own\nother,other\n",
}
BEFORE_THE_MEASURE = {
    "a line of the payer's own tests": 2048,
    "the claim's amount, repeated on another line": 1,
    "denied": 2,
    "service date outside the period": 4,
    "paid after the cut-off": 8,
    "member never eligible": 16,
    "not enrolled on the service date": 32,
    "enrolment became known too late": 64,
}
OWN = BEFORE_THE_MEASURE | {
    "not attributed on the service date": 128 + 4096,
    "category not counted": 256,
    "already paid by capitation": 512,
    "claims of other providers": 1024,
}
# Ben was attributed on some day of the year, so his line of February counts for whole years: 128.
OTHERS = BEFORE_THE_MEASURE | {
    "not attributed in the year of the service": 4096,
    "category not counted": 256,
    "already paid by capitation": 512,
    "claims of the contracted provider": 1 + 128,
}


def costs(folder: Path) -> dict[str, MeasuredCost]:
    """Measure the lines twice: own claims while attributed, others' for whole years."""
    (folder / "lines.csv").write_text(f"{COLUMNS}\n{LINES}")
    claims = Source(
        "claims",
        (folder / "lines.csv",),
        amount_level=Made(otherwise="header_repeated"),
        leave_out=(LeftOut({"test": ("yes",)}, "a line of the payer's own tests"),),
    )
    wanted = [
        Measure(
            "own", "allowed_amount", exclude=("pharmacy",), owner="own", capitated_encounters="leave_out"
        ),
        Measure(
            "others",
            "allowed_amount",
            exclude=("pharmacy",),
            owner="other",
            attribution="whole_year",
            capitated_encounters="leave_out",
        ),
    ]
    limit = Enrolment(additions_limit_days=60)
    return dict(measure([claims, *write(folder, **FILES)], YEAR, FINAL, wanted, enrolment=limit).costs)


def test_every_reason_leaves_out_the_line_that_shows_it_and_no_other(tmp_path: Path) -> None:
    found = costs(tmp_path)
    for name, reasons in (("own", OWN), ("others", OTHERS)):
        totals = found[name].control_totals
        assert {line.what: int(line.dollars) for line in totals.left_out} == reasons
        assert totals.foots and found[name].bridge.foots
        assert totals.read.dollars == 2**13 - 1 + 1  # the repeated dollar is read twice
    assert (found["own"].total, found["others"].total) == (Decimal(1), Decimal(1024))


def test_no_reason_is_known_that_no_line_shows() -> None:
    known = {*STANDINGS.values(), *NOT_ATTRIBUTED.values(), CATEGORY_OUT, CAPITATED_OUT, *OWNER_OUT.values()}
    said = {each.format(date="service date", cut="paid") for each in known}
    assert said == {*OWN, *OTHERS} - {"a line of the payer's own tests"}


@pytest.mark.parametrize("number", [15, 16, 40])
@pytest.mark.parametrize("way", ["flagged", "care"])
def test_any_number_of_reasons_leaves_out_the_members_that_show_them(
    tmp_path: Path, number: int, way: str
) -> None:
    # Member 0 shows nothing and counts. Member n shows the n-th reason, by a line of n + 1 dollars; the last
    # member shows the last two, by a line each, and is left out for the first of them.
    shown = [[], *[[each] for each in range(1, number + 1)], [number - 1, number]]
    spans = ("2025-01-01,2025-06-30", "2025-07-01,2025-12-31")
    claims = [
        "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,hcpcs_code,allowed_amount"
    ]
    people = ["member_id,enrollment_start_date,enrollment_end_date,flags"]
    for member, reasons in enumerate(shown):
        words_shown = (reasons or [0]) * (2 if len(reasons) < 2 else 1)
        people += [f"M{member},{span},word {each}" for span, each in zip(spans, words_shown, strict=True)]
        codes = reasons or [0]
        claims += [
            f"C{member},{line},M{member},office,2025-02-0{line},2025-03-01,{code + 10_000},{member + 1}.00"
            for line, code in enumerate(codes, start=1)
        ]
    words = tuple(f"word {each}" for each in range(1, number + 1))
    care = tuple(Care(f"group {each}", (), (str(each + 10_000),)) for each in range(1, number + 1))
    excluded = Exclusions(flagged=words) if way == "flagged" else Exclusions(care=care)
    files = write(tmp_path, claims="\n".join(claims) + "\n", eligibility="\n".join(people) + "\n")
    found = measure(
        files,
        YEAR,
        FINAL,
        [Measure("cost", "allowed_amount", members="members"), Measure("all", "allowed_amount")],
        memberships={"members": Membership(exclude=excluded), "beside": Membership(exclude=excluded)},
    )
    name = "member flagged word {}" if way == "flagged" else "member with group {}"
    expected = {name.format(each): each + 1 for each in range(1, number + 1)}
    expected[name.format(number - 1)] += 2 * (number + 2)
    totals = found.costs["cost"].control_totals
    assert {line.what: int(line.dollars) for line in totals.left_out} == expected
    assert found.costs["cost"].total == 1
    assert found.costs["all"].total == sum(expected.values()) + 1
    assert found.member_months["members"].persons == 1


def test_any_number_of_the_contracts_own_reasons_leaves_out_its_lines(tmp_path: Path) -> None:
    number = 300
    rows = (
        f"C{each},1,M1,office,2025-02-10,2025-03-01,test {each},{each + 1}.00" for each in range(number + 1)
    )
    header = (
        "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,test,allowed_amount"
    )
    (tmp_path / "c.csv").write_text("\n".join([header, *rows, ""]))
    out = tuple(LeftOut({"test": (f"test {each}",)}, f"test {each}") for each in range(number))
    people = write(
        tmp_path, eligibility="member_id,enrollment_start_date,enrollment_end_date\nM1,2025-01-01,\n"
    )
    claims = Source("claims", (tmp_path / "c.csv",), leave_out=out)
    cost = measure([claims, *people], YEAR, FINAL, [Measure("cost", "allowed_amount")]).costs["cost"]
    left = {line.what: int(line.dollars) for line in cost.control_totals.left_out}
    assert left == {f"test {each}": each + 1 for each in range(number)}
    assert cost.total == number + 1
