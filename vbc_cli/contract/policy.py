"""What an agreement says once for all its streams: its own words, and how amounts are rounded.

`rounding: {payment: 0.01}` states the term `payment_rounding` of every model that has one and whose
stream does not state its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vbc_cli.contract.agreement import Contract, DefinedWord, Stream
from vbc_cli.contract.document import Node, Text
from vbc_cli.contract.shapes import Complaints, Fields
from vbc_cli.formula.check import suggest
from vbc_cli.formula.numbers import canonical

ENDING = "_rounding"


def with_rounding(terms: Mapping[str, Node], known: Iterable[str], policy: Fields | None) -> dict[str, Node]:
    """Return a stream's terms with those that the contract's rounding policy states."""
    if policy is None:
        return dict(terms)
    stated = {f"{name}{ENDING}": Text(policy.lines[name], canonical(policy[name])) for name in policy}
    return {**{name: stated[name] for name in known if name in stated}, **terms}


def check_rounding(policy: Fields, streams: Iterable[Stream], complaints: Complaints) -> None:
    """Every amount that the policy rounds is rounded by some model of the contract."""
    known = {
        name.removesuffix(ENDING)
        for stream in streams
        for name in stream.model.terms
        if name.endswith(ENDING)
    }
    for name in policy:
        if name not in known:
            what = f"no model of this contract has the term '{name}{ENDING}'"
            complaints.add(policy.lines[name], what, suggest(name, known, "Leave it out."))


def build_definitions(got: Mapping[str, Fields]) -> tuple[DefinedWord, ...]:
    """Build the agreement's own words."""
    return tuple(
        DefinedWord(word, fields.get("text", ""), fields.get("is", ""), fields.get("cite", ""))
        for word, fields in got.items()
    )


def check_definitions(contract: Contract, got: Mapping[str, Fields], complaints: Complaints) -> None:
    """Every defined word that names something names a fact, result, term or line of the contract."""
    known = set(_named(contract))
    for word, fields in got.items():
        name = fields.get("is", "")
        if name and name not in known:
            repair = suggest(name, known)
            complaints.add(fields.lines["is"], f"'{word}' is '{name}', which this contract has not", repair)


def _named(contract: Contract) -> Iterator[str]:
    yield from contract.given
    yield from contract.measured
    for stream in contract.streams():
        yield from (source for _, source, _ in stream.reads())
        for name in (*stream.terms, *stream.tables, *(line.name for line in stream.lines)):
            yield from (name, f"{stream.name}.{name}")
        yield from (f"{stream.name}.{result}" for result in stream.model.results)
