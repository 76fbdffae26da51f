"""Shares that a program prints as percents in one year and as fractions in another, and what files may lack.

A share read a hundred times too large or too small is a wrong payment: whichever a column holds is decided
for the whole column, and refused where it cannot be.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.portfolio.test_read import reading
from vbc_cli import api
from vbc_cli.portfolio.shares import Undecided, decided
from vbc_cli.problems import InputRefused
from vbc_cli.report.portfolio import shares_read

D = Decimal


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["6.46%", "0.5%"], "percent"),
        (["8.89", "0.5", "-3"], "percent"),
        (["0.0889", "0.005", "-0.03"], "fraction"),
        (["1", "0.92"], "fraction"),  # a full score
        (["100", "1"], "percent"),
        (["-15.2", "0.9"], "percent"),
        (["0", "0.00"], "fraction"),
        ([], "fraction"),
        (["", "n/a", "12"], "percent"),  # what is no number is refused where it is read
    ],
)
def test_the_largest_number_of_a_column_says_how_its_shares_are_written(texts, read):
    assert decided(reading("rate", "share"), texts).read == read


def test_a_narrower_share_is_told_apart_by_the_largest_that_is_possible():
    elected = reading("rate", "share", at_most=D("0.4"))  # smallest choice 0.5 percent
    assert decided(elected, ["0.5", "0"]).read == "percent"
    assert decided(elected, ["1", "0.5"]).read == "percent"
    assert decided(elected, ["0.005", "0"]).read == "fraction"
    assert decided(elected, ["0.2542"]).read == "fraction"


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        (["0.008", "0.002"], "holds no share above 0.008, which may be a fraction or a percent"),
        (["101", "5"], "holds 101, more than 100 percent"),
        (["6.46%", "5"], "has shares with and without %"),
    ],
)
def test_a_column_that_may_be_either_is_refused(texts, what):
    with pytest.raises(Undecided) as fault:
        decided(reading("rate", "share"), texts)
    assert fault.value.what == what and fault.value.repair


@given(st.lists(st.decimals(D("0.0101"), 1, places=4), min_size=1))
def test_the_same_shares_are_read_alike_however_they_are_written(shares):
    share = reading("rate", "share", printed=D("0.0001"))
    as_fractions = decided(share, [f"{each}" for each in shares])
    as_percents = decided(share, [f"{each * 100}" for each in shares])
    assert (as_fractions.read, as_percents.read) == ("fraction", "percent")
    assert (as_fractions.printed, as_percents.printed) == (D("0.0001"), D("0.01"))


# -- whole files

MODEL = """
model: half
title: A share of what is saved
summary: The provider keeps a share of savings by its track.
terms: {most: rate}
facts: {saved: usd, share: rate, bonus: {unit: usd, optional: yes}, track: code}
tables: {tracks: {from: terms, key: track, columns: {track: code, factor: factor}}}
lines:
  earned: min(share, most) * saved * tracks[track].factor + (bonus if is_present(bonus) else saved * 0)
results: {settlement: earned}
"""
CONTRACT = """
contract: half-2024
title: A program
payer: A program
period: {start: 2024-01-01, end: 2024-12-31}
portfolio:
  files:
    results: {file: results.csv, key: id, key_read: number, encoding: latin-1}
    shares: {file: shares.csv, key: [id, number], key_read: number}
  missing: ["-"]
  facts:
    saved: Saved
    share: {column: Share, read: share, printed: 0.0001}
    bonus: {column: Bonus, may_lack_column: yes, absent: none}
    track: {one_of: {A: [Track_A, A], B: Track_B}, may_lack_column: yes}
  published: {earned: Earned}
arrangements:
  sharing:
    - {model: ./half.yaml, terms: {most: 1, tracks: [{track: A, factor: 1}, {track: B, factor: 2}]}}
"""
RESULTS = """ID,SAVED,Track_A,EARNED
007,"$1,000",1,500
8,2000,yes,500
"""
SHARES = """number,share
7.0,50
8,25
"""


@pytest.fixture
def program(tmp_path) -> Path:
    (tmp_path / "half.yaml").write_text(MODEL)
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    (tmp_path / "results.csv").write_text(RESULTS)
    (tmp_path / "shares.csv").write_text(SHARES)
    return tmp_path


def earned(folder: Path) -> dict[str, Decimal]:
    settlement = api.settle(folder / "contract.yaml")
    return {row.key: settlement.values(row)["earned"] for row in settlement.arrangements[0].rows}


def refused(folder: Path) -> list[str]:
    with pytest.raises(InputRefused) as refusal:
        api.settle(folder / "contract.yaml")
    return [str(problem).replace(f"{folder}/", "") for problem in refusal.value.problems]


def test_keys_that_are_numbers_join_however_they_are_written(program):
    assert earned(program) == {"007": 500, "8": 500}


def test_percents_and_fractions_settle_alike_and_what_was_read_is_said(program):
    before = earned(program)
    (said,) = shares_read(api.settle(program / "contract.yaml"))
    assert said == "Shares were read as percents: share."
    (program / "shares.csv").write_text(SHARES.replace("50", "0.50").replace("25", "0.25"))
    assert earned(program) == before
    (said,) = shares_read(api.settle(program / "contract.yaml"))
    assert said == "Shares were read as fractions: share."


def test_a_column_that_a_file_may_lack_is_read_where_it_is_there(program):
    (program / "results.csv").write_text(
        "ID,SAVED,A,Track_B,Bonus\n7,1000,1,0,40\n8,2000,0.0,TRUE,-\n , ,,,\n"
    )
    assert earned(program) == {"7": 540, "8": 1000}


def test_a_file_saved_again_with_a_mark_at_its_start_is_read(program):
    (program / "results.csv").write_bytes(b"\xef\xbb\xbf" + RESULTS.encode())
    assert len(earned(program)) == 2


def test_a_file_that_lacks_every_column_of_a_code_is_refused(program):
    (program / "results.csv").write_text(RESULTS.replace("Track_A", "Tier_A"))
    assert refused(program) == [
        "results.csv:1: no column 'Track_A' or 'A' or 'Track_B' for 'track'\n  Did you mean 'Tier_A'?"
    ]


def test_keys_that_are_the_same_number_are_there_twice(program):
    (program / "shares.csv").write_text(SHARES + "07,30\nseven,30\n")
    assert refused(program) == [
        "shares.csv:4: the key '07' is there twice\n  It is first on line 2; keep one of them.",
        "shares.csv:5: the key 'seven' is not a number\n  Correct it, or say key_read: code.",
    ]


def test_shares_that_may_be_either_are_refused_with_their_column(program):
    (program / "shares.csv").write_text("number,share\n7,0.005\n8,0.002\n")
    assert refused(program) == [
        "shares.csv:1: 'share' for 'share' holds no share above 0.005, which may be a fraction or a percent\n"
        "  Say which in the contract, read: fraction or read: percent."
    ]
