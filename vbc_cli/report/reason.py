"""Why a line came out as it did, in one sentence for the account under a comparison.

The numbers are brief and the names are words; everything else is what the trail of the evaluation says,
so a sentence cannot say anything else than what was calculated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    why = "" if value is None else next(_whys(sheet, line), "")
    return f"{plain(name)}: {brief_number(value, line.unit)}, {why}" if why else ""


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
    numbers = in_words(formula, lambda node: _number(sheet, node))
    if numbers != in_words(formula):
        yield f"= {numbers}"


def _decided(sheet: Worksheet, line: Line, decision: Decision) -> str:
    mark, choice = decision.mark, decision.choice
    if mark.kind == "cases":
        case = line.cases[choice]
        return f"as {plain(in_words(case.condition))}" if case.condition else _named(sheet, case.formula)
    match mark.node:
        case Choose(_, then, otherwise):
            return _named(sheet, then if choice == 0 else otherwise)
        case Call("reaches", (value, threshold, _)):
            return _held_against(sheet, value, threshold)
        case Call("min" | "max" as function, arguments):
            extreme = "lowest" if function == "min" else "highest"
            return f"{plain(in_words(arguments[choice]))} is the {extreme}"
        case Call("clamp") if choice:
            return "held at its lower limit" if choice == 1 else "held at its upper limit"
    return ""


def _named(sheet: Worksheet, node: Node) -> str:
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
