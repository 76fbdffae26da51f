"""The JSON Schema that editors use says the same as the reader: shipped files fit it, broken ones do not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.settlement.small_agreement import write_agreement
from vbc_cli import api
from vbc_cli.contract.schema import json_schema
from vbc_cli.report.exports import to_json

PROJECT = Path(__file__).parents[2]
GALLERY = PROJECT / "tests" / "errors" / "contracts"
CONTRACTS = [path for path in sorted((PROJECT / "contracts").rglob("*.yaml")) if path.parent.name != "models"]
MODELS = sorted(
    [*(PROJECT / "contracts").rglob("models/*.yaml"), *(PROJECT / "vbc_cli" / "models").rglob("*.yaml")]
)
EXAMPLES = sorted((PROJECT / "tests" / "models").glob("*.yaml"))


class _Editor(yaml.SafeLoader):
    """Reads YAML as an editor does, by version 1.2: only true, false, null and plain numbers are not text."""


_Editor.yaml_implicit_resolvers = {}
_Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), list("tf"))
_Editor.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(null|~|)$"), ["n", "~", ""])
_Editor.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("-?(0|[1-9][0-9]*)$"), list("-0123456789"))
_Editor.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789")
)


def as_edited(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=_Editor)


def faults(of: str, value: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(json_schema(of)).iter_errors(value)]


@pytest.mark.parametrize("of", ["contract", "model", "examples", "output"])
def test_a_schema_is_a_schema(of):
    Draft202012Validator.check_schema(json_schema(of))


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_shipped_contract_fits_the_schema(path):
    assert faults("contract", as_edited(path)) == []


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_shipped_model_fits_the_schema(path):
    assert faults("model", as_edited(path)) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_file_of_worked_examples_fits_the_schema(path):
    assert faults("examples", as_edited(path)) == []


def test_there_are_files_to_hold_against_the_schema():
    assert len(CONTRACTS) >= 4 and len(MODELS) >= 2 and EXAMPLES


def test_the_sound_contract_of_the_gallery_fits():
    assert faults("contract", as_edited(GALLERY / "sound.yaml")) == []


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("unknown_key", "contract"),
        ("missing_keys", "contract"),
        ("portfolio_mapping", "contract"),
        ("ten_faults", "contract"),
        ("only_a_list", "contract"),
        ("model_faults_together", "model"),
        ("sound", "model"),
        ("model_circle", "contract"),
    ],
)
def test_a_file_of_another_structure_does_not_fit(name, of):
    assert faults(of, as_edited(GALLERY / f"{name}.yaml"))


def test_a_settlement_as_json_fits_the_schema_of_the_output(monkeypatch):
    monkeypatch.chdir(GALLERY)
    settlement = api.settle("sound.yaml")
    written = json.loads(to_json([settlement], {}))
    assert faults("output", written) == []
    (arrangement,) = written["contracts"][0]["arrangements"]
    # 1,000,000 - 940,000 = 60,000 saved, 6 % of the benchmark: 5 % in full and 1 % by half are 5.5 %;
    # half of 55,000 is 27,500; there is no limit, so that nothing but the fee is paid
    lines = {line["name"]: line["value"] for line in arrangement["streams"][0]["lines"]}
    assert lines == {"savings": "60000", "share": "27500", "limited": "0", "earned": "12000"}
    written["contracts"][0]["inputs"][0]["sha"] = "0"
    assert faults("output", written)


def test_a_comparison_as_json_fits_the_schema_of_the_output(tmp_path):
    written = json.loads(to_json([api.settle(write_agreement(tmp_path))], {}))
    assert faults("output", written) == []
    savings = written["contracts"][0]["comparison"][1]
    # half of 2,000 - 1,425 - 78, with the fee; up to 104.55 PMPM cost and fee leave two percent of 2,000
    assert (savings["best"], savings["best_shown"], savings["paid_up_to_pmpm"]) == (None, "326.5", "104.55")
