"""Terms that cannot be meant are refused by the model's own checks, each check by at least one example."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from vbc_cli.contract.model import find_model
from vbc_cli.contract.model_file import read_model
from vbc_cli.examples import settle_examples
from vbc_cli.problems import InputRefused

TESTS = Path(__file__).parents[1]
BAD_TERMS: dict[str, list[dict[str, Any]]] = yaml.safe_load((TESTS / "errors" / "bad_terms.yaml").read_text())
CASES = [(model, case) for model, cases in BAD_TERMS.items() for case in cases]


@pytest.mark.parametrize(("model", "case"), CASES, ids=[f"{model}: {case['says']}" for model, case in CASES])
def test_terms_that_cannot_be_meant_are_refused(model: str, case: dict[str, Any], tmp_path: Path) -> None:
    shown = yaml.safe_load((TESTS / "models" / f"{model}.yaml").read_text())
    first = shown["examples"][0]
    for part in ("terms", "facts"):
        first[part] = {**first.get(part, {}), **case.get(part, {})}
    for name in case.get("without", ()):
        shown.get("facts", {}).pop(name, None)
        first["facts"].pop(name, None)
    first["expect"] = {}
    first.pop("within", None)
    shown["examples"] = [first]
    file = tmp_path / "bad.yaml"
    file.write_text(json.dumps(shown, default=str).replace('"none"', "none"))
    with pytest.raises(InputRefused) as refusal:
        settle_examples(file)
    assert any(case["says"] in problem.what and problem.repair for problem in refusal.value.problems), [
        problem.what for problem in refusal.value.problems
    ]


@pytest.mark.parametrize("model", BAD_TERMS)
def test_every_check_of_the_model_refuses_something(model: str) -> None:
    path = find_model(model, Path())
    assert path is not None
    checks = {check.say for check in read_model(path, model, {}).checks}
    assert checks <= {case["says"] for case in BAD_TERMS[model]}
