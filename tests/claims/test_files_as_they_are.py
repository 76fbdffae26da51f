"""Files as programs export them: names, headers, ids, days and archives, each right or refused by name."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from claims_files import CLAIMS, ELIGIBILITY, settle

from vbc_cli.claims import read
from vbc_cli.claims.facts import Measured
from vbc_cli.claims.settings import Source
from vbc_cli.contract.contract import read_contract
from vbc_cli.problems import InputRefused

BOTH = Decimal("1200.50")
"""What the two claims of the usual file come to."""
CONTRACT = """contract: c
title: c
payer: Plan
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data: {claims: CLAIMS, eligibility: eligibility.csv}
facts: {cost: {measured: spending, amount: allowed_amount}}
arrangements: {}
"""


def spent(measured: Measured) -> Decimal:
    return measured.costs["spending"].claims


def refused(folder: Path, *sources: Source, **files: str | bytes) -> str:
    with pytest.raises(InputRefused) as refusal:
        settle(folder, sources=sources, **files)
    return str(refusal.value).replace(f"{folder}/", "")


def parquet(folder: Path, changed: str) -> Source:
    """Write the usual claims as Parquet, some columns stored in another way."""
    path, plain = folder / "claims.parquet", folder / "plain.csv"
    plain.write_text(CLAIMS)
    rows = f"SELECT * REPLACE ({changed}) FROM read_csv('{plain}', all_varchar = true)"
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    return Source("claims", (path,))


@pytest.mark.parametrize("name", ["claims[1].csv", "cl*ms.csv", "claims?.csv", "it's.csv", "~claims.csv"])
def test_the_name_of_a_file_is_no_pattern(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(CLAIMS)
    for other in ("claims1.csv", "claims.csv", "claimss.csv"):
        (tmp_path / other).write_text(CLAIMS.replace("1000.00", "9000.00"))
    found = settle(tmp_path, sources=[Source("claims", (tmp_path / name,))])
    assert spent(found) == BOTH
    assert "List the files by their names" in refused(tmp_path, Source("claims", (tmp_path / "cl*.csv",)))


@pytest.mark.parametrize("kind", ["claims", "eligibility"])
@pytest.mark.parametrize(
    "change",
    [str.upper, str.title, lambda header: header.replace("_", " "), lambda header: f"\ufeff{header},,"],
    ids=["capitals", "titles", "blanks", "byte order mark and nameless columns"],
)
def test_a_header_may_be_spelled_otherwise(kind: str, change, tmp_path: Path) -> None:
    header, _, rows = {"claims": CLAIMS, "eligibility": ELIGIBILITY}[kind].partition("\n")
    ends = ",," if change(header).endswith(",,") else ""
    text = "\n".join([change(header), *(row + ends for row in rows.splitlines())]) + "\n"
    assert spent(settle(tmp_path, **{kind: text})) == BOTH


def test_two_columns_that_differ_in_capitals_are_not_told_apart_by_luck(tmp_path: Path) -> None:
    claims = (
        CLAIMS.replace("paid_date", "paid_date,Allowed_Amount")
        .replace("-01,", "-01,7,")
        .replace("-15,", "-15,7,")
    )
    said = refused(tmp_path, claims=claims)
    assert "claims.csv:1: the column 'allowed_amount' stands in the header twice" in said


def test_a_column_that_is_nearly_ours_is_said(tmp_path: Path) -> None:
    claims = CLAIMS.replace("paid_date", "clm_status,paid_date").replace(",2025-03-01", ",denied,2025-03-01")
    found = settle(tmp_path, claims=claims.replace(",2025-06-15", ",paid,2025-06-15"))
    assert spent(found) == BOTH
    assert "the column 'clm_status' is not read; if it is claim_status" in str(found.notes)


def test_a_row_of_data_in_place_of_the_header_is_not_shown(tmp_path: Path) -> None:
    said = refused(tmp_path, eligibility="M77,JANE Q PUBLIC,123-45-6789,1987-07-01\n")
    assert "eligibility.csv:1: the first line is not a header" in said
    assert not {"JANE", "123-45", "1987"} & set(said.replace(",", " ").split())


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"PK\x03\x04\x14\x00claims.csv", "the file is a zip archive\n  Unpack it"),
        (b"PK\x03\x04\x14\x00[Content_Types].xml", "the file is an Excel workbook\n  Save the sheet as CSV"),
        (b"PAR1\x15\x04", "the file is a Parquet file\n  Give it a name that ends in .parquet"),
        (b"SQLite format 3\x00", "the file is an SQLite database"),
        (b'{"resourceType": "ExplanationOfBenefit"}', "the file is FHIR resources in JSON"),
        (b'<?xml version="1.0"?>', "the file is a page or document in XML or HTML"),
        (b"%PDF-1.7", "the file is a PDF document"),
        (b"ISA*00*          *00*          *ZZ*SENDER", "the file is an X12 message"),
    ],
)
def test_a_file_of_another_kind_is_named_by_its_first_bytes(start: bytes, said: str, tmp_path: Path) -> None:
    assert f"claims.csv: {said}" in refused(tmp_path, claims=start)


def test_a_gzip_file_is_read_whatever_its_name_and_held_against_its_checksum(tmp_path: Path) -> None:
    packed = gzip.compress(CLAIMS.encode(), 0, mtime=0)
    assert spent(settle(tmp_path, claims=packed)) == BOTH
    first, second = CLAIMS.encode()[:90], CLAIMS.encode()[90:]
    assert spent(settle(tmp_path, claims=gzip.compress(first) + gzip.compress(second))) == BOTH
    damaged = bytearray(packed)
    damaged[packed.find(b"1000.00")] = ord("9")
    for wrong in (bytes(damaged), packed[:-6]):
        said = refused(tmp_path, claims=wrong)
        assert "claims.csv: the compressed file is cut off, or damaged" in said


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch) -> None:
    whole = read.fingerprint

    def written_to(path: Path) -> str:
        with path.open("a") as file:
            file.write("C3,1,M1,lab,2025-03-01,2025-04-01,5.00\n" if "claims" in path.name else "")
        return whole(path)

    monkeypatch.setattr(read, "fingerprint", written_to)
    assert "claims.csv: the file changed while it was read" in refused(tmp_path)


@pytest.mark.parametrize("stored", ["DOUBLE", "DECIMAL(20, 0)", "BIGINT"])
def test_ids_stored_as_numbers_are_read_whole(stored: str, tmp_path: Path) -> None:
    number = "CAST('10000000' || SUBSTR(member_id, 2) AS {}) AS member_id"
    eligibility = ELIGIBILITY.replace("M1", "100000001").replace("M2", "100000002")
    source = parquet(tmp_path, number.format(stored))
    assert spent(settle(tmp_path, sources=[source], eligibility=eligibility)) == BOTH


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("0.5 + CAST(claim_line_number AS DOUBLE) AS member_id", "row 1: member_id is a rounded number"),
        ("1e17 + CAST(claim_line_number AS DOUBLE) AS member_id", "row 1: member_id is a rounded number"),
        ("member_id = 'M1' AS member_id", "member_id is stored as BOOLEAN, which holds no ids"),
        ("[member_id] AS member_id", "member_id is stored as a list or structure"),
        ("{'id': member_id} AS member_id", "member_id is stored as a list or structure"),
        ("CAST(paid_date AS TIMESTAMPTZ) AS paid_date", "paid_date is stored as moments with a time zone"),
    ],
)
def test_what_cannot_be_an_id_or_a_day_in_parquet_is_refused_by_name(
    changed: str, said: str, tmp_path: Path
) -> None:
    assert f"claims.parquet: {said}" in refused(tmp_path, parquet(tmp_path, changed))


def test_an_id_in_exponent_form_is_refused_with_its_line(tmp_path: Path) -> None:
    said = refused(tmp_path, claims=CLAIMS.replace("M2", "1.00000E+11"))
    assert "claims.csv:3: member_id is a rounded number and no id" in said
    assert "1.00000E+11" not in said


@pytest.mark.parametrize(("zone", "dollars"), [("UTC", BOTH), ("Asia/Tokyo", Decimal("200.50"))])
def test_the_days_of_moments_are_those_of_the_zone_that_the_contract_says(
    zone: str, dollars: Decimal, tmp_path: Path
) -> None:
    # In Tokyo the evening of 31 December in Greenwich is New Year's Day of 2026.
    evening = "CAST(replace(claim_start_date, '2025-02-10', '2025-12-31') || ' 23:30:00+00' AS TIMESTAMPTZ)"
    source = parquet(tmp_path, f"{evening} AS claim_start_date")
    stated = Source("claims", source.files, time_zone=zone)
    assert spent(settle(tmp_path, sources=[stated])) == dollars
    unknown = Source("claims", source.files, time_zone="Asia/Tokio", contract_file="contract.yaml", line=6)
    assert "contract.yaml:6: unknown time zone 'Asia/Tokio'\n  Did you mean 'Asia/Tokyo'?" in refused(
        tmp_path, unknown
    )


def test_a_title_a_decimal_comma_and_texts_for_nothing_are_settings_of_a_file(tmp_path: Path) -> None:
    claims, eligibility = tmp_path / "c.csv", tmp_path / "e.csv"
    rows = CLAIMS.replace(",", ";").replace(".", ",")
    claims.write_text(f"Extract of 2025\nfor the group\n{rows}")
    eligibility.write_text(ELIGIBILITY.replace("2025-12-31", "NULL").replace("NULL", "-", 1))
    sources = [
        Source("claims", (claims,), delimiter=";", decimal="comma", title_lines=2),
        Source("eligibility", (eligibility,), missing=("NULL", "-")),
    ]
    assert spent(settle(tmp_path, sources=sources)) == BOTH
    as_points = Source("claims", (claims,), delimiter=";", title_lines=2)
    assert (
        "c.csv:4: allowed_amount '1000,00' is not an amount in dollars and cents\n  If the comma"
        in refused(tmp_path, as_points)
    )


@pytest.mark.parametrize("missing", ["NULL", "\\N", "."])
def test_what_databases_write_for_nothing_is_no_date(missing: str, tmp_path: Path) -> None:
    assert spent(settle(tmp_path, eligibility=ELIGIBILITY.replace("2025-12-31", missing))) == BOTH


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ("{file: a.csv, columns: {member_id: [a, b]}}", "'member_id' is read from several columns"),
        ("{file: a.csv, columns: {paid_date: a * b}}", "'paid_date' is read from a product"),
        ("{file: a.csv, delimiter: ',,'}", "the delimiter ',,'"),
        ("{file: a.csv, delimiter: a}", "the delimiter 'a'"),
    ],
)
def test_what_no_file_can_be_read_by_is_refused_when_the_contract_is_read(
    claims: str, said: str, tmp_path: Path
) -> None:
    contract = tmp_path / "contract.yaml"
    contract.write_text(CONTRACT.replace("CLAIMS", claims))
    with pytest.raises(InputRefused, match=f"contract.yaml:6: {said}"):
        read_contract(contract, {})


@pytest.mark.parametrize("delimiter", ["tab", "'\\t'", '"\\t"', "'|'"])
def test_a_delimiter_is_one_character_or_tab(delimiter: str, tmp_path: Path) -> None:
    contract = tmp_path / "contract.yaml"
    contract.write_text(CONTRACT.replace("CLAIMS", f"{{file: a.csv, delimiter: {delimiter}}}"))
    assert read_contract(contract, {}).sources[0].delimiter == ("|" if "|" in delimiter else "\t")


def test_an_amount_is_taken_for_one_only_where_its_commas_stand_for_thousands(tmp_path: Path) -> None:
    for written, repair in (
        ('"1,200.00"', "Write 1200.00."),
        ('"900,00"', "If the comma is the decimal mark, say decimal: comma of the file."),
        ('"9,00,0"', "Write plain dollars and cents, such as 1234.50."),
    ):
        assert repair in refused(tmp_path, claims=CLAIMS.replace("1000.00", written))
