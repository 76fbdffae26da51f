"""A program's years are printed in many ways: the same results settle alike however their file is written.

CMS printed names in other cases, dollars with signs and commas, and shares as percents or fractions from year
to year. Years whose files are not at hand are settled from their neighbours' files, written in each of these
ways.
"""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests import shared
from tests.shared import PROJECT, needs
from vbc_cli import api
from vbc_cli.problems import InputRefused

PUBLISHED = shared.PUBLISHED / "mssp"
MSSP = PROJECT / "contracts" / "medicare" / "mssp"
SHARES = {"sav_rate", "minsavperc", "qualscore", "qualperfshare", "finalsharerate", "finallossrate"}
DOLLARS = {"abtotbnchmk", "abtotexp", "disadj", "gensaveloss", "earnsaveloss", "adv_pay_amt"}
Write = Callable[[str, str, dict[str, Decimal]], str]
"""How a cell is written, from its column, its text and the largest share of each column."""

pytestmark = needs(PUBLISHED)
NEIGHBOURS = [("2016", "2015"), ("2016", "2017"), ("2019", "2018"), ("2019", "2020")]
NEIGHBOURS += [("2023", "2022"), ("2023", "2024")]


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text.rstrip("%").replace(",", "").replace("$", ""))
    except ArithmeticError:
        return None


def scaled(up: bool, sign: str = "") -> Write:
    """Write shares as percents or as fractions, whichever they were."""

    def write(column: str, text: str, largest: dict[str, Decimal]) -> str:
        value = number(text)
        if column not in SHARES or value is None:
            return text
        percents = largest[column] > 1
        value = value * 100 if up and not percents else value / 100 if percents and not up else value
        return f"{value}{sign}"

    return write


def with_dollars(column: str, text: str, _: dict[str, Decimal]) -> str:
    value = number(text)
    return f"${value:,}" if column in DOLLARS and value is not None else text


def absent_as(mark: str) -> Write:
    return lambda column, text, _: mark if text in ("", "-") and column != "aco_name" else text


WAYS = {
    "percents": scaled(True),
    "percents with signs": scaled(True, "%"),
    "fractions": scaled(False),
    "dollars with signs and commas": with_dollars,
    "nothing as a dash": absent_as("-"),
    "nothing as nothing": absent_as(""),
}


def rewritten(year: str, path: Path, write: Write, case: Callable[[str], str]) -> Path:
    with (PUBLISHED / f"{year}.csv").open(encoding="latin-1", newline="") as file:
        header, *rows = csv.reader(file)
    names = [name.strip().lower() for name in header]
    columns = {name: [number(row[at]) or Decimal(0) for row in rows] for at, name in enumerate(names)}
    largest = {name: max(map(abs, values)) for name, values in columns.items() if name in SHARES}
    with path.open("w", encoding="latin-1", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(case, header))
        for row in rows:
            writer.writerow(write(name, cell.strip(), largest) for name, cell in zip(names, row, strict=True))
    return path


def earned(contract: str, path: Path) -> dict[str, Decimal]:
    settlement = api.settle(MSSP / f"{contract}.yaml", portfolio=path)
    return {
        row.key: settlement.values(row)["earned_savings_or_losses"] for row in settlement.arrangements[0].rows
    }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("contract", "year"), NEIGHBOURS)
def test_the_same_results_settle_alike_however_they_are_written(contract, year, way, tmp_path):
    usual = earned(contract, PUBLISHED / f"{year}.csv")
    path = rewritten(year, tmp_path / "results.csv", WAYS[way], str.upper if "percent" in way else str.lower)
    assert earned(contract, path) == usual


@pytest.mark.parametrize("column", ["abtotbnchmk", "minsavperc"])
@pytest.mark.parametrize(("contract", "year"), NEIGHBOURS)
def test_a_column_that_a_settlement_needs_is_missed_by_name(contract, year, column, tmp_path):
    def without(name: str) -> str:
        return "other" if name.strip().lower() == column else name

    path = rewritten(year, tmp_path / "results.csv", lambda _, text, __: text, without)
    with pytest.raises(InputRefused) as refusal:
        earned(contract, path)
    (problem,) = refusal.value.problems
    assert problem.line == 1 and column in problem.what.lower() and problem.repair
