"""Why a line came out as it did, in one sentence for the account under a comparison.

The numbers are brief and the names are words; everything else is what the trail of the evaluation says,
so a sentence cannot say anything else than what was calculated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from vbc_cli.formula.compiled import Decision
from vbc_cli.formula.numbers import EXACT
from vbc_cli.formula.program import Line
from vbc_cli.formula.tree import Call, Choose, Column, Lookup, Name, Node
from vbc_cli.formula.words import in_words
from vbc_cli.report.numbers import brief_number
from vbc_cli.report.worksheet import taken
from vbc_cli.settlement import Worksheet

_PLAIN = (("is not ", "!= "), ("", "== "), ("at least ", ">= "), ("at most ", "<= "))


def reason(sheet: Worksheet, name: str) -> str:
    """Return a line's value and why it is so; empty where there is nothing to say beyond the value."""
    line = next(each for each in sheet.stream.lines if each.name == name)
    value = sheet.value(name)
    nothing = value is None or (isinstance(value, Decimal) and not value)
    why = "" if nothing else next(filter(None, _whys(sheet, line)), "")
    link = " " if why.startswith("=") else ", "
    return f"{plain(name)}: {brief_number(value, line.unit)}{link}{why}" if why else ""


def plain(text: str) -> str:
    """Return names and formulas as words: `earned_by == 'composite'` is `earned by composite`."""
    text = re.sub(r"(\w+) is given and \1\b", r"\1", text)  # asked for before it is read
    for words, symbol in _PLAIN:
        text = text.replace(symbol, words)
    return text.replace("_", " ").replace("'", "").strip("()")


def _whys(sheet: Worksheet, line: Line) -> Iterator[str]:
    """Yield what decided a line, nearest to its value first; last how it was calculated."""
    formula = taken(sheet, line).formula
    for decision in reversed(sheet.decisions().get(line.name, [])):
        why = _decided(sheet, line, decision)
        if why:
            yield why
    yield _calculated(sheet, formula)


def _calculated(sheet: Worksheet, formula: Node) -> str:
    """Return a formula with its numbers and without its rounding; columns keep their names."""
    if isinstance(formula, Call) and formula.function.startswith("round_"):
        formula = formula.arguments[0]
    numbers = in_words(formula, lambda node: _number(sheet, node))
    if isinstance(formula, Choose | Name) or numbers == in_words(formula):
        return ""
    return "= " + re.sub(r"\b[a-z_]+\.([a-z_]+)", r"\1", numbers).replace("_", " ")


def _decided(sheet: Worksheet, line: Line, decision: Decision) -> str:
    mark, choice = decision.mark, decision.choice
    if mark.kind == "cases":
        case = line.cases[choice]
        if case.condition is None:
            return _named(case.formula)
        return "" if _asks_whether_given(case.condition) else f"as {plain(in_words(case.condition))}"
    match mark.node:
        case Choose(_, then, otherwise):
            return _named(then if choice == 0 else otherwise)
        case Call("reaches", (value, threshold, _)):
            return _held_against(sheet, value, threshold)
        case Call("min" | "max" as function, arguments):
            return _lowest_or_highest(sheet, function, arguments, choice)
        case Call("clamp") if choice:
            return "held at its lower limit" if choice == 1 else "held at its upper limit"
    return ""


def _asks_whether_given(condition: Node) -> bool:
    """Say whether a condition only asks what was agreed or measured, which explains no amount."""
    return isinstance(condition, Call) and condition.function in ("is_present", "is_missing")


def _lowest_or_highest(sheet: Worksheet, function: str, arguments: Sequence[Node], choice: int) -> str:
    """Say which of several amounts was taken, and which others nearly were."""
    taken_one = arguments[choice]
    if not isinstance(taken_one, Name):
        return ""
    others = [
        f"{plain(node.name)} {_number(sheet, node)}"
        for node in arguments
        if isinstance(node, Name) and node is not taken_one and _number(sheet, node)
    ]
    side = "below" if function == "min" else "above"
    return f"the {plain(taken_one.name)}" + (f", {side} {', '.join(others)}" if others else "")


def _named(node: Node) -> str:
    """Return what a value is, where it is one thing with a name."""
    return f"the {plain(node.name)}" if isinstance(node, Name) else ""


def _held_against(sheet: Worksheet, value: Node, threshold: Node) -> str:
    """Say both numbers of a gate and the distance between them."""
    shown = [
        f"{plain(in_words(node))} {in_words(node, lambda at: _number(sheet, at))}"
        for node in (value, threshold)
    ]
    match value, threshold:
        case Name(one), Name(other):
            found, wanted = _value(sheet, one), _value(sheet, other)
            if isinstance(found, Decimal) and isinstance(wanted, Decimal):
                apart = EXACT.subtract(found, wanted)
                side = "above" if apart >= 0 else "short"
                return (
                    f"{' against '.join(shown)}, {brief_number(EXACT.abs(apart), _unit(sheet, one))} {side}"
                )
    return " against ".join(shown)


def _number(sheet: Worksheet, node: Name | Column | Lookup) -> str | None:
    if not isinstance(node, Name):
        return None
    value = _value(sheet, node.name)
    return None if value is None else brief_number(value, _unit(sheet, node.name))


def _value(sheet: Worksheet, name: str) -> Any:
    return sheet.run.values[name] if name in sheet.run.values else sheet.inputs.get(name)


def _unit(sheet: Worksheet, name: str) -> str:
    """Return the unit of a term, fact or line."""
    model = sheet.stream.model
    units = {term.name: term.unit for term in model.terms.values()}
    units |= {fact.name: fact.unit for fact in model.facts.values()}
    units |= {line.name: line.unit for line in sheet.stream.lines}
    return units.get(name, "")
