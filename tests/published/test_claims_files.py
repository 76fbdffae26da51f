"""Claims that CMS and others published, read by format and contract alone, against totals published too.

The files are read from the folder `claims` of tests/shared.py.
"""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.shared import CLAIMS, needs
from vbc_cli import api
from vbc_cli.claims.facts import Measured

CONTRACTS = Path(__file__).parent

pytestmark = needs(CLAIMS)


def measured(name: str, by: str | None = None, **data: Path) -> Measured:
    """Measure a contract of this folder; its files are looked for among the published."""
    contract = api.read_contract(CONTRACTS / f"{name}.yaml", {})
    files: dict[str, list[Path]] = {}
    for source in contract.sources:
        found = [
            file if "claims" not in file.parts else CLAIMS / Path(*file.parts[-2:]) for file in source.files
        ]
        files.setdefault(source.kind, []).extend(found)
    return api.measure_contract(CONTRACTS / f"{name}.yaml", data={**files, **data}, by=by).measured


def rows(*path: str, delimiter: str = ",") -> list[dict[str, str]]:
    with CLAIMS.joinpath(*path).open(newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def by_category(found: Measured) -> dict[str, Decimal]:
    return {
        category: dollars
        for (category, _), dollars in found.costs["expenditure"].by_category_and_owner.items()
    }


@pytest.mark.parametrize(("year", "people"), [("2008", 10_000), ("2009", 9_856), ("2010", 9_710)])
def test_inpatient_reimbursement_is_that_of_cms_for_every_person_and_year(year, people):
    found = measured(f"desynpuf_{year}", by="member")
    published = {
        row["DESYNPUF_ID"]: Decimal(row["MEDREIMB_IP"])
        for row in rows("desynpuf", f"DE1_0_{year}_Beneficiary_Summary_File_Sample_1.csv")
    }
    assert len(published) == people
    assert {row.keys["member_id"]: row.costs["expenditure"] for row in found.detail} == published


def test_second_segments_are_left_out_with_their_dollars_and_their_blank_dates():
    totals = measured("desynpuf_2009").costs["expenditure"].control_totals
    (segments,) = [line for line in totals.left_out if line.what == "second segment of a claim"]
    assert (segments.rows, segments.dollars) == (7, Decimal(105_000))


def test_a_claim_s_amount_repeated_on_its_lines_counts_once():
    found = measured("bfd_rif")
    assert {
        name: by_category(found)[name]
        for name in ("skilled_nursing", "hospice", "professional", "outpatient", "inpatient")
    } == {
        "skilled_nursing": Decimal("279304.64"),
        "hospice": Decimal("127355.75"),
        "professional": Decimal("261647.95"),
        "outpatient": Decimal("1603706.33"),
        "inpatient": Decimal("202896.75"),
    }
    totals = found.costs["expenditure"].control_totals
    naive = sum(
        Decimal(row["CLM_PMT_AMT"])
        for name in ("snf", "hospice", "outpatient", "inpatient", "hha")
        for row in rows("bfd-rif", f"{name}.csv", delimiter="|")
    )
    lines = sum(
        Decimal(row["LINE_NCH_PMT_AMT"])
        for name in ("carrier", "dme")
        for row in rows("bfd-rif", f"{name}.csv", delimiter="|")
    )
    drugs = sum(Decimal(row["CVRD_D_PLAN_PD_AMT"]) for row in rows("bfd-rif", "pde.csv", delimiter="|"))
    assert totals.read.dollars == naive + lines + drugs
    assert totals.foots and found.costs["expenditure"].bridge.foots


def test_member_months_by_any_day_and_institutional_payments_of_the_hundred_people(tmp_path):
    assert measured("tuva_demo").member_months["while_attributed"].total == 3_044
    everybody = {row["patient_id"] for row in rows("tuva-demo-100", "medical_claim.csv")}
    everybody |= {row["patient_id"] for row in rows("tuva-demo-100", "pharmacy_claim.csv")}
    always = "".join(f"{member},2016-01-01,2018-12-31\n" for member in sorted(everybody))
    (tmp_path / "always.csv").write_text(f"patient_id,enrollment_start_date,enrollment_end_date\n{always}")
    found = by_category(measured("tuva_demo", eligibility=[tmp_path / "always.csv"]))
    assert found["institutional"] == Decimal("289024.62")


def test_the_hundred_people_s_claims_by_the_shipped_format_alone(tmp_path):
    contract = (CONTRACTS / "tuva_demo.yaml").read_text()
    plain, _, rest = contract.partition("      amount_level:")
    contract = plain + rest[rest.index("    - {file") :]
    assert "amount_level" not in contract and "service_category" not in contract
    (tmp_path / "plain.yaml").write_text(contract)
    folder = CLAIMS / "tuva-demo-100"
    names = ("medical_claim.csv", "pharmacy_claim.csv", "eligibility.csv")
    for name in names:
        contract = contract.replace(f"../../../shared/claims/tuva-demo-100/{name}", name)
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "plain.yaml").write_text(contract)
    spans = [
        (row["patient_id"], row["enrollment_start_date"], row["enrollment_end_date"])
        for row in rows("tuva-demo-100", "eligibility.csv")
    ]
    bills: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for number, row in enumerate(rows("tuva-demo-100", "medical_claim.csv")):
        own = () if row["claim_type"] == "institutional" else (str(number),)
        bills.setdefault((row["patient_id"], row["claim_id"], *own), []).append(row)
    first = [
        (who, min(row["claim_start_date"] for row in bill), bill[-1]) for (who, *_), bill in bills.items()
    ]
    first += [(row["patient_id"], row["dispensing_date"], row) for row in rows("tuva-demo-100", names[1])]
    spent = sum(
        Decimal(row["paid_amount"]).quantize(Decimal("0.01"))
        for who, day, row in first
        if any(who == member and start <= day <= end for member, start, end in spans)
    )
    assert spent == Decimal("611560.49")
    assert api.measure_contract(tmp_path / "plain.yaml").measured.costs["expenditure"].total == spent


def test_a_contract_that_takes_repeated_amounts_for_the_lines_own_is_told_so(tmp_path):
    contract = (
        (CONTRACTS / "bfd_rif.yaml")
        .read_text()
        .replace("format: bfd_rif}", "format: bfd_rif, amount_level: line}")
    )
    (tmp_path / "naive.yaml").write_text(contract)
    files = [
        CLAIMS / "bfd-rif" / f"{name}.csv"
        for name in ("snf", "hospice", "outpatient", "inpatient", "hha", "carrier", "dme", "pde")
    ]
    data = {"claims": files, "eligibility": [CLAIMS / "bfd-rif" / "beneficiary_2011.csv"]}
    notes = [
        note
        for note in api.measure_contract(tmp_path / "naive.yaml", data=data).measured.notes
        if "amount_level" in note.what
    ]
    assert [(Path(note.file).name, note.what.partition(" of several")[0]) for note in notes] == [
        ("snf.csv", "4 of 4 claims of skilled_nursing"),
        ("hospice.csv", "9 of 9 claims of hospice"),
        ("outpatient.csv", "16 of 16 claims of outpatient"),
    ]


def test_unsigned_debits_and_credits_come_to_what_cms_works_out():
    assert by_category(measured("cclf_debits_and_credits")) == {
        "part_a": Decimal(260),
        "part_b": Decimal(707),
    }


def test_every_person_s_bill_can_be_added_up_again_by_hand():
    spent: Counter[str] = Counter()
    for row in rows("desynpuf", "DE1_0_2008_to_2010_Inpatient_Claims_Sample_1.csv"):
        if row["CLM_THRU_DT"].startswith("2009"):
            spent[row["DESYNPUF_ID"]] += Decimal(row["CLM_PMT_AMT"]) + Decimal(
                row["CLM_PASS_THRU_PER_DIEM_AMT"]
            ) * int(row["CLM_UTLZTN_DAY_CNT"])
    assert measured("desynpuf_2009").costs["expenditure"].total == sum(spent.values())
