"""The settlement at low, best and high completion, against contracts that settle on each case by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbc_cli as vbc
from vbc_cli.api import measure_contract
from vbc_cli.report.account import reasons
from vbc_cli.report.facts import facts_text

CONTRACTS = Path(__file__).parents[2] / "contracts" / "commercial"
FACTORS = "factors: {low: 1.005, best: 1.012, high: 1.035}"
LADDER = (
    "chain_ladder: {average: volume_weighted, experience_months: 12, latest_months: all, tail_factor: 1.002, "
    "by: category, standard_errors: 2}"
)


def agreement(folder: Path, way: str, case: str) -> Path:
    """Return the sample contract with another completion of its cost."""
    text = (CONTRACTS / "lakeside_2025.yaml").read_text("utf-8")
    assert "complete: 1.012" in text
    text = text.replace("complete: 1.012", f"complete: {{{way}, case: {case}}}")
    (folder / "contracts" / "commercial").mkdir(parents=True, exist_ok=True)
    for name in ("sample_data", "vbc_cli"):
        link = folder / name
        if not link.exists():
            link.symlink_to(CONTRACTS.parents[1] / name)
    path = folder / "contracts" / "commercial" / f"{case}.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("way", [FACTORS, LADDER], ids=["factors", "chain ladder"])
def test_each_case_is_what_a_contract_that_settles_on_it_comes_to(tmp_path: Path, way: str) -> None:
    best = vbc.settle(agreement(tmp_path, way, "best"))
    assert list(best.cases) == ["low", "best", "high"]
    for case, arrangements in best.cases.items():
        alone = vbc.settle(agreement(tmp_path, way, case))
        pairs = zip(arrangements, alone.arrangements, strict=True)
        for ours, theirs in pairs:
            sheets = zip(ours.rows[0].sheets.values(), theirs.rows[0].sheets.values(), strict=True)
            assert all(one.run.values == other.run.values for one, other in sheets)


def test_the_account_says_which_gate_turns_between_low_and_high(tmp_path: Path) -> None:
    said = list(reasons(vbc.settle(agreement(tmp_path, FACTORS, "best")), 100))
    # 26,549,042.73 within the limit x 1.035 is 27,478,259.23; with the yearly fee of 285,821 that is 242,110
    # or 0.86 percent below the target of 28,006,190, under the minimum of 2 percent.
    assert "completion: minimum savings met low yes, best yes, high no" in " ".join(map(str.strip, said))


def test_a_cost_without_a_range_is_settled_once(tmp_path: Path) -> None:
    assert vbc.settle(agreement(tmp_path, "factors: 1.012", "best")).cases == {}


def test_the_facts_show_what_each_case_adds(tmp_path: Path) -> None:
    found = facts_text(measure_contract(agreement(tmp_path, LADDER, "best")), None, "table")
    heading = next(line for line in found.splitlines() if line.startswith("completion adds"))
    assert [word for word in heading.split()[2:] if word != "$"] == ["low", "settled", "high"]
