"""`vbc new`: every model of the library gives a commented contract that settles as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbc_cli as vbc
from vbc_cli.contract.agreed import agreed_tables
from vbc_cli.contract.model import model_files
from vbc_cli.examples import _agrees, settle_examples
from vbc_cli.formula.numbers import ZERO
from vbc_cli.sample import write_sample
from vbc_cli.starter import new_contract

EXAMPLES = Path(__file__).parent / "models"
MODELS = [path.stem for path in model_files()]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, 150, 7)
    return folder


@pytest.mark.parametrize("name", MODELS)
def test_a_new_contract_settles_on_the_sample_and_says_what_every_term_means(
    name: str, sample: Path, tmp_path: Path
) -> None:
    contract = tmp_path / "contract.yaml"
    contract.write_text(new_contract(name, tmp_path, sample), encoding="utf-8")
    settlement = vbc.settle(contract)
    (stream,) = settlement.contract.arrangements[0].streams
    assert stream.model.name == name
    text = contract.read_text("utf-8").replace("\n        # ", " ")
    for term in (*stream.model.terms.values(), *agreed_tables(stream.model).values()):
        clause = any(term.name in members for members in stream.model.clauses.values())
        assert clause or " ".join(term.doc.split()) in text


@pytest.mark.parametrize("name", MODELS)
def test_with_nothing_measured_it_is_the_first_worked_example(
    name: str, sample: Path, tmp_path: Path
) -> None:
    contract = tmp_path / "contract.yaml"
    contract.write_text(new_contract(name, tmp_path, sample), encoding="utf-8")
    if "measured:" in contract.read_text("utf-8"):
        pytest.skip("its facts are measured from the sample")
    sheet = vbc.settle(contract).arrangements[0].rows[0].sheets[name]
    first = settle_examples(EXAMPLES / f"{name}.yaml")[0]
    for line, expected in first.fields["expect"].items():
        if "." not in line:
            assert _agrees(expected[0], sheet.value(line), first.fields.get("within", ZERO)), line


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(vbc.InputRefused, match="there is no such model\n  Did you mean 'shared_savings'"):
        new_contract("shared_saving", tmp_path, tmp_path)
