"""A formula in words says what is calculated: read back, it is the same formula."""

from decimal import Decimal
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vbc_cli.formula.parse import parse
from vbc_cli.formula.tree import Call, Choose, Code, Column, Compare, Logic, Lookup, Name, Node, Number
from vbc_cli.formula.words import grouped, in_words

LEAVES = st.sampled_from(
    (
        Name("savings"),
        Name("rate"),
        Number(Decimal("0.5")),
        Number(Decimal(1_500_000)),
        Code("EN"),
        Column("tracks", "share"),
        Lookup("tracks", (Code("EN"),), "share"),
        Lookup("fees", (Name("track"), Call("+", (Name("year"), Number(Decimal(1))))), "fee"),
    )
)


@cache
def formulas(depth: int) -> st.SearchStrategy[Node]:
    if depth == 0:
        return LEAVES
    less = formulas(depth - 1)
    return st.one_of(
        LEAVES,
        st.builds(Call, st.sampled_from("+-*/"), st.tuples(less, less)),
        st.builds(Call, st.sampled_from(("negative", "not")), st.tuples(less)),
        st.builds(Logic, st.sampled_from(("and", "or")), st.lists(less, min_size=2, max_size=3).map(tuple)),
        st.builds(Choose, less, less, less),
        st.builds(
            lambda operators, operands: Compare(tuple(operators), tuple(operands[: len(operators) + 1])),
            st.lists(st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), min_size=1, max_size=2),
            st.lists(less, min_size=3, max_size=3),
        ),
        st.builds(lambda key: Lookup("tracks", (key,), "share"), less),
    )


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(formulas(4))
def test_a_formula_of_operators_in_words_reads_back_as_itself(tree):
    text = in_words(tree)
    if len(text) <= 2_000 and len(text.split()) <= 150:
        assert parse(text) == tree


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("(a + b) * c", "(a + b) * c"),
        ("a + (b * c)", "a + b * c"),
        ("a - (b - c)", "a - (b - c)"),
        ("a + (b - c)", "a + (b - c)"),  # rounded in another order than a + b - c
        ("a / (b * c)", "a / (b * c)"),
        ("(-a) * b", "-a * b"),
        ("-(a * b)", "-(a * b)"),
        ("not (a and b)", "not (a and b)"),
        ("(a or b) and c", "(a or b) and c"),
        ("a if (b if c else d) else e", "a if (b if c else d) else e"),
        ("(a if b else c) + 1", "(a if b else c) + 1"),
        ("max(a + b, 0)", "max(a + b, 0)"),
        ("min(a, b) * 2", "min(a, b) * 2"),
        ("clamp(a - b, low, high)", "(a - b) held between low and high"),
        ("clamp(a, low, high) * 2", "(a held between low and high) * 2"),
        ("round_half_up(a * b, 0.01)", "(a * b) rounded half up to 0.01"),
        ("sum(t.v, where=t.open and not t.late)", "the sum of t.v where t.open and not t.late"),
        ("sum(t.v) / count(t.open)", "(the sum of t.v) / (the number of rows with t.open)"),
        ("tracks[track].share", "tracks[track].share"),
        ("1_000.50 * a", "1000.5 * a"),
        ("a == 'EN'", "a == 'EN'"),
    ],
)
def test_a_formula_in_words(formula, words):
    assert in_words(parse(formula)) == words


def test_numbers_stand_in_the_place_of_names():
    numbers = {Name("benchmark"): "1,000,000", Name("expenditure"): "940,000"}
    assert in_words(parse("benchmark - expenditure - other"), numbers.get) == "1,000,000 - 940,000 - other"
    found = in_words(
        parse("tracks[track].share * 2"), {Lookup("tracks", (Name("track"),), "share"): "0.5"}.get
    )
    assert found == "0.5 * 2"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1234567.5", "1,234,567.5"),
        ("-1234", "-1,234"),
        ("-0.5", "-0.5"),
        ("0.000001", "0.000001"),
        ("1E+6", "1,000,000"),
        ("999", "999"),
        ("-0", "0"),
        ("12345678901234567890.10", "12,345,678,901,234,567,890.1"),
    ],
)
def test_a_number_for_people_keeps_every_digit(number, text):
    assert grouped(Decimal(number)) == text
