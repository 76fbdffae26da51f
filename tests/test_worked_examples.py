"""Worked examples of every model: they come out as expected, and they try every clause on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from vbc_cli.contract.model import Model, model_files
from vbc_cli.contract.model_file import read_model
from vbc_cli.examples import SettledExample, run_file, settle_examples
from vbc_cli.formula.compiled import Mark
from vbc_cli.formula.functions import FUNCTIONS
from vbc_cli.formula.tree import Call
from vbc_cli.formula.units import FLAG
from vbc_cli.formula.words import in_words

ROOT = Path(__file__).parent.parent
WORDS_OF_THE_FILES = {
    "two_sided",
    "fee_for_service",
    "higher_is_better",
    "lowest_change_rate",
    "highest_change_rate",
}
"""Keys and codes of model, contract and claims files, which a model may use for the same thing."""
EXAMPLE_FILES = sorted((ROOT / "tests" / "models").glob("*.yaml"))
MODEL_FILES = [*model_files(), *sorted((ROOT / "contracts").glob("**/models/*.yaml"))]

CONTRACTS = sorted(path for path in (ROOT / "contracts").glob("**/*.yaml") if path.parent.name != "models")
CONTRACTS_WITH_EXAMPLES = [path for path in CONTRACTS if "\nexamples:" in path.read_text("utf-8")]

every_file = pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)


@cache
def settled(path: Path) -> list[SettledExample]:
    return settle_examples(path)


@every_file
def test_every_example_comes_out_as_expected(path: Path) -> None:
    result = run_file(path)
    assert not result.differences, "\n".join(result.lines())
    assert result.examples and result.values


@pytest.mark.parametrize("path", CONTRACTS_WITH_EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_of_a_contract_come_out_as_expected(path: Path) -> None:
    result = run_file(path)
    assert not result.differences, "\n".join(result.lines())
    assert result.examples and result.values


@every_file
def test_examples_take_every_outcome_of_every_clause(path: Path) -> None:
    missed = list(outcomes_never_taken(settled(path)))
    assert not missed, "\n".join(missed)


@every_file
def test_every_flag_is_both_yes_and_no_in_some_example(path: Path) -> None:
    missed = list(flags_never_seen(settled(path)))
    assert not missed, "\n".join(missed)


@every_file
def test_every_example_expects_something_and_says_where_from(path: Path) -> None:
    names = [example.fields["name"] for example in settled(path)]
    assert len(set(names)) == len(names), "two examples of one name"
    for example in settled(path):
        assert example.fields["expect"], f"{example.fields['name']}: nothing is expected"


def test_every_model_has_examples_and_every_file_of_examples_a_model() -> None:
    assert {path.stem for path in EXAMPLE_FILES} == {path.stem for path in MODEL_FILES}


def test_a_file_of_examples_is_named_after_the_model_it_shows() -> None:
    for path in EXAMPLE_FILES:
        assert {example.sheet.stream.model.name for example in settled(path)} == {path.stem}


def test_no_name_of_a_model_is_written_in_python() -> None:
    names = {name for path in MODEL_FILES for name in names_of(read_model(path, path.name, {}))}
    names -= WORDS_OF_THE_FILES
    quoted = re.compile(r"""(?P<quote>["'])(?P<name>[a-z][a-z0-9_.]*)(?P=quote)""")
    found = [
        f"{path.relative_to(ROOT)}:{number}: '{match['name']}'"
        for path in sorted((ROOT / "vbc_cli").glob("**/*.py"))
        if path.parent.name != "sample"  # it writes a plan's files, in which streams are named
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        for match in quoted.finditer(line)
        if match["name"] in names
    ]
    assert not found, "a model's name is in the code:\n" + "\n".join(found)


def names_of(model: Model) -> Iterator[str]:
    """Yield the words of a model that are too particular to be in the code for another reason."""
    yield model.name
    for name in (*model.terms, *(line.name.rpartition(".")[2] for line in model.lines)):
        if len(name) > 8 and "_" in name:
            yield name


def outcomes_never_taken(examples: Iterable[SettledExample]) -> Iterator[str]:
    """Say which case, side or limit no example takes, for each place where the model decides."""
    examples = list(examples)
    marks = in_order_of_lines(examples[0])
    taken: list[set[int]] = [set() for _ in marks]
    for example in examples:
        # a statistic that the example gives may change the order of lines
        places = {id(mark): place for place, mark in enumerate(in_order_of_lines(example))}
        for mark, choice in example.sheet.run.trail:
            taken[places[id(example.sheet.program.marks[mark])]].add(choice)
    model = examples[0].sheet.stream.model.name
    for mark, seen in zip(marks, taken, strict=True):
        for outcome in missing_outcomes(mark, seen):
            yield f"{model}: line {mark.line.name}: {part_of(mark)}: never {outcome}"


def in_order_of_lines(example: SettledExample) -> list[Mark]:
    names = [line.name for line in example.sheet.stream.lines]
    return sorted(example.sheet.program.marks, key=lambda mark: names.index(mark.line.name))


def part_of(mark: Mark) -> str:
    if mark.node is None:
        return "the cases"
    return f"when {in_words(mark.node)}" if mark.kind == "when" else in_words(mark.node)


def missing_outcomes(mark: Mark, seen: set[int]) -> Iterator[str]:
    """Yield in words each outcome of one place that was not seen."""
    if isinstance(mark.node, Call) and FUNCTIONS[mark.node.function].outcomes is not None:
        yield from missing_choices(mark.node, seen)
        return
    if mark.kind == "cases":
        for place, case in enumerate(mark.line.cases):
            if place not in seen:
                yield "else" if case.condition is None else f"if {in_words(case.condition)}"
        return
    words = ("does not apply", "applies") if mark.kind == "when" else ("the first branch", "the else branch")
    yield from (word for place, word in enumerate(words) if place not in seen)


def missing_choices(call: Call, seen: set[int]) -> Iterator[str]:
    outcomes = FUNCTIONS[call.function].outcomes
    assert outcomes is not None
    number = outcomes(len(call.arguments))
    if number == 0:
        if len(seen) < 2:
            yield "a second step"
        return
    match call.function:
        case "clamp":
            words = ["free", "held by the lower limit", "held by the upper limit"]
        case "reaches":
            words = ["short of it", "reached"]
        case _:
            words = [in_words(argument) for argument in call.arguments]
    yield from (word for place, word in enumerate(words) if place not in seen)


def flags_never_seen(examples: Iterable[SettledExample]) -> Iterator[str]:
    examples = list(examples)
    stream = examples[0].sheet.stream
    for line in stream.lines:
        if line.unit != FLAG:
            continue
        seen = {value for example in examples for value in values_of(example, line.name)}
        for value, word in ((True, "yes"), (False, "no")):
            if value not in seen:
                yield f"{stream.model.name}: line {line.name} is never {word}"


def values_of(example: SettledExample, line: str) -> list[object]:
    table, _, column = line.rpartition(".")
    if not table:
        return [example.sheet.value(line)]
    return [row[column] for row in example.sheet.run.tables[table].rows]
