"""Several portfolios settled together: one row a contract, totals, and what was not settled."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

VBC = Path(sys.executable).with_name("vbc")
MODEL = """
model: half
title: Half of what is saved
summary: The provider keeps half of savings and owes half of losses.
terms: {share: rate}
facts: {saved: usd, fee: usd}
lines:
  generated: saved
  earned: saved * share
  due: earned - fee
results: {settlement: earned}
totals: {generated: generated, due: due}
"""
CONTRACT = """
contract: half-YEAR
title: A program, YEAR
payer: A program
period: {start: YEAR-01-01, end: YEAR-12-31}
portfolio:
  source: the results of YEAR
  files: {results: {file: YEAR.csv, key: id}}
  facts: {saved: Saved, fee: Fee}
  published: {earned: Earned}
arrangements: {sharing: [{model: ./half.yaml, terms: {share: 0.5}}]}
"""
ROWS = {  # saved, fee and the published half of saved; in 2023 one row is published wrong
    "2022": [("A", 100, 10, 50), ("B", -40, 0, -20)],
    "2023": [("A", 60, 5, 31)],
}


@pytest.fixture
def program(tmp_path) -> Path:
    (tmp_path / "half.yaml").write_text(MODEL)
    for year in ("2022", "2023", "2024"):
        (tmp_path / f"{year}.yaml").write_text(CONTRACT.replace("YEAR", year))
    for year, rows in ROWS.items():
        lines = [",".join(map(str, row)) for row in [("id", "Saved", "Fee", "Earned"), *rows]]
        (tmp_path / f"{year}.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def settle(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [VBC, "settle", *arguments, "--expect", "earned"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_each_contract_is_a_row_and_the_totals_foot(program):
    done = settle(program, "2022.yaml", "2023.yaml")
    assert done.stdout.splitlines() == [
        "                 generated",
        "contract   rows          $  earned $  owed $  due $   agree  outside",
        "─────────  ────  ─────────  ────────  ──────  ─────  ──────  ───────",
        "half-2022     2         60        50     -20     20  2 of 2        0",
        "half-2023     1         60        30       0     25  0 of 1        1",
        "─────────  ────  ─────────  ────────  ──────  ─────  ──────  ───────",
        "total         3        120        80     -20     45  2 of 3        1",
        "",
        "half-2023: earned = Earned: 0 of 1 rows agree within 0.",
        "  A: settled 30, published 31: outside: the printed inputs allow 30 to 30",
    ]
    assert (done.returncode, done.stderr) == (1, "")


def test_the_same_summary_is_json_and_csv(program):
    document = json.loads(settle(program, "2022.yaml", "2023.yaml", "--format", "json").stdout)
    first, second = document["summary"]
    assert first == {
        "contract": "half-2022",
        "rows": 2,
        "generated": "60",
        "earned": "50",
        "owed": "-20",
        "due": "20",
        "agree": 2,
        "compared": 2,
        "outside": 0,
    }
    assert [len(contract["rows"]) for contract in document["contracts"]] == [2, 1]
    done = settle(program, "2022.yaml", "2023.yaml", "--summary", "--format", "csv")
    records = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [record["due"] for record in records] == ["20", second["due"]]
    only = json.loads(settle(program, "2022.yaml", "--summary", "--format", "json").stdout)
    assert only["summary"] == [first] and "contracts" not in only


def test_a_contract_without_its_file_is_named_and_the_others_are_settled(program):
    done = settle(program, "2022.yaml", "2024.yaml", "--format", "json")
    document = json.loads(done.stdout)
    assert [contract["contract"] for contract in document["contracts"]] == ["half-2022"]
    (absent,) = document["not_settled"]
    assert absent["file"] == "2024.yaml"
    assert done.returncode == 1
    assert done.stderr == (
        "Not settled: 2024.yaml:8: there is no file 2024.csv for 'results' in .\n"
        "  Download the results of 2024. Name the folder it is in, --portfolio-folder DIR, or the file, "
        "--portfolio FILE.\n"
    )


def test_a_faulty_file_refuses_all_contracts(program):
    (program / "2023.csv").write_text("id,Saved,Fee,Earned\nA,sixty,5,30\n")
    done = settle(program, "2022.yaml", "2023.yaml", "2024.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "2023.csv:2: 'sixty' in Saved of A is not an amount of dollars" in done.stderr
    assert "2024.yaml:8: there is no file 2024.csv" in done.stderr


def test_a_line_whose_published_column_no_contract_names_is_refused(program):
    done = subprocess.run(
        [VBC, "settle", "2022.yaml", "--expect", "due"], cwd=program, capture_output=True, text=True
    )
    assert done.stderr == ("Error: 2022.yaml: no published column is named for 'due'\n  Write LINE=COLUMN.\n")


def test_a_summary_of_a_contract_without_a_portfolio_is_refused():
    lakeside = Path(__file__).parents[2] / "contracts" / "commercial" / "lakeside_2025.yaml"
    done = subprocess.run([VBC, "settle", lakeside, "--summary"], capture_output=True, text=True)
    assert done.stderr == "Error: --summary: no contract settles a portfolio\n  Leave it out.\n"
