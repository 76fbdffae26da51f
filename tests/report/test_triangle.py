"""The triangle of a cost completed by chain ladder, as it is printed and exported."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vbc_cli.claims.facts import Triangle
from vbc_cli.cli import app
from vbc_cli.report.columns import laid_out
from vbc_cli.report.triangle import PAGE, block, legend, ranges

CONTRACT = """contract: small
title: A small contract
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2025-12-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data: {claims: claims.csv, eligibility: eligibility.csv}
facts:
  members: {measured: member_months}
  paid: {measured: spending, amount: allowed_amount}
  expenditure:
    measured: spending
    amount: allowed_amount
    truncate: {at: 500}
    complete:
      chain_ladder: {average: volume_weighted, experience_months: 12, latest_months: all, tail_factor: 1.05,
                     by: category, standard_errors: none}
      case: best
arrangements: {}
"""
# Paid up to each month of payment:  October 100 200 220,  November 120 260,  December 90.
CLAIMS = """claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount
C1,1,M1,any,2025-10-05,2025-10-20,100.00
C1,2,M1,any,2025-10-05,2025-11-20,100.00
C1,3,M1,any,2025-10-05,2025-12-20,20.00
C2,1,M1,any,2025-11-05,2025-11-20,120.00
C2,2,M1,any,2025-11-05,2025-12-20,140.00
C3,1,M2,any,2025-12-05,2025-12-20,90.00
"""
ELIGIBILITY = "member_id,enrollment_start_date,enrollment_end_date\nM1,2025-01-01,\nM2,2025-01-01,\n"
# M1 costs 480 and M2 90, both within the limit of 500. (200 + 260) / (100 + 120) = 460/220; 220/200 = 1.1.
#   October   220 x 1.05                     = 231.00     11.00 to come
#   November  260 x 1.05 x 1.1               = 300.30     40.30
#   December   90 x 1.05 x 1.1 x 460/220     = 217.35    127.35
TABLE = """A small contract

expenditure, any
allowed_amount paid up to each month of payment, $, before any limit
month 1 is that of the service; a factor leads to the next, the last is the tail

service  month 1  month 2  month 3
───────  ───────  ───────  ───────
2025-10      100      200      220
2025-11      120      260
2025-12       90
───────  ───────  ───────  ───────
factor    2.0909   1.1000   1.0500
"""


def vbc(folder: Path, *arguments: str, contract: str = CONTRACT) -> str:
    """Print facts of the small contract, or its fault where it is refused."""
    for name, text in (("claims.csv", CLAIMS), ("eligibility.csv", ELIGIBILITY), ("small.yaml", contract)):
        (folder / name).write_text(text)
    done = CliRunner().invoke(app, ["facts", str(folder / "small.yaml"), *arguments])
    return str(done.exception or done.output)


def test_the_triangle_its_factors_and_what_is_to_come_are_printed(tmp_path):
    said = vbc(tmp_path, "--triangle", "expenditure").splitlines()
    assert said[: len(TABLE.splitlines())] == TABLE.splitlines()
    assert [line.split() for line in said[-6:-1]] == [
        ["2025-10", "220.00", "1.0500", "11.00"],
        ["2025-11", "260.00", "1.1550", "40.30"],
        ["2025-12", "90.00", "2.4150", "127.35"],
        ["───────", *said[-3].split()[1:]],
        ["total", "570.00", "178.65"],
    ]


def test_json_and_csv_hold_every_number(tmp_path):
    found = json.loads(vbc(tmp_path, "--triangle", "expenditure", "--format", "json"))
    triangle = found["triangles"]["expenditure"]["any"]
    assert triangle["paid"]["2025-10-01"] == ["100", "200", "220"]
    assert Fraction(triangle["factors"]["1"]).limit_denominator(1000) == Fraction(460, 220)
    assert (triangle["factors"]["2"], triangle["tail_factor"]) == ("1.1", "1.05")
    assert [each["to_come"] for each in triangle["completed"]] == ["11", "40.3", "127.35"]
    assert found["facts"]["expenditure.completion_added"] == "178.65"
    rows = list(csv.DictReader(io.StringIO(vbc(tmp_path, "--triangle", "expenditure", "--format", "csv"))))
    paid = [row["value"] for row in rows if row["what"] == "paid"]
    assert paid == ["100", "200", "220", "120", "260", "90"]
    assert [row["value"] for row in rows if row["what"] == "to_come"] == ["11", "40.3", "127.35"]


def test_a_wide_triangle_is_folded_and_nothing_is_cut_off():
    paid = {
        date(2024 + n // 12, n % 12 + 1, 1): tuple(Decimal(10**9 + 1000 * n + age) for age in range(27 - n))
        for n in range(24)
    }
    found = Triangle(paid, {age: Fraction(11, 10) for age in range(4, 27)}, Fraction(1), ())
    lines = list(laid_out((part for ages in ranges(found) for part in block(found, ages)), None))
    assert max(map(len, lines)) <= PAGE
    shown = [cell for line in lines if line[:2] == "20" for cell in line.split()[1:]]
    assert sorted(shown) == sorted(f"{dollars:,}" for row in paid.values() for dollars in row)
    factors = [cell for line in lines if line.startswith("factor") for cell in line.split()[1:]]
    assert factors == [*["–"] * 3, *["1.1000"] * 23, "1.0000"]
    assert list(legend(found))[1:] == ["– no factor is needed: every month of the period has passed it"]


WITHOUT_LADDER = CONTRACT.partition("  expenditure:")[0] + "arrangements: {}\n"


@pytest.mark.parametrize(
    ("arguments", "contract", "said"),
    [
        (["paid"], CONTRACT, "--triangle: 'paid' has no chain ladder\n  Known: expenditure."),
        (["spending"], CONTRACT, "--triangle: 'spending' is no measured cost\n  Known: expenditure."),
        (
            ["paid"],
            WITHOUT_LADDER,
            "--triangle: 'paid' has no chain ladder\n"
            "  No cost of this contract is completed by one: say chain_ladder: under a cost's complete:.",
        ),
        (
            ["expenditure", "--by", "month"],
            CONTRACT,
            "--by and --triangle: more than one view of the facts\n  Ask for one at a time.",
        ),
    ],
)
def test_a_triangle_that_is_not_there_is_refused(tmp_path, arguments, contract, said):
    assert vbc(tmp_path, "--triangle", *arguments, contract=contract) == said
