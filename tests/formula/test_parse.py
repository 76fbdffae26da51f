"""A formula is read exactly as written, and nothing but a formula is read.

A contract may come from the other party, so every text either becomes the parts of a formula or is
refused at once, with its place and a repair, and with nothing on standard error.
"""

import warnings
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.work import calls_made
from vbc_cli.formula.check import unit_of_line
from vbc_cli.formula.parse import FormulaFault, parse
from vbc_cli.formula.program import Case, Declarations, Line, TableShape
from vbc_cli.formula.tree import Call, Choose, Code, Column, Compare, Logic, Lookup, Name, Number

A, B, C = Name("a"), Name("b"), Name("c")
DECLARED = Declarations({"x": "usd", "y": "usd"}, {"t": TableShape({"k": "code", "v": "usd"}, ("k",))})


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a - b - c", Call("-", (Call("-", (A, B)), C))),
        ("a - b * c", Call("-", (A, Call("*", (B, C))))),
        ("-a * b", Call("*", (Call("negative", (A,)), B))),
        ("0 < a <= b", Compare(("<", "<="), (Number(Decimal(0)), A, B))),
        ("not a and b or c", Logic("or", (Logic("and", (Call("not", (A,)), B)), C))),
        ("a if b else c", Choose(B, A, C)),
        ("t.v", Column("t", "v")),
        ("t['EN'].v", Lookup("t", (Code("EN"),), "v")),
        ("t[a, b].v", Lookup("t", (A, B), "v")),
        ("sum(t.v, where=t.k == 'EN')", None),
        ("a\n  + b\r\n\t- c  ", Call("-", (Call("+", (A, B)), C))),
        ("  \n 7 * a", Call("*", (Number(Decimal(7)), A))),
    ],
)
def test_a_formula_becomes_its_parts(text, tree):
    if tree is None:
        where = Compare(("==",), (Column("t", "k"), Code("EN")))
        tree = Call("sum", (Column("t", "v"),), where)
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("1_000", Decimal(1000)),
        ("1_234_567.89", Decimal("1234567.89")),
        ("0", Decimal(0)),
        ("9007199254740993", Decimal(9007199254740993)),  # no float holds it
        ("0.30000000000000000004", Decimal("0.30000000000000000004")),
    ],
)
def test_a_literal_is_exactly_what_was_written(text, value):
    number = parse(text)
    assert isinstance(number, Number)
    assert (number.value, type(number.value)) == (value, Decimal)
    assert str(parse(f"a + {text}").arguments[1].value) == str(value)


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("012", "Write it without leading zeros: 12"),
        ("12:30", None),
        ("1e5", "Write the digits out, without an exponent."),
        (".5", "Write a number with digits before and after its point, such as 0.5."),
        ("a + .5", "Write a number with digits before and after its point, such as 0.5."),
        ("1.", "Write a number with digits before and after its point, such as 0.5."),
        ("1.or a", "Write a number with digits before and after its point, such as 0.5."),
        ("0x10", None),
        ("1j", None),
        ("1__0", None),
        ("1_00", None),
        ("0_100", None),
        ("1_000_", None),
        ("50%", None),
        ("1,000 * x", None),
        ("1" * 31, "Write at most 30 digits."),
    ],
)
def test_a_number_that_some_reader_takes_for_another_is_refused(text, repair):
    with pytest.raises(FormulaFault) as fault:
        parse(text)
    assert fault.value.repair
    if repair:
        assert fault.value.repair == repair


HOSTILE = {
    "a class of a tuple": "().__class__",
    "a class of a name": "x.__class__",
    "a chain of attributes": "x.__class__.__base__.__subclasses__",
    "a method of a text": "'a'.upper",
    "a call of a method": "x.sqrt()",
    "a call of a call": "max(x, y)(x)",
    "a dunder name": "__import__",
    "a dunder call": "__import__('os')",
    "a builtin": "open('contract.yaml')",
    "a huge literal": "9" * 1_900,
    "a huge power": "9**9**9**9",
    "a shift": "1<<100000",
    "a hundred thousand nots": "not " * 100_000 + "x",
    "four hundred nots": "not " * 399 + "x",
    "four hundred signs in a tuple": "(" + "-" * 390 + "x,)",
    "deep brackets": "(" * 1_000 + "x" + ")" * 1_000,
    "open brackets": "(" * 400,
    "deep lists": "[" * 190 + "]" * 190,
    "deep calls": "abs(" * 130 + "x" + ")" * 130,
    "ten thousand terms": "+".join(["x"] * 10_000),
    "four hundred words": "+".join(["x"] * 201),
    "adjacent strings": "'a' 'b'",
    "adjacent names": "x y",
    "a number against a word": "3if x else y",
    "a word against a number": "x if y else3",
    "a walrus": "(z := x)",
    "an assignment": "x = y",
    "a lambda": "(lambda: x)()",
    "a formatted string": "f'{x}'",
    "a byte string": "b'x'",
    "a raw string": "r'x'",
    "double quotes": '"x"',
    "an escape": "'\\x41'",
    "three quotes": "'''x'''",
    "a Cyrillic letter": "\u0445",
    "a full-width letter": "\uff58",
    "full-width brackets": "max\uff08x\uff0cy\uff09",
    "an Arabic digit": "\u0661",
    "a minus sign": "x \u2212 y",
    "a no-break space": "x\u00a0+ y",
    "a letter in a code": "t['\u0445'].v",
    "NUL": "x\0",
    "a form feed": "x\x0c+ y",
    "a comment": "x # y",
    "two lines": "x; y",
    "a continued line": "x \\\n + y",
    "a keyword of Python": "await x",
    "a constant of Python": "None",
    "a comprehension": "[x for x in y]",
    "membership": "x in y",
    "identity": "x is y",
    "a slice": "t[1:2].v",
    "an empty key": "t[].v",
    "an empty tuple as a key": "t[()].v",
    "a starred argument": "max(*x)",
    "starred options": "max(**x)",
    "an unknown option": "sum(t.v, key=x)",
    "where twice": "sum(t.v, where=x, where=x)",
    "an argument named twice": "sum(t.v, where=x, v=x)",
    "floor division": "x // y",
    "remainder": "x % y",
    "a matrix product": "x @ y",
    "a plus sign": "+x",
    "an ellipsis": "...",
    "nothing": "",
    "space": " \n ",
    "an unfinished formula": "x +",
    "an unfinished code": "'x",
}


def fault_of(text: str) -> FormulaFault:
    """Return what is said of the formula *text* when it is read and checked."""
    with pytest.raises(FormulaFault) as fault:
        unit_of_line(Line("line", (Case(None, parse(text)),)), DECLARED)
    return fault.value


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_formula_is_refused_at_once_and_in_silence(text, capfd):
    refused = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert calls_made(lambda: refused.append(fault_of(text))) < 10_000
    (fault,) = refused
    assert len(fault.what) < 300
    assert fault.what.isascii() and fault.what.isprintable()
    assert fault.repair
    assert capfd.readouterr() == ("", "")


LANGUAGE = """x y t t.v t[ ]. ] [ ( ) , . = == != < <= > >= + - * / ** // and or not if else 'EN' ' where=
sum( max( is_present( 0 1 12 012 1_000 0.5 .5 1. 1e5 0x1 1j _ __class__ lambda in is None f' \\ : ; @"""
WORDS = st.sampled_from([*LANGUAGE.split(), " ", "\n"])


@settings(max_examples=600, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(WORDS, max_size=30).map(" ".join),
        st.lists(WORDS, max_size=30).map("".join),
    )
)
def test_any_text_is_a_formula_or_is_refused(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            unit_of_line(Line("line", (Case(None, parse(text)),)), DECLARED)
        except FormulaFault as fault:
            assert fault.what and fault.repair


def test_a_long_formula_within_the_caps_is_read():
    tree = parse(" + ".join(["x"] * 100))
    assert unit_of_line(Line("line", (Case(None, tree),)), DECLARED) == "usd"
    assert parse("(" * 199 + "x" + ")" * 199) == Name("x")


def test_a_fault_quotes_the_authors_own_words():
    with pytest.raises(FormulaFault) as fault:
        parse("savings * (rate.of.pay)")
    assert fault.value.what == "'rate.of.pay' is not a column"
    with pytest.raises(FormulaFault) as fault:
        parse("savings % 2")
    assert fault.value.what == "'%' at character 9 of 'savings % 2'"
