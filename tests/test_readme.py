"""What README and CONTRIBUTING say holds: commands print what is shown, and every word of a formula is named.

`VBC_UPDATE_README=1 pytest tests/test_readme.py` writes the new output into the README.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vbc_cli.formula.functions import CALLED
from vbc_cli.formula.units import UNITS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SESSION = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)
SHELL = re.compile(r"```sh\n(?P<command>[^\n]*)\n```")


def run(command: str) -> str:
    """Run a `vbc` command as a newcomer would, through a pipe."""
    program, *arguments = shlex.split(command)
    assert program == "vbc"
    vbc = Path(sys.executable).with_name("vbc")
    return subprocess.run([vbc, *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


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


def test_contributing_names_every_function_and_unit_of_the_formula_language() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    language = text.partition("## The formula language")[2].partition("\n## ")[0]
    assert not [word for word in (*CALLED, *UNITS) if not re.search(rf"`{word}\b", language)]
