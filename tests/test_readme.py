"""What README and CONTRIBUTING say holds: commands print what is shown, and every word of a formula is named.

`VBC_UPDATE_README=1 pytest tests/test_readme.py` writes the new output into the README.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.model import Shelf
from vbc_cli.contract.parameters import count_marks, parameters
from vbc_cli.formula.functions import CALLED
from vbc_cli.formula.units import UNITS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SESSION = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)
TABLE = re.compile(r"<!-- programs -->\n(?P<table>.*?)<!-- end of programs -->", re.DOTALL)
PROGRAMS = (
    "contracts/medicare/*/*.yaml",
    "contracts/medicaid/*_shape_*.yaml",
    "contracts/aca/*/*.yaml",
    "contracts/all_payer/*.yaml",
)
SHELL = re.compile(r"```sh\n(?P<command>[^\n]*)\n```")


def run(command: str) -> str:
    """Run a `vbc` command as a newcomer would, through a pipe."""
    program, *arguments = shlex.split(command)
    assert program == "vbc"
    vbc = Path(sys.executable).with_name("vbc")
    return subprocess.run([vbc, *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def programs_table() -> str:
    """Return the library of public programs as its files state it: years, rows reproduced, marks."""
    shelf: Shelf = {}
    found: dict[str, list[Contract]] = {}
    paths = (path for pattern in PROGRAMS for path in ROOT.glob(pattern))
    for path in sorted(path for path in paths if path.parent.name != "models"):
        contract = read_contract(path, shelf)
        found.setdefault(contract.title.rpartition(", ")[0] or contract.title, []).append(contract)
    lines = [
        "| program | reproduced | rows | written, not tried | parameters |",
        "|---|---|---:|---|---|",
        *(_program(title, contracts) for title, contracts in sorted(found.items())),
    ]
    return "\n".join(lines) + "\n"


def _program(title: str, contracts: list[Contract]) -> str:
    marks = [contract.backing.verification for contract in contracts]
    rows, of = sum(mark.rows for mark in marks), sum(mark.of for mark in marks)
    counts = count_marks([each for contract in contracts for each in parameters(contract)])
    shown = ", ".join(f"{number} {mark or 'without a mark'}" for mark, number in counts.items())
    tried = _years(each for each in contracts if each.backing.verification.rows)
    others = _years(each for each in contracts if not each.backing.verification.rows)
    return f"| {title} | {tried} | {f'{rows:,} of {of:,}' if rows else ''} | {others} | {shown} |"


def _years(contracts: Iterable[Contract]) -> str:
    """Return the years of some contracts, those that follow each other as one range."""
    runs: list[list[int]] = []
    for year in sorted(contract.period.end.year for contract in contracts):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def test_the_table_of_programs_is_what_their_files_say() -> None:
    text = README.read_text(encoding="utf-8")
    match = TABLE.search(text)
    assert match is not None
    if os.environ.get("VBC_UPDATE_README"):
        start, end = match.span("table")
        README.write_text(text[:start] + programs_table() + text[end:], encoding="utf-8")
        return
    assert match["table"] == programs_table()


def sessions() -> list[re.Match[str]]:
    return list(SESSION.finditer(README.read_text(encoding="utf-8")))


@pytest.mark.parametrize("session", sessions(), ids=lambda session: session["command"][:60])
def test_a_command_of_the_readme_prints_what_the_readme_shows(session: re.Match[str]) -> None:
    printed = run(session["command"])
    if os.environ.get("VBC_UPDATE_README"):
        text = README.read_text(encoding="utf-8")
        shown = f"```console\n$ {session['command']}\n{session['output']}```"
        README.write_text(
            text.replace(shown, f"```console\n$ {session['command']}\n{printed}```"), encoding="utf-8"
        )
        return
    assert printed == session["output"]


def test_the_first_two_commands_set_up_settle_and_test_with_nothing_but_python() -> None:
    first, second, *_ = [match["command"] for match in SHELL.finditer(README.read_text(encoding="utf-8"))]
    setup = "python3 -m venv .venv && .venv/bin/pip install --quiet "
    assert first.startswith(setup)
    assert second.startswith(setup)
    settled = first.partition(" && .venv/bin/vbc ")[2]
    assert f"vbc {settled}" in [session["command"] for session in sessions()]
    assert second.endswith(" && .venv/bin/pytest")


def test_the_model_of_the_readme_is_a_model(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    (model,) = re.findall(r"```yaml\n(model: .*?)```", text, re.DOTALL)
    (tmp_path / "model.yaml").write_text(model, encoding="utf-8")
    assert "2 lines" in run(f"vbc check {tmp_path / 'model.yaml'}")


AGREEMENT = """contract: attributed
title: Attributed by primary care
payer: Plan
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data:
  {claims: c.csv, eligibility: e.csv, providers: p.csv, voluntary_alignment: v.csv}
arrangements:
  fee for service: [{model: fee_for_service, basis: plan_paid_amount, counts_as_cost: no, paid: as_claims}]
"""
COSTS = """
  own_claims: {measured: spending, amount: plan_paid_amount, owner: own, members: members}
  claims_of_others: {measured: spending, amount: plan_paid_amount, owner: other, members: members}
"""


def test_the_rules_of_membership_of_the_readme_are_a_contracts(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    (rules,) = re.findall(r"```yaml\n(attribution:\n.*?)```", text, re.DOTALL)
    (tmp_path / "contract.yaml").write_text(AGREEMENT + rules.rstrip() + COSTS, encoding="utf-8")
    assert "1 arrangement" in run(f"vbc check {tmp_path / 'contract.yaml'}")


def test_contributing_names_every_function_and_unit_of_the_formula_language() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    language = text.partition("## The formula language")[2].partition("\n## ")[0]
    assert not [word for word in (*CALLED, *UNITS) if not re.search(rf"`{word}\b", language)]
