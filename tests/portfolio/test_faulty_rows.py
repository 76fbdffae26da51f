"""Faulty rows of a portfolio: each cause said once, and on request the others settled without them."""

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.problems import InputRefused

ROOT = Path(__file__).parents[2]
VBC = Path(sys.executable).with_name("vbc")
MODEL = """\
model: shared
title: A share
summary: A track's share of what is saved.
facts: {benchmark: usd, cost: usd, track: code}
tables:
  tracks: {from: terms, key: track, columns: {track: code, share: rate}}
lines:
  saved: benchmark - cost
  settlement: saved * tracks[track].share
checks: [{that: cost <= benchmark + benchmark, say: the cost is more than twice the benchmark}]
results: {settlement: settlement}
"""
PLACED = MODEL.replace(
    "saved: benchmark - cost", 'saved: "benchmark - cost"\n  place: "rank(portfolio.saved)"'
)
CONTRACT = """\
contract: shares
title: Shares
payer: A program
period: {start: 2024-01-01, end: 2024-12-31}
portfolio:
  files: {results: {file: results.csv, key: id}}
  facts:
    benchmark: Benchmark
    cost: Cost
    track: Track
arrangements:
  shares: [{model: ./shared.yaml, terms: {tracks: [{track: A, share: 0.5}, {track: B, share: 0.2}]}}]
"""
HEADER = "id,Benchmark,Cost,Track"
SOUND = ["A1,1000,800,A", "A2,500,600,B"]


@pytest.fixture
def program(tmp_path, monkeypatch) -> Path:
    (tmp_path / "shared.yaml").write_text(MODEL)
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    monkeypatch.chdir(tmp_path)
    return Path("contract.yaml")


def rows(*given: str) -> None:
    Path("results.csv").write_text("\n".join([HEADER, *given]) + "\n")


def refused(program: Path, **more) -> list[str]:
    with pytest.raises(InputRefused) as refusal:
        api.settle(program, **more)
    return [str(problem).partition("\n")[0].replace("results.csv:", "") for problem in refusal.value.problems]


def settled(program: Path) -> dict[str, Decimal]:
    found = api.settle(program, skip_faulty=True)
    return {row.key: found.values(row)["settlement"] for row in found.arrangements[0].rows}


def test_a_cause_of_many_rows_is_one_line_with_their_number_and_the_first_five(program):
    rows(*SOUND, *(f"B{number},1000,{number}x,A" for number in range(7)), "C1,,900,A")
    assert refused(program) == [
        "4: '0x' in Cost of B0 is not an amount of dollars; 7 rows alike: line 4 (B0), line 5 (B1), "
        "line 6 (B2), line 7 (B3), line 8 (B4) and 2 more",
        "11: 'benchmark' of C1 is missing ('' in Benchmark)",
    ]


def test_what_cannot_be_read_and_what_cannot_be_settled_is_said_together(program):
    rows("A1,1000,800,C", "A2,x,600,A", "A3,700,600,D", "A4,10,600,A", "A5,10,900,B", "A6,1,1")
    cells, unread, no_row, checked = refused(program)
    assert cells == "7: has 3 cells where the header has 4"
    assert unread == "3: 'x' in Benchmark of A2 is not an amount of dollars"
    assert no_row == (
        "2: A1: line 'settlement' of shared: the table 'tracks' has no row 'C'; 2 rows alike: line 2 (A1), "
        "line 4 (A3)"
    )
    assert checked.startswith("5: A4: ") and "more than twice the benchmark" in checked
    assert checked.endswith("; 2 rows alike: line 5 (A4), line 6 (A5)")


def test_the_other_rows_are_settled_where_faulty_ones_may_be_left_out(program):
    faulty = ["B1,1000,x,A", "B2,1000,800,C", "B3,10,600,A", "B4,1", ",1,1,A"]
    rows(*SOUND, *faulty)
    assert settled(program) == {"A1": 100, "A2": -20}
    rows(*faulty, *SOUND, "A2,1,1,A")
    assert settled(program) == {"A1": 100}  # of A2 there are two, and nobody knows the right one


def test_nothing_is_settled_where_no_row_is_sound_or_the_file_is_faulty(program):
    rows("B1,1000,x,A")
    assert refused(program, skip_faulty=True) == ["2: 'x' in Cost of B1 is not an amount of dollars"]
    Path("results.csv").write_text("id,Benchmark,Cost\nA1,1000,x\n")
    assert refused(program, skip_faulty=True) == ["1: no column 'Track' for 'track'"]


def test_no_row_is_left_out_where_the_others_are_measured_against_it(program):
    Path("shared.yaml").write_text(PLACED)
    rows(*SOUND)
    assert set(settled(program)) == {"A1", "A2"}
    said = (
        "--skip-faulty: the rows of this portfolio are measured against each other, so none can be left out"
    )
    for faulty in ("B1,1000,x,A", "B1,1000,800,C"):
        rows(*SOUND, faulty)
        assert refused(program, skip_faulty=True)[-1] == said
        assert len(refused(program)) == 1


def vbc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(VBC), "settle", "contract.yaml", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_rows_that_were_left_out_are_named_in_every_format_and_the_exit_code_says_so(program):
    rows(*SOUND, "B1,1000,x,A", "B2,1000,y,C", "B3,10,6,C")
    assert (vbc().returncode, vbc().stdout) == (1, "")
    told = [
        "Left out: 3 faulty rows, not settled and in no total.",
        "results.csv:4: 'x' in Cost of B1 is not an amount of dollars; 2 rows alike: line 4 (B1), "
        "line 5 (B2)",
        "results.csv:6: B3: line 'settlement' of shared: the table 'tracks' has no row 'C'",
    ]
    table = vbc("--skip-faulty")
    assert (table.returncode, table.stderr) == (1, "")
    assert table.stdout.splitlines()[-3:] == told
    written = vbc("--skip-faulty", "--format", "csv")
    assert written.returncode == 1
    assert [row["key"] for row in csv.DictReader(io.StringIO(written.stdout))] == ["A1", "A2"]
    assert written.stderr.splitlines() == [f"shares: {line}" for line in told]
    (document,) = json.loads(vbc("--skip-faulty", "--format", "json").stdout)["contracts"]
    assert [row["key"] for row in document["rows"]] == ["A1", "A2"]
    assert [(row["key"], row["line"]) for row in document["left_out"]] == [("B1", 4), ("B2", 5), ("B3", 6)]
    assert document["left_out"][1]["reason"] == "'y' in Cost of B2 is not an amount of dollars"


def test_a_sound_portfolio_is_settled_alike_with_and_without(program):
    rows(*SOUND)
    for arguments in ([], ["--format", "json"], ["--format", "csv"]):
        plain, skipping = vbc(*arguments), vbc("--skip-faulty", *arguments)
        assert (plain.returncode, skipping.returncode) == (0, 0)
        assert (plain.stdout, plain.stderr) == (skipping.stdout, skipping.stderr)
