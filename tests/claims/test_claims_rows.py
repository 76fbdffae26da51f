"""Rows of eligibility and claims as the field sends them: what is taken, what is netted, what is refused.

Each test writes a few rows and computes its months and dollars by hand.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.claims.claims_files import ALLOWED, FINAL, YEAR, measure, write
from vbc_cli.claims.facts import Measured
from vbc_cli.claims.membership_settings import Enrolment
from vbc_cli.claims.settings import LeftOut, Made, Source
from vbc_cli.problems import InputRefused

HEADER = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,claim_status,"
    "allowed_amount\n"
)
CLAIM = HEADER + "C1,1,M1,inpatient,2025-02-10,2025-03-01,paid,1000.00\n"
REVERSED = CLAIM + "C1,1,M1,inpatient,2025-02-10,2025-04-01,reversal,-1000.00\n"
SPANS = "member_id,enrollment_start_date,enrollment_end_date"


def measured(sources: list[Source], **settings: object) -> Measured:
    """Measure the files by the plainest settings."""
    return measure(sources, YEAR, FINAL, [ALLOWED], **settings)


def months(folder: Path, eligibility: str, claims: str = CLAIM, **of_source: object) -> tuple[object, str]:
    """Return the member months of an eligibility file, and what is said of it."""
    sources = write(folder, eligibility=eligibility, claims=claims)
    sources[0] = replace(sources[0], **of_source)  # type: ignore[arg-type]
    found = measured(sources)
    said = [note.what for note in found.notes if note.file.endswith("eligibility.csv")]
    return found.member_months["while_attributed"].total, "; ".join(said)


def spent(folder: Path, claims: str, **of_source: object) -> Decimal:
    """Return the dollars of a claims file, all of it of one member enrolled for the year."""
    sources = write(folder, claims=claims, eligibility=f"{SPANS}\nM1,2025-01-01,2025-12-31\nM2,2025-01-01,\n")
    sources[0] = replace(sources[0], **of_source)  # type: ignore[arg-type]
    return measured(sources).costs["spending"].total


def refused(folder: Path, claims: str, **of_source: object) -> str:
    with pytest.raises(InputRefused) as error:
        spent(folder, claims, **of_source)
    return "\n".join(str(problem) for problem in error.value.problems)


@pytest.mark.parametrize("end", ["2025-02-28", "2024-01-01"])
def test_a_span_that_ends_before_it_begins_is_no_coverage(tmp_path: Path, end: str) -> None:
    found = months(tmp_path, f"{SPANS}\nM1,2025-01-01,2025-12-31\nM3,2025-03-01,{end}\n")
    assert found == (12, "rows that end before they begin, days that never took effect, not used: 1")


def test_a_member_whose_coverage_never_took_effect_is_known(tmp_path: Path) -> None:
    # Its claim is of a member not enrolled that day, not of one whom no file knows.
    eligibility = f"{SPANS}\nM1,2025-01-01,2024-12-31\nM2,2025-01-01,2025-12-31\n"
    found = measured(write(tmp_path, eligibility=eligibility, claims=CLAIM))
    (join,) = (each for each in found.joins if each.source == "claims" and each.target == "eligibility")
    assert join.keys_unmatched == 0
    assert found.costs["spending"].total == 0


def test_the_same_row_twice_is_one_row(tmp_path: Path) -> None:
    row = "M1,2025-01-01,2025-12-31\n"
    assert months(tmp_path, f"{SPANS}\n{row}{row}{row}") == (
        12,
        "rows that say the same as another row, counted once: 2",
    )


def test_ends_may_be_the_day_after_the_last(tmp_path: Path) -> None:
    # January to June, then one day of no coverage (begins and ends on 1 August), then September.
    spans = f"{SPANS}\nM1,2025-01-01,2025-07-01\nM1,2025-08-01,2025-08-01\nM1,2025-09-01,2025-10-01\n"
    found, said = months(tmp_path, spans, ends="exclusive")
    assert found == 7
    assert said == "rows that end before they begin, days that never took effect, not used: 1"


def test_overlapping_spans_that_agree_are_merged_where_the_contract_says_so(tmp_path: Path) -> None:
    # March to May, April to June inside of it and open from June on: March to December, ten months.
    spans = f"{SPANS}\nM1,2025-03-01,2025-05-31\nM1,2025-04-01,2025-06-30\nM1,2025-06-15,\n"
    assert months(tmp_path, spans, overlaps="merge") == (
        10,
        "rows merged with an overlapping row of the same member: 2",
    )


def test_overlapping_spans_that_disagree_are_never_merged(tmp_path: Path) -> None:
    spans = f"{SPANS},stratum\nM1,2025-01-01,2025-12-31,adult\nM1,2025-06-01,2025-12-31,child\n"
    with pytest.raises(InputRefused, match="overlaps the same member's span") as error:
        months(tmp_path, spans, overlaps="merge")
    assert error.value.problems[0].line == 3
    assert "They differ in a column that is read" in str(error.value.problems[0])


@pytest.mark.parametrize("months_written", ["2025-01-01 2025-02-14 2025-12-31", "202501 202502 202512"])
def test_rows_may_be_of_a_month_each(tmp_path: Path, months_written: str) -> None:
    rows = "".join(f"M1,{month}\n" for month in months_written.split())
    columns = {"enrollment_start_date": "year_month"}
    found = months(tmp_path, f"member_id,year_month\n{rows}", rows="one_a_month", columns=columns)
    assert found == (3, "")
    with pytest.raises(InputRefused, match="say rows: one_a_month"):
        months(tmp_path, f"member_id,year_month\n{rows}", columns=columns)
    with pytest.raises(InputRefused, match="is not a day of the calendar"):
        months(tmp_path, "member_id,year_month\nM1,202513\n", rows="one_a_month", columns=columns)


def test_rows_of_another_payer_are_left_out_of_eligibility(tmp_path: Path) -> None:
    spans = f"{SPANS},payer\nM1,2025-01-01,2025-06-30,medicare\nM1,2025-03-01,2025-12-31,commercial\n"
    out = (LeftOut({"payer": ("commercial",)}, "another payer"),)
    assert months(tmp_path, spans, leave_out=out) == (6, "rows left out, another payer: 1")


def test_months_after_the_month_of_death_do_not_count(tmp_path: Path) -> None:
    spans = f"{SPANS},death_date\nM1,2025-01-01,9999-12-31,2025-03-10\nM2,2025-01-01,2025-12-31,\n"
    sources = write(tmp_path, eligibility=spans, claims=CLAIM)
    found = measured(sources).member_months["while_attributed"]
    assert [(step.what, step.months) for step in found.steps] == [
        ("enrolled, as the file says", 24),
        ("after the month of death", -9),
    ]
    assert found.total == 3 + 12
    counted = measured(sources, enrolment=Enrolment(after_death="counts"))
    assert counted.member_months["while_attributed"].total == 24


def test_a_span_that_begins_after_the_month_of_death_has_no_months(tmp_path: Path) -> None:
    spans = f"{SPANS},death_date\nM1,2025-01-01,2025-01-31,2025-02-10\nM1,2025-05-01,,\n"
    assert months(tmp_path, spans)[0] == 1


def test_an_original_its_reversal_and_the_new_payment_net_under_one_line_number(tmp_path: Path) -> None:
    assert spent(tmp_path, REVERSED + "C1,1,M1,inpatient,2025-02-10,2025-04-01,paid,900.00\n") == 900
    assert spent(tmp_path, REVERSED) == 0


@pytest.mark.parametrize(
    "rows",
    [
        CLAIM + "C1,1,M1,inpatient,2025-02-10,2025-04-01,paid,900.00\n",
        REVERSED + "C1,1,M1,inpatient,2025-02-10,2025-04-01,reversal,-1000.00\n",
        CLAIM + "C1,1,M1,inpatient,2025-02-10,2025-04-01,reversal,-900.00\n",
    ],
    ids=["no reversal", "reversed twice", "another amount reversed"],
)
def test_lines_under_one_number_that_do_not_net_are_refused(tmp_path: Path, rows: str) -> None:
    assert "claim C1 line 1 stands on line 2 already" in refused(tmp_path, rows)


def test_rows_that_a_later_file_repeats_count_once_where_the_contract_says_so(tmp_path: Path) -> None:
    again = CLAIM + CLAIM.splitlines()[1] + "\n"
    assert "identical_rows: once" in refused(tmp_path, again)
    assert spent(tmp_path, again, identical_rows="once") == 1000
    other = again + "C1,1,M1,inpatient,2025-02-10,2025-03-01,paid,1.00\n"
    assert "stands on line 2 already" in refused(tmp_path, other, identical_rows="once")


def test_the_key_of_a_line_may_have_further_columns(tmp_path: Path) -> None:
    rows = [
        "source,version," + HEADER,
        "a,0,C1,1,M1,inpatient,2025-02-10,2025-03-01,paid,1000.00\n",
        "b,0,C1,1,M2,inpatient,2025-02-10,2025-03-01,paid,500.00\n",
    ]
    assert spent(tmp_path, "".join(rows), claim_parts=("source",)) == 1500
    assert "line 2 already" in refused(tmp_path, "".join(rows), line_parts=("version",))
    rows[2] = rows[2].replace("b,0", "a,1")
    assert spent(tmp_path, "".join(rows), line_parts=("version",)) == 1500
    said = refused(tmp_path, "".join(rows), line_parts=("revision",))
    assert "there is no column 'revision', which the contract names" in said


AMOUNTS = HEADER.replace("allowed_amount", "allowed_amount,plan_paid_amount,member_liability_amount")
# A line of Medicare after its sequestration of two percent of 80, and one that is a cent off.
APART = AMOUNTS + (
    "C1,1,M1,office,2025-02-10,2025-03-01,paid,100.00,78.40,20.00\n"
    "C2,1,M1,office,2025-02-10,2025-03-01,paid,100.00,66.67,33.34\n"
    "C3,1,M1,office,2025-02-10,2025-03-01,paid,100.00,80.00,20.00\n"
)


def test_amounts_that_do_not_add_up_are_said_in_lines_and_dollars(tmp_path: Path) -> None:
    sources = write(tmp_path, claims=APART, eligibility=f"{SPANS}\nM1,2025-01-01,2025-12-31\n")
    found = measured(sources)
    assert found.costs["spending"].total == 300
    (said,) = (note.what for note in found.notes if "is not plan_paid" in note.what)
    assert said == (
        "2 of 3 lines that count: allowed_amount is not plan_paid_amount + member_liability_amount, by 1.61 "
        "in all; amounts_add_up_within: 0.01 refuses lines that are further off"
    )


def test_amounts_are_held_to_add_up_where_the_contract_says_so(tmp_path: Path) -> None:
    assert refused(tmp_path, APART, amounts_add_up_within=Decimal("0.01")) == (
        f"{tmp_path}/claims.csv:2: allowed_amount 100.00 is not plan_paid_amount 78.40 + "
        "member_liability_amount 20.00 = 98.40\n  Correct the amounts; they differ by 1.60."
    )
    assert "claims.csv:3:" in refused(tmp_path, APART, amounts_add_up_within=Decimal(0))


def test_a_file_without_rows_is_no_fault_beside_others(tmp_path: Path) -> None:
    sources = write(tmp_path, claims=CLAIM, eligibility=f"{SPANS}\nM1,2025-01-01,2025-12-31\n")
    (tmp_path / "equipment.csv").write_text(HEADER)
    sources[0] = replace(sources[0], files=(*sources[0].files, tmp_path / "equipment.csv"))
    found = measured(sources)
    assert found.costs["spending"].total == 1000
    assert "the claims file has a header and no rows" in [note.what for note in found.notes]


def with_amounts(*amounts: str, column: str = "paid") -> str:
    """Return claims of one line each with these amounts in a column of the file's own."""
    header = HEADER.replace("allowed_amount", column)
    lines = (
        f"C{number},1,M1,office,2025-02-10,2025-03-01,paid,{each}\n" for number, each in enumerate(amounts)
    )
    return header + "".join(lines)


def test_columns_are_taken_off(tmp_path: Path) -> None:
    # 10,000.00 less 1,000.00, less a deduction written negative (adds 500.00), less nothing.
    claims = with_amounts("10000.00,1000.00,-500.00,", column="paid,ime,dsh,ucc")
    parts = ("paid", *(Made((each,), otherwise="0", negated=True) for each in ("ime", "dsh", "ucc")))
    assert spent(tmp_path, claims, columns={"allowed_amount": parts}) == 9500


def test_amounts_divided_by_a_number_are_rounded_half_up_a_line(tmp_path: Path) -> None:
    # Half of a cent is 0.005, which is a cent, and a cent below zero where it is taken back.
    half = Made(("paid",), divided_by="2")
    assert spent(tmp_path, with_amounts("0.01"), columns={"allowed_amount": half}) == Decimal("0.01")
    assert spent(tmp_path, with_amounts("-0.01"), columns={"allowed_amount": half}) == Decimal("-0.01")
    amounts = [f"{cents // 100}.{cents % 100:02}" for cents in range(1, 4000, 37)]
    quotients = (Context(prec=60).divide(Decimal(each), Decimal("0.98")) for each in amounts)
    expected = sum(each.quantize(Decimal("0.01"), ROUND_HALF_UP) for each in quotients)
    over = Made(("paid",), divided_by="0.98")
    assert spent(tmp_path, with_amounts(*amounts), columns={"allowed_amount": over}) == expected


def test_an_amount_that_cannot_be_divided_is_refused_and_never_left_as_it_is(tmp_path: Path) -> None:
    over = Made(("paid",), divided_by="0.98")
    for written in ("98\u00a0USD", "+98.00", "1e3"):
        assert "is not an amount" in refused(
            tmp_path, with_amounts(written), columns={"allowed_amount": over}
        )
