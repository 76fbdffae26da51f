"""`vbc models` and `vbc new`: every model at a glance, and as a contract that settles as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbc_cli as vbc
from vbc_cli.contract.agreed import agreed_tables
from vbc_cli.contract.model import model_files
from vbc_cli.examples import _agrees, named_files, run_file, settle_examples
from vbc_cli.formula.numbers import ZERO
from vbc_cli.report.assumed import assumed_in
from vbc_cli.report.models import overview_lines
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
    assert assumed_in(settlement.contract, settlement.measured) == ()
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


@pytest.mark.parametrize("width", [80, 100])
def test_the_models_at_a_glance_fit_the_terminal(width: int) -> None:
    lines = list(overview_lines(width))
    assert max(map(len, lines)) <= width
    (row,) = [line for line in lines if line.startswith("shared_savings  ")]
    assert row.endswith("3A 3B  ssp ssl")
    assert set(MODELS) <= {line.replace(":", " ").split(" ")[0] for line in map(str.strip, lines)}


def test_examples_are_run_by_the_name_of_their_model_and_differ_line_by_line(
    tmp_path: Path,
) -> None:
    (file,) = named_files([Path("guarantee")])
    wrong = tmp_path / "wrong.yaml"
    text = file.read_text("utf-8").replace("guarantee_paid: 70_000}", "guarantee_paid: 70_001}")
    wrong.write_text(text, encoding="utf-8")
    first, last = run_file(wrong).lines()
    assert first.endswith("guarantee_paid is 70,000, expected 70_001")
    assert last.endswith("3 examples, 7 values, 1 differ")


def test_a_contract_without_examples_is_refused_in_one_sentence() -> None:
    contract = EXAMPLES.parents[1] / "contracts" / "commercial" / "two_products.yaml"
    with pytest.raises(vbc.InputRefused, match="the contract has no examples:") as refusal:
        run_file(contract)
    assert len(refusal.value.problems) == 1
