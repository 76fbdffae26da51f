"""Member months by every rule, worked out by hand in the comment beside each figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from claims_files import ALLOWED, CLAIMS, ELIGIBILITY, FINAL, YEAR, measure, settle, write

from vbc_cli.claims.facts import MemberMonths, MonthStep
from vbc_cli.claims.membership_settings import (
    AS_STATED,
    Care,
    Enrolment,
    Exclusions,
    Membership,
    MonthRule,
    Newborns,
)
from vbc_cli.claims.settings import Measure
from vbc_cli.problems import InputRefused

SPENDING = Measure("spending", "allowed_amount", members="members")
# M1 from 15 January to 15 March, M2 from 16 January to 14 March with a change of stratum on 16 February,
# M3 in two spans with a gap of 1 and 2 April, M4 on the first of June only.
SPANS = """member_id,enrollment_start_date,enrollment_end_date,stratum
M1,2025-01-15,2025-03-15,adult
M2,2025-01-16,2025-02-15,child
M2,2025-02-16,2025-03-14,adult
M3,2025-03-01,2025-03-31,adult
M3,2025-04-03,2025-04-30,adult
M4,2025-06-01,2025-06-01,child
"""


def counted(
    folder: Path, eligibility: str, membership: Membership, enrolment: Enrolment = AS_STATED
) -> MemberMonths:
    """Count the member months of small files."""
    sources = write(folder, claims=CLAIMS, eligibility=eligibility)
    measured = measure(
        sources, YEAR, FINAL, (SPENDING,), memberships={"members": membership}, enrolment=enrolment
    )
    found = measured.member_months["members"]
    assert sum(step.months for step in found.steps) == found.total
    return found


@pytest.mark.parametrize(
    ("rule", "m1", "m2", "m3", "m4"),
    [
        ("any_day", "1 2 3", "1 2 3", "3 4", "6"),
        ("first_of_month", "2 3", "2 3", "3", "6"),  # 1 April is in the gap
        ("fifteenth", "1 2 3", "2", "3 4", ""),
        ("whole_month", "2", "2", "3", ""),  # the two spans of M2 cover February together
        ("fifteen_thirty", "1 2", "2", "3 4", ""),  # M1 ends on 15 March, M2 begins on 16 January
    ],
)
def test_a_month_counts_by_the_day_that_the_contract_names(
    tmp_path: Path, rule: MonthRule, m1: str, m2: str, m3: str, m4: str
) -> None:
    found = counted(tmp_path, SPANS, Membership(month_rule=rule))
    months = [int(month) for member in (m1, m2, m3, m4) for month in member.split()]
    assert found.by_month == {date(2025, month, 1): months.count(month) for month in sorted(set(months))}
    assert found.persons == sum(map(bool, (m1, m2, m3, m4)))


def test_a_month_that_counts_whole_is_in_the_stratum_of_its_first_day(tmp_path: Path) -> None:
    found = counted(tmp_path, SPANS, Membership(month_rule="whole_month"))
    # February of M2 begins as a child; M1's February and M3's March are an adult's.
    assert found.by_stratum == {"adult": 2, "child": 1}


def test_a_fraction_of_days_is_exact_and_follows_the_stratum(tmp_path: Path) -> None:
    found = counted(tmp_path, SPANS, Membership(month_rule="fraction_of_days"))
    # Child: M2 16 of 31 days of January, 15 of 28 of February; M4 1 of 30 of June.
    # Adult: M1 17/31 + 28/28 + 15/31; M2 13/28 + 14/31; M3 31/31 + 28/30.
    child = Fraction(16, 31) + Fraction(15, 28) + Fraction(1, 30)
    adult = Fraction(17 + 15 + 14, 31) + 1 + Fraction(13, 28) + 1 + Fraction(28, 30)
    assert found.by_stratum == {"adult": adult, "child": child}
    assert found.total == adult + child


NEWBORNS = """member_id,birth_date,enrollment_start_date,enrollment_end_date
M1,2025-05-20,2025-06-01,2025-12-31
M2,2025-05-20,2025-07-01,2025-12-31
"""


def test_a_newborn_counts_from_birth_when_enrolled_in_time(tmp_path: Path) -> None:
    rules = Enrolment(newborns=Newborns(31, "counts"))
    found = counted(tmp_path, NEWBORNS, Membership(month_rule="first_of_month"), rules)
    # M1 was enrolled 12 days after birth: May to December, 8; M2 42 days after: July to December, 6.
    assert found.total == 14
    assert found.steps[:2] == (
        MonthStep("enrolled, as the file says", 13),
        MonthStep("newborns from birth", 1),
    )


def test_the_month_of_birth_follows_the_month_rule_where_the_contract_says_so(tmp_path: Path) -> None:
    rules = Enrolment(newborns=Newborns(31, "by_month_rule"))
    assert counted(tmp_path, NEWBORNS, Membership(month_rule="first_of_month"), rules).total == 13
    # By days M1 has 12 of May's 31, 20 to 31 May, besides 7 and 6 whole months.
    found = counted(tmp_path, NEWBORNS, Membership(month_rule="fraction_of_days"), rules)
    assert found.total == 13 + Fraction(12, 31)


LATE = """member_id,enrollment_start_date,start_known_date,enrollment_end_date,end_known_date
M1,2025-01-01,2025-06-30,2025-12-31,
M2,2025-01-01,2025-01-10,2025-03-31,2025-09-30
M2,2025-07-01,,2025-12-31,
"""


def test_an_addition_reaches_back_no_further_than_its_limit(tmp_path: Path) -> None:
    rules = Enrolment(additions_limit_days=90)
    found = counted(tmp_path, LATE, Membership(), rules)
    # M1 became known on 30 June: 90 days before is 1 April, so April to December, 9, and M2's 3 + 6.
    assert found.total == 18
    assert found.steps[:2] == (
        MonthStep("enrolled, as the file says", 21),
        MonthStep("added too late", -3),
    )


def test_a_deletion_reaches_back_no_further_than_its_limit_nor_over_the_next_span(tmp_path: Path) -> None:
    found = counted(tmp_path, LATE, Membership(), Enrolment(deletions_limit_days=60))
    # M2's end became known on 30 September: the 60 days before it begin on 1 August, and the span of July
    # comes first, so it counts to 30 June: January to December, 12.
    assert found.total == 24
    later = LATE.replace("M2,2025-07-01,,2025-12-31,\n", "")
    # Without that span: January to July.
    assert counted(tmp_path, later, Membership(), Enrolment(deletions_limit_days=60)).total == 12 + 7


def test_claims_of_days_that_became_known_too_late_are_left_out_for_that_reason(tmp_path: Path) -> None:
    sources = write(tmp_path, claims=CLAIMS, eligibility=LATE)
    cost = measure(sources, YEAR, FINAL, (ALLOWED,), enrolment=Enrolment(additions_limit_days=90)).costs[
        "spending"
    ]
    # M1's stay of 10 February is before 1 April; M2 was not enrolled on 1 June.
    assert [(line.what, line.dollars) for line in cost.control_totals.left_out] == [
        ("not enrolled on the service date", Decimal("200.50")),
        ("enrolment became known too late", Decimal("1000.00")),
    ]


PEOPLE = """member_id,birth_date,death_date,enrollment_start_date,enrollment_end_date,other_coverage,flags
M1,1980-01-01,,2025-01-01,2025-12-31,no,
M2,1980-01-01,2025-06-10,2025-01-01,2025-06-30,no,
M3,1980-01-01,,2025-01-01,2025-08-31,no,
M4,1980-01-01,,2025-10-01,2025-12-31,no,
M5,1980-01-01,,2025-01-01,2025-03-31,yes,
M5,1980-01-01,,2025-04-01,2025-12-31,no,
M6,2025-03-10,,2025-03-10,2025-12-31,no,
M7,1980-01-01,,2025-01-01,2025-12-31,no,hospice
M8,1980-01-01,,2025-01-01,2025-12-31,no,
"""
CARE = """claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,\
drg_code,hcpcs_code,allowed_amount
C1,1,M1,inpatient,2025-02-10,2025-03-01,470,,1000.00
C2,1,M2,office visit,2025-02-10,2025-03-01,,99213,20.00
C3,1,M3,office visit,2025-02-10,2025-03-01,,99213,30.00
C4,1,M4,office visit,2025-10-10,2025-11-01,,99213,40.00
C5,1,M5,office visit,2025-02-10,2025-03-01,,99213,50.00
C5,2,M5,office visit,2025-05-10,2025-06-01,,99213,55.00
C6,1,M6,inpatient,2025-04-09,2025-05-01,790,,60.00
C6,2,M6,office visit,2025-04-10,2025-05-01,,99213,65.00
C7,1,M7,office visit,2025-02-10,2025-03-01,,99213,70.00
C8,1,M8,inpatient,2025-02-10,2025-03-01,006,,8000.00
C8,2,M8,office visit,2025-09-10,2025-10-01,,99213,80.00
"""


def test_every_exclusion_is_a_reason_in_rows_dollars_and_member_months(tmp_path: Path) -> None:
    excluded = Exclusions(
        care=(Care("transplant", drg_codes=("005", "006"), hcpcs_codes=("50360",)),),
        flagged=("hospice",),
        died=True,
        left=True,
        months_below=6,
        other_coverage=True,
        newborn_days=31,
    )
    sources = write(tmp_path, claims=CARE, eligibility=PEOPLE)
    measured = measure(
        sources,
        YEAR,
        FINAL,
        (SPENDING, ALLOWED_OF_ALL),
        memberships={"members": Membership(exclude=excluded)},
    )
    totals = measured.costs["spending"].control_totals
    assert totals.foots
    assert [(line.what, line.rows, line.dollars) for line in totals.left_out] == [
        ("member with transplant", 2, Decimal("8080.00")),
        ("member flagged hospice", 1, Decimal("70.00")),
        ("member died in the period", 1, Decimal("20.00")),
        ("member left before the end of the period", 1, Decimal("30.00")),
        ("member with fewer than 6 months", 1, Decimal("40.00")),
        ("days with other coverage", 1, Decimal("50.00")),
        ("first 31 days of life", 1, Decimal("60.00")),  # 10 March to 9 April
    ]
    assert totals.used.dollars == Decimal("1120.00")
    months = measured.member_months["members"]
    # M1 12, M2 6, M3 8, M4 3, M5 12, M6 10, M7 12, M8 12.
    assert months.steps == (
        MonthStep("enrolled, as the file says", 75),
        MonthStep("member with transplant", -12),
        MonthStep("member flagged hospice", -12),
        MonthStep("member died in the period", -6),
        MonthStep("member left before the end of the period", -8),
        MonthStep("member with fewer than 6 months", -3),
        MonthStep("days with other coverage", -3),
        MonthStep("first 31 days of life", -1),  # March; April keeps its days from the 10th
    )
    assert months.total == 30
    # A cost with other members, measured beside it, leaves nobody out.
    assert measured.costs["all"].total == Decimal("9470.00")


ALLOWED_OF_ALL = Measure("all", "allowed_amount")


def test_claims_of_months_that_do_not_count_are_left_out_where_the_contract_says_so(tmp_path: Path) -> None:
    people = ELIGIBILITY.replace("M1,2025-01-01", "M1,2025-02-02")
    rule = Membership(month_rule="first_of_month", claims_counted="in_counted_months")
    sources = write(tmp_path, claims=CLAIMS, eligibility=people)
    cost = measure(sources, YEAR, FINAL, (SPENDING,), memberships={"members": rule}).costs["spending"]
    # M1 was not enrolled on 1 February, so the stay of 10 February does not count.
    assert [(line.what, line.dollars) for line in cost.control_totals.left_out] == [
        ("service in a month that does not count", Decimal("1000.00"))
    ]
    kept = Membership(month_rule="first_of_month", claims_counted="on_enrolled_days")
    cost = measure(sources, YEAR, FINAL, (SPENDING,), memberships={"members": kept}).costs["spending"]
    assert cost.total == Decimal("1200.50")


def test_a_rule_that_needs_a_column_the_file_lacks_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="there is no column 'death_date'"):
        counted(tmp_path, SPANS, Membership(exclude=Exclusions(died=True)))


def test_months_are_those_of_the_roster_and_what_it_lacks_is_a_step(tmp_path: Path) -> None:
    roster = "member_id,effective_date,end_date\nM1,2025-01-01,2025-06-30\n"
    months = settle(tmp_path, attribution=roster).member_months["while_attributed"]
    assert months.steps == (MonthStep("enrolled, as the file says", 24), MonthStep("not attributed", -18))
