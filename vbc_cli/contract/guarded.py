"""Lines held against what may be missing and what may be 0, when a model or an amendment is read."""

from __future__ import annotations

from collections.abc import Iterable

from vbc_cli.contract.model import Check, Model
from vbc_cli.contract.shapes import Complaints
from vbc_cli.formula.guards import needed_lines, unguarded
from vbc_cli.formula.known import Bounds, Inputs
from vbc_cli.formula.numbers import ZERO
from vbc_cli.formula.program import Line, uses_of
from vbc_cli.formula.tree import Call, Name


def needed_of(model: Model, lines: Iterable[Line]) -> frozenset[str]:
    """Return the lines that money hangs on: those behind the results, the checks and the luck."""
    named = [*model.results.values(), *model.luck.values(), *model.totals.values()]
    for check in model.checks:
        named.extend(uses_of(check.that))
    return needed_lines(lines, named)


def refuse_unguarded(model: Model, lines: tuple[Line, ...], complaints: Complaints, place: int = 0) -> None:
    """Complain of every line that may have no value and does not say so; `place` is that of an amendment."""
    for line, fault in unguarded(lines, needed_of(model, lines), inputs_of(model)):
        own = line.source[0] == complaints.file
        complaints.add(line.source[1] if own else place, f"line '{line.name}': {fault.what}", fault.repair)


def inputs_of(model: Model) -> Inputs:
    """Return what a model declares of its terms, facts and tables."""
    optional = {name for name, term in model.terms.items() if term.may_be_none and term.by is None}
    optional |= {f"{term.by}.{name}" for name, term in model.terms.items() if term.may_be_none and term.by}
    optional |= {name for name, fact in model.facts.items() if fact.optional}
    codes = {name: term.one_of for name, term in model.terms.items() if term.one_of}
    filled = set()
    for name, table in model.tables.items():
        optional |= {f"{name}.{column}" for column in table.shape.optional}
        codes |= {f"{name}.{column}": words for column, words in table.codes.items()}
        if table.source == "terms" and not table.may_be_none:
            filled.add(name)
    whole = (check for check in model.checks if not check.of)
    agreed = tuple(check.that for check in whole if reads_only_inputs(check, model.lines))
    return Inputs(frozenset(optional), frozenset(filled), _bounds(model), codes, agreed)


def reads_only_inputs(check: Check, lines: Iterable[Line]) -> bool:
    """Say whether a check reads no line, so that it is held before any line is calculated."""
    return {line.name for line in lines}.isdisjoint(uses_of(check.that))


def _bounds(model: Model) -> dict[str, Bounds]:
    """Return the declared bounds; a term that is rounded to is above 0, which contracts are held to."""
    found = {name: Bounds(above=ZERO) for name in rounded_to(model.lines) if name in model.terms}
    stated = {name: term.bounds for name, term in model.terms.items()}
    stated |= {name: fact.bounds for name, fact in model.facts.items()}
    for name, table in model.tables.items():
        stated |= {f"{name}.{column}": bounds for column, bounds in table.bounds.items()}
    for name, each in stated.items():
        if each:
            found[name] = Bounds(each.at_least, each.above, each.at_most, each.below)
    return found


def rounded_to(lines: Iterable[Line]) -> frozenset[str]:
    """Return the names that some lines round to a multiple of."""
    calls = (node for line in lines for node in line.nodes if isinstance(node, Call))
    units = (call.arguments[1] for call in calls if call.function.startswith("round_"))
    return frozenset(unit.name for unit in units if isinstance(unit, Name))
