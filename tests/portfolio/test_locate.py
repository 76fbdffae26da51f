"""Where a contract finds the files of its portfolio, and what is said where they are not there."""

from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.portfolio.locate import FilesNotThere
from vbc_cli.problems import InputRefused

MODEL = """
model: half
title: Half of what is saved
summary: The provider keeps half of savings and owes half of losses.
terms: {share: rate}
facts: {saved: usd, met: flag}
lines: {earned: saved * share if met else 0}
results: {settlement: earned}
totals: {generated: earned}
"""
CONTRACT = """
contract: half-2024
title: A program
payer: A program
period: {start: 2024-01-01, end: 2024-12-31}
portfolio:
  source: "A program's results of 2024, https://example.org/results"
  files:
    results: {file: [results.csv, "*2024*.csv"], key: id}
    quality: {file: parts/quality.csv, key: id}
  facts: {saved: Saved, met: Met}
  published: {earned: Earned}
arrangements: {sharing: [{model: ../half.yaml, terms: {share: 0.5}}]}
"""


@pytest.fixture
def contract(tmp_path) -> Path:
    (tmp_path / "program").mkdir()
    (tmp_path / "half.yaml").write_text(MODEL)
    (tmp_path / "program" / "contract.yaml").write_text(CONTRACT)
    return tmp_path / "program" / "contract.yaml"


def put(folder: Path, results: str = "results.csv", saved: int = 10) -> Path:
    """Write both files of the portfolio into a folder."""
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    (folder / results).write_text(f"id,Saved,Earned\nA,{saved},5\n")
    (folder / "parts" / "quality.csv").write_text("id,Met\nA,1\n")
    return folder


def earned(contract: Path, folder: Path | None = None) -> int:
    settlement = api.settle(contract, portfolio_folder=folder)
    return int(settlement.values(settlement.arrangements[0].rows[0])["earned"])


def test_files_lie_beside_the_contract_where_no_folder_is_named(contract):
    put(contract.parent)
    assert earned(contract) == 5


def test_a_folder_of_downloads_holds_them_directly_or_in_the_programs_own_folder(contract, tmp_path):
    downloads = put(tmp_path / "downloads")
    assert earned(contract, downloads) == 5
    put(downloads / "program", saved=20)  # the nearer one wins
    assert earned(contract, downloads) == 10


def test_what_is_not_among_the_downloads_may_lie_beside_the_contract(contract, tmp_path):
    put(contract.parent)
    assert earned(contract, tmp_path / "downloads") == 5


def test_an_exact_name_is_taken_before_one_with_a_star(contract):
    put(contract.parent, "Results of PY 2024 (1).csv", saved=8)
    assert earned(contract) == 4
    put(contract.parent, "results.csv", saved=10)
    assert earned(contract) == 5


def test_a_star_that_stands_for_two_files_is_refused(contract):
    put(contract.parent, "first 2024.csv")
    put(contract.parent, "second 2024.csv")
    with pytest.raises(InputRefused) as refusal:
        api.settle(contract)
    folder = contract.parent
    assert str(refusal.value) == (
        f"{contract}:9: '*2024*.csv' for 'results' is each of first 2024.csv, second 2024.csv in {folder}\n"
        "  Keep one of them there, or name it: --portfolio FILE."
    )


def test_every_file_that_is_not_there_is_named_with_what_to_download(contract, tmp_path):
    with pytest.raises(FilesNotThere) as refusal:
        api.settle(contract, portfolio_folder=tmp_path / "downloads")
    (problem,) = refusal.value.problems
    downloads = tmp_path / "downloads"
    assert str(problem) == (
        f"{contract}:9: there is no file results.csv or *2024*.csv for 'results', parts/quality.csv for "
        f"'quality' in {downloads / 'program'} or {downloads} or {contract.parent}\n"
        "  Download A program's results of 2024, https://example.org/results. Name the folder it is in, "
        "--portfolio-folder DIR, or the file, --portfolio FILE."
    )
