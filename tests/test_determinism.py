"""The same files give the same bytes: on every run, in every locale, time zone and thread."""

import contextlib
import io
import os
import subprocess
import sys
import threading
from decimal import ROUND_UP, Context, setcontext
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.expect import compare, parse_expectations
from vbc_cli.report.exports import to_json

MODEL = """
model: shares
title: Shares of savings with thirds and sevenths, made up for tests
summary: A share of savings by bands, rounded and unrounded.
terms: {third: rate, rounding: usd}
facts: {benchmark: usd, expenditure: usd, score: score, since: date}
tables:
  tiers: {from: terms, columns: {above: rate, share: rate}, ascending: above}
lines:
  savings: benchmark - expenditure
  savings_rate: savings / benchmark
  banded: bands(savings_rate, tiers.above, tiers.share) * benchmark
  score_rate: {formula: logistic(score / 7), unit: rate}
  earned: round_half_up(banded * third * score_rate, rounding)
  unrounded: savings_rate / 3
  lost: {when: savings < 0, formula: savings}
  years: 2025 - year(since)
checks: [{that: benchmark > 0, say: a benchmark that is not above 0}]
results: {settlement: earned}
columns: [savings, savings_rate, banded, earned, unrounded, lost]
"""
CONTRACT = """
contract: shares
title: A portfolio of thirds
payer: A program
period: {start: 2024-01-01, end: 2024-12-31}
portfolio:
  files: {results: {file: results.csv, key: id}}
  name: name
  facts:
    benchmark: {column: benchmark, printed: 1}
    expenditure: {column: expenditure, printed: 1}
    score: {column: score, read: number, printed: 0.01}
    since: {column: since, read: us_date}
arrangements:
  sharing:
    - model: ./shares.yaml
      terms:
        third: 0.333333333333333333
        rounding: 0.01
        tiers: [{above: 0, share: 1}, {above: 0.03, share: 0.55}, {above: 0.07, share: 0.1}]
"""
ROWS = [
    f"R{number:02},Group \u00c5{number},{1_000_003 * number},{990_001 * number + number**5 % 70_000},"
    f"{number / 4:.2f},{number % 12 + 1}/3/2019"
    for number in range(1, 30)
]
RESULTS = "id,name,benchmark,expenditure,score,since\n" + "\n".join(ROWS) + "\n"


@pytest.fixture
def program(tmp_path, monkeypatch) -> Path:
    for name, text in (("shares.yaml", MODEL), ("contract.yaml", CONTRACT), ("results.csv", RESULTS)):
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(format_: str, **environment: str) -> bytes:
    command = [
        sys.executable,
        "-c",
        "from vbc_cli.cli import main; main()",
        "settle",
        "contract.yaml",
        "--format",
        format_,
        "--expect",
        "earned=expenditure",
        "--within",
        "1",
    ]
    ran = subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)
    assert ran.returncode == 1, ran.stderr  # nothing is earned as much as was spent
    return ran.stdout + ran.stderr


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("format_", ["json", "csv", "table"])
def test_the_same_bytes_come_out_of_every_run_locale_and_time_zone(format_):
    first = run(format_, PYTHONHASHSEED="1")
    assert first.count(b"\n") > 29
    elsewhere = [
        {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "2"},
        {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "America/Los_Angeles", "PYTHONUTF8": "0"},
    ]
    assert [run(format_, **environment) for environment in elsewhere] == [first, first]


def everything() -> str:
    settlement = api.settle("contract.yaml")
    expectations = parse_expectations(["earned=expenditure", "banded=benchmark"], ["0.005"])
    compared = compare(settlement, expectations)
    return to_json([settlement], {"contract.yaml": compared})


@pytest.mark.usefixtures("program")
def test_a_thread_whose_own_context_has_six_digits_gives_the_same_bytes():
    found = []

    def settle() -> None:
        setcontext(Context(prec=6, rounding=ROUND_UP, Emax=20, Emin=-5))
        with contextlib.redirect_stderr(io.StringIO()):
            found.append(everything())

    thread = threading.Thread(target=settle)
    thread.start()
    thread.join()
    assert found == [everything()]
