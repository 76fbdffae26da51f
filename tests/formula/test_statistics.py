"""Statistics over the rows of a portfolio: worked by hand, in exact numbers, in intervals and in words."""

import statistics as by_python
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbc_cli.formula.bounds import INTERVAL_BACKEND, certain
from vbc_cli.formula.check import unit_of_line
from vbc_cli.formula.compiled import LineFault, Program, Table
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.functions import FUNCTIONS, Shape
from vbc_cli.formula.interval import Interval
from vbc_cli.formula.parse import FormulaFault, parse
from vbc_cli.formula.program import Case, Declarations, Line, TableShape
from vbc_cli.formula.words import in_words

D = Decimal


def line(name: str, formula: str, when: str | None = None) -> Line:
    return Line(name, (Case(None, parse(formula)),), None if when is None else parse(when))


def together(lines, rows, backend=EXACT_BACKEND, tables=None):
    """Run a program over all rows of a portfolio, stage by stage, and return the runs."""
    program = Program(lines, backend)
    scopes = [program.begin(row, own) for row, own in zip(rows, tables or [{}] * len(rows), strict=True)]
    for stage in range(program.stages):
        program.gather(scopes, stage)
        for scope in scopes:
            program.advance(scope, stage)
    return [program.finish(scope) for scope in scopes]


def values(formula, numbers, **common):
    rows = [{"x": D(number), **common} for number in numbers]
    return [run.values["y"] for run in together([line("y", formula)], rows)]


FOUR = ("10", "40", "20", "30")


@pytest.mark.parametrize(
    ("formula", "numbers", "expected"),
    [
        ("median(portfolio.x)", ("3", "9", "5"), "5"),
        ("median(portfolio.x)", FOUR, "25"),
        ("median(portfolio.x)", ("7",), "7"),
        # place 0.4 x 3 = 1.2 of 0..3: a fifth of the way from 20 to 30
        ("percentile(portfolio.x, 0.4, 'inclusive')", FOUR, "22"),
        ("percentile(portfolio.x, 1, 'inclusive')", FOUR, "40"),
        # place 0.4 x 5 = 2 of 1..4: the second
        ("percentile(portfolio.x, 0.4, 'exclusive')", FOUR, "20"),
        ("percentile(portfolio.x, 0.9, 'exclusive')", FOUR, "40"),  # 4.5 of 4: held at the last
        ("percentile(portfolio.x, 0.5, 'nearest_rank')", FOUR, "20"),  # two of four do not exceed it
        ("percentile(portfolio.x, 0.51, 'nearest_rank')", FOUR, "30"),
        ("percentile(portfolio.x, 0, 'nearest_rank')", FOUR, "10"),
        ("percentile(portfolio.x, 0.5, 'averaged_rank')", FOUR, "25"),
        ("percentile(portfolio.x, 0.4, 'averaged_rank')", FOUR, "20"),
        ("percentile(portfolio.x, 1, 'averaged_rank')", FOUR, "40"),
        # mean 5; squares 9 1 1 1 0 0 4 16 add up to 32
        ("standard_deviation(portfolio.x, 'population')", ("2", "4", "4", "4", "5", "5", "7", "9"), "2"),
        # mean 3; squares 4 1 0 1 4 add up to 10, by four
        ("standard_deviation(portfolio.x, 'sample')", ("1", "2", "3", "4", "5"), str(D("2.5").sqrt())),
    ],
)
def test_a_statistic_is_the_same_in_every_row(formula, numbers, expected):
    found = values(formula, numbers)
    assert len(set(found)) == 1
    assert abs(found[0] - D(expected)) < D("1e-25")


def test_the_highest_value_ranks_first_and_equals_share_the_better_rank():
    assert values("rank(portfolio.x)", ("5", "9", "9", "1")) == [3, 1, 1, 4]


def test_amounts_are_scaled_to_a_pool_that_is_given_or_that_all_rows_pay_in():
    # 60, 30 and 10 share 50 as 30, 15 and 5
    assert values("scale_to_pool(portfolio.x, pool)", ("60", "30", "10"), pool=D(50)) == [30, 15, 5]
    rows = [{"x": D(60), "paid": D(20)}, {"x": D(30), "paid": D(20)}, {"x": D(10), "paid": D(10)}]
    lines = [line("y", "scale_to_pool(portfolio.x, portfolio.paid)")]
    assert [run.values["y"] for run in together(lines, rows)] == [30, 15, 5]


def test_a_row_is_compared_with_those_of_its_group():
    rows = [{"x": D(x), "group": group} for x, group in ((1, "a"), (2, "b"), (3, "a"), (10, "b"))]
    lines = [line("y", "median(portfolio.x, by=group)")]
    assert [run.values["y"] for run in together(lines, rows)] == [2, 6, 2, 6]


def test_rows_whose_line_does_not_apply_are_not_among_the_others():
    lines = [line("counted", "x", when="x > 1"), line("y", "median(portfolio.counted)")]
    runs = together(lines, [{"x": D(x)} for x in (1, 2, 4)])
    assert [run.values["y"] for run in runs] == [3, 3, 3]


def test_a_statistic_of_a_statistic_waits_twice():
    lines = [
        line("middle", "median(portfolio.x)"),
        line("distance", "abs(x - middle)"),
        line("typical", "median(portfolio.distance)"),
    ]
    runs = together(lines, [{"x": D(x)} for x in (1, 2, 6)])
    assert Program(lines, EXACT_BACKEND).stages == 3
    assert [run.values["typical"] for run in runs] == [1, 1, 1]  # 1, 0 and 4 from 2


def test_a_row_of_a_table_is_compared_with_the_same_row_of_the_others():
    def tables(*numbers):
        rows = [{"name": name, "x": D(number)} for name, number in zip("ab", numbers, strict=True)]
        return {"t": Table(["name"], rows)}

    found = together(
        [line("t.middle", "median(portfolio.t.x, by=group)")],
        [{"group": "g"}, {"group": "g"}, {"group": "h"}],
        tables=[tables(1, 10), tables(3, 30), tables(100, 200)],
    )
    assert [[row["middle"] for row in run.tables["t"]] for run in found] == [[2, 20], [2, 20], [100, 200]]


def test_without_a_portfolio_a_statistic_is_refused():
    program = Program([line("y", "median(portfolio.x)")], EXACT_BACKEND)
    with pytest.raises(LineFault) as fault:
        program.run({"x": D(1)}, {})
    assert str(fault.value.cause) == "a statistic over all rows of a portfolio, and there is no portfolio"


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ("percentile(portfolio.x, 2, 'inclusive')", "a percentile that is not a share between 0 and 1"),
        (
            "percentile(portfolio.x, 0.5, 'median')",
            "'median' is none of inclusive, exclusive, nearest_rank, averaged_rank",
        ),
        ("standard_deviation(portfolio.x, 'sample')", "too few rows for a standard deviation"),
        ("standard_deviation(portfolio.x, 'all')", "'all' is none of sample, population"),
        ("scale_to_pool(portfolio.x, 5)", "amounts that add up to 0 cannot be scaled to a pool"),
    ],
)
def test_what_has_no_result_says_why(formula, what):
    with pytest.raises(LineFault) as fault:
        values(formula, ("0",))
    assert str(fault.value.cause) == what


DECLARED = Declarations(
    {"x": "usd", "share": "rate", "group": "code"},
    {"t": TableShape({"name": "code", "y": "score"}, ("name",))},
)


@pytest.mark.parametrize(
    ("name", "formula", "unit"),
    [
        ("z", "median(portfolio.x)", "usd"),
        ("z", "percentile(portfolio.x, share, 'inclusive')", "usd"),
        ("z", "rank(portfolio.share, by=group)", "count"),
        ("z", "standard_deviation(portfolio.share, 'sample')", "rate"),
        ("z", "scale_to_pool(portfolio.x, x)", "usd"),
        ("t.z", "median(portfolio.t.y, by=group)", "score"),
    ],
)
def test_a_statistic_has_a_unit(name, formula, unit):
    assert unit_of_line(line(name, formula), DECLARED) == unit


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ("portfolio.x", "portfolio.x outside a statistic"),
        ("sum(portfolio.x)", "portfolio.x outside a statistic"),
        ("median(x)", "median over no line of a portfolio"),
        ("median(portfolio.z)", "unknown name 'z'"),
        ("median(portfolio.t.y)", "t.y outside a row of t"),
        ("median(portfolio.x, by=share)", "by= with a rate"),
        ("median(portfolio.x, by=x + x)", "by= with a calculation"),
        ("median(portfolio.x, where=x > 0)", "where= in median"),
        ("max(x, x, by=group)", "by= in max"),
        ("median(portfolio.group)", "ordering a code"),
        ("percentile(portfolio.x, x, 'inclusive')", "taking a percentile at usd and rate"),
        ("percentile(portfolio.x, 0.5, 0.5)", "a number in the place of a method"),
        ("scale_to_pool(portfolio.x, share)", "scaling to usd and rate"),
    ],
)
def test_what_is_no_statistic_is_refused_when_it_is_read(formula, what):
    with pytest.raises(FormulaFault) as fault:
        unit_of_line(line("z", formula), DECLARED)
    assert fault.value.what == what


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("median(portfolio.x, by=group)", "the median of portfolio.x with the same group"),
        (
            "percentile(portfolio.x, 0.3, 'inclusive')",
            "the percentile of portfolio.x at 0.3 ('inclusive')",
        ),
        ("rank(portfolio.x)", "the rank among portfolio.x, 1 the highest"),
        ("standard_deviation(portfolio.t.x, 'sample')", "the standard deviation of portfolio.t.x ('sample')"),
        ("scale_to_pool(portfolio.x, pool)", "the own part of portfolio.x, all scaled to pool"),
    ],
)
def test_a_statistic_is_said_in_words(formula, words):
    assert in_words(parse(formula)) == words


FORMULAS = {
    "median": "median(portfolio.x)",
    "percentile": "percentile(portfolio.x, 0.37, 'exclusive')",
    "rank": "rank(portfolio.x)",
    "standard_deviation": "standard_deviation(portfolio.x, 'population')",
    "scale_to_pool": "scale_to_pool(portfolio.x, 100)",
}
printed = st.tuples(
    st.integers(4, 50).map(D), st.sampled_from(["0", "0.5", "3"]).map(D), st.sampled_from(["-1", "0", "0.7"])
)


def test_every_statistic_is_held_against_its_bounds():
    assert set(FORMULAS) == {name for name, each in FUNCTIONS.items() if each.shape is Shape.PORTFOLIO}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FORMULAS)), st.lists(printed, min_size=1, max_size=9))
def test_the_bounds_of_a_statistic_hold_all_that_the_printed_digits_allow(name, numbers):
    lines = [line("y", FORMULAS[name])]
    exactly = [{"x": value + half * D(part)} for value, half, part in numbers]
    perhaps = [{"x": Interval(value - half, value + half)} for value, half, _ in numbers]
    for settled, bounds in zip(
        together(lines, exactly), together(lines, perhaps, INTERVAL_BACKEND), strict=True
    ):
        assert bounds.values["y"].low <= settled.values["y"] <= bounds.values["y"].high


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=30))
def test_statistics_are_those_of_python(numbers):
    (middle,) = set(values("median(portfolio.x)", numbers))
    assert middle == D(str(by_python.median(numbers)))
    (spread,) = set(values("standard_deviation(portfolio.x, 'sample')", numbers))
    assert abs(Fraction(spread) ** 2 - by_python.variance(map(Fraction, numbers))) < Fraction(1, 10**20)
    (quarter,) = set(values("percentile(portfolio.x, 0.25, 'inclusive')", numbers))
    expected = by_python.quantiles(map(Fraction, numbers), n=4, method="inclusive")[0]
    assert Fraction(quarter) == expected


def test_a_certain_portfolio_has_certain_statistics():
    rows = [{"x": certain(D(x))} for x in (1, 2, 6)]
    lines = [line("y", "median(portfolio.x)"), line("z", "rank(portfolio.x)")]
    runs = together(lines, rows, INTERVAL_BACKEND)
    assert [run.values["z"] for run in runs] == [Interval(D(n), D(n)) for n in (3, 2, 1)]
    assert all(2 in run.values["y"] for run in runs)
