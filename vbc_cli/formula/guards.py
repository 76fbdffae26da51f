"""Lines that may have no value: found when a model is read, like units.

A line that a result hangs on asks before it reads what may be missing, and says what happens where it
divides by what may be 0. A line that only informs may lack its value: it prints a dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vbc_cli.formula.known import Inputs
from vbc_cli.formula.needs import DIVISOR, PRESENT, ROWS, UNIT, WEIGHTS, Need, Needs
from vbc_cli.formula.parse import FormulaFault
from vbc_cli.formula.program import Line
from vbc_cli.formula.proof import Statement
from vbc_cli.formula.tree import Call, Node, Number
from vbc_cli.formula.words import in_words


def needed_lines(lines: Iterable[Line], results: Iterable[str]) -> frozenset[str]:
    """Return the lines that some results hang on; a result that is a table hangs on all its columns."""
    by_name = {line.name: line for line in lines}
    columns: dict[str, list[str]] = {}
    for name, line in by_name.items():
        if line.table is not None:
            columns.setdefault(line.table, []).append(name)
    waiting, found = list(results), set[str]()
    while waiting:
        name = waiting.pop()
        waiting.extend(columns.get(name, ()) if name not in by_name else ())
        if name in by_name and name not in found:
            found.add(name)
            waiting.extend(by_name[name].uses)
    return frozenset(found)


def unguarded(
    lines: Iterable[Line], needed: frozenset[str], inputs: Inputs
) -> Iterator[tuple[Line, FormulaFault]]:
    """Yield each line that a result hangs on and that may have no value, with what it lacks."""
    lines = [line for line in lines if line.name in needed]
    known = Needs(lines, inputs)
    for line in lines:
        fault = _first_fault(line, known)
        if fault is not None:
            yield line, fault


def _first_fault(line: Line, known: Needs) -> FormulaFault | None:
    for need in _needs(line, known):
        if not known.proofs.follows(need.goal, need.known):
            return _fault(need, known, is_line=_is_line(need, known))
    return None


def _needs(line: Line, known: Needs) -> Iterator[Need]:
    """Yield what a line needs, in the order of its evaluation."""
    before: tuple[Statement, ...] = ()
    rows = {} if line.table is None else {line.table: line.table}
    if line.when is not None:
        when = known.placed(line.when, rows)
        yield from known.needs(when, ())
        before = (known.true(when),)
    for case in line.cases:
        inside = before
        if case.condition is not None:
            condition = known.placed(case.condition, rows)
            yield from known.needs(condition, before)
            inside = (*before, known.true(condition))
            before = (*before, -known.true(condition))
        yield from known.needs(known.placed(case.formula, rows), inside)


def _is_line(need: Need, known: Needs) -> bool:
    return in_words(known.as_written(need.node)) in known.lines


def _fault(need: Need, known: Needs, is_line: bool) -> FormulaFault:
    """Say what a line lacks and how to repair it."""
    written = known.as_written(need.node)
    match need.kind:
        case kind if kind == PRESENT:
            name = in_words(written)
            why = "a line that does not always apply" if is_line else "which may be missing"
            return FormulaFault(
                f"it reads {name}, {why}", f"Ask is_present({name}) first, or say when: the line applies."
            )
        case kind if kind == DIVISOR:
            return _of_divisor("divides by", written)
        case kind if kind == UNIT:
            return _of_unit(written)
        case kind if kind == WEIGHTS:
            assert isinstance(written, Call)
            return FormulaFault(
                f"the weights {in_words(written.arguments[0])} may add up to 0",
                f"Say what happens where {_written(written)} is 0.",
            )
        case kind if kind == ROWS:
            assert isinstance(written, Call)
            return _of_rows(written)
    raise AssertionError(need.kind)


def _of_divisor(doing: str, divisor: Node) -> FormulaFault:
    shown = _written(divisor)
    if isinstance(divisor, Number):
        return FormulaFault(f"it {doing} 0", "Correct the formula.")
    return FormulaFault(
        f"it {doing} {shown}, which may be 0",
        f"Say what happens where {shown} is 0, or when: {shown} > 0.",
    )


def _of_unit(unit: Node) -> FormulaFault:
    shown = _written(unit)
    return FormulaFault(
        f"it rounds to {shown}, which may be 0", f"Say what happens where {shown} is 0, or check {shown} > 0."
    )


def _of_rows(call: Call) -> FormulaFault:
    table = _written(call)
    return FormulaFault(
        f"{table} may have no row to take it from", "Ask first whether there is one: count(...) > 0."
    )


def _written(node: Node) -> str:
    return in_words(node)
