"""Claims measured by hand: every expected figure is worked out in the comment beside it."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import CLAIMS, ELIGIBILITY, FINAL, YEAR, measure, settle, write

from vbc_cli.claims.completion_settings import by_factors
from vbc_cli.claims.facts import Amounts, BridgeStep, ControlLine
from vbc_cli.claims.settings import Adjustment, Measure, Period, Source, TruncateAt, Valuation
from vbc_cli.problems import InputRefused

HEADER = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,claim_status,billing_npi,"
    "paid_under,allowed_amount,paid_amount,deductible_amount,copayment_amount,coinsurance_amount\n"
)
# A member (M1) enrolled all year and attributed to June; one (M2) enrolled from April, attributed all year;
# one (M3) enrolled and never attributed; one (M9) not in the eligibility file.
PEOPLE = """member_id,enrollment_start_date,enrollment_end_date,stratum
M1,2025-01-01,2025-12-31,adult
M2,2025-04-15,,child
M3,2024-01-01,2025-12-31,adult
"""
ROSTER = """member_id,effective_date,end_date
M1,2025-01-01,2025-06-30
M2,2024-01-01,
"""
OWNERS = """npi,owner,effective_date,end_date
1111111111,own,,
2222222222,own,2025-01-01,2025-06-30
2222222222,other,2025-07-01,
"""
LINES = HEADER + (
    "C1,1,M1,inpatient,2025-02-10,2025-03-01,paid,1111111111,fee_for_service,1000.00,900.00,50.00,30.00,20.00\n"
    "C1,2,M1,inpatient,2025-02-11,2025-03-01,paid,3333333333,fee_for_service,500.00,500.00,0.00,0.00,0.00\n"
    "C2,1,M2,office visit,2025-05-02,2025-05-20,paid,2222222222,fee_for_service,80.25,60.25,0.00,20.00,0.00\n"
    "C3,1,M2,office visit,2025-08-02,2025-08-20,paid,2222222222,fee_for_service,90.00,70.00,0.00,20.00,0.00\n"
    "C4,1,M2,pharmacy,2025-09-01,2025-09-01,paid,4444444444,fee_for_service,40.00,40.00,0.00,0.00,0.00\n"
    "C5,1,M1,office visit,2025-03-03,2025-03-20,denied,1111111111,reduced,70.00,0.00,70.00,0.00,0.00\n"
    "C6,1,M1,office visit,2024-12-31,2025-01-20,paid,1111111111,fee_for_service,60.00,60.00,0.00,0.00,0.00\n"
    "C7,1,M1,office visit,2025-04-01,2026-04-01,paid,1111111111,fee_for_service,55.00,55.00,0.00,0.00,0.00\n"
    "C8,1,M9,office visit,2025-04-01,2025-05-01,paid,1111111111,fee_for_service,45.00,45.00,0.00,0.00,0.00\n"
    "C9,1,M2,office visit,2025-04-01,2025-05-01,paid,1111111111,fee_for_service,35.00,35.00,0.00,0.00,0.00\n"
    "C10,1,M1,office visit,2025-07-01,2025-08-01,paid,1111111111,fee_for_service,25.00,25.00,0.00,0.00,0.00\n"
    "C11,1,M1,inpatient,2025-02-10,2025-05-01,reversal,1111111111,reduced,-100.00,-100.00,0.00,0.00,0.00\n"
    "C12,1,M2,office visit,2025-10-01,2025-10-09,paid,1111111111,capitated,30.00,0.00,30.00,0.00,0.00\n"
)
FILES = {"claims": LINES, "eligibility": PEOPLE, "attribution": ROSTER, "providers": OWNERS}


def test_every_line_is_used_or_left_out_for_the_first_reason_that_applies(tmp_path: Path) -> None:
    spending = Measure("spending", "allowed_amount", exclude=("pharmacy",), capitated_encounters="leave_out")
    totals = settle(tmp_path, spending, **FILES).costs["spending"].control_totals
    # Used: 1000.00 + 500.00 + 80.25 + 90.00 - 100.00 = 1570.25 on 5 lines.
    assert totals.used == ControlLine("used", 5, Decimal("1570.25"))
    assert totals.left_out == (
        ControlLine("denied", 1, Decimal("70.00")),
        ControlLine("service date outside the period", 1, Decimal("60.00")),
        ControlLine("paid after the cut-off", 1, Decimal("55.00")),
        ControlLine("member never eligible", 1, Decimal("45.00")),
        ControlLine("not enrolled on the service date", 1, Decimal("35.00")),
        ControlLine("not attributed on the service date", 1, Decimal("25.00")),
        ControlLine("category not counted", 1, Decimal("40.00")),
        ControlLine("already paid by capitation", 1, Decimal("30.00")),
    )
    # 1570.25 + 70 + 60 + 55 + 45 + 35 + 25 + 40 + 30 = 1930.25 on 13 lines.
    assert totals.read == ControlLine("claim lines read", 13, Decimal("1930.25"))
    assert totals.foots


def test_a_month_counts_when_any_day_of_it_is_enrolled_and_attributed(tmp_path: Path) -> None:
    months = settle(tmp_path, **FILES).member_months["while_attributed"]
    # M1 January to June = 6. M2 from 15 April to December = 9. M3 is never attributed.
    assert months.total == 15
    assert months.by_stratum == {"adult": 6, "child": 9}
    assert months.by_month[date(2025, 3, 1)] == 1
    assert months.by_month[date(2025, 4, 1)] == 2
    assert months.persons == 2
    assert months.average_members == Decimal("1.25")


def test_a_whole_year_counts_every_enrolled_month_of_a_member_attributed_at_all(tmp_path: Path) -> None:
    spending = Measure("spending", "allowed_amount", attribution="whole_year")
    measured = settle(tmp_path, spending, **FILES)
    # M1 12 months, M2 9; C10 in July now counts: 1570.25 + 25.00 + 40.00 pharmacy + 30.00 capitated.
    assert measured.member_months["whole_year"].total == 21
    assert measured.costs["spending"].total == Decimal("1665.25")


def test_a_month_split_between_two_strata_counts_once_in_the_first(tmp_path: Path) -> None:
    people = (
        "member_id,enrollment_start_date,enrollment_end_date,stratum\n"
        "M1,2025-01-01,2025-03-14,child\n"
        "M1,2025-03-15,2025-05-31,adult\n"
    )
    months = settle(tmp_path, eligibility=people).member_months["while_attributed"]
    assert months.by_stratum == {"adult": 2, "child": 3}
    assert months.by_month_and_stratum[date(2025, 3, 1), "child"] == 1


def test_two_spans_in_one_month_are_one_member_month(tmp_path: Path) -> None:
    people = (
        "member_id,enrollment_start_date,enrollment_end_date\n"
        "M1,2025-02-01,2025-02-05\nM1,2025-02-10,2025-02-12\nM1,2025-02-20,2025-03-01\n"
    )
    assert settle(tmp_path, eligibility=people).member_months["while_attributed"].total == 2


def test_own_claims_are_those_billed_by_the_roster_on_the_service_date(tmp_path: Path) -> None:
    cost = settle(tmp_path, **FILES).costs["spending"]
    # Own: C1/1 1000.00, C2 80.25 (2222222222 is own to June), C11 -100.00, C12 30.00.
    assert cost.own == Amounts(Decimal("1010.25"), Decimal("860.25"), Decimal("150.00"), None)
    # Other: C1/2 500.00, C3 90.00 (2222222222 is another's from July), C4 40.00.
    assert cost.other == Amounts(Decimal("630.00"), Decimal("610.00"), Decimal("20.00"), None)
    assert cost.owner_unknown.allowed_amount == Decimal("0.00")
    assert cost.by_category_and_owner == {
        ("inpatient", "other"): Decimal("500.00"),
        ("inpatient", "own"): Decimal("900.00"),
        ("office visit", "other"): Decimal("90.00"),
        ("office visit", "own"): Decimal("110.25"),
        ("pharmacy", "other"): Decimal("40.00"),
    }


def test_measures_of_one_reading_differ_by_their_own_settings(tmp_path: Path) -> None:
    own = Measure("own", "plan_paid_amount", owner="own")
    other = Measure("other", "plan_paid_amount", owner="other", include=("inpatient",))
    measured = settle(tmp_path, own, other, **FILES)
    assert measured.costs["own"].total == Decimal("860.25")
    assert measured.costs["other"].total == Decimal("500.00")
    assert [line.what for line in measured.costs["other"].control_totals.left_out][-2:] == [
        "category not counted",
        "claims of the contracted provider",
    ]


def test_without_a_provider_file_the_owner_is_unknown_and_said_to_be(tmp_path: Path) -> None:
    measured = settle(tmp_path)
    assert not measured.owner_known
    assert measured.costs["spending"].owner_unknown.allowed_amount == Decimal("1200.50")
    assert any("there is no provider's view" in note.what for note in measured.notes)


def test_an_owner_cannot_be_measured_without_a_provider_file(tmp_path: Path) -> None:
    own = Measure("own", "allowed_amount", owner="own", contract_file="c.yaml", line=7)
    with pytest.raises(InputRefused) as refused:
        settle(tmp_path, own)
    assert str(refused.value) == (
        "c.yaml:7: 'own' cannot be measured without providers\n  Name the providers file under data."
    )


def test_the_limit_cuts_a_member_and_a_line_over_the_limit_makes_the_categories_foot(tmp_path: Path) -> None:
    claims = CLAIMS + "C3,1,M1,office visit,2025-07-01,2025-07-09,500.00\n"
    spending = Measure("spending", "allowed_amount", truncate=TruncateAt(Decimal(1200)))
    cost = settle(tmp_path, spending, claims=claims).costs["spending"]
    # M1 cost 1500.00, 300.00 over 1200.00; by category 1000:500, so 200.00 and 100.00.
    assert cost.over_the_limit == {"inpatient": Decimal("200.00"), "office visit": Decimal("100.00")}
    assert cost.members_over_the_limit == 1
    assert cost.total == Decimal("1400.50")
    # Kept: M1 120,000 cents and M2 20,050 cents; squares 14,400,000,000 + 402,002,500.
    assert (cost.distribution.cents, cost.distribution.cents_squared) == (140_050, 14_802_002_500)
    assert (cost.distribution.members, cost.distribution.months, cost.distribution.months_squared) == (
        2,
        24,
        288,
    )
    assert cost.distribution.cents_times_months == 140_050 * 12


def test_an_annualised_limit_falls_with_the_months_of_the_member(tmp_path: Path) -> None:
    people = ELIGIBILITY.replace("M1,2025-01-01,2025-12-31", "M1,2025-01-01,2025-05-31")
    spending = Measure("spending", "allowed_amount", truncate=TruncateAt(Decimal("1234.57"), annualised=True))
    cost = settle(tmp_path, spending, eligibility=people).costs["spending"]
    # 123,457 cents x 5 / 12 = 51,440.41..., so 51,440 cents are kept of 100,000.
    assert cost.over_the_limit == {"inpatient": Decimal("485.60")}


def test_completion_multiplies_what_is_within_the_limit_and_rounds_half_up(tmp_path: Path) -> None:
    factors = {"inpatient": Decimal("1.025"), "office visit": Decimal("1.01")}
    spending = Measure(
        "spending", "allowed_amount", truncate=TruncateAt(Decimal("900.20")), complete=by_factors(factors)
    )
    cost = settle(tmp_path, spending).costs["spending"]
    # 900.20 x 1.025 = 922.705 -> 922.71, adds 22.51; 200.50 x 1.01 = 202.505 -> 202.51, adds 2.01.
    assert cost.completion_added == {"inpatient": Decimal("22.51"), "office visit": Decimal("2.01")}
    assert cost.total == Decimal("1125.22")


def test_a_category_without_a_completion_factor_is_refused(tmp_path: Path) -> None:
    spending = Measure(
        "spending",
        "allowed_amount",
        complete=by_factors({"inpatient": Decimal(1)}),
        contract_file="c.yaml",
        line=9,
    )
    with pytest.raises(InputRefused) as refused:
        settle(tmp_path, spending)
    assert str(refused.value) == (
        "c.yaml:9: 'spending' has no completion factor for the category 'office visit'\n"
        "  Add one; 1 where nothing is to be added."
    )


def test_a_misspelt_category_is_refused_with_the_one_that_is_meant(tmp_path: Path) -> None:
    spending = Measure("spending", "allowed_amount", exclude=("inpatent",), contract_file="c.yaml", line=9)
    with pytest.raises(InputRefused, match="Did you mean 'inpatient'"):
        settle(tmp_path, spending)


def test_an_adjustment_pmpm_is_multiplied_by_the_member_months(tmp_path: Path) -> None:
    rebates = Adjustment(
        "pharmacy rebates", amount_pmpm=Decimal("-1.255"), source="PBM report", cite="Exhibit C"
    )
    spending = Measure("spending", "allowed_amount", adjustments=(rebates,))
    cost = settle(tmp_path, spending).costs["spending"]
    # 24 member months x -1.255 = -30.12; 1200.50 - 30.12.
    assert [each.dollars for each in cost.adjustments] == [Decimal("-30.12")]
    assert cost.total == Decimal("1170.38")


def test_late_claims_of_the_year_before_are_added_when_the_contract_says_so(tmp_path: Path) -> None:
    people = ELIGIBILITY.replace("2025-01-01", "2024-01-01")
    claims = CLAIMS + (
        "L1,1,M1,inpatient,2024-11-30,2025-03-31,70.00\n"  # paid by last year's cut-off: settled last year
        "L2,1,M1,inpatient,2024-11-30,2025-04-01,60.00\n"  # late
        "L3,1,M2,inpatient,2024-12-31,2026-03-31,50.00\n"  # late
        "L4,1,M2,inpatient,2023-12-31,2025-06-01,40.00\n"  # older than the year before
    )
    late = Valuation(date(2026, 3, 31), 3, late_claims="next_period")
    spending = Measure(
        "spending", "allowed_amount", truncate=TruncateAt(Decimal(1000)), complete=by_factors(Decimal("1.1"))
    )
    cost = settle(tmp_path, spending, valuation=late, claims=claims, eligibility=people).costs["spending"]
    assert cost.prior_period == Decimal("110.00")
    # 1420.50 read - 110.00 left out - 110.00 set aside = 1200.50; x 1.1 adds 120.05; + 110.00.
    assert cost.bridge.steps == (
        BridgeStep("claim lines read", Decimal("1420.50")),
        BridgeStep("left out: service date outside the period", Decimal("-110.00")),
        BridgeStep("set aside: late claims of the year before", Decimal("-110.00")),
        BridgeStep("completion added", Decimal("120.05")),
        BridgeStep("late claims of the year before", Decimal("110.00")),
    )
    assert cost.total == cost.bridge.total == Decimal("1430.55")
    ignored = settle(tmp_path, spending, claims=claims, eligibility=people).costs["spending"]
    assert ignored.prior_period == Decimal("0.00")


def test_the_cut_off_is_the_earlier_of_valuation_day_and_end_of_run_out() -> None:
    assert FINAL.cut_off(YEAR) == date(2026, 3, 31)
    assert Valuation(date(2026, 2, 15), 3).cut_off(YEAR) == date(2026, 2, 15)
    assert Valuation(date(2027, 1, 1), 2).cut_off(YEAR) == date(2026, 2, 28)
    assert Valuation(date(2027, 1, 1), 2).prior_cut_off(YEAR) == date(2025, 2, 28)
    leap = Period(date(2023, 1, 1), date(2023, 12, 31))
    assert Valuation(date(2027, 1, 1), 2).cut_off(leap) == date(2024, 2, 29)
    assert Valuation(date(2027, 1, 1), 2).prior_cut_off(leap) == date(2023, 2, 28)


def test_quality_counts_are_added_and_a_ratio_keeps_its_stated_rate(tmp_path: Path) -> None:
    rows = (
        "measure_id,measure_name,numerator,denominator,rate\n"
        "BCS,Breast cancer screening,449,588,0.764\n"
        "PCR,Readmissions,,118,0.92\n"
    )
    screening, readmissions = settle(tmp_path, quality=rows).quality
    assert (screening.numerator, screening.denominator) == (449, 588)
    assert screening.rate is not None and screening.rate * 588 - 449 < Decimal("1e-20")
    assert readmissions.rate == Decimal("0.92")


def test_quality_flags_of_members_are_added_for_eligible_members(tmp_path: Path) -> None:
    rows = "member_id,measure_id,numerator,denominator\nM1,BCS,1,1\nM2,BCS,0,1\nM9,BCS,1,1\n"
    (screening,) = settle(tmp_path, quality=rows).quality
    assert (screening.numerator, screening.denominator, screening.source.rows) == (1, 2, 2)


def test_payments_are_added_by_stream_and_kind_up_to_the_valuation_day(tmp_path: Path) -> None:
    rows = (
        "payment_date,stream,kind,amount,memo\n"
        "2025-01-31,home,fee,100.00,January\n2025-02-28,home,fee,100.10,February\n"
        "2025-07-01,savings,interim,-5.00,\n2026-04-01,home,fee,9.00,too late\n"
    )
    measured = settle(tmp_path, payments=rows)
    assert [(each.stream, each.kind, each.amount) for each in measured.payments] == [
        ("home", "fee", Decimal("200.10")),
        ("savings", "interim", Decimal("-5.00")),
    ]
    assert measured.notes[-1].what == "payments after the valuation day, not counted: 1"


def test_base_years_are_read_as_they_stand(tmp_path: Path) -> None:
    rows = (
        "base_year,stratum,member_months,allowed_pmpm,risk_score\n"
        "2023,adult,1200,418.9,1.018\n2022,adult,1100,398.20,1\n"
    )
    first, second = settle(tmp_path, base_years=rows).base_years
    assert (first.base_year, first.allowed_pmpm, second.risk_score) == (
        2022,
        Decimal("398.2"),
        Decimal("1.018"),
    )


def test_a_fact_names_its_files_with_rows_and_fingerprint(tmp_path: Path) -> None:
    measured = settle(tmp_path)
    by_kind = {file.kind: file for file in measured.inputs}
    assert (by_kind["claims"].rows, by_kind["eligibility"].rows) == (2, 2)
    digest = hashlib.sha256(ELIGIBILITY.encode()).hexdigest()
    assert by_kind["eligibility"].sha256 == digest
    source = measured.costs["spending"].source
    assert (source.rows, source.dollars) == (2, Decimal("1200.50"))
    assert source.files == (str(tmp_path / "claims.csv"),)


def test_quality_alone_can_be_measured_without_claims(tmp_path: Path) -> None:
    (source,) = write(tmp_path, quality="measure_id,numerator,denominator\nBCS,3,4\n")
    measured = measure([source], YEAR, FINAL, ())
    assert (measured.quality[0].rate, measured.costs) == (Decimal("0.75"), {})


def test_claims_may_come_in_several_files_with_columns_in_any_order(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    lines = CLAIMS.splitlines()
    first.write_text("\n".join(lines[:2]) + "\n")
    turned = [",".join(reversed(line.split(","))) for line in (lines[0], lines[2])]
    second.write_text("\n".join(turned) + "\n")
    measured = settle(tmp_path, sources=[Source("claims", (first, second))])
    assert measured.costs["spending"].total == Decimal("1200.50")
    assert [file.rows for file in measured.inputs if file.kind == "claims"] == [1, 1]
