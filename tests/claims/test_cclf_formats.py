"""CMS's Claim and Claim Line Feed by format alone: denied lines, paid dates and providers."""

from decimal import Decimal
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.claims.facts import Measured

MEMBER = "1AA0A00AA01"
PART_B = {
    "CUR_CLM_UNIQ_ID": "1",
    "CLM_LINE_NUM": "1",
    "BENE_MBI_ID": MEMBER,
    "CLM_LINE_FROM_DT": "2025-02-10",
    "CLM_LINE_THRU_DT": "2025-02-10",
    "CLM_LINE_HCPCS_CD": "99213",
    "CLM_LINE_CVRD_PD_AMT": "80.00",
    "RNDRG_PRVDR_NPI_NUM": "1234567893",
    "CLM_CARR_PMT_DNL_CD": "1",
    "CLM_PRCSG_IND_CD": "A",
    "CLM_ADJSMT_TYPE_CD": "0",
    "CLM_EFCTV_DT": "2025-03-01",
    "CLM_IDR_LD_DT": "2025-03-05",
    "CLM_LINE_ALOWD_CHRG_AMT": "100.00",
}
PART_A = {
    "CUR_CLM_UNIQ_ID": "1",
    "BENE_MBI_ID": MEMBER,
    "CLM_FROM_DT": "2025-02-10",
    "CLM_THRU_DT": "2025-02-14",
    "CLM_MDCR_NPMT_RSN_CD": "",
    "CLM_PMT_AMT": "9000.00",
    "DGNS_DRG_CD": "0470",
    "FAC_PRVDR_NPI_NUM": "1234567893",
    "CLM_ADJSMT_TYPE_CD": "0",
    "CLM_EFCTV_DT": "2025-03-01",
    "CLM_IDR_LD_DT": "2025-03-05",
}
CONTRACT = """contract: cclf
title: Feed
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data:
  claims: {file: claims.csv, format: FORMAT}
  eligibility: eligibility.csv
  providers: providers.csv
facts:
  cost: {measured: spending, amount: AMOUNT, owner: own}
arrangements: {}
"""


def measured(folder: Path, name: str, rows: list[dict[str, str]], amount: str) -> Measured:
    (folder / "claims.csv").write_text(
        "".join(",".join(row) + "\n" for row in [rows[0], *map(dict.values, rows)])
    )
    (folder / "eligibility.csv").write_text(
        f"member_id,enrollment_start_date,enrollment_end_date\n{MEMBER},2025-01-01,2025-12-31\n"
    )
    (folder / "providers.csv").write_text("npi,owner\n1234567893,own\n")
    text = CONTRACT.replace("FORMAT", name).replace("AMOUNT", amount)
    (folder / "contract.yaml").write_text(text)
    return api.measure_contract(folder / "contract.yaml").measured


def part_b(folder: Path, *changes: dict[str, str], lacks: tuple[str, ...] = ()) -> Decimal:
    """Return what a line that counts and one as changed come to, each allowed 100.00."""
    rows = [
        PART_B,
        *({**PART_B, "CUR_CLM_UNIQ_ID": f"{n}", **each} for n, each in enumerate(changes, start=2)),
    ]
    rows = [{name: text for name, text in row.items() if name not in lacks} for row in rows]
    return measured(folder, "cclf_part_b", rows, "allowed_amount").costs["cost"].total


@pytest.mark.parametrize("code", ["0", "D", "E", "P", "Y", "00", "12"])
def test_a_part_b_claim_that_was_paid_to_nobody_is_denied(tmp_path, code):
    assert part_b(tmp_path, {"CLM_CARR_PMT_DNL_CD": code}) == 100


@pytest.mark.parametrize("code", ["B", "C", "D", "I", "M", "N", "O", "Z", "12"])
def test_a_part_b_line_that_was_not_allowed_is_denied(tmp_path, code):
    assert part_b(tmp_path, {"CLM_PRCSG_IND_CD": code}) == 100


@pytest.mark.parametrize("code", ["A", "R", "S", " A", ""])
def test_a_part_b_line_that_was_allowed_counts(tmp_path, code):
    assert part_b(tmp_path, {"CLM_PRCSG_IND_CD": code}) == 200


def test_either_code_is_enough_where_the_file_lacks_the_other(tmp_path):
    denied = {"CLM_CARR_PMT_DNL_CD": "0", "CLM_PRCSG_IND_CD": "D"}
    assert part_b(tmp_path, denied, lacks=("CLM_PRCSG_IND_CD",)) == 100
    assert part_b(tmp_path, denied, lacks=("CLM_CARR_PMT_DNL_CD",)) == 100
    assert part_b(tmp_path, denied, lacks=("CLM_CARR_PMT_DNL_CD", "CLM_PRCSG_IND_CD")) == 200


def test_the_day_a_line_was_loaded_is_the_day_it_was_paid(tmp_path):
    late = {"CLM_EFCTV_DT": "2026-03-27", "CLM_IDR_LD_DT": "2026-04-02"}
    assert part_b(tmp_path, late) == 100
    assert part_b(tmp_path, late, lacks=("CLM_IDR_LD_DT",)) == 200


def test_a_part_a_claim_with_a_reason_for_not_being_paid_is_denied(tmp_path):
    rows = [PART_A, {**PART_A, "CUR_CLM_UNIQ_ID": "2", "CLM_MDCR_NPMT_RSN_CD": "N"}]
    rows.append({**PART_A, "CUR_CLM_UNIQ_ID": "3", "CLM_IDR_LD_DT": "2026-04-02"})
    rows.append({**PART_A, "CUR_CLM_UNIQ_ID": "4", "FAC_PRVDR_NPI_NUM": "1987654321"})
    cost = measured(tmp_path, "cclf_part_a", rows, "plan_paid_amount").costs["cost"]
    assert cost.total == 9_000
    assert {line.what: line.rows for line in cost.control_totals.left_out} == {
        "denied": 1,
        "paid after the cut-off": 1,
        "claims of other providers": 1,
    }
