"""Shipped contracts on files without optional cells and columns, and with nothing but zeros in a column.

Whatever a file lacks, a row settles by a rule of its model or is refused by name: no formula divides
by zero or reads what is not there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_golden import PORTFOLIOS, ROOT, measuring, shipped
from vbc_cli import api
from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.mapping import Portfolio, Reading
from vbc_cli.portfolio.locate import locate
from vbc_cli.problems import InputRefused
from vbc_cli.sample import write_sample

ON_PORTFOLIOS = [path for path in shipped() if read_contract(ROOT / path, {}).portfolio is not None]
BLAMED = ("division by zero", "has no value", "undefined", "does not apply")
Rows = list[list[str]]


def readings(portfolio: Portfolio) -> Iterator[Reading]:
    yield from portfolio.facts.values()
    for table in portfolio.tables.values():
        for row in table.rows:
            yield from row.cells.values()


def changed(rows: Rows, column: str, reading: Reading) -> Iterator[tuple[str, Rows]]:
    """Yield files in which a column is blank, absent or zero, where its reading allows that."""
    header, *others = rows
    place = header.index(column)
    if reading.may_be_absent:
        yield "blank", [header, *([*row[:place], "", *row[place + 1 :]] for row in others)]
    if reading.may_lack_column:
        yield "absent", [[*row[:place], *row[place + 1 :]] for row in rows]
    if all(row[place].replace(".", "").replace("-", "").isdigit() for row in others):
        yield "zero", [header, *([*row[:place], "0", *row[place + 1 :]] for row in others)]


def hold(refusal: InputRefused, what: str) -> None:
    """Hold that a refusal names what is wrong with the file and blames no formula."""
    for problem in refusal.problems:
        assert problem.file and problem.repair, what
        assert not any(word in problem.what for word in BLAMED), f"{what}: {problem}"


@pytest.mark.parametrize("contract", ON_PORTFOLIOS)
def test_a_portfolio_settles_without_optional_cells_and_with_zeros(contract: str, tmp_path: Path) -> None:
    read = read_contract(ROOT / contract, {})
    assert read.portfolio is not None
    given = [ROOT / PORTFOLIOS[contract]] if contract in PORTFOLIOS else []
    found = [path for path, _ in locate(read.portfolio, given, None)]
    tried = 0
    for number, path in enumerate(found):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
        for reading in readings(read.portfolio):
            for column in reading.columns:
                if column not in rows[0]:
                    continue
                for how, spoiled in changed(rows, column, reading):
                    file = tmp_path / f"{number}.csv"
                    with file.open("w", encoding="utf-8", newline="") as out:
                        csv.writer(out).writerows(spoiled)
                    files = [*found[:number], file, *found[number + 1 :]]
                    tried += 1
                    try:
                        api.settle(ROOT / contract, portfolio=files)
                    except InputRefused as refusal:
                        hold(refusal, f"{column} {how}")
    assert tried


SMALL = ("eligibility", "attribution", "providers", "quality", "payments", "revenue", "base_years")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, members=100, seed=5)
    return folder


ON_CLAIMS = [
    path for path in measuring() if not path.endswith(("interim.yaml", "year_end.yaml", "bad_year.yaml"))
]


@pytest.mark.parametrize("contract", ON_CLAIMS)
def test_a_contract_on_claims_settles_without_optional_columns_and_with_zeros(
    contract: str, sample: Path, tmp_path: Path
) -> None:
    read = read_contract(ROOT / contract, {})
    named = {source.kind: source.files[0].name for source in read.sources}
    files = {
        kind: [str(next(sample.glob(f"{Path(name).name.split('.')[0]}*")))] for kind, name in named.items()
    }
    tried = 0
    for kind in {*named} & {*SMALL}:
        rows = list(csv.reader(io.StringIO(Path(files[kind][0]).read_text("utf-8"))))
        for place, column in enumerate(rows[0]):
            if kind in ("eligibility", "attribution", "providers") and column not in OPTIONAL:
                continue
            others = [row[place] for row in rows[1:]]
            ways = {"absent": [[*row[:place], *row[place + 1 :]] for row in rows]}
            if all(text.replace(".", "").isdigit() for text in others):
                zeros = ([*row[:place], "0", *row[place + 1 :]] for row in rows[1:])
                ways["zero"] = [rows[0], *zeros]
            for how, spoiled in ways.items():
                file = tmp_path / f"{kind}.csv"
                with file.open("w", encoding="utf-8", newline="") as out:
                    csv.writer(out).writerows(spoiled)
                tried += 1
                try:
                    api.settle(ROOT / contract, data={**files, kind: [str(file)]})
                except InputRefused as refusal:
                    hold(refusal, f"{kind} {column} {how}")
    assert tried


OPTIONAL = ("birth_date", "death_date", "sex", "risk_score", "stratum", "risk_tier", "other_coverage")
