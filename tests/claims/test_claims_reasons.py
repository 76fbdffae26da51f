"""Every reason that leaves a claim line out, each shown by a line of its own, and every dollar accounted for.

Line n carries 2 to the power n dollars, so that a sum says which lines are in it.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from claims_files import FINAL, YEAR, measure, write

from vbc_cli.claims.cells import CAPITATED_OUT, CATEGORY_OUT, NOT_ATTRIBUTED, OWNER_OUT, STANDINGS
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.claims.membership_settings import Enrolment
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
