"""Amounts that look as if they were the whole claim's: when it is said, and when the claims are refused."""

import re
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.claims import repeated
from vbc_cli.problems import InputRefused

HEADER = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,claim_status,"
    "allowed_amount,plan_paid_amount"
)
CONTRACT = """contract: repeated
title: Repeated amounts
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data:
  claims: CLAIMS
  eligibility: eligibility.csv
facts:
  cost: {measured: spending, amount: plan_paid_amount}
arrangements: {}
"""
UNSAID = re.compile("nothing says whether it is the whole claim's")


def claim(name: str, *amounts: str, category: str = "outpatient", status: str = "paid") -> list[str]:
    """Return the lines of a claim, without allowed amounts as hospitals' claims often are."""
    return [
        f"{name},{number},M1,{category},2025-02-10,2025-03-01,{status},,{amount}"
        for number, amount in enumerate(amounts, start=1)
    ]


def claims(count: int, lines: int, amount: str = "", **more: str) -> list[str]:
    """Return claims that repeat one amount on every line: each its own, or the one given."""
    names = [f"{more.get('category', '')}{number}" for number in range(count)]
    own = [amount or f"{100 + number}.00" for number in range(count)]
    return [
        line for name, each in zip(names, own, strict=True) for line in claim(name, *[each] * lines, **more)
    ]


def notes(folder: Path, rows: list[str], source: str = "claims.csv") -> list[str]:
    """Measure the lines and return the notes on repeated amounts."""
    (folder / "claims.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    (folder / "eligibility.csv").write_text(
        "member_id,enrollment_start_date,enrollment_end_date\nM1,2025-01-01,2025-12-31\n"
    )
    (folder / "contract.yaml").write_text(CONTRACT.replace("CLAIMS", source))
    found = api.measure_contract(folder / "contract.yaml").measured.notes
    return [note.what for note in found if "amount_level" in note.what]


def said(counts: str) -> list[str]:
    return [
        f"{counts} of several lines repeat one plan_paid_amount on every line; if it is the whole claim's, "
        "set amount_level: header_repeated"
    ]


def test_the_amount_that_is_measured_is_looked_at_and_one_exception_does_not_silence_it(tmp_path):
    twelve = claims(12, 3, "900.00")
    assert notes(tmp_path, twelve) == said("12 of 12 claims of outpatient")
    other = claim("X", "10.00", "20.00")
    assert notes(tmp_path, [*twelve, *other]) == said("12 of 13 claims of outpatient")
    assert notes(tmp_path, [*other, *twelve]) == said("12 of 13 claims of outpatient")
    others = [line for number in range(3) for line in claim(f"X{number}", "10.00", "20.00")]
    assert notes(tmp_path, [*twelve, *others]) == []


def test_categories_that_hold_few_claims_are_looked_at_together(tmp_path):
    rows = [line for name in "abcdef" for line in claims(2, 3, "900.00", category=name)]
    assert notes(tmp_path, rows) == said("12 of 12 claims")


def test_denied_lines_say_nothing_of_a_claim_s_amount(tmp_path):
    twelve = claims(12, 3, "900.00")
    denied = [
        line.replace(",1,M1", ",9,M1").replace("paid", "denied").replace("900", "0") for line in twelve[::3]
    ]
    assert notes(tmp_path, [*twelve, *denied]) == said("12 of 12 claims of outpatient")


def test_claims_that_repeat_amounts_of_their_own_are_refused_until_the_contract_says_what_they_are(tmp_path):
    rows = [*claims(12, 3), *claim("X", "10.00", "20.00"), *claims(40, 1, category="office_visit")]
    with pytest.raises(InputRefused) as refusal:
        notes(tmp_path, rows)
    (problem,) = refusal.value.problems
    assert (problem.line, problem.what, problem.repair) == (
        8,
        "12 of 13 claims of outpatient of several lines repeat one plan_paid_amount on every line in "
        "claims.csv, and nothing says whether it is the whole claim's",
        "Say amount_level: header_repeated where it is, or amount_level: line.",
    )
    line = notes(tmp_path, rows, "{file: claims.csv, amount_level: line}")
    assert line == said("12 of 13 claims of outpatient")
    assert notes(tmp_path, rows[:36], "{file: claims.csv, amount_level: header_repeated}") == []


@pytest.mark.parametrize(
    "rows",
    [
        [line for visit in range(30) for line in claim(f"{visit}", *["35.20"] * (3 + visit % 3))],
        [
            line
            for who in "abc"
            for month in range(12)
            for line in claim(f"{who}{month}", *[f"{ord(who)}.5"] * 13)
        ],
        claims(50, 2),
    ],
    ids=["therapy at one price", "dialysis at each patient's price", "two units of one price"],
)
def test_lines_that_are_alike_because_their_price_is_are_not_refused(tmp_path, rows):
    assert len(notes(tmp_path, rows)) == 1


def test_claims_at_the_end_of_a_large_file_are_looked_at_too(tmp_path, monkeypatch):
    monkeypatch.setattr(repeated, "LOOKED_AT_BYTES", 20_000)
    rows = [*claims(600, 1, category="office_visit"), *claims(400, 3)]
    with pytest.raises(InputRefused, match=r"of one claim in \d looked at") as refusal:
        notes(tmp_path, rows)
    (problem,) = refusal.value.problems
    assert UNSAID.search(problem.what)
    looked_at, of_all = map(int, re.findall(r"\d+", problem.what)[:2])
    assert 20 < looked_at == of_all < 200
