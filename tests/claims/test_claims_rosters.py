"""Two rosters compared: HL7's change types with members, months and dollars, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from claims_files import FINAL, YEAR, measure, write

from vbc_cli.claims.rosters import compare_rosters
from vbc_cli.claims.settings import Measure, TruncateAt

PEOPLE = "member_id,enrollment_start_date,enrollment_end_date\n" + "".join(
    f"M{number},2025-01-01,2025-12-31\n" for number in range(1, 6)
)
CLAIMS = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount\n"
    + "".join(
        f"C{number},{line},M{number},office,2025-{month}-10,2025-{month}-20,{number}00.00\n"
        for number in range(1, 6)
        for line, month in enumerate(["03", "09"], start=1)
    )
)
BEFORE = """member_id,effective_date,end_date
M1,2025-01-01,
M2,2025-01-01,
M3,2025-01-01,
M4,2025-01-01,2025-12-31
"""
# M1 leaves the list, M2 was added in error, M3 ends in June, M4 is said in two rows, M5 is new.
AFTER = """member_id,effective_date,end_date,change_type
M2,2025-01-01,,cancelled
M3,2025-01-01,2025-06-30,changed
M4,2025-01-01,2025-06-30,nochange
M4,2025-07-01,,nochange
M5,2025-07-01,,new
"""


def test_every_change_of_the_roster_is_one_of_hl7s_types_with_what_it_moves(tmp_path: Path) -> None:
    # Costs are cut at 700, so that only what is within the limit moves: M4 keeps 700 of 800.
    spending = Measure("spending", "allowed_amount", truncate=TruncateAt(Decimal(700)))
    before, after = (
        measure(
            write(tmp_path, claims=CLAIMS, eligibility=PEOPLE, attribution=roster),
            YEAR,
            FINAL,
            (spending,),
            by="member",
        )
        for roster in (BEFORE, AFTER)
    )
    found = {each.change_type: each for each in compare_rosters(before, after)}
    counts = {
        name: (each.members, each.months_before, each.months_after, *each.dollars_before, *each.dollars_after)
        for name, each in found.items()
    }
    assert counts == {
        "new": (1, 0, 6, 0, 500),
        "dropped": (1, 12, 0, 200, 0),
        "changed": (1, 12, 6, 600, 300),
        "nochange": (1, 12, 12, 700, 700),
        "cancelled": (1, 12, 0, 400, 0),
    }
    moved = sum(each.dollars_after[0] - each.dollars_before[0] for each in found.values())
    assert moved == after.costs["spending"].total - before.costs["spending"].total
