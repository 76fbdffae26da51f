"""Formulas in words: with their names, and with the numbers put in.

A formula is printed from its parsed parts, so the text beside a number is the calculation that was
done and not a description of it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from vbc_cli.formula.functions import FUNCTIONS, OPERATORS, Shape
from vbc_cli.formula.numbers import canonical
from vbc_cli.formula.tree import Call, Choose, Code, Column, Compare, Logic, Lookup, Name, Node, Number

Leaf = Callable[[Name | Column | Lookup], str | None]
"""Gives the text that stands for a name or column; None keeps the name itself."""

_BINDING = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "negative": 7}
_TIGHTEST = 9


def in_words(node: Node, leaf: Leaf = lambda _: None) -> str:
    """Return a formula as text; `leaf` may put a number in the place of each name."""
    return _words(node, leaf)[0]


def _words(node: Node, leaf: Leaf) -> tuple[str, int]:
    """Return the text and how tightly it binds, so that brackets stand only where they are needed."""
    match node:
        case Number(value):
            return canonical(value), _TIGHTEST
        case Code(text):
            return f"'{text}'", _TIGHTEST
        case Name(name):
            return leaf(node) or name, _TIGHTEST
        case Column(table, column):
            return leaf(node) or f"{table}.{column}", _TIGHTEST
        case Lookup(table, keys, column):
            inside = ", ".join(in_words(key, leaf) for key in keys)
            return leaf(node) or f"{table}[{inside}].{column}", _TIGHTEST
        case Compare(operators, operands):
            first, *rest = (_bracketed(operand, leaf, _BINDING["+"]) for operand in operands)
            links = "".join(f" {symbol} {text}" for symbol, text in zip(operators, rest, strict=True))
            return first + links, _BINDING["compare"]
        case Logic(operator, operands):
            binding = _BINDING[operator]
            return f" {operator} ".join(_bracketed(each, leaf, binding + 1) for each in operands), binding
        case Choose(condition, then, otherwise):
            parts = (_bracketed(then, leaf, 1), _bracketed(condition, leaf, 1), in_words(otherwise, leaf))
            return "{} if {} else {}".format(*parts), 0
        case Call():
            return _call(node, leaf)


def _call(call: Call, leaf: Leaf) -> tuple[str, int]:
    entry = FUNCTIONS[call.function]
    if call.function in OPERATORS:
        binding = _BINDING[call.function]
        sides = [binding, binding + 1][: len(call.arguments)]
        texts = [_bracketed(part, leaf, side) for part, side in zip(call.arguments, sides, strict=True)]
        return entry.words(*texts), binding
    if entry.shape is Shape.PRESENCE:
        return entry.words(in_words(call.arguments[0])), _BINDING["compare"]
    called = entry.words(*["x"] * len(call.arguments)).startswith(f"{call.function}(")
    needs = 1 if called else _TIGHTEST
    text = entry.words(*(_bracketed(argument, leaf, needs) for argument in call.arguments))
    if call.where is not None:
        text += f" where {in_words(call.where, leaf)}"
    if call.by is not None:
        text += f" with the same {in_words(call.by)}"
    return text, _TIGHTEST if called and call.where is None and call.by is None else 0


def _bracketed(node: Node, leaf: Leaf, needs: int) -> str:
    text, binding = _words(node, leaf)
    return f"({text})" if binding < needs else text


def grouped(number: Decimal, least: int = 0, most: int | None = None) -> str:
    """Return a number for people to read: its exact digits, with thousands separated.

    It has at least `least` decimals; a fraction longer than `most` is cut, and the cut shown as `…`.
    """
    whole, point, part = canonical(number).partition(".")
    if most is not None and len(part) > most:
        part = part[:most] + "…"
    if len(part) < least:
        point, part = ".", part.ljust(least, "0")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{point}{part}"
