"""The text says what was read: status, attribution, providers that are not known, columns nobody reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from claims_files import CLAIMS, ELIGIBILITY, FINAL, YEAR, measure, settle, write
from msgspec.structs import replace
from typer.testing import CliRunner

from vbc_cli.claims.attribution_settings import Plurality, PrimaryCare
from vbc_cli.claims.facts import AttributionReason
from vbc_cli.claims.settings import CorrectedClaims, Made, Measure, Source, Valuation
from vbc_cli.claims.unread import Unread, unread_lines, unread_of
from vbc_cli.cli import app

STATUS = CLAIMS.replace("paid_date,", "paid_date,claim_status,").replace("-03-01,", "-03-01,paid,")
STATUS = STATUS.replace("-06-15,", "-06-15,denied,")
ROSTER = "member_id,effective_date,end_date\nM1,2025-01-01,\n"
ASSUMED = "no claim_status is read"


def read_as(folder: Path, **source: object) -> tuple[str, bool]:
    """Return the filter of the cost in words, and whether a status was assumed."""
    path = folder / "claims.csv"
    path.write_text(str(source.pop("text", CLAIMS)))
    found = settle(folder, sources=[Source("claims", (path,), **source)])  # type: ignore[arg-type]
    assumed = any(note.what.startswith(f"assumed: {ASSUMED}") for note in found.notes)
    return found.costs["spending"].source.filter, assumed


def test_not_denied_is_said_where_a_status_is_read_and_taken_as_paid_where_the_contract_says_so(
    tmp_path: Path,
) -> None:
    of, members = "allowed_amount of lines paid in time", "of members enrolled on the service date"
    assert read_as(tmp_path, text=STATUS) == (f"{of}, not denied, {members}", False)
    assert read_as(tmp_path) == (f"{of}, {members}", True)
    stated = {"claim_status": Made(otherwise="paid")}
    assert read_as(tmp_path, columns=stated) == (f"{of}, taken as paid, {members}", False)
    corrected = CLAIMS.replace("\n", ",,\n").replace(",,\n", ",claim_frequency_code,original_claim_id\n", 1)
    rule = CorrectedClaims("left_out")
    assert read_as(tmp_path, text=corrected, corrected_claims=rule) == (
        f"{of}, not replaced or voided, {members}",
        True,
    )


def test_a_status_in_some_files_only_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "medical.csv").write_text(STATUS)
    (tmp_path / "pharmacy.csv").write_text(CLAIMS)
    sources = [Source("claims", (tmp_path / f"{name}.csv",)) for name in ("medical", "pharmacy")]
    found = settle(tmp_path, sources=sources)
    assert ", not denied where a status is read, " in found.costs["spending"].source.filter
    assert [Path(note.file).name for note in found.notes if ASSUMED in note.what] == ["pharmacy.csv"]


def test_attributed_is_said_only_where_there_is_an_attribution(tmp_path: Path) -> None:
    without, roster = settle(tmp_path), settle(tmp_path, attribution=ROSTER)
    assert "attributed" not in without.costs["spending"].source.filter
    assert without.member_months["while_attributed"].source.filter.endswith("with an enrolled day")
    assert roster.costs["spending"].source.filter.endswith("left out: not attributed on the service date")
    assert "both enrolled and attributed" in roster.member_months["while_attributed"].source.filter


RULES = Plurality(
    start=date(2025, 1, 1),
    end=date(2025, 12, 31),
    steps=(PrimaryCare(categories=("primary_care",)),),
    counted_by="visits",
    provider="billing_npi",
    minimum_visits=1,
    tie="latest_visit",
    tie_goes_to="other",
)
VISITS = """claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,claim_status,billing_npi,plan_paid_amount
A,1,M1,primary_care,2025-02-10,2025-03-01,paid,1000000001,900.00
B,1,M1,primary_care,2025-03-10,2025-04-01,paid,UNKNOWN,800.00
C,1,M1,primary_care,2025-04-10,2025-05-01,paid,UNKNOWN,700.00
D,1,M2,primary_care,2025-04-10,2025-05-01,paid,UNKNOWN,50.00
"""  # noqa: E501


@pytest.mark.parametrize(
    "unknown", ["", "  ", "NULL", " null ", "\\N", "N/A", "None", "0000000000", "Parquet's"]
)
def test_a_provider_who_is_not_known_outvotes_nobody(tmp_path: Path, unknown: str) -> None:
    # M1 saw the group once and nobody known twice: it is the group's, 900 + 800 + 700 and 12 months. M2 saw
    # nobody known. Three lines of primary care name no provider, 1,550.00 in all.
    text = VISITS.replace("UNKNOWN", "" if "Parquet" in unknown else unknown)
    sources = write(tmp_path, claims=text, eligibility=ELIGIBILITY, providers="npi,owner\n1000000001,own\n")
    if "Parquet" in unknown:
        stored = tmp_path / "claims.parquet"
        read = f"read_csv('{tmp_path / 'claims.csv'}', all_varchar = true, nullstr = '')"
        duckdb.sql(f"COPY (SELECT * FROM {read}) TO '{stored}'")
        sources[0] = Source("claims", (stored,))
    found = measure(sources, YEAR, FINAL, [Measure("cost", "plan_paid_amount")], plurality=RULES)
    assert found.attribution == (
        AttributionReason("no provider with enough primary care", False, 1, 12),
        AttributionReason("step 1: most from the contracted provider", True, 1, 12),
    )
    assert found.costs["cost"].total == Decimal("2400.00")
    assert found.joins[1].rows_without_key == 3 and found.joins[1].rows_unmatched == 0
    assert [note.what for note in found.notes] == [
        "3 lines of primary care, $1,550.00, name no billing_npi: they attribute nobody"
    ]


def test_columns_that_may_say_whether_a_row_counts_come_first_and_are_shown_safely(tmp_path: Path) -> None:
    header = CLAIMS.splitlines()[0] + ",plan,reversal_flag,note\x1b[2J,VERSION,,"
    claims = "\n".join([header, *(line + ",a,b,c,1,," for line in CLAIMS.splitlines()[1:])]) + "\n"
    claims = claims.replace("VERSION,,", "VERSION").replace(",1,,", ",1")
    found = settle(tmp_path, claims=claims)
    path = str(tmp_path / "claims.csv")
    assert found.unread == (Unread(path, ("reversal_flag", "VERSION"), ("plan", "note?[2J")),)
    assert list(unread_lines(found.unread)) == [
        f"{path}: 4 columns not read: reversal_flag, VERSION; plan, note?[2J"
    ]
    assert list(unread_lines(found.unread, others=False)) == [
        f"{path}: 2 columns not read that may say whether a row counts: reversal_flag, VERSION"
    ]
    many = unread_of("b.csv", [f"c{number}" for number in range(20)])
    assert next(unread_lines([many])).endswith("c11 and 8 more")
    assert unread_of("b.csv", ["x" * 100]).others == ("x" * 59 + "…",)


def test_what_a_column_is_made_from_is_read(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        CLAIMS.replace("allowed_amount", "a,b,Kind").replace(".00\n", ".00,2,x\n")
    )
    (tmp_path / "c.csv").write_text((tmp_path / "c.csv").read_text().replace("200.50\n", "200.50,1,y\n"))
    columns = {"allowed_amount": "a * b", "claim_status": Made(otherwise="paid")}
    found = settle(tmp_path, sources=[Source("claims", (tmp_path / "c.csv",), columns)])
    assert found.unread == (Unread(str(tmp_path / "c.csv"), (), ("Kind",)),)
    assert found.costs["spending"].total == Decimal("2200.50")


def test_check_lists_the_columns_that_nobody_reads_where_the_files_are_there(tmp_path: Path) -> None:
    write(
        tmp_path, claims=CLAIMS.replace("allowed_amount", "allowed_amount,void_ind").replace("0\n", "0,N\n")
    )
    (tmp_path / "contract.yaml").write_text(
        "contract: small\ntitle: Small\npayer: Plan\nprovider: Group\n"
        "period: {start: 2025-01-01, end: 2025-12-31}\n"
        "valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}\n"
        "data: {claims: claims.csv, eligibility: not_there.csv}\n"
        "facts: {spending: {measured: spending, amount: allowed_amount}}\narrangements: {}\n"
    )
    shown = CliRunner().invoke(app, ["check", str(tmp_path / "contract.yaml")])
    assert (shown.exit_code, shown.output.splitlines()[1:]) == (
        0,
        [f"  {tmp_path / 'claims.csv'}: 1 column not read: void_ind"],
    )


def test_claims_received_or_not_cut_say_nothing_of_payment(tmp_path: Path) -> None:
    uncut: Valuation = replace(FINAL, cut_on="none")
    found = settle(tmp_path, valuation=uncut).costs["spending"].source.filter
    assert found == "allowed_amount of lines of members enrolled on the service date"
