"""From the source text of a formula to its parts.

The text is first cut into words by a short list of what a formula may contain, and its length is
capped; only then does Python's own parser see it, and of what that returns only the listed shapes
are taken. Numbers keep their source text: they never pass through a float. A contract from a
counterparty is untrusted input, so anything else is refused with its place.
"""

from __future__ import annotations

import ast
import keyword
import re
from decimal import Decimal

from vbc_cli.formula.numbers import NotANumber, read_number
from vbc_cli.formula.tree import (
    PORTFOLIO,
    Call,
    Choose,
    Code,
    Column,
    Compare,
    Logic,
    Lookup,
    Name,
    Node,
    Number,
)

MAX_CHARACTERS = 2_000
MAX_WORDS = 400
MAX_DEPTH = 100

_WORD = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>[0-9][0-9_]*(?:\.[0-9_]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<code>'[ -&(-[\]-~]*')"
    r"|(?P<operator><=|>=|==|!=|[-+*/<>()\[\],.=])"
)
_ALLOWED_KEYWORDS = {"and", "or", "not", "if", "else"}
_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_HELP = (
    "A formula has names, numbers, 'codes', + - * /, comparisons, and, or, not, a if c else b, and functions."
)


class FormulaFault(Exception):
    """What is wrong with a formula, and how to repair it."""

    def __init__(self, what: str, repair: str = _HELP) -> None:
        super().__init__(what)
        self.what = what
        self.repair = repair


def parse(text: str) -> Node:
    """Return the parts of a formula.

    Raises `FormulaFault` for everything that is not in the language, without evaluating anything.
    """
    numbers = _check_words(text)
    try:
        tree = ast.parse(re.sub(r"[\t\r\n]", " ", text).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _not_a_formula(text, error) from None
    return _Converter(text, numbers).convert(tree.body, 0)


def _check_words(text: str) -> dict[int, Decimal]:
    """Cut the text into words; return each number by its place, or refuse what has no place here."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaFault(
            f"a formula of {len(text):,} characters", f"Split it into lines of at most {MAX_CHARACTERS:,}."
        )
    numbers: dict[int, Decimal] = {}
    before: re.Match[str] | None = None
    place, words = 0, 0
    while place < len(text):
        word = _WORD.match(text, place)
        if word is None:
            raise FormulaFault(f"{_quote(text[place])} at character {place + 1} of {_quote(text)}")
        kind = word.lastgroup or ""
        if kind != "space":
            _check_neighbours(before, word, text)
            if kind == "number":
                numbers[place] = _read_literal(word[0])
            words += 1
            before = word
        place = word.end()
    if words == 0:
        raise FormulaFault("an empty formula")
    if words > MAX_WORDS:
        raise FormulaFault(
            f"a formula of {words:,} words", f"Split it into lines of at most {MAX_WORDS} words."
        )
    return numbers


def _check_neighbours(before: re.Match[str] | None, word: re.Match[str], text: str) -> None:
    """Refuse Python's other keywords, and two operands side by side (`3if`, `'a' 'b'`)."""
    if word.lastgroup == "name" and keyword.iskeyword(word[0]) and word[0] not in _ALLOWED_KEYWORDS:
        raise FormulaFault(f"{_quote(word[0])} in {_quote(text)}")
    if before is None:
        return
    apart = before.end() < word.start()
    exponent = word.lastgroup == "name" and word[0] not in _ALLOWED_KEYWORDS
    if not apart and before.lastgroup == "number" and exponent:
        _read_literal(before[0] + word[0])
    if {before[0], before.lastgroup, word[0], word.lastgroup} >= {".", "number"}:
        raise FormulaFault(
            f"{_quote(before[0])} and {_quote(word[0])} in {_quote(text)}",
            "Write a number with digits before and after its point, such as 0.5.",
        )
    if "operator" in (before.lastgroup, word.lastgroup):
        return
    if not (apart and (before[0] in _ALLOWED_KEYWORDS or word[0] in _ALLOWED_KEYWORDS)):
        raise FormulaFault(
            f"{_quote(before[0])} and {_quote(word[0])} side by side in {_quote(text)}",
            "Put an operator or a space between them.",
        )


def _read_literal(text: str) -> Decimal:
    try:
        return read_number(text)
    except NotANumber as error:
        raise FormulaFault(f"the number {_quote(text)}", error.repair) from None


def _not_a_formula(text: str, error: Exception) -> FormulaFault:
    """Say where Python's parser stopped, without its vocabulary."""
    if isinstance(error, SyntaxError) and error.offset:
        start = max(0, min(error.offset - 1, len(text) - 1))
        return FormulaFault(
            f"the formula {_quote(text)} does not read on at {_quote(text[start : start + 20])}"
        )
    return FormulaFault(f"the formula {_quote(text)} cannot be read")


def _quote(text: str) -> str:
    """Quote the author's own words, in ASCII and cut where they are long."""
    shown = text if len(text) <= 60 else text[:57] + "..."
    return repr(shown) if shown.isascii() else ascii(shown)


class _Converter:
    """Takes the listed shapes of Python's syntax tree and refuses all others."""

    def __init__(self, text: str, numbers: dict[int, Decimal]) -> None:
        self.text = text
        self.numbers = numbers
        self.offset = len(text) - len(text.lstrip())

    def source(self, node: ast.expr) -> str:
        """Return the author's own words for a part."""
        return _quote(self.text[self.offset + node.col_offset : self.offset + (node.end_col_offset or 0)])

    def convert(self, node: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise FormulaFault(f"a formula nested deeper than {MAX_DEPTH}", "Split it into several lines.")
        match node:
            case ast.Constant(value=str(text)):
                return Code(text)
            case ast.Constant(value=int() | float()):
                return Number(self.numbers[node.col_offset + self.offset])
            case ast.Name(id=name):
                return Name(name)
            case ast.BinOp():
                return self._arithmetic(node, depth + 1)
            case ast.UnaryOp():
                return self._sign(node, depth + 1)
            case ast.BoolOp(op=operator, values=values):
                word = "and" if isinstance(operator, ast.And) else "or"
                return Logic(word, tuple(self.convert(value, depth + 1) for value in values))
            case ast.Compare():
                return self._comparison(node, depth + 1)
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return Choose(*(self.convert(part, depth + 1) for part in (test, then, otherwise)))
            case ast.Attribute():
                return self._column(node, depth + 1)
            case ast.Call():
                return self._call(node, depth + 1)
        raise FormulaFault(f"{self.source(node)} is not in the formula language")

    def _arithmetic(self, node: ast.BinOp, depth: int) -> Node:
        operator = _BINARY.get(type(node.op))
        if operator is None:
            raise FormulaFault("an operator other than + - * /")
        return Call(operator, (self.convert(node.left, depth), self.convert(node.right, depth)))

    def _sign(self, node: ast.UnaryOp, depth: int) -> Node:
        names: dict[type[ast.unaryop], str] = {ast.USub: "negative", ast.Not: "not"}
        name = names.get(type(node.op))
        if name is None:
            raise FormulaFault("a sign other than -")
        return Call(name, (self.convert(node.operand, depth),))

    def _comparison(self, node: ast.Compare, depth: int) -> Node:
        operators = tuple(_COMPARISONS.get(type(operator), "") for operator in node.ops)
        if "" in operators:
            raise FormulaFault("a comparison other than < <= > >= == !=")
        operands = tuple(self.convert(operand, depth) for operand in (node.left, *node.comparators))
        return Compare(operators, operands)

    def _column(self, node: ast.Attribute, depth: int) -> Node:
        match node.value:
            case ast.Name(id=table):
                return Column(table, node.attr)
            case ast.Attribute(value=ast.Name(id="portfolio"), attr=table):
                return Column(PORTFOLIO, f"{table}.{node.attr}")
            case ast.Subscript(value=ast.Name(id=table), slice=keys):
                parts = keys.elts if isinstance(keys, ast.Tuple) else [keys]
                if not parts:
                    raise FormulaFault(f"{table}[] without a key", f"Write {table}[key].{node.attr}.")
                return Lookup(table, tuple(self.convert(part, depth) for part in parts), node.attr)
        raise FormulaFault(f"{self.source(node)} is not a column", "Write table.column or table[key].column.")

    def _call(self, node: ast.Call, depth: int) -> Node:
        if not isinstance(node.func, ast.Name):
            raise FormulaFault(f"{self.source(node.func)} is not a function")
        options: dict[str, Node] = {}
        for option in node.keywords:
            name = option.arg or "**"
            if name not in ("where", "by") or name in options:
                raise FormulaFault(
                    f"the option {_quote(name)} of {node.func.id}", "Only where= and by= are known."
                )
            options[name] = self.convert(option.value, depth)
        arguments = tuple(self.convert(argument, depth) for argument in node.args)
        return Call(node.func.id, arguments, options.get("where"), options.get("by"))
