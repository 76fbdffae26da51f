"""`vbc check`: a contract or model read whole, and held to a stricter standard where asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.document import Map, read_document
from vbc_cli.contract.model import Model, Shelf
from vbc_cli.contract.model_file import read_model
from vbc_cli.contract.parameters import Parameter, count_marks, parameters, parameters_of_model
from vbc_cli.contract.verification import UNVERIFIED
from vbc_cli.problems import InputRefused, Problem


def check_file(
    path: Path, strict: bool, shelf: Shelf, files_said: Callable[[Contract], Iterable[str]] = lambda _: ()
) -> list[str]:
    """Return what a file is and what in it is unverified; raise `InputRefused` with every problem.

    `files_said` says what there is to know of the files that a contract names.
    """
    document = read_document(path)
    said: list[str] = []
    if isinstance(document.root, Map) and {"model", "lines"} & set(document.root.entries):
        model = read_model(path, str(path), shelf)
        found, unstated = list(parameters_of_model(model)), []
        what = _model(model)
    else:
        contract = build_contract(document, shelf)
        found = list(parameters(contract))
        what = _contract(contract, found)
        unstated = [*_not_stated(contract)]
        said = list(files_said(contract))
    problems = [*unstated, *_strict_problems(found)] if strict else []
    if problems:
        raise InputRefused(problems)
    unverified = [each for each in found if each.backing.verification.mark == UNVERIFIED]
    return [
        f"{path}: {what}{_marks(found)}",
        *(f"  {each.file}:{each.line}: {each.name} is unverified" for each in unverified),
        *(f"  {line}" for line in said),
    ]


def _model(model: Model) -> str:
    counts = (
        _count(len(model.terms), "term"),
        _count(len(model.facts), "fact"),
        _count(len(model.lines), "line"),
    )
    return f"model {model.name}: {', '.join(counts)}"


def _contract(contract: Contract, found: Sequence[Parameter]) -> str:
    counts = f"{_count(len(contract.arrangements), 'arrangement')}, {_count(len(found), 'parameter')}"
    return f"contract {contract.name}: {counts}"


def _marks(found: Iterable[Parameter]) -> str:
    """Return how many parameters have each mark; the number is left out where all have the same."""
    counts = count_marks(found)
    if set(counts) <= {""}:
        return ""
    shown = [f"{number:,} {mark or 'without a mark'}" for mark, number in counts.items()]
    return ": " + (", ".join(shown) if len(shown) > 1 else f"all {next(iter(counts))}")


def _strict_problems(found: Iterable[Parameter]) -> list[Problem]:
    """Every parameter has a citation and a mark, its own or around it; none is unverified."""
    problems = []
    for each in found:
        if not each.backing.cite:
            what = f"'{each.name}' has no citation"
            problems.append(Problem(each.file, each.line, what, "Add cite: to it, or to its stream."))
        mark = each.backing.verification.mark
        if mark in ("", UNVERIFIED):
            state = "is unverified" if mark else "does not say how it was checked"
            repair = "Say verification: text_read, secondary or {reproduced: ROWS}, here or around it."
            problems.append(Problem(each.file, each.line, f"'{each.name}' {state}", repair))
    return problems


def _not_stated(contract: Contract) -> Iterator[Problem]:
    """Yield every setting of measurement that moves money and that the contract does not state."""
    for each in contract.assumed:
        what = f"'{each.fact}' does not state {each.setting}"
        repair = f"It is taken as {each.value}: {each.means}. Say so, or what was agreed: {each.setting}: ..."
        yield Problem(contract.file, each.line, what, repair)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("s" if number != 1 else "")
