"""Claims written otherwise: columns made by rule, several sources, amounts of a whole claim, other dates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from claims_files import ALLOWED, ELIGIBILITY, FINAL, YEAR, measure, settle
from hypothesis import given, settings
from hypothesis import strategies as st

from vbc_cli.claims import level
from vbc_cli.claims.dates import WAYS as DATES
from vbc_cli.claims.dates import day_sql, read_day
from vbc_cli.claims.diagnose import money_faults
from vbc_cli.claims.episode_settings import EpisodeRules
from vbc_cli.claims.episodes import columns_needed
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.claims.layout import CLAIMS_COLUMNS, OWNER, Column, claims_layout
from vbc_cli.claims.made import columns_read, made_sql, made_text
from vbc_cli.claims.settings import Case, LeftOut, Made, Measure, Source, Valuation
from vbc_cli.claims.typed import CENTS, exact, typed_condition
from vbc_cli.problems import InputRefused

HEADER = "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount"
NAMES = ("a", "b")
TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "11", "110", "45", "4500", "1", "0", "-2.50", "12.345", "1e3", "x", "1_0", " 45 "]
    ),
    st.text("0123456789.-aE ", max_size=6),
)
PATTERNS = st.sampled_from(["blank", "filled", "45", "45*", "11..45", "110..450", "-2*", "x"])
CODES = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(PATTERNS) | st.tuples(PATTERNS, PATTERNS), min_size=1
)
WAYS = st.one_of(
    st.just("a * b"),
    st.builds(Made, first_of=st.sampled_from([("a",), ("b", "a")]), otherwise=st.sampled_from(["", "0"])),
    st.builds(
        lambda cases: Made(cases=cases, otherwise="other"),
        st.lists(st.builds(Case, CODES, st.sampled_from(["one", "two"])), min_size=1, max_size=3).map(tuple),
    ),
)


@settings(max_examples=300, deadline=None)
@given(made=WAYS, texts=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
def test_a_column_is_made_alike_by_the_database_and_for_a_person(made, texts):
    rows = ", ".join(f"('{a}', '{b}')" for a, b in texts)
    query = f"SELECT {made_sql(made, NAMES)} FROM (VALUES {rows}) AS t({', '.join(NAMES)})"
    found = [text for (text,) in duckdb.sql(query).fetchall()]
    wanted = [made_text(made, dict(zip(NAMES, row, strict=True))) for row in texts]
    assert [same(text) for text in found] == [same(text) for text in wanted]


def same(text: str) -> Decimal | str:
    """A product is the same number however many zeros end it."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def test_a_column_knows_what_it_is_made_from():
    assert columns_read("a * b") == ("a", "b")
    assert columns_read(Made(("a",), (Case({"b": ("1",)}, "x"),))) == ("a", "b")


def cost(
    folder: Path, source: dict, claims: str, valuation: Valuation = FINAL, each: Measure = ALLOWED
) -> MeasuredCost:
    """Measure claims that are read in a way of their own."""
    (folder / "other.csv").write_text(claims)
    found = settle(
        folder, each, valuation=valuation, sources=[Source("claims", (folder / "other.csv",), **source)]
    )
    return found.costs["spending"]


def left_out(found: MeasuredCost) -> dict[str, tuple[int, Decimal]]:
    return {line.what: (line.rows, line.dollars) for line in found.control_totals.left_out}


def test_the_first_column_that_is_filled_in_counts_and_an_empty_amount_may_be_nothing(tmp_path):
    claims = (
        "id,line,old,new,kind,day,line_day,paid,amount\n"
        "C1,1,M1,,inpatient,2024-12-31,2025-01-01,2025-03-01,1000.00\n"
        "C2,1,,M2,inpatient,2025-06-01,,2025-06-15,\n"
    )
    columns = {
        "claim_id": "id",
        "claim_line_number": "line",
        "member_id": Made(("new", "old")),
        "service_category": "kind",
        "claim_start_date": Made(("line_day", "day")),
        "paid_date": "paid",
        "allowed_amount": Made(("amount",), otherwise="0"),
    }
    found = cost(tmp_path, {"columns": columns}, claims)
    assert (found.control_totals.used.rows, found.total) == (2, Decimal(1000))


def test_an_amount_a_day_is_multiplied_by_its_days_and_added(tmp_path):
    # 1000.00 + 12.50 x 4 = 1,050.00
    header = HEADER.replace("allowed_amount", "paid,pass_through,days")
    claims = f"{header}\nC1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00,12.50,4\n"
    found = cost(tmp_path, {"columns": {"allowed_amount": ("paid", "pass_through * days")}}, claims)
    assert found.total == Decimal(1050)


def test_categories_are_assigned_by_the_first_case_that_holds(tmp_path):
    cases = (
        Case({"revenue": ("0450..0459",)}, "emergency"),
        Case({"bill": ("11*",), "drg": ("filled",)}, "inpatient"),
        Case({"bill": ("13*",)}, "outpatient"),
    )
    rows = {
        "C1": ("111", "0450", "470", "emergency"),
        "C2": ("111", "0120", "470", "inpatient"),
        "C3": ("111", "0120", "", "other"),
        "C4": ("131", "0300", "", "outpatient"),
        "C5": ("131", "04500", "", "outpatient"),
    }
    claims = HEADER.replace("service_category", "bill,revenue,drg") + "\n"
    claims += "".join(
        f"{claim},1,M1,{bill},{revenue},{drg},2025-02-10,2025-03-01,1.00\n"
        for claim, (bill, revenue, drg, _) in rows.items()
    )
    found = cost(tmp_path, {"columns": {"service_category": Made((), cases, "other")}}, claims)
    assert {name: int(dollars) for (name, _), dollars in found.by_category_and_owner.items()} == {
        "emergency": 1,
        "inpatient": 1,
        "other": 1,
        "outpatient": 2,
    }


def test_rows_left_out_for_a_reason_keep_their_dollars_and_need_nothing_else(tmp_path):
    claims = f"{HEADER},segment\nC1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00,1\nC1,2,M1,,,,250.00,2\n"
    rules = (LeftOut({"segment": ("2",)}, "second segment"), LeftOut({"segment": ("3",)}, "third segment"))
    found = cost(tmp_path, {"leave_out": rules}, claims)
    assert (found.total, left_out(found)) == (Decimal(1000), {"second segment": (1, Decimal(250))})
    assert found.control_totals.foots and found.bridge.foots


def test_a_row_left_out_still_needs_an_amount_that_can_be_read(tmp_path):
    claims = f"{HEADER},segment\nC1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00,1\nC1,2,M1,,,,2x.00,2\n"
    with pytest.raises(InputRefused) as refusal:
        cost(tmp_path, {"leave_out": (LeftOut({"segment": ("2",)}, "second segment"),)}, claims)
    (problem,) = refusal.value.problems
    assert problem.what == "allowed_amount (value not shown) is not an amount in dollars and cents"


def test_unsigned_amounts_are_taken_off_where_the_code_says_so(tmp_path):
    claims = f"""{HEADER},action
C1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00,0
C2,1,M1,inpatient,2025-02-10,2025-03-01,400.00,1
"""
    assert cost(tmp_path, {"negative_where": {"action": ("1",)}}, claims).total == Decimal(600)


REPEATED = f"""{HEADER},kind
C1,1,M1,inpatient,2025-02-10,2025-03-01,100.00,institutional
C1,2,M1,inpatient,2025-02-10,2025-03-01,100.00,institutional
C1,10,M1,inpatient,2025-02-10,2025-03-01,100.00,institutional
C2,1,M1,inpatient,2025-02-10,2025-03-01,30.00,professional
C2,2,M1,inpatient,2025-02-10,2025-03-01,50.00,professional
"""
BY_KIND = Made(cases=(Case({"kind": ("institutional",)}, "header_repeated"),), otherwise="line")


def test_an_amount_repeated_on_the_lines_of_a_claim_counts_once(tmp_path):
    found = cost(tmp_path, {"amount_level": BY_KIND}, REPEATED)
    assert found.total == Decimal(180)
    assert left_out(found) == {"the claim's amount, repeated on another line": (2, Decimal(200))}


def test_amounts_that_differ_cannot_be_one_claim_s(tmp_path):
    with pytest.raises(InputRefused) as refusal:
        cost(tmp_path, {"amount_level": Made(otherwise="header_repeated")}, REPEATED)
    (problem,) = refusal.value.problems
    assert (problem.what, problem.repair) == (
        "the lines of claim C2 carry different amounts, and amount_level is header_repeated",
        "Say amount_level: line where the amounts are the lines' own.",
    )


def test_a_file_with_one_row_a_claim_needs_no_line_numbers(tmp_path):
    claims = "".join(f"{row}\n" for row in REPEATED.splitlines() if ",2," not in row and ",10," not in row)
    source = {"amount_level": Made(otherwise="header"), "columns": {"claim_line_number": Made(otherwise="1")}}
    assert cost(tmp_path, source, claims).total == Decimal(130)


def test_sources_written_differently_are_read_together_and_may_share_claim_ids(tmp_path):
    (tmp_path / "medical.csv").write_text(f"{HEADER}\nC1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00\n")
    (tmp_path / "drugs.csv").write_text("id|who|day|dollars\nC1|M2|20250601|20.00\n")
    drugs = {
        "claim_id": "id",
        "claim_line_number": Made(otherwise="1"),
        "member_id": "who",
        "service_category": Made(otherwise="pharmacy"),
        "claim_start_date": "day",
        "paid_date": "day",
        "allowed_amount": "dollars",
    }
    sources = [
        Source("claims", (tmp_path / "medical.csv",)),
        Source("claims", (tmp_path / "drugs.csv",), drugs, delimiter="|", date_format="yyyymmdd"),
    ]
    found = settle(tmp_path, sources=sources).costs["spending"]
    assert found.by_category_and_owner == {
        ("inpatient", "unknown"): Decimal(1000),
        ("pharmacy", "unknown"): Decimal(20),
    }


STAY = f"""{HEADER},claim_end_date,admission_date
C1,1,M1,inpatient,2024-12-20,2025-03-01,70.00,2025-01-05,2024-12-21
"""


@pytest.mark.parametrize(
    ("dates", "used", "month"),
    [
        ({}, False, None),
        ({"year_by": "claim_end_date"}, True, date(2025, 1, 1)),
        ({"year_by": "claim_end_date", "month_by": "admission_date"}, True, date(2024, 12, 1)),
        ({"year_by": "paid_date"}, True, date(2025, 3, 1)),
        ({"year_by": "admission_date"}, False, None),
    ],
)
def test_the_contract_names_the_dates_that_decide_year_and_month(tmp_path, dates, used, month):
    found = cost(tmp_path, {}, STAY, Valuation(date(2026, 3, 31), 3, **dates))
    assert found.by_month == ({month: Decimal(70)} if used else {})
    if not used:
        date_said = "admission date" if dates else "service date"
        assert left_out(found) == {f"{date_said} outside the period": (1, Decimal(70))}


def test_files_without_a_date_of_payment_are_not_cut(tmp_path):
    claims = STAY.replace(",paid_date", ",other").replace("2024-12-20", "2025-01-02")
    found = cost(tmp_path, {}, claims, Valuation(date(2026, 3, 31), 0, cut_on="none"))
    assert (found.total, found.source.filter) == (
        Decimal(70),
        "allowed_amount of lines of members enrolled on the service date",
    )


def test_an_amount_that_nobody_measures_may_be_empty_and_is_then_not_known(tmp_path):
    claims = f"""{HEADER},plan_paid_amount
C1,1,M1,inpatient,2025-02-10,2025-03-01,10.00,9.00
C2,1,M1,inpatient,2025-02-10,2025-03-01,10.00,
"""
    found = cost(tmp_path, {}, claims)
    assert (found.total, found.owner_unknown.plan_paid_amount) == (Decimal(20), None)


def test_every_column_that_claims_may_have_can_be_mapped():
    valuations = [
        Valuation(date(2026, 3, 31), 3, cut, "ignore", by)
        for cut in ("paid_date", "received_date")
        for by in ("claim_end_date", "admission_date", "discharge_date")
    ]
    rules = EpisodeRules(ALLOWED, "all", "anchor_start", "last_drg", "count_whole", "count", ())
    more = (OWNER, *columns_needed([rules]))
    every = {column for each in valuations for column in claims_layout(each, (ALLOWED,), more)}
    assert {column.name for column in every if not column.made} <= set(CLAIMS_COLUMNS)


def test_a_column_mapped_to_nothing_we_know_is_refused(tmp_path):
    with pytest.raises(InputRefused) as refusal:
        measure(
            [
                Source("claims", (tmp_path / "c.csv",), {"alowed_amount": "x"}, "c.yaml", 3),
                Source("eligibility", (tmp_path / "e.csv",)),
            ],
            YEAR,
            FINAL,
            (ALLOWED,),
        )
    assert (
        str(refusal.value.problems[1])
        == "c.yaml:3: 'alowed_amount' is no column of claims\n  Did you mean 'allowed_amount'?"
    )


def test_members_and_providers_are_listed_with_what_they_cost(tmp_path):
    (tmp_path / "claims.csv").write_text(
        f"{HEADER},billing_npi\nC1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00,222\nC2,1,M1,inpatient,2025-02-10,2025-03-01,10.00,111\n"
    )
    (tmp_path / "eligibility.csv").write_text(ELIGIBILITY)
    sources = [
        Source("claims", (tmp_path / "claims.csv",)),
        Source("eligibility", (tmp_path / "eligibility.csv",)),
    ]
    members = measure(sources, YEAR, FINAL, (ALLOWED,), by="member").detail
    assert [(row.keys, row.costs) for row in members] == [
        ({"member_id": "M1"}, {"spending": Decimal(1010)}),
        ({"member_id": "M2"}, {"spending": Decimal(0)}),
    ]
    providers = measure(sources, YEAR, FINAL, (ALLOWED,), by="provider").detail
    assert [(row.keys["billing_npi"], row.keys["owner"], row.costs["spending"]) for row in providers] == [
        ("111", "unknown", Decimal(10)),
        ("222", "unknown", Decimal(1000)),
    ]
    assert measure(sources, YEAR, FINAL, (ALLOWED,)).detail == ()


@settings(max_examples=500, deadline=None)
@given(texts=st.lists(st.text("0123456789.-+eE_ ", max_size=9), min_size=1, max_size=20))
def test_an_amount_is_accepted_by_the_database_where_it_is_for_a_person(texts):
    rows = ", ".join(f"('{text}')" for text in texts)
    query = f"SELECT a, a_text > '' AND {exact('a')} FROM (SELECT t AS a_text, TRY_CAST(t AS {CENTS}) AS a"
    found = duckdb.sql(f"{query} FROM (VALUES {rows}) AS v(t))").fetchall()
    for text, (amount, accepted) in zip(texts, found, strict=True):
        assert bool(accepted) == (text.strip() != "" and not list(money_faults("paid", text, PLAIN))), text
        assert not accepted or amount == Decimal(text)


PLAIN = Source("claims", ())
WRITTEN = {
    "iso": ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.000-05:00"),
    "yyyymmdd": ("%Y%m%d",),
    "mm/dd/yyyy": ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p"),
    "dd/mm/yyyy": ("%d/%m/%Y", "%d/%m/%Y %H:%M"),
    "dd-mon-yyyy": ("%d-%b-%Y", "%d%b%Y", "%d%b%Y:%H:%M:%S"),
}
WORDS = ("epoch", "today", "infinity", "2025 02 10", "2025\\02\\10", "2025-02-10 (BC)", "02025-2-1")


@settings(max_examples=400, deadline=None)
@given(
    date_format=st.sampled_from([*DATES]),
    written=st.integers(0, 3),
    changes=st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 1), st.text("0123456789-/ TZ:+.APMFeb\\", max_size=2))
    ),
)
def test_a_date_is_accepted_by_the_database_where_it_is_for_a_person(date_format, written, changes):
    ways = WRITTEN[date_format]
    text = datetime(2025, 2, 10, 23, 30).strftime(ways[written % len(ways)])
    texts = [*WORDS, text]
    for place, taken, put in changes:
        text = text[:place] + put + text[place + taken :]
        texts.append(text)
    source = Source("claims", (), date_format=date_format)
    accepted = typed_condition(Column("d", "date"), "d", source)
    rows = ", ".join(f"('{text}')" for text in texts)
    query = f"SELECT d, {accepted} FROM (SELECT t AS d_text, {day_sql('t', date_format)} AS d"
    rows_found = duckdb.sql(f"{query} FROM (VALUES {rows}) AS v(t))").fetchall()
    for text, (found, sound) in zip(texts, rows_found, strict=True):
        assert (found if sound else None) == read_day(text, date_format), text


def test_a_category_that_first_appears_late_in_the_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(level, "HEAD", 1)  # of the two lines, only the first is looked at beforehand
    cost = settle(tmp_path).costs["spending"]
    assert {name for name, _ in cost.by_category_and_owner} == {"inpatient", "office visit"}
