"""What the shipped contracts settle to on the sample files, byte for byte.

A change that moves no money leaves these files as they are; one that does shows which settlements it moves.
`VBC_UPDATE_GOLDEN=1 pytest tests/test_golden.py` writes them anew; their differences are read before kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.contract.contract import read_contract
from vbc_cli.report.exports import to_json
from vbc_cli.report.facts import facts_text

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
# Programs whose results file is downloaded; each fits one of the made-up files.
PORTFOLIOS = {
    f"contracts/medicare/mssp/{year}.yaml": "sample_data/medicare_acos.csv" for year in (2022, 2023, 2024)
}
NOT_IN_THE_SAMPLE = (
    "contracts/medicare/mssp/201?.yaml",
    "contracts/medicare/mssp/2020.yaml",
    "contracts/medicare/mssp/2021.yaml",
    "contracts/medicare/aco_reach/*.yaml",
    "contracts/medicare/hospital_vbp/*.yaml",
    "contracts/medicare/hrrp/*.yaml",
    "contracts/medicare/snf_vbp/*.yaml",
)


def shipped() -> list[str]:
    """Return every contract of the library that settles on files of the repository."""
    downloaded = {path for pattern in NOT_IN_THE_SAMPLE for path in ROOT.glob(pattern)}
    found = (path for path in ROOT.glob("contracts/**/*.yaml") if path.parent.name != "models")
    return [str(path.relative_to(ROOT)) for path in sorted(found) if path not in downloaded]


def measuring() -> list[str]:
    """Return the contracts that measure facts from claims."""
    return [path for path in shipped() if read_contract(ROOT / path, {}).measured]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("contract", shipped())
def test_a_shipped_contract_settles_as_before(contract: str) -> None:
    files = [PORTFOLIOS[contract]] if contract in PORTFOLIOS else []
    compare("settle", contract, lambda: to_json([api.settle(contract, portfolio=files)], {}))


@pytest.mark.parametrize("contract", measuring())
def test_a_shipped_contract_measures_as_before(contract: str) -> None:
    compare("facts", contract, lambda: facts_text(api.measure_contract(contract), None, "json"))


def compare(command: str, contract: str, printed: Callable[[], str]) -> None:
    """Hold what is printed against the file kept of it, or keep it where that is asked for."""
    kept = GOLDEN / command / Path(contract).relative_to("contracts").with_suffix(".json")
    now = printed()
    if os.environ.get("VBC_UPDATE_GOLDEN"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(now, "utf-8")
    same = kept.read_text("utf-8") == now
    assert same, f"vbc {command} {contract} differs from {kept.relative_to(ROOT)}"
