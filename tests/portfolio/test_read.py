"""Files with one settlement a row: every cell read exactly as its publisher meant it, or refused.

A cell that is read as another number is a wrong payment, so every way in which published files
write numbers is tried on small files, and all faults of all files are listed together.
"""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.mapping import Reading
from vbc_cli.formula.interval import MAYBE, Interval
from vbc_cli.portfolio.cells import Unreadable, may_be, read_cell
from vbc_cli.portfolio.read import read_portfolio, where_read
from vbc_cli.problems import InputRefused

D = Decimal


def reading(unit: str, read: str, **settings) -> Reading:
    made = {
        "name": "fact",
        "unit": unit,
        "columns": ("A",),
        "file": None,
        "read": read,
        "one_of": {},
        "texts": {},
        "absent": None,
        "may_be_absent": False,
        "printed": None,
        "unpublished": False,
        "may_lack_column": False,
        "at_most": None,
        "line": 1,
    }
    return Reading(**{**made, **settings})


@pytest.mark.parametrize(
    ("unit", "read", "text", "value"),
    [
        # percents in three ways
        ("rate", "percent", "6.46%", D("0.0646")),
        ("rate", "percent", "8.89", D("0.0889")),
        ("rate", "percent", "-0.5 %", D("-0.005")),
        ("rate", "percent", "100.00%", D(1)),
        ("rate", "fraction", "0.0646", D("0.0646")),
        ("rate", "fraction", "-1", D(-1)),
        ("score", "percent", "97.32", D("0.9732")),
        ("score", "number", "97.32", D("97.32")),
        # dollars
        ("usd", "dollars", "1234.50", D("1234.50")),
        ("usd", "dollars", "$1,234.50", D("1234.50")),
        ("usd", "dollars", "-$1,234.50", D("-1234.50")),
        ("usd", "dollars", "$-1,234.50", D("-1234.50")),
        ("usd", "dollars", "-1,234,567", D(-1234567)),
        ("usd", "dollars", "(1,234.50)", D("-1234.50")),
        ("usd", "dollars", "($1,234)", D(-1234)),
        ("usd", "dollars", "0", D(0)),
        ("usd", "dollars", ".75", D("0.75")),
        ("usd", "dollars", "9007199254740993", D(9007199254740993)),  # no float holds it
        # numbers
        ("persons", "number", "12,345", D(12345)),
        ("persons", "number", "1.2E+04", D(12000)),
        ("usd", "number", "0.10", D("0.10")),
        # flags, codes, dates
        ("flag", "flag", "1", True),
        ("flag", "flag", "0", False),
        ("flag", "flag", "Yes", True),
        ("flag", "flag", "N", False),
        ("code", "code", "EN", "EN"),
        ("code", "code", "007", "007"),
        ("date", "date", "2024-02-29", datetime.date(2024, 2, 29)),
        ("date", "us_date", "2/29/2024", datetime.date(2024, 2, 29)),
        ("date", "us_date", "01/02/24", datetime.date(2024, 1, 2)),
        ("date", "us_date", "7/1/2019 0:00", datetime.date(2019, 7, 1)),
        ("date", "us_date", "2019-07-01", datetime.date(2019, 7, 1)),
    ],
)
def test_a_cell_is_read_exactly(unit, read, text, value):
    found = read_cell(reading(unit, read), text)
    assert (found, type(found)) == (value, type(value))
    assert str(found) == str(value) or found == value


@pytest.mark.parametrize(
    ("unit", "read", "text"),
    [
        ("rate", "percent", "646%"),  # 6.46 of 1
        ("rate", "fraction", "6.46"),
        ("rate", "fraction", "6.46%"),
        ("score", "fraction", "97.32"),
        ("rate", "percent", "%"),
        ("rate", "percent", "6,46%"),  # a decimal comma
        ("usd", "dollars", "(-1,234)"),  # twice negative: which is meant?
        ("usd", "dollars", "--5"),
        ("usd", "dollars", "-$-5"),
        ("usd", "dollars", "(5"),
        ("usd", "dollars", "5)"),
        ("usd", "dollars", "$"),
        ("usd", "dollars", "1,23"),
        ("usd", "dollars", "1,2345"),
        ("usd", "dollars", "1.234,50"),
        ("usd", "dollars", "5 USD"),
        ("usd", "dollars", "#REF!"),
        ("usd", "dollars", "\u0661\u0662"),
        ("usd", "number", "NaN"),
        ("usd", "number", "Infinity"),
        ("usd", "number", "1e400"),
        ("usd", "number", "0x10"),
        ("usd", "number", "1_000"),
        ("usd", "number", "9" * 31),
        ("flag", "flag", "2"),
        ("flag", "flag", "maybe"),
        ("date", "date", "2024-02-30"),
        ("date", "date", "2/29/2024"),
        ("date", "date", "20240229"),
        ("date", "us_date", "13/01/2024"),
        ("date", "us_date", "2/30/2024"),
    ],
)
def test_a_cell_that_could_be_another_value_is_refused_with_a_repair(unit, read, text):
    with pytest.raises(Unreadable) as fault:
        read_cell(reading(unit, read), text)
    assert fault.value.should_be and fault.value.repair


def test_special_texts_stand_for_what_the_contract_says():
    quality = reading("score", "percent", texts={"P4R": D(1)})
    assert read_cell(quality, "P4R") == 1
    assert read_cell(quality, "95") == D("0.95")


def test_a_rounded_cell_may_be_every_number_that_prints_so():
    share = reading("rate", "percent", printed=D("0.01"))  # printed to a hundredth of a percent
    assert may_be(share, read_cell(share, "6.46%")) == Interval(D("0.06455"), D("0.06465"))
    dollars = reading("usd", "dollars", printed=D(1))
    assert may_be(dollars, D(100)) == Interval(D("99.5"), D("100.5"))
    assert may_be(reading("usd", "dollars"), D(100)) == Interval(D(100), D(100))
    unpublished = may_be(reading("usd", "dollars", unpublished=True), None)
    assert (unpublished.low, unpublished.high, unpublished.may_be_absent) == (0, D("Infinity"), True)
    assert may_be(reading("flag", "flag", unpublished=True), None) is MAYBE


# -- whole files

MODEL = """
model: small
title: Half of what is saved, made up for tests
summary: The provider keeps a share of savings by its track.
terms: {minimum: rate}
facts:
  benchmark: usd
  expenditure: usd
  track: code
  quality: score
  met: flag
  since: {unit: date, optional: yes}
  relief: usd
tables:
  tracks: {from: terms, key: track, columns: {track: code, share: rate}}
lines:
  savings: benchmark - expenditure + relief
  quality_rate: {formula: quality, unit: rate}
  earned: savings * tracks[track].share * quality_rate if met and savings / benchmark >= minimum else 0
checks: [{that: benchmark > 0, say: a benchmark that is not above 0}]
results: {settlement: earned}
"""
CONTRACT = """
contract: small
title: A small program
payer: A program
period: {start: 2024-01-01, end: 2024-12-31}
portfolio:
  files:
    results: {file: results.csv, key: [ACO_ID, Identifier], encoding: latin-1, title_lines: 1}
    quality: {file: quality.csv, key: id}
  name: Name
  missing: ["-", "N/A"]
  facts:
    benchmark: {column: [Benchmark Total, Bnchmk], file: results, printed: 1}
    expenditure: Expenditure
    track: {one_of: {A: Track_A, EN: Track_EN}}
    quality: {column: Score, read: percent, texts: {P4R: 1}}
    met: Met
    since: {column: Start, read: us_date, absent: none}
    relief: {column: Relief, absent: 0}
  published:
    earned: Earned
arrangements:
  sharing:
    - model: ./small.yaml
      terms:
        minimum: 0.02
        tracks: [{track: A, share: 0.40}, {track: EN, share: 0.75}]
"""
RESULTS = """Results of a small program,,,,,,,
aco_id,NAME,bnchmk,  expenditure ,Track_A,Track_EN,Start,Relief
A1,"Caf\xe9 Health, LLC","$1,000,000",900000,1,0,1/1/2024,-
A2,Bay,"2,000,000","(100,000)",0,1.0,-,"5,000"
"""
QUALITY = """ID,Score,Met
A2,P4R,0
A1,95.5,yes
A0,1,1
"""


@pytest.fixture
def program(tmp_path) -> Path:
    (tmp_path / "small.yaml").write_text(MODEL)
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    write(tmp_path, RESULTS, QUALITY.replace("A0,1,1\n", ""))
    return tmp_path


def write(folder: Path, results: str | None = None, quality: str | None = None) -> None:
    if results is not None:
        (folder / "results.csv").write_bytes(results.encode("latin-1"))
    if quality is not None:
        (folder / "quality.csv").write_bytes(quality.encode())


def refused(folder: Path) -> list[str]:
    """Return the problems of a portfolio, without the folder's name."""
    with pytest.raises(InputRefused) as refusal:
        api.settle(folder / "contract.yaml")
    return [str(problem).replace(f"{folder}/", "") for problem in refusal.value.problems]


def test_two_files_become_the_facts_of_each_row(program):
    data = read_portfolio(read_contract(program / "contract.yaml", {}).portfolio)
    first, second = data.rows
    assert (first.key, first.title) == ("A1", "Caf\xe9 Health, LLC")
    assert first.facts == {
        "benchmark": D(1_000_000),
        "expenditure": D(900_000),
        "track": "A",
        "quality": D("0.955"),
        "met": True,
        "since": datetime.date(2024, 1, 1),
        "relief": D(0),
    }
    assert second.facts == {
        "benchmark": D(2_000_000),
        "expenditure": D(-100_000),
        "track": "EN",
        "quality": D(1),
        "met": False,
        "since": None,
        "relief": D(5_000),
    }
    assert where_read(data, "A1", "benchmark") == [(f"{program}/results.csv:3", "bnchmk '$1,000,000'")]
    assert where_read(data, "A2", "track") == [(f"{program}/results.csv:4", "Track_EN '1.0'")]
    assert [(each.rows, len(each.sha256)) for each in data.inputs] == [(2, 64), (2, 64)]


def test_each_row_is_settled_from_its_own_cells(program):
    settlement = api.settle(program / "contract.yaml")
    earned = [settlement.values(row)["earned"] for row in settlement.arrangements[0].rows]
    assert earned == [D("38200"), D(0)]  # 100,000 x 0.40 x 0.955; the other did not meet the standard


def test_the_first_of_several_column_names_that_is_there_is_read(program):
    write(program, RESULTS.replace("bnchmk", "Benchmark total").replace("aco_id", "identifier"))
    assert len(api.settle(program / "contract.yaml").arrangements[0].rows) == 2


def test_keys_missing_from_either_file_are_all_listed(program):
    write(program, RESULTS + "A3,Cay,1,1,1,0,-,-\n", QUALITY)
    assert refused(program) == [
        "results.csv:5: the key 'A3' is not in quality.csv\n  Complete the file, or say may_lack_rows: yes.",
        "quality.csv:4: the key 'A0' is not in results.csv\n  The first file has every row: complete it.",
    ]


def test_a_file_may_lack_rows_where_the_contract_says_so(program):
    text = CONTRACT.replace("key: id}", "key: id, may_lack_rows: yes}").replace(
        "texts: {P4R: 1}", "texts: {P4R: 1}, absent: 0"
    )
    (program / "contract.yaml").write_text(text.replace("met: Met", "met: {column: Met, absent: no}"))
    write(program, RESULTS + "A3,Cay,1,1,1,0,-,-\n")
    settlement = api.settle(program / "contract.yaml")
    assert settlement.arrangements[0].rows[2].facts["quality"] == 0


def test_all_faults_of_all_files_are_listed_and_nothing_is_settled(program):
    write(
        program,
        "Results\n"
        "aco_id,name,bnchmk,expenditure,Track_A,Track_EN,Start,Relief\n"
        "A1,Ay,1000000,nine,1,0,1/1/2024,-\n"
        "A2,Bay,-,900000,1,1,13/1/2024,N/A\n"
        "A3,Cay,1000000,900000,0,0,-,-\n",
        "id,Score,Met\nA1,955,x\nA2,50,1\nA3,P4P,1\n",
    )
    assert refused(program) == [
        "results.csv:3: 'nine' in expenditure of A1 is not an amount of dollars\n"
        "  Write it as 1234.50, -1,234.50 or $1,234.50.",
        "quality.csv:2: 'x' in Met of A1 is not a flag\n"
        "  Flags are 1 and 0, or yes and no; name other texts in texts:.",
        "results.csv:4: 'benchmark' of A2 is missing ('-' in bnchmk)\n"
        "  Complete it, or say in the contract what a missing value is: absent: 0 or absent: none.",
        "results.csv:4: 'track' of A2 is A and EN\n  Exactly one of its columns must be 1.",
        "results.csv:4: '13/1/2024' in Start of A2 is not a month/day/year date\n"
        "  Write it as 12/31/2024, or say read: date.",
        "results.csv:5: 'track' of A3 is none of A, EN\n  Exactly one of its columns must be 1.",
        "quality.csv:4: 'P4P' in Score of A3 is not a number\n"
        "  Correct the cell, or name the text in texts: or missing:.",
    ]


def test_broken_rows_and_doubled_keys_are_listed_with_their_lines(program):
    write(
        program,
        RESULTS
        + 'A1,again,1,1,1,0,-,-\nA4,short,1\n,keyless,1,1,1,0,-,-\n"A5\n",two lines,1,1,1,0,-,-\nA5,x\n',
    )
    assert refused(program) == [
        "results.csv:5: the key 'A1' is there twice\n  It is first on line 3; keep one of them.",
        "results.csv:6: has 3 cells where the header has 8; 2 rows alike: line 6 (A4), line 10 (A5)\n"
        "  Complete the row, or quote a comma inside a cell.",
        "results.csv:7: a row without a key\n  Fill in the column 'aco_id'.",
    ]


def test_a_missing_column_is_named_with_the_nearest_header(program):
    write(program, RESULTS.replace("expenditure", "expenditures"), QUALITY.replace("Score", "Points"))
    problems = refused(program)
    assert problems[0] == (
        "results.csv:2: no column 'Expenditure' for 'expenditure'\n  Did you mean 'expenditures'?"
    )
    assert problems[1].startswith("results.csv:2: no column 'Score' for 'quality'\n")
    assert len(problems) == 2


def test_a_header_that_stands_twice_is_not_guessed_from(program):
    write(program, RESULTS.replace("NAME,bnchmk", "bnchmk,BNCHMK"))
    assert refused(program) == [
        "results.csv:2: the column 'Bnchmk' for 'benchmark' is there twice\n  Rename or remove one of them."
    ]


def test_a_file_without_its_key_says_nothing_of_its_rows(program):
    write(program, "Results\nmember,name\n123-45-6789,Jane Doe\n")
    assert refused(program) == [
        "results.csv:2: the header has no column 'ACO_ID' or 'Identifier'\n"
        "  Known: member, name. Lines above the header: title_lines: 1."
    ]


def test_a_row_that_stands_where_the_header_should_be_is_not_quoted(program):
    write(program, RESULTS.partition("\n")[2])
    assert refused(program) == [
        "results.csv:2: has a row where the header with 'ACO_ID' or 'Identifier' should be\n"
        "  Say how many lines stand above the header: title_lines: 0."
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "quality.csv: is empty"),
        (b"id,Score,Met\n", "quality.csv:1: has a header and no rows"),
        (b"id,Score,Met\nA1,\xe9,1\n", "quality.csv:2: byte 0xe9 is not UTF-8"),
        (b'id,Score,Met\nA1,"9,1\n', "quality.csv:2: is not CSV"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(program, data, message):
    (program / "quality.csv").write_bytes(data)
    (found,) = [problem for problem in refused(program) if problem.startswith("quality")]
    assert found.startswith(message)


def test_files_that_are_not_there_are_all_named(program):
    (program / "results.csv").unlink()
    (program / "quality.csv").unlink()
    (problem,) = refused(program)
    assert "there is no file results.csv for 'results', quality.csv for 'quality' in " in problem


def test_a_track_that_the_contract_does_not_know_is_named_with_its_row(program):
    text = CONTRACT.replace("{one_of: {A: Track_A, EN: Track_EN}}", "Name")
    (program / "contract.yaml").write_text(text)
    problems = refused(program)
    assert len(problems) == 1  # the other row does not read the table
    assert problems[0] == (
        "results.csv:3: A1: line 'earned' of small: the table 'tracks' has no row 'Caf\xe9 Health, LLC'\n"
        "  Correct the value, or add the row to the terms."
    )


def test_a_percent_for_a_fraction_is_noticed(program):
    (program / "contract.yaml").write_text(CONTRACT.replace("read: percent", "read: fraction"))
    assert refused(program) == [
        "quality.csv:3: '95.5' in Score of A1 is not a share (fraction)\n"
        "  A share lies between -1 and 1; is the column written as read: percent?"
    ]


def test_other_files_are_read_where_the_command_names_them(program, tmp_path):
    (tmp_path / "other").mkdir()
    for name in ("results.csv", "quality.csv"):
        (program / name).rename(tmp_path / "other" / name)
    given = [tmp_path / "other" / "results.csv", tmp_path / "other" / "quality.csv"]
    assert len(api.settle(program / "contract.yaml", portfolio=given).arrangements[0].rows) == 2
    with pytest.raises(InputRefused, match="1 portfolio files given for 2"):
        api.settle(program / "contract.yaml", portfolio=given[:1])
