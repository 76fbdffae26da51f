"""What a formula comes to: worked by hand, for every function, in exact numbers and in intervals.

Beside each value stands the calculation that gives it; nothing here was copied from a run.
"""

import datetime
import threading
from decimal import Context, Decimal, setcontext
from itertools import pairwise

import pytest

from vbc_cli.formula import exact
from vbc_cli.formula.bounds import INTERVAL_BACKEND, certain
from vbc_cli.formula.compiled import LineFault, NoRow, NoValue, Program, Table
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.functions import FUNCTIONS, Shape
from vbc_cli.formula.interval import MAYBE, Interval
from vbc_cli.formula.numbers import NotANumber, canonical, read_number
from vbc_cli.formula.parse import parse
from vbc_cli.formula.program import Case, CircularLines, Line, sort_lines
from vbc_cli.formula.words import in_words

D = Decimal
DAY = datetime.date(2024, 2, 29)


def line(name: str, formula: str, when: str | None = None) -> Line:
    return Line(name, (Case(None, parse(formula)),), None if when is None else parse(when))


def cased(name: str, *cases: tuple[str | None, str]) -> Line:
    return Line(
        name, tuple(Case(None if given is None else parse(given), parse(then)) for given, then in cases)
    )


def table(key: str, header: str, *rows: str) -> Table:
    columns = header.split()
    return Table(key.split(), [dict(zip(columns, map(_cell, row.split()), strict=True)) for row in rows])


def _cell(text: str):
    if text in ("yes", "no", "none"):
        return {"yes": True, "no": False, "none": None}[text]
    return D(text) if text.lstrip("-")[0].isdigit() else text


TABLES = {
    # shares of what lies above 0, 10 and 20; the last band is open
    "corridor": table("", "above share", "0 1", "10 0.5", "20 0.1"),
    # nothing is agreed for less than 0.6
    "ladder": table("", "at_least points", "0.6 1", "0.7 4", "0.9 10"),
    "curve": table("", "at rate", "5000 0.04", "10000 0.03", "20000 0.02"),
    "measures": table("name", "name points weight open", "a 8 1 yes", "b 5 3 no", "c 2 4 yes"),
    "fees": table("track year", "track year fee", "A 2023 10", "A 2024 12", "B 2024 20"),
}


def value_of(formula: str, **inputs):
    """Evaluate one formula over exact inputs (given as text where they are numbers)."""
    given = {name: D(value) if isinstance(value, str) else value for name, value in inputs.items()}
    return Program([line("result", formula)], EXACT_BACKEND).run(given, TABLES).values["result"]


def bounds_of(formula: str, **inputs):
    """Evaluate one formula over intervals; inputs are texts, pairs of texts, or flags."""
    given = {
        name: Interval(D(value[0]), D(value[1])) if isinstance(value, tuple) else certain(_exact(value))
        for name, value in inputs.items()
    }
    tables = {name: each.converted(certain) for name, each in TABLES.items()}
    return Program([line("result", formula)], INTERVAL_BACKEND).run(given, tables).values["result"]


def _exact(value):
    return D(value) if isinstance(value, str) else value


# function: formula; exact inputs and value; uncertain inputs and bounds; in words
EXAMPLES = {
    "+": (
        "a + b",
        {"a": "0.1", "b": "0.2"},
        "0.3",
        {"a": ("1", "2"), "b": ("10", "20")},
        ("11", "22"),
        "a + b",
    ),
    "-": (
        "a - b",
        {"a": "1", "b": "3.5"},
        "-2.5",
        {"a": ("1", "2"), "b": ("10", "20")},
        ("-19", "-8"),
        "a - b",
    ),
    # -2 x 20 and -2 x -3 are the extremes
    "*": (
        "a * b",
        {"a": "0.07", "b": "300"},
        "21",
        {"a": ("-2", "1"), "b": ("-3", "20")},
        ("-40", "20"),
        "a * b",
    ),
    "/": ("a / b", {"a": "7", "b": "8"}, "0.875", {"a": ("4", "8"), "b": ("2", "4")}, ("1", "4"), "a / b"),
    "negative": ("-a", {"a": "3"}, "-3", {"a": ("-1", "2")}, ("-2", "1"), "-a"),
    "not": ("not a", {"a": True}, False, {"a": MAYBE}, MAYBE, "not a"),
    "min": (
        "min(a, b)",
        {"a": "3", "b": "2"},
        "2",
        {"a": ("1", "5"), "b": ("2", "3")},
        ("1", "3"),
        "min(a, b)",
    ),
    "max": (
        "max(a, b)",
        {"a": "3", "b": "2"},
        "3",
        {"a": ("1", "5"), "b": ("2", "3")},
        ("2", "5"),
        "max(a, b)",
    ),
    "clamp": (
        "clamp(a, 0.4, 0.75)",
        {"a": "0.8"},
        "0.75",
        {"a": ("0.3", "0.5")},
        ("0.4", "0.5"),
        "a held between 0.4 and 0.75",
    ),
    "abs": ("abs(a)", {"a": "-4"}, "4", {"a": ("-4", "3")}, ("0", "4"), "abs(a)"),
    "round_half_up": (
        "round_half_up(a, 1)",
        {"a": "2.5"},
        "3",
        {"a": ("2.4", "2.5")},
        ("2", "3"),
        "a rounded half up to 1",
    ),
    "round_half_even": (
        "round_half_even(a, 1)",
        {"a": "2.5"},
        "2",
        {"a": ("2.5", "2.6")},
        ("2", "3"),
        "a rounded half to even to 1",
    ),
    "round_up": (
        "round_up(a, 0.05)",
        {"a": "1.01"},
        "1.05",
        {"a": ("1", "1.01")},
        ("1", "1.05"),
        "a rounded up to 0.05",
    ),
    "round_down": (
        "round_down(a, 0.05)",
        {"a": "1.04"},
        "1",
        {"a": ("1.04", "1.05")},
        ("1", "1.05"),
        "a rounded down to 0.05",
    ),
    "reaches": (
        "reaches(a, 5, b)",
        {"a": "5", "b": True},
        True,
        {"a": ("4", "6"), "b": True},
        MAYBE,
        "a reaches 5 (at least: b)",
    ),
    # 10 x 1 + 10 x 0.5 + 5 x 0.1 = 15.5; from 8 to 12: 8, 10 + 2 x 0.5 = 11
    "bands": (
        "bands(a, corridor.above, corridor.share)",
        {"a": "25"},
        "15.5",
        {"a": ("8", "12")},
        ("8", "11"),
        "a in bands from corridor.above at corridor.share",
    ),
    "ladder": (
        "ladder(a, ladder.at_least, ladder.points)",
        {"a": "0.89"},
        "4",
        {"a": ("0.69", "0.71")},
        ("1", "4"),
        "ladder.points of the largest ladder.at_least that a reaches",
    ),
    # half way from 5,000 to 10,000: (0.04 + 0.03) / 2; from 9,000 to 11,000: 0.032 down to 0.029
    "interpolate": (
        "interpolate(a, curve.at, curve.rate)",
        {"a": "7500"},
        "0.035",
        {"a": ("9000", "11000")},
        ("0.029", "0.032"),
        "curve.rate at a, on the straight line between curve.at",
    ),
    "sum": ("sum(measures.points)", {}, "15", {}, ("15", "15"), "the sum of measures.points"),
    "count": ("count(measures.open)", {}, "2", {}, ("2", "2"), "the number of rows with measures.open"),
    "mean": ("mean(measures.points)", {}, "5", {}, ("5", "5"), "the mean of measures.points"),
    "lowest": ("lowest(measures.points)", {}, "2", {}, ("2", "2"), "the lowest measures.points"),
    "highest": ("highest(measures.points)", {}, "8", {}, ("8", "8"), "the highest measures.points"),
    # (8 x 1 + 5 x 3 + 2 x 4) / (1 + 3 + 4) = 31 / 8
    "weighted_mean": (
        "weighted_mean(measures.points, measures.weight)",
        {},
        "3.875",
        {},
        ("3.875", "3.875"),
        "the mean of measures.points weighted by measures.weight",
    ),
    "is_present": ("is_present(a)", {"a": "1"}, True, {"a": "1"}, True, "a is given"),
    "is_missing": ("is_missing(a)", {"a": "1"}, False, {"a": "1"}, False, "a is missing"),
    "person_years": ("person_years(a)", {"a": "18"}, "1.5", {"a": ("6", "12")}, ("0.5", "1"), "a / 12"),
    "logistic": ("logistic(a)", {"a": "0"}, "0.5", {"a": ("0", "0")}, ("0.5", "0.5"), "logistic(a)"),
    "year": ("year(a)", {"a": DAY}, "2024", {"a": DAY}, ("2024", "2024"), "year(a)"),
}
HAIR = D("1e-24")


def test_every_function_has_an_example():
    over_a_portfolio = {name for name, entry in FUNCTIONS.items() if entry.shape is Shape.PORTFOLIO}
    assert set(EXAMPLES) == set(FUNCTIONS) - over_a_portfolio  # those are in test_statistics


@pytest.mark.parametrize("function", EXAMPLES)
def test_a_function_gives_what_was_worked_by_hand_in_every_backend(function):
    formula, inputs, expected, uncertain, bounds, words = EXAMPLES[function]
    assert value_of(formula, **inputs) == _exact(expected)
    found = bounds_of(formula, **uncertain)
    if isinstance(bounds, tuple):
        low, high = map(D, bounds)
        assert low - HAIR <= found.low <= low and high <= found.high <= high + HAIR
    else:
        assert found is bounds
    assert in_words(parse(formula)) == words


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        # halves go away from zero, on both sides of it
        ("round_half_up(2.5, 1)", "3"),
        ("round_half_up(-2.5, 1)", "-3"),
        ("round_half_up(-2.4999, 1)", "-2"),
        ("round_half_up(0.125, 0.01)", "0.13"),
        ("round_half_up(0.125, 0.05)", "0.15"),  # 2.5 steps of 0.05
        ("round_half_up(1.12, 0.05)", "1.1"),
        ("round_half_up(1_250, 500)", "1500"),
        # halves go to the even step
        ("round_half_even(-2.5, 1)", "-2"),
        ("round_half_even(3.5, 1)", "4"),
        ("round_half_even(-3.5, 1)", "-4"),
        ("round_half_even(2.51, 1)", "3"),
        # away from zero, and toward it
        ("round_up(-2.1, 1)", "-3"),
        ("round_up(2, 1)", "2"),
        ("round_down(-2.9, 1)", "-2"),
        ("round_down(0.9999, 1)", "0"),
        ("round_down(-0.4, 1)", "0"),
    ],
)
def test_rounding_says_which_way_a_half_goes(formula, value):
    assert canonical(value_of(formula)) == value


def test_rounding_is_exact_where_binary_numbers_are_not():
    assert value_of("round_half_up(1.005, 0.01)") == D("1.01")  # a float gives 1.00
    assert value_of("round_half_up(2.675, 0.01)") == D("2.68")  # a float gives 2.67


@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ("0", "0"),
        ("-3", "0"),  # nothing below the first band
        ("9.99", "9.99"),
        ("10", "10"),
        ("10.01", "10.005"),  # up to, on and past a step
        ("20", "15"),
        ("120", "25"),  # 10 + 5, then 100 x 0.1
    ],
)
def test_bands_pay_each_share_only_on_the_part_inside_it(inside, value):
    assert value_of("bands(a, corridor.above, corridor.share)", a=inside) == D(value)


@pytest.mark.parametrize(
    ("rate", "points"), [("0.6", "1"), ("0.6999", "1"), ("0.7", "4"), ("0.9", "10"), ("7", "10")]
)
def test_a_ladder_gives_the_largest_step_reached(rate, points):
    assert value_of("ladder(a, ladder.at_least, ladder.points)", a=rate) == D(points)


def test_a_ladder_has_nothing_to_give_below_its_first_step():
    with pytest.raises(LineFault) as fault:
        value_of("ladder(a, ladder.at_least, ladder.points)", a="0.5999")
    assert str(fault.value.cause) == "a value below the first step of the ladder"


@pytest.mark.parametrize(
    ("people", "rate"),
    [
        ("100", "0.04"),
        ("5000", "0.04"),
        ("6000", "0.038"),
        ("10000", "0.03"),
        ("10001", "0.029999"),
        ("20000", "0.02"),
        ("90000", "0.02"),
    ],
)
def test_interpolation_is_straight_between_points_and_level_outside(people, rate):
    assert value_of("interpolate(a, curve.at, curve.rate)", a=people) == D(rate)


def test_one_row_is_enough_for_bands_ladder_and_interpolation():
    one = (("at", D(5)),)
    for function, below, on, above in (
        ("bands", "0", "0", "6"),  # 3 x 2
        ("interpolate", "2", "2", "2"),
    ):
        formula = parse(f"{function}(a, t.at, t.v)")
        program = Program([Line("r", (Case(None, formula),))], EXACT_BACKEND)
        rows = Table((), [{**dict(one), "v": D(2)}])
        found = [program.run({"a": D(a)}, {"t": rows}).values["r"] for a in ("4", "5", "8")]
        assert found == [D(below), D(on), D(above)]


@pytest.mark.parametrize("function", ["bands", "ladder", "interpolate"])
def test_steps_in_any_other_order_than_rising_are_refused_and_not_climbed(function):
    steps = Table((), [{"at": D(20), "give": D(3)}, {"at": D(10), "give": D(1)}])
    program = Program([line("r", f"{function}(a, steps.at, steps.give)")], EXACT_BACKEND)
    with pytest.raises(LineFault) as fault:
        program.run({"a": D(25)}, {"steps": steps})
    assert str(fault.value.cause) == "steps of steps that do not rise"


def test_an_aggregate_takes_only_the_rows_where_a_flag_holds():
    assert value_of("sum(measures.points, where=measures.open)") == 10
    assert value_of("mean(measures.points, where=measures.weight > 1)") == D("3.5")
    assert value_of("count(measures.points > 4, where=measures.open)") == 1
    assert value_of("highest(measures.points, where=not measures.open)") == 5
    assert value_of("sum(measures.points, where=measures.points > 99)") == 0


@pytest.mark.parametrize("function", ["mean", "lowest", "highest"])
def test_no_rows_have_no_mean_and_no_extremes(function):
    with pytest.raises(LineFault) as fault:
        value_of(f"{function}(measures.points, where=measures.points > 99)")
    assert str(fault.value.cause) == "no rows to take it from"


def test_weights_of_zero_have_no_mean():
    with pytest.raises(LineFault) as fault:
        value_of("weighted_mean(measures.points, measures.points - measures.points)")
    assert str(fault.value.cause) == "weights that add up to zero"


def test_a_lookup_finds_the_row_by_one_key_or_two():
    assert value_of("measures['b'].weight") == 3
    assert value_of("fees['A', 2024].fee") == 12
    assert value_of("fees['B', y + 1].fee", y="2023") == 20


def test_a_key_without_a_row_is_named():
    with pytest.raises(LineFault) as fault:
        value_of("fees['B', 2023].fee")
    cause = fault.value.cause
    assert isinstance(cause, NoRow)
    assert (cause.table, cause.key) == ("fees", ("B", D(2023)))


def test_an_empty_cell_is_named_by_table_and_column():
    rows = Table(("k",), [{"k": "a", "v": None}])
    program = Program([line("r", "t['a'].v")], EXACT_BACKEND)
    with pytest.raises(LineFault) as fault:
        program.run({}, {"t": rows})
    assert fault.value.cause.name == "t.v"


@pytest.mark.parametrize("formula", ["a + b", "max(a, b)", "b if a > 0 else a", "a > 0 and b > 0"])
def test_a_missing_value_is_an_error_that_names_it(formula):
    with pytest.raises(LineFault) as fault:
        value_of(formula, a="1", b=None)
    assert isinstance(fault.value.cause, NoValue)
    assert (fault.value.line.name, fault.value.cause.name) == ("result", "b")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a if a > 0 else b", D(1)),
        ("b if a < 0 else a", D(1)),
        ("a < 0 and b > 0", False),
        ("a > 0 or b > 0", True),
        ("a < 0 < b", False),
        ("is_present(b) and b > 0", False),
        ("a if is_missing(b) else b", D(1)),
        ("a / c if c != 0 else 0", D(0)),
    ],
)
def test_and_or_and_if_read_only_what_they_need(formula, value):
    assert value_of(formula, a="1", b=None, c="0") == value


def test_a_line_that_does_not_apply_has_no_value_and_reading_it_is_an_error():
    lines = [line("fee", "10", when="a > 0"), line("half", "fee / 2")]
    assert Program(lines, EXACT_BACKEND).run({"a": D(1)}, {}).values == {"fee": D(10), "half": D(5)}
    assert Program(lines[:1], EXACT_BACKEND).run({"a": D(0)}, {}).values == {"fee": None}
    with pytest.raises(LineFault) as fault:
        Program(lines, EXACT_BACKEND).run({"a": D(0)}, {})
    assert (fault.value.line.name, fault.value.cause.name) == ("half", "fee")


def test_the_first_case_that_holds_is_taken():
    steps = cased("r", ("a >= 10", "3"), ("a >= 5", "2"), ("a >= 5 and 1 / a > 0", "9"), (None, "0"))
    program = Program([steps], EXACT_BACKEND)
    assert [program.run({"a": D(a)}, {}).values["r"] for a in (12, 10, 7, 0)] == [3, 3, 2, 0]


def test_cases_without_an_else_may_leave_nothing():
    program = Program([cased("r", ("a > 0", "1"))], EXACT_BACKEND)
    with pytest.raises(LineFault) as fault:
        program.run({"a": D(0)}, {})
    assert str(fault.value.cause) == "no case applies"


def test_a_row_line_is_a_column_that_other_lines_read():
    lines = [
        line("share", "measures['a'].part"),
        line("measures.part", "measures.scored / sum(measures.scored)"),
        line("measures.scored", "measures.points * measures.weight", when="measures.open"),
    ]
    with pytest.raises(LineFault) as fault:  # b is closed: its row has no value
        Program(lines, EXACT_BACKEND).run({}, TABLES)
    assert fault.value.cause.name == "measures.scored"
    lines[1] = line(
        "measures.part", "measures.scored / sum(measures.scored, where=measures.open)", when="measures.open"
    )
    run = Program(lines, EXACT_BACKEND).run({}, TABLES)
    assert [row["part"] for row in run.tables["measures"]] == [D("0.5"), None, D("0.5")]  # 8, -, 2 x 4
    assert run.values == {"share": D("0.5")}
    assert "part" not in TABLES["measures"].rows[0]


def test_inside_an_aggregate_its_table_is_the_row_visited_and_another_is_the_row_of_the_line():
    # each fee of a measure's weight: 10 + 12 + 20 = 42 times 1, 3 and 4
    run = Program([line("measures.fees", "sum(fees.fee * measures.weight)")], EXACT_BACKEND).run({}, TABLES)
    assert [row["fees"] for row in run.tables["measures"]] == [42, 126, 168]
    # a sum inside a sum over the same table: (8 + 5 + 2) x 15, and the outer row is still there after it
    assert value_of("sum(measures.points * sum(measures.points))") == 225


def test_a_ladder_inside_a_sum_climbs_for_each_row():
    steps = Table((), [{"at": D(0), "give": D(1)}, {"at": D(6), "give": D(100)}])
    program = Program([line("r", "sum(ladder(measures.points, steps.at, steps.give))")], EXACT_BACKEND)
    assert program.run({}, {**TABLES, "steps": steps}).values["r"] == 102  # 8 gives 100, 5 and 2 give 1


@pytest.mark.parametrize("formula", ["a / b", "a / (b - b)", "1 / (a - a)", "mean(measures.points) / b"])
def test_division_by_zero_is_an_error_with_the_line_and_its_inputs(formula):
    with pytest.raises(LineFault) as fault:
        value_of(formula, a="5", b="0")
    assert isinstance(fault.value.cause, NoResult)
    assert str(fault.value.cause) == "division by zero"
    assert fault.value.line.name == "result"
    assert (fault.value.known["a"], fault.value.known["b"]) == (5, 0)


def test_a_lower_limit_above_the_upper_one_is_an_error():
    with pytest.raises(LineFault) as fault:
        value_of("clamp(a, 5, 1)", a="3")
    assert str(fault.value.cause) == "a lower limit above the upper limit"


def test_lines_are_sorted_by_what_they_use_and_a_circle_is_shown():
    ordered = sort_lines([line("c", "b + a"), line("b", "a * 2"), line("a", "x")])
    assert [each.name for each in ordered] == ["a", "b", "c"]
    with pytest.raises(CircularLines) as circle:
        sort_lines([line("a", "b + x"), line("b", "2 * t.c"), line("t.c", "t.d - a"), line("e", "x")])
    names = circle.value.circle
    assert names[0] == names[-1] and set(names) == {"a", "b", "t.c"}
    reads = {"a": "b", "b": "t.c", "t.c": "a"}  # each reads the next
    assert all(reads[one] == other for one, other in pairwise(names))


def test_the_trail_says_which_case_was_taken_which_limit_held_and_which_step_was_reached():
    lines = [
        cased("tier", ("a >= 10", "2"), (None, "1")),
        line("held", "clamp(a, 0, 8)"),
        line("least", "min(a, 20, 7)"),
        line("gate", "reaches(a, 9, no)"),
        line("choice", "1 if a > 100 else 0"),
        line("banded", "bands(a, corridor.above, corridor.share)"),
        line("fee", "5", when="a < 0"),
        line("flat", "a + 1"),
    ]
    program = Program(lines, EXACT_BACKEND)
    run = program.run({"a": D(12), "no": False}, TABLES)
    decided = {
        name: [(decision.mark.kind, decision.choice) for decision in found]
        for name, found in program.decisions(run).items()
    }
    assert decided == {
        "tier": [("cases", 0)],
        "held": [("call", exact.AT_HIGH)],
        "least": [("call", 2)],
        "gate": [("call", 1)],
        "choice": [("choose", 1)],
        "banded": [("call", 1)],  # the second band
        "fee": [("when", 0)],
    }


def test_equal_limits_are_decided_by_the_first():
    program = Program([line("r", "min(a, b)")], EXACT_BACKEND)
    run = program.run({"a": D(1), "b": D("1.0")}, {})
    assert [choice for _, choice in run.trail] == [0]


def test_a_thread_with_a_context_of_six_digits_gives_the_same_numbers():
    lines = [
        line("third", "a / 3"),
        line("product", "a * third"),
        line("rounded", "round_half_up(product, 0.01)"),
        line("curve_", "interpolate(a / 1_000, curve.at, curve.rate)"),
        line("mean_", "weighted_mean(measures.points, measures.weight) / 7"),
        line("s", "logistic(third / 10_000_000)"),
    ]
    program = Program(lines, EXACT_BACKEND)
    inputs = {"a": D("12345678.90")}
    here = {name: canonical(value) for name, value in program.run(inputs, TABLES).values.items()}
    there = {}

    def settle() -> None:
        setcontext(Context(prec=6))
        there.update({name: canonical(value) for name, value in program.run(inputs, TABLES).values.items()})

    thread = threading.Thread(target=settle)
    thread.start()
    thread.join()
    assert there == here
    assert here["third"] == "4115226.3"
    assert here["rounded"] == "50805262500635.07"  # 12,345,678.90 squared is 152,415,787,501,905.21


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E+6", "1000000"),
        ("1.50", "1.5"),
        ("100", "100"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("0E-10", "0"),
        ("1E-7", "0.0000001"),
        ("-12.3400", "-12.34"),
        ("1.0E+2", "100"),
    ],
)
def test_a_number_has_one_text(number, text):
    assert canonical(D(number)) == text


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("012", "Write it without leading zeros: 12"),
        ("12:30", "Write a plain number; a colon belongs to a time of day."),
        ("1e3", "Write the digits out, without an exponent."),
        ("1,000", "Write it plain: 1000"),
        ("$1,000.50", "Write it plain: 1000.50"),
        ("50%", "Write it as a share: 0.5"),
        ("+5", "Write it plain: 5"),
        (".5", "Write a digit before the point: 0.5"),
        ("5.", "Write a plain number, such as 1500, 1_500_000 or 0.02."),
        ("yes", "Write a plain number, such as 1500, 1_500_000 or 0.02."),
        ("NaN", "Write a plain number, such as 1500, 1_500_000 or 0.02."),
        ("\u0661", "Write a plain number, such as 1500, 1_500_000 or 0.02."),
    ],
)
def test_a_number_that_could_be_misread_is_refused_with_what_to_write(text, repair):
    with pytest.raises(NotANumber) as fault:
        read_number(text)
    assert fault.value.repair == repair


@pytest.mark.parametrize(("text", "number"), [("-1_500_000", "-1500000"), ("0.02", "0.02"), ("-0", "0")])
def test_a_plain_number_is_read_as_written(text, number):
    assert read_number(text) == D(number)
