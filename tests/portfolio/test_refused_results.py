"""What is said of a program's results file with a fault: a gallery of files and exact messages.

Beside each file of `tests/errors/results`, four made-up organizations with a fault, stands the text that
`vbc settle` prints of it: file, line, the cell's own text and the repair.
"""

from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.problems import InputRefused

PROJECT = Path(__file__).parents[2]
GALLERY = PROJECT / "tests" / "errors" / "results"
CONTRACT = PROJECT / "contracts" / "medicare" / "mssp" / "2024.yaml"


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*.csv")), ids=lambda path: path.stem)
def test_a_faulty_results_file_is_refused_in_these_words(path, monkeypatch):
    monkeypatch.chdir(GALLERY)
    with pytest.raises(InputRefused) as refusal:
        api.settle(CONTRACT, portfolio=path.name)
    said = "".join(f"Error: {problem}\n" for problem in refusal.value.problems)
    assert said == path.with_suffix(".txt").read_text("utf-8")
