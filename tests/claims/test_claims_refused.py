"""The gallery of broken files: each is refused with file, line, the user's value and the repair.

Every case is one small file that differs from a sound one in what its name says.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from claims_files import CLAIMS, ELIGIBILITY, FINAL, YEAR, measure, settle, write

from vbc_cli.claims.settings import Measure, Source
from vbc_cli.problems import InputRefused

PARTS = """claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount,\
paid_amount,deductible_amount,copayment_amount,coinsurance_amount
C1,1,M1,inpatient,2025-02-10,2025-03-01,100.00,80.00,10.00,5.00,5.00
C2,1,M1,inpatient,2025-02-10,2025-03-01,100.00,80.00,10.00,5.00,4.99
"""
QUALITY = "measure_id,numerator,denominator\nBCS,{},{}\n"
PROVIDERS = "npi,owner,effective_date,end_date\n1,own,2025-01-01,2025-06-30\n"


def refusal(folder: Path, **files: str | bytes) -> str:
    """Return what the refusal of these files says, their folder left out."""
    with pytest.raises(InputRefused) as refused:
        settle(folder, **files)
    return str(refused.value).replace(f"{folder}/", "")


def with_amount(text: str) -> str:
    """Return the usual claims with another amount on line 3."""
    return CLAIMS.replace("200.50", text)


def with_date(text: str) -> str:
    """Return the usual claims with another service date on line 3."""
    return CLAIMS.replace("2025-06-01", text)


WRONG_VALUES = {
    "a letter for a digit": (
        with_amount("1O.50"),
        "claims.csv:3: allowed_amount '1O.50' is not an amount in dollars and cents\n"
        "  Write plain dollars and cents, such as 1234.50.",
    ),
    "currency sign and grouping": (
        with_amount('"$1,234.50"'),
        "claims.csv:3: allowed_amount '$1,234.50' is not an amount in dollars and cents\n  Write 1234.50.",
    ),
    "parentheses": (
        with_amount("(10.01)"),
        "claims.csv:3: allowed_amount '(10.01)' is not an amount in dollars and cents\n  Write -10.01.",
    ),
    "underscore between digits": (
        with_amount("1_0"),
        "claims.csv:3: allowed_amount '1_0' is not an amount in dollars and cents\n"
        "  Write plain dollars and cents, such as 1234.50.",
    ),
    "underscore for the thousands": (
        with_amount("1_000.00"),
        "claims.csv:3: allowed_amount '1_000.00' is not an amount in dollars and cents\n"
        "  Write plain dollars and cents, such as 1234.50.",
    ),
    "exponent behind the point": (
        with_amount("1.e3"),
        "claims.csv:3: allowed_amount '1.e3' is not an amount in dollars and cents\n  Write 1000.00.",
    ),
    "exponent": (
        with_amount("1e3"),
        "claims.csv:3: allowed_amount '1e3' is not an amount in dollars and cents\n  Write 1000.00.",
    ),
    "large exponent": (
        with_amount("1.23E+05"),
        "claims.csv:3: allowed_amount '1.23E+05' is not an amount in dollars and cents\n  Write 123000.00.",
    ),
    "exponent of nobody's money": (
        with_amount("1E30"),
        "claims.csv:3: allowed_amount '1E30' is not an amount in dollars and cents\n"
        "  Write plain dollars and cents, such as 1234.50.",
    ),
    "not a number": (
        with_amount("NaN"),
        "claims.csv:3: allowed_amount 'NaN' is not an amount in dollars and cents\n"
        "  Write plain dollars and cents, such as 1234.50.",
    ),
    "half a cent": (
        with_amount("10.015"),
        "claims.csv:3: allowed_amount '10.015' has a fraction of a cent\n"
        "  Round it to whole cents where it is made.",
    ),
    "a thousandth of a cent": (
        with_amount("10.00001"),
        "claims.csv:3: allowed_amount '10.00001' has a fraction of a cent\n"
        "  Round it to whole cents where it is made.",
    ),
    "more than a line can hold": (
        with_amount("12345678901.00"),
        "claims.csv:3: allowed_amount (value not shown) is too large for one line\n"
        "  Write dollars, not cents.",
    ),
    "blank amount": (
        with_amount(""),
        "claims.csv:3: allowed_amount is empty\n  Write 0.00 where nothing is due.",
    ),
    "amount of blanks": (
        with_amount("  "),
        "claims.csv:3: allowed_amount is empty\n  Write 0.00 where nothing is due.",
    ),
    "a name in the amount is not repeated": (
        with_amount("Jane Doe"),
        "claims.csv:3: allowed_amount (value not shown) is not an amount in dollars and cents\n"
        "  Write plain dollars and cents, such as 1234.50.",
    ),
    "no such day": (
        with_date("2025-02-30"),
        "claims.csv:3: claim_start_date '2025-02-30' is not a day of the calendar\n  Correct the date.",
    ),
    "American date": (
        with_date("06/13/2025"),
        "claims.csv:3: claim_start_date '06/13/2025' is not a date written YYYY-MM-DD\n"
        "  Write it so, or set date_format: mm/dd/yyyy.",
    ),
    "date of digits": (
        with_date("20250601"),
        "claims.csv:3: claim_start_date '20250601' is not a date written YYYY-MM-DD\n"
        "  Write it so, or set date_format: yyyymmdd.",
    ),
    "date with something behind it": (
        with_date("2025-06-01xyz"),
        "claims.csv:3: claim_start_date (value not shown) is not a date written YYYY-MM-DD\n  Write it so.",
    ),
    "infinity": (
        with_date("infinity"),
        "claims.csv:3: claim_start_date (value not shown) is not a date written YYYY-MM-DD\n  Write it so.",
    ),
    "two-digit year": (
        with_date("0025-06-01"),
        "claims.csv:3: claim_start_date '0025-06-01' is not a day of the calendar\n  Correct the date.",
    ),
    "blank date": (with_date(""), "claims.csv:3: claim_start_date is empty\n  Write the date."),
    "blank member": (
        CLAIMS.replace("M2,", ","),
        "claims.csv:3: member_id is empty\n  Fill it in, or take the row out.",
    ),
    "short row": (
        CLAIMS.replace(",200.50", ""),
        "claims.csv:3: the row has 6 fields where the header has 7\n"
        "  A column is left out, or the row is cut short.",
    ),
    "long row": (
        CLAIMS.replace("200.50", "1,200.50"),
        "claims.csv:3: the row has 8 fields where the header has 7\n"
        "  Put quotes around a value that holds the delimiter.",
    ),
    "unclosed quote": (
        CLAIMS.replace("office visit", '"office visit'),
        "claims.csv:3: the row has 4 fields where the header has 7\n"
        "  Look for a quote that is opened in this line and not closed.",
    ),
    "latin-1": (
        CLAIMS.replace("office visit", "consultation à domicile").encode("latin-1"),
        "claims.csv:3: service_category is not written in UTF-8\n"
        "  Save the file as UTF-8, or set encoding: latin-1.",
    ),
    "UTF-16": (
        CLAIMS.encode("utf-16"),
        "claims.csv:1: the file is written in UTF-16\n  Save it as UTF-8, or set encoding: utf-16.",
    ),
    "mixed line ends": (
        CLAIMS.replace("1000.00\n", "1000.00\r\n"),
        "claims.csv:2: the line ends otherwise than the lines above it (CRLF and LF are mixed)\n"
        "  Save the file with one kind of line end.",
    ),
    "empty file": (b"", "claims.csv: the claims file is empty\n  Export it again."),
    "header only": (
        CLAIMS.splitlines()[0] + "\n",
        "claims.csv: the claims file has a header and no rows\n  Export it again.",
    ),
    "missing column with one near": (
        CLAIMS.replace("allowed_amount", "allowd_amt"),
        "claims.csv:1: there is no column 'allowed_amount'\n"
        "  Near it: allowd_amt. Map it under columns: {allowed_amount: <column of the file>}.",
    ),
    "missing column with none near": (
        CLAIMS.replace("paid_date", "x"),
        "claims.csv:1: there is no column 'paid_date'\n"
        "  It has: claim_id, claim_line_number, member_id, service_category, "
        "claim_start_date, x, allowed_amount. "
        "Map it under columns: {paid_date: <column of the file>}.",
    ),
    "column twice": (
        CLAIMS.replace("service_category", "member_id"),
        "claims.csv:1: the column 'member_id' stands in the header twice\n  Rename or remove one of them.\n"
        "claims.csv:1: there is no column 'service_category'\n"
        "  It has: claim_id, claim_line_number, member_id, member_id, claim_start_date, "
        "paid_date, allowed_amount. "
        "Map it under columns: {service_category: <column of the file>}.",
    ),
    "claim line twice": (
        CLAIMS + "C1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00\n",
        "claims.csv:4: claim C1 line 1 stands on line 2 already\n"
        "  Take one out; a correction reverses the line with its amounts negative. identical_rows: once "
        "drops rows that are alike, key: [claim_id, claim_line_number, COLUMN] tells lines apart by a "
        "further column.",
    ),
    "reversal above zero": (
        CLAIMS.replace("claim_id", "claim_status,claim_id")
        .replace("C1,", "paid,C1,")
        .replace("C2,", "reversal,C2,"),
        "claims.csv:3: a reversal has allowed_amount 200.50 above zero\n"
        "  A reversal takes money back: write it negative.",
    ),
    "unknown status": (
        CLAIMS.replace("claim_id", "claim_status,claim_id")
        .replace("C1,", "paid,C1,")
        .replace("C2,", "open,C2,"),
        "claims.csv:3: claim_status 'open' is not known\n  Write one of: paid, denied, reversal.",
    ),
    "service that ends before it starts": (
        CLAIMS.replace("claim_id", "claim_end_date,claim_id")
        .replace("C1,", "2025-02-09,C1,")
        .replace("C2,", ",C2,"),
        "claims.csv:2: claim_end_date 2025-02-09 is before claim_start_date 2025-02-10\n"
        "  Correct one of the two dates.",
    ),
}


@pytest.mark.parametrize("name", WRONG_VALUES)
def test_a_broken_claims_file_is_refused_with_line_and_repair(tmp_path: Path, name: str) -> None:
    content, message = WRONG_VALUES[name]
    assert refusal(tmp_path, claims=content) == message


OTHER_FILES = {
    "overlapping spans": (
        {"eligibility": ELIGIBILITY + "M1,2025-12-31,\n"},
        "eligibility.csv:4: the span overlaps the same member's span on line 2\n"
        "  End the earlier span the day before; overlaps: merge makes one of spans that agree in all columns "
        "that are read, and ends: exclusive says that an end is the day after the last.",
    ),
    "member attributed twice": (
        {"attribution": "member_id,effective_date,end_date\nM1,2025-01-01,\nM1,2025-03-01,\n"},
        "attribution.csv:3: the span overlaps the same member's span on line 2\n"
        "  Attribute a member once on every day; overlaps: merge makes one of spans that agree in all "
        "columns that are read, and ends: exclusive says that an end is the day after the last.",
    ),
    "numerator above denominator": (
        {"quality": QUALITY.format(5, 4)},
        "quality.csv:2: numerator 5 is above denominator 4\n"
        "  Correct the counts; of a measure that is no share, such as observed over expected, say read: "
        "{MEASURE: ratio}.",
    ),
    "count below zero": (
        {"quality": QUALITY.format(-1, 4)},
        "quality.csv:2: numerator -1 is below zero\n  Write a count.",
    ),
    "count in words": (
        {"quality": QUALITY.format("n/a", 4)},
        "quality.csv:2: numerator 'n/a' is not a number\n  Write plain digits with a point, such as 0.764.",
    ),
    "two owners of one NPI": (
        {
            "providers": PROVIDERS + "1,other,2025-06-30,\n",
            "claims": CLAIMS.replace("member_id", "member_id,billing_npi")
            .replace("M1,", "M1,1,")
            .replace("M2,", "M2,2,"),
        },
        "providers.csv:3: the NPI has another owner in the same days on line 2\n"
        "  Give each row the days on which its owner held.",
    ),
    "unknown owner": (
        {
            "providers": PROVIDERS.replace("own,2025", "ours,2025"),
            "claims": CLAIMS.replace("member_id", "member_id,billing_npi")
            .replace("M1,", "M1,1,")
            .replace("M2,", "M2,2,"),
        },
        "providers.csv:2: owner 'ours' is not known\n  Write one of: own, other.",
    ),
    "unknown kind of payment": (
        {"payments": "payment_date,stream,kind,amount\n2025-01-01,home,gift,1.00\n"},
        "payments.csv:2: kind 'gift' is not known\n"
        "  Write one of: fee, capitation, interim, advance, withhold.",
    ),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_another_broken_file_is_refused_with_line_and_repair(tmp_path: Path, name: str) -> None:
    files, message = OTHER_FILES[name]
    assert refusal(tmp_path, **files) == message


def test_all_faults_of_all_files_are_listed_together(tmp_path: Path) -> None:
    said = refusal(
        tmp_path,
        claims=with_amount("1e3").replace("2025-03-01,1000.00", "2025-02-30,x"),
        eligibility=ELIGIBILITY.replace("2025-12-31\nM2", "2025-13-31\nM2"),
        quality=QUALITY.format(5, 4),
    )
    assert [line.split(" ")[:2] for line in said.splitlines() if not line.startswith(" ")] == [
        ["eligibility.csv:2:", "enrollment_end_date"],
        ["quality.csv:2:", "numerator"],
        ["claims.csv:2:", "paid_date"],
        ["claims.csv:2:", "allowed_amount"],
        ["claims.csv:3:", "allowed_amount"],
    ]


def test_a_claim_line_twice_is_listed_beside_other_faults(tmp_path: Path) -> None:
    claims = with_amount("1e3") + "short,row\nC1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00\n"
    said = refusal(tmp_path, claims=claims).splitlines()[::2]
    assert [line.split(" ")[0] for line in said] == ["claims.csv:3:", "claims.csv:4:", "claims.csv:5:"]
    assert said[-1] == "claims.csv:5: claim C1 line 1 stands on line 2 already"


def test_the_line_is_the_one_an_editor_shows_after_line_breaks_in_quotes_and_blank_lines(
    tmp_path: Path,
) -> None:
    claims = CLAIMS.replace("inpatient", '"in\npatient"').replace("C2,", "\nC2,").replace("200.50", "x")
    claims += "C3,1\nC4,1,M1,inpatient,2025-02-10,2025-03-01,y\n"
    said = refusal(tmp_path, claims=claims).splitlines()[::2]
    assert [line.split(": ")[0] for line in said] == ["claims.csv:5", "claims.csv:6", "claims.csv:7"]


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst"])
def test_the_line_is_found_in_a_compressed_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"claims.{ending}"
    compress(path, with_amount("1e3").replace("C2,", "\nC2,"))
    with pytest.raises(InputRefused, match=rf"claims\.{ending}:4: allowed_amount '1e3'"):
        settle(tmp_path, sources=[Source("claims", (path,))])


def compress(path: Path, text: str) -> None:
    """Write a text file compressed as its name says."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
        return
    lines = ", ".join(f"({index}, '{line}')" for index, line in enumerate(text.splitlines()))
    duckdb.execute(
        f"COPY (SELECT line FROM (VALUES {lines}) AS t(i, line) ORDER BY i) TO '{path}' "
        "(FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '', COMPRESSION zstd)"
    )


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst", "parquet"])
def test_a_compressed_or_parquet_file_gives_the_same_facts(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"claims.{ending}"
    if ending == "parquet":
        plain = tmp_path / "plain.csv"
        plain.write_text(CLAIMS)
        duckdb.execute(f"COPY (FROM read_csv('{plain}')) TO '{path}'")
    else:
        compress(path, CLAIMS)
    cost = settle(tmp_path, sources=[Source("claims", (path,))]).costs["spending"]
    assert (cost.control_totals.read.rows, str(cost.total)) == (2, "1200.50")


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst", "parquet"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"claims.{ending}"
    path.write_bytes(b"not what the name says")
    with pytest.raises(InputRefused, match=rf"claims\.{ending}: the file cannot be read: it is not what"):
        settle(tmp_path, sources=[Source("claims", (path,))])


def test_a_compressed_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv.gz"
    compress(path, CLAIMS + "".join(f"C{n},1,M1,lab,2025-03-01,2025-04-01,{n}.00\n" for n in range(3, 9000)))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InputRefused, match=r"claims\.csv\.gz: "):
        settle(tmp_path, sources=[Source("claims", (path,))])


def test_a_fault_of_a_parquet_file_names_its_row(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.csv", tmp_path / "claims.parquet"
    plain.write_text(with_amount("10.015"))
    duckdb.execute(f"COPY (FROM read_csv('{plain}')) TO '{path}'")
    with pytest.raises(
        InputRefused, match=r"claims\.parquet: row 2: allowed_amount '10\.015' has a fraction"
    ):
        settle(tmp_path, sources=[Source("claims", (path,))])


def test_a_claim_line_twice_in_two_files_names_both(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(CLAIMS)
    second.write_text(CLAIMS.replace("C1", "C7"))
    with pytest.raises(InputRefused, match=r"b\.csv:3: claim C2 line 1 stands in a\.csv on line 3 already"):
        settle(tmp_path, sources=[Source("claims", (first, second))])


def test_files_of_one_kind_with_other_columns_are_refused(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(CLAIMS)
    second.write_text(
        CLAIMS.replace("claim_id,", "claim_status,claim_id,")
        .replace("C1,", "paid,C8,")
        .replace("C2,", "paid,C9,")
    )
    with pytest.raises(InputRefused) as refused:
        settle(tmp_path, sources=[Source("claims", (first, second))])
    assert "b.csv:1: its columns differ from those of a.csv: it adds claim_status" in str(refused.value)


def test_a_file_that_does_not_exist_is_named_where_the_contract_names_it(tmp_path: Path) -> None:
    source = Source("claims", (tmp_path / "none.csv",), contract_file="c.yaml", line=12)
    with pytest.raises(InputRefused, match=r"c\.yaml:12: the claims file '.*none\.csv' does not exist"):
        settle(tmp_path, sources=[source])


def test_very_many_faults_are_listed_up_to_a_thousand_and_counted(tmp_path: Path) -> None:
    header, row = CLAIMS.splitlines()[:2]
    rows = [row.replace("C1", f"C{number}").replace("1000.00", "1e3") for number in range(1500)]
    with pytest.raises(InputRefused) as refused:
        settle(tmp_path, claims="\n".join([header, *rows, ""]))
    assert len(refused.value.problems) == 1001
    assert refused.value.problems[-1].what == "500 more rows of this file have faults"


READ_RIGHTLY: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "no final line end": lambda text: text.rstrip("\n").encode(),
    "blank lines": lambda text: text.replace("\n", "\n\n").encode(),
    "blanks around an amount": lambda text: text.replace("200.50", " 200.50 ").encode(),
    "plus sign and one decimal": lambda text: text.replace("200.50", "+200.5").encode(),
    "quoted values": lambda text: text.replace("200.50", '"200.50"').replace("M1", '"M1"').encode(),
    "a quote within a value": lambda text: text.replace("office visit", '5" tube').encode(),
    "columns nobody asked for": lambda text: text.replace("\n", ",x\n").encode(),
    "noise of binary fractions": lambda text: text.replace("200.50", "200.50000000000003").encode(),
}


@pytest.mark.parametrize("name", READ_RIGHTLY)
def test_a_harmless_oddity_is_read_rightly(tmp_path: Path, name: str) -> None:
    cost = settle(tmp_path, claims=READ_RIGHTLY[name](CLAIMS)).costs["spending"]
    assert (cost.control_totals.read.rows, str(cost.total)) == (2, "1200.50")


def test_a_last_row_without_line_end_is_noted(tmp_path: Path) -> None:
    notes = settle(tmp_path, claims=CLAIMS.rstrip("\n")).notes
    assert notes[0].file.endswith("claims.csv")
    assert notes[0].what == "the last row has no line end; it may have been cut off"


def test_latin_1_is_read_where_the_contract_says_so(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(CLAIMS.replace("office visit", "à domicile").encode("latin-1"))
    measured = settle(tmp_path, sources=[Source("claims", (path,), encoding="latin-1")])
    assert ("à domicile", "unknown") in measured.costs["spending"].by_category_and_owner


def test_dates_are_read_as_the_contract_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(
        CLAIMS.replace("2025-02-10", "02/10/2025")
        .replace("2025-03-01", "03/01/2025")
        .replace("2025-06-01", "06/01/2025")
        .replace("2025-06-15", "6/15/2025")
    )
    measured = settle(tmp_path, sources=[Source("claims", (path,), date_format="mm/dd/yyyy")])
    assert str(measured.costs["spending"].total) == "1200.50"


def test_columns_are_mapped_and_several_are_added(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(
        CLAIMS.replace("member_id", "person")
        .replace("allowed_amount", "a|b")
        .replace(",1000.00", "|1000.00|0.25")
        .replace(",200.50", "|200.50|0.25")
        .replace(",", "|")
    )
    source = Source("claims", (path,), {"member_id": "person", "allowed_amount": ("a", "b")}, delimiter="|")
    assert str(settle(tmp_path, sources=[source]).costs["spending"].total) == "1201.00"


def test_payments_may_have_a_header_and_no_rows(tmp_path: Path) -> None:
    assert settle(tmp_path, payments="payment_date,stream,kind,amount\n").payments == ()


def test_one_owner_may_stand_in_overlapping_rows(tmp_path: Path) -> None:
    claims = (
        CLAIMS.replace("member_id", "member_id,billing_npi").replace("M1,", "M1,1,").replace("M2,", "M2,1,")
    )
    providers = PROVIDERS + "1,own,2025-02-01,\n1,own,2025-03-01,2025-04-01\n"
    cost = settle(tmp_path, claims=claims, providers=providers).costs["spending"]
    assert (str(cost.own.allowed_amount), cost.control_totals.read.rows) == ("1200.50", 2)


def test_no_message_repeats_a_member(tmp_path: Path) -> None:
    people = ELIGIBILITY + "M1,2025-06-01,\n"
    assert "M1" not in refusal(
        tmp_path, eligibility=people, claims=CLAIMS.replace("inpatient", "").replace("2025-03-01", "M1")
    )


def test_nothing_is_left_behind_in_the_directory_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settle(tmp_path)
    with pytest.raises(InputRefused):
        settle(tmp_path, claims=with_amount("x"))
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_an_unneeded_measure_reads_nothing_of_a_missing_amount(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="there is no column 'plan_paid_amount'"):
        measure(
            write(tmp_path, claims=CLAIMS, eligibility=ELIGIBILITY),
            YEAR,
            FINAL,
            [Measure("x", "plan_paid_amount")],
        )
