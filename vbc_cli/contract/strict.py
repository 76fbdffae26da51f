"""`vbc check`: a contract or model read whole, and held to a stricter standard where asked."""

from __future__ import annotations

from pathlib import Path

from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.document import Map, read_document
from vbc_cli.contract.model import Shelf
from vbc_cli.contract.model_file import read_model
from vbc_cli.contract.terms import Rows, Term
from vbc_cli.problems import InputRefused, Problem


def check_file(path: Path, strict: bool, shelf: Shelf) -> str:
    """Check one file and return a line that says what it is; raise `InputRefused` with every problem."""
    document = read_document(path)
    if isinstance(document.root, Map) and {"model", "lines"} & set(document.root.entries):
        model = read_model(path, str(path), shelf)
        counts = ", ".join(
            (
                _count(len(model.terms), "term"),
                _count(len(model.facts), "fact"),
                _count(len(model.lines), "line"),
            )
        )
        return f"{path}: model {model.name}: {counts}"
    contract = build_contract(document, shelf)
    if strict:
        problems = _strict_problems(contract)
        if problems:
            raise InputRefused(problems)
    streams = [stream for each in contract.arrangements for stream in each.streams]
    terms = sum(len(stream.terms) + len(stream.tables) for stream in (*contract.makers, *streams))
    verified = f", {contract.verification.replace('_', ' ')}" if contract.verification else ""
    counts = f"{_count(len(contract.arrangements), 'arrangement')}, {_count(terms, 'term')}{verified}"
    return f"{path}: contract {contract.name}: {counts}"


def _strict_problems(contract: Contract) -> list[Problem]:
    """Every term has a citation of its own or around it, and the contract says how it was verified."""
    problems = []
    if contract.verification in ("", "unverified"):
        state = "is unverified" if contract.verification else "does not say how its terms were verified"
        problems.append(
            Problem(
                contract.file,
                1,
                f"the contract {state}",
                "Say verification: text_read, reproduced or secondary.",
            )
        )
    streams = [stream for each in contract.arrangements for stream in each.streams]
    for stream in (*contract.makers, *streams):
        agreed: list[Term | Rows] = [*stream.terms.values(), *stream.tables.values()]
        for term in agreed:
            if not term.cite:
                what = f"'{term.name}' has no citation"
                problems.append(Problem(contract.file, term.line, what, "Add cite: to it, or to its stream."))
    return problems


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("s" if number != 1 else "")
