"""Intervals hold every settlement that the printed inputs allow; exact numbers are exact.

Random formulas over random inputs: whatever number inside the inputs is settled exactly, its result
lies inside the result of the intervals. Exact results are held against fractions, which never round.
"""

from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vbc_cli.formula.bounds import INTERVAL_BACKEND
from vbc_cli.formula.compiled import LineFault, Program, Table
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.functions import FUNCTIONS, Shape
from vbc_cli.formula.interval import INFINITY, MAYBE, Interval, Maybe, OneOf, printed
from vbc_cli.formula.numbers import EXACT
from vbc_cli.formula.parse import parse
from vbc_cli.formula.program import Case, Line
from vbc_cli.formula.tree import Call, Choose, Code, Column, Compare, Logic, Lookup, Name, Node, Number, walk

D = Decimal
NUMBERS = ("a", "b", "c", "unpublished")
FLAGS = ("f", "g")
CONSTANTS = tuple(Number(D(text)) for text in ("0", "0.5", "1", "2", "7.25"))
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


# -- random formulas: numbers and flags of each other, over names and the rows of two tables


@cache
def numbers(depth: int, names: tuple[Name | Column, ...], rows: bool = True) -> st.SearchStrategy[Node]:
    leaves = st.sampled_from((*names, *CONSTANTS))
    if depth == 0:
        return leaves
    less, flag = numbers(depth - 1, names, rows), flags(depth - 1, names, rows)
    kinds = [
        leaves,
        st.builds(Call, st.sampled_from("+-*/"), st.tuples(less, less)),
        st.builds(Call, st.sampled_from(("negative", "abs", "person_years")), st.tuples(less)),
        st.builds(Call, st.sampled_from(("min", "max")), st.lists(less, min_size=2, max_size=3).map(tuple)),
        st.builds(lambda each: Call("clamp", (each, *CONSTANTS[1:4:2])), less),
        st.builds(
            Call,
            st.sampled_from(("round_half_up", "round_half_even", "round_up", "round_down")),
            st.tuples(less, st.sampled_from((*CONSTANTS[1:], Name("a")))),
        ),
        st.builds(lambda each: Call("logistic", (Call("clamp", (each, Number(D(0)), Number(D(5)))),)), less),
        st.builds(Choose, flag, less, less),
        st.builds(
            lambda key: Lookup("t", (key,), "v"), st.sampled_from((Code("A"), Code("B"), Name("code")))
        ),
        st.builds(
            lambda one, two: Lookup("pairs", (one, two), "v"), st.just(Name("code")), st.just(Name("number"))
        ),
    ]
    if rows:
        inside = (*names, Column("t", "v"), Column("t", "w"))
        of_rows = numbers(1, inside, rows=False)
        where = st.none() | flags(1, (*inside,), rows=False)
        kinds += [
            st.builds(
                lambda function, each, only: Call(function, (Call("+", (Column("t", "v"), each)),), only),
                st.sampled_from(("sum", "mean", "lowest", "highest")),
                of_rows,
                where,
            ),
            st.builds(
                lambda each, only: Call(
                    "weighted_mean", (Call("+", (Column("t", "v"), each)), Column("t", "w")), only
                ),
                of_rows,
                where,
            ),
            st.builds(
                lambda each, only: Call("count", (Compare((">",), (Column("t", "v"), each)),), only),
                of_rows,
                where,
            ),
            st.builds(
                lambda function, each: Call(function, (each, Column("s", "at"), Column("s", "give"))),
                st.sampled_from(("bands", "interpolate", "ladder")),
                less,
            ),
            st.builds(
                lambda function, each, only: Call(
                    function,
                    (each, Column("s", "at"), Column("s", "give")),
                    Compare((">",), (Column("s", "at"), only)),
                ),
                st.sampled_from(("bands", "interpolate", "ladder")),
                less,
                st.sampled_from(names),
            ),
        ]
    return st.one_of(kinds)


@cache
def flags(depth: int, names: tuple[Name | Column, ...], rows: bool = True) -> st.SearchStrategy[Node]:
    leaves = st.one_of(
        st.sampled_from([Name(name) for name in FLAGS]),
        st.builds(Call, st.sampled_from(("is_present", "is_missing")), st.tuples(st.sampled_from(names))),
        st.builds(lambda code: Compare(("==",), (Name("code"), Code(code))), st.sampled_from(("A", "B"))),
    )
    if depth == 0:
        return leaves
    number, less = numbers(depth - 1, names, rows), flags(depth - 1, names, rows)
    return st.one_of(
        leaves,
        st.builds(Compare, st.tuples(st.sampled_from(COMPARISONS)), st.tuples(number, number)),
        st.builds(
            Compare, st.tuples(*[st.sampled_from(COMPARISONS[:4])] * 2), st.tuples(number, number, number)
        ),
        st.builds(Logic, st.sampled_from(("and", "or")), st.lists(less, min_size=2, max_size=3).map(tuple)),
        st.builds(Call, st.just("not"), st.tuples(less)),
        st.builds(Call, st.just("reaches"), st.tuples(number, number, less)),
    )


@st.composite
def programs(draw) -> list[Line]:
    """Return three lines, each reading those before it: plain, with cases, and perhaps not applying."""
    lines: list[Line] = []
    names: tuple[Name, ...] = tuple(map(Name, NUMBERS))
    for name in ("first", "second", "third"):
        count = draw(st.integers(0, 2))
        cases = [Case(draw(flags(1, names)), draw(numbers(2, names))) for _ in range(count)]
        cases.append(Case(None, draw(numbers(3 if count == 0 else 1, names))))
        when = draw(st.none() | flags(1, names))
        lines.append(Line(name, tuple(cases), when))
        names = (*names, Name(name))
    holds = Line("holds", (Case(None, draw(flags(2, names))),), draw(st.none() | flags(1, names)))
    told = Line("told", (Case(None, Choose(Call("is_present", (Name("holds"),)), Name("c"), Name("b"))),))
    return [*lines, holds, told]


# -- random inputs, and random points inside them


@st.composite
def uncertain_numbers(draw) -> tuple[Interval, Decimal]:
    centre = D(draw(st.integers(-2_000, 2_000))).scaleb(-draw(st.sampled_from((0, 2))))
    half = D(draw(st.sampled_from(("0", "0.005", "0.5", "3"))))
    offset = D(draw(st.integers(-10, 10))) / 10
    return printed(centre, half), centre + half * offset


@st.composite
def worlds(draw) -> tuple[dict, dict, dict, dict]:
    """Return uncertain inputs and tables, and exact ones that lie inside them."""
    perhaps: dict = {}
    exactly: dict = {}
    for name in ("a", "b", "c"):
        perhaps[name], exactly[name] = draw(uncertain_numbers())
    perhaps["unpublished"] = Interval(D(0), INFINITY, True)
    exactly["unpublished"] = draw(st.sampled_from((None, D(0), D(3), D("7.25"), D(1_000))))
    for name in FLAGS:
        exactly[name] = draw(st.booleans())
        perhaps[name] = draw(st.sampled_from((exactly[name], MAYBE)))
    exactly["code"] = draw(st.sampled_from(("A", "B")))
    perhaps["code"] = draw(st.sampled_from((exactly["code"], OneOf(frozenset("AB")))))
    exactly["number"] = D(draw(st.sampled_from((1, 2))))
    perhaps["number"] = draw(
        st.sampled_from((Interval(exactly["number"], exactly["number"]), Interval(D(1), D(2))))
    )
    rows = {key: (draw(uncertain_numbers()), draw(uncertain_numbers())) for key in "AB"}
    ats = sorted(draw(st.sets(st.integers(-20, 20), min_size=1, max_size=4)))
    gives = [draw(uncertain_numbers()) for _ in ats]
    pairs = [{"code": "A", "number": D(1), "v": D(3)}, {"code": "B", "number": D(2), "v": D(4)}]
    exact_tables, uncertain_tables = (
        {
            "t": Table(("k",), [{"k": k, "v": v[side], "w": w[side]} for k, (v, w) in rows.items()]),
            "s": Table(
                (),
                [
                    {"at": D(at) if side else printed(D(at), D(0)), "give": give[side]}
                    for at, give in zip(ats, gives, strict=True)
                ],
            ),
            "pairs": Table(
                ("code", "number"),
                [{**row, "v": row["v"] if side else printed(row["v"], D(0))} for row in pairs],
                [(row["code"], row["number"]) for row in pairs],
            ),
        }
        for side in (1, 0)
    )
    return perhaps, uncertain_tables, exactly, exact_tables


def may_be(value: object, found: object) -> bool:
    """Say whether an exact value is among all that an uncertain one may be."""
    match found:
        case Interval(low, high, may_be_absent):
            return may_be_absent if value is None else low <= value <= high
        case Maybe() | OneOf():
            return True
        case _:
            return value is found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), worlds())
def test_an_interval_holds_every_result_that_its_inputs_allow(lines, world):
    perhaps, uncertain_tables, exactly, exact_tables = world
    program = Program(lines, EXACT_BACKEND)
    try:
        settled = program.run(exactly, exact_tables).values
    except LineFault as fault:
        lines = program.lines[: program.lines.index(fault.line)]  # those that were settled before
        assume(lines)
        settled = Program(lines, EXACT_BACKEND).run(exactly, exact_tables).values
    found = Program(lines, INTERVAL_BACKEND).run(perhaps, uncertain_tables).values
    for name, value in settled.items():
        assert may_be(value, found[name]), f"{name}: {value} is not in {found[name]}"


def test_the_random_formulas_use_every_function_of_numbers():
    drawn: set[str] = set()

    @settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def draw(lines: list[Line]) -> None:
        drawn.update(node.function for line in lines for node in line.nodes if isinstance(node, Call))

    draw()
    over_a_portfolio = {name for name, entry in FUNCTIONS.items() if entry.shape is Shape.PORTFOLIO}
    assert set(FUNCTIONS) - drawn == {"year", *over_a_portfolio}  # those are in test_statistics


# -- exact numbers against fractions

ARITHMETIC = ("+", "-", "*", "/", "min", "max", "clamp", "bands", "interpolate")
STEPS = [(D(0), D("1")), (D(3), D("0.5")), (D("10.5"), D("0.25"))]


@cache
def calculations(depth: int) -> st.SearchStrategy[Node]:
    leaves = st.sampled_from((Name("a"), Name("b"), Name("c"), *CONSTANTS))
    if depth == 0:
        return leaves
    less = calculations(depth - 1)
    return st.one_of(
        leaves,
        st.builds(Call, st.sampled_from("+-*/"), st.tuples(less, less)),
        st.builds(Call, st.sampled_from(("min", "max")), st.tuples(less, less)),
        st.builds(lambda each: Call("clamp", (each, CONSTANTS[1], CONSTANTS[4])), less),
        st.builds(
            lambda function, each: Call(function, (each, Column("s", "at"), Column("s", "give"))),
            st.sampled_from(("bands", "interpolate")),
            less,
        ),
    )


class Oracle:
    """Evaluates in fractions and keeps the largest number on the way, which bounds what rounding can do."""

    def __init__(self, inputs: dict[str, Decimal]) -> None:
        self.inputs = inputs
        self.largest = Fraction(1)

    def value(self, node: Node) -> Fraction:
        found = self._value(node)
        self.largest = max(self.largest, abs(found))
        return found

    def _value(self, node: Node) -> Fraction:
        if isinstance(node, Number):
            return Fraction(node.value)
        if isinstance(node, Name):
            return Fraction(self.inputs[node.name])
        assert isinstance(node, Call)
        if node.function in ("bands", "interpolate"):
            return getattr(self, node.function)(self.value(node.arguments[0]))
        values = [self.value(each) for each in node.arguments]
        match node.function:
            case "+":
                return values[0] + values[1]
            case "-":
                return values[0] - values[1]
            case "*":
                return values[0] * values[1]
            case "/":
                assume(abs(values[1]) > Fraction(1, 1_000))
                return values[0] / values[1]
            case "clamp":
                return sorted(values)[1]
        return {"min": min, "max": max}[node.function](values)

    def bands(self, value: Fraction) -> Fraction:
        """Return the area under the shares from 0 to the value."""
        ends = [Fraction(at) for at, _ in STEPS[1:]] + [max(value, Fraction(11))]
        return sum(
            (
                max(min(value, end) - Fraction(at), 0) * Fraction(share)
                for (at, share), end in zip(STEPS, ends, strict=True)
            ),
            Fraction(0),
        )

    def interpolate(self, value: Fraction) -> Fraction:
        """Return the mean of the two neighbours, weighted by nearness."""
        points = [(Fraction(at), Fraction(give)) for at, give in STEPS]
        value = min(max(value, points[0][0]), points[-1][0])
        for (x0, y0), (x1, y1) in pairwise(points):
            if value <= x1:
                return (y0 * (x1 - value) + y1 * (value - x0)) / (x1 - x0)
        raise AssertionError


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(calculations(4), *[st.decimals(-10_000, 10_000, places=4, allow_nan=False)] * 3)
def test_exact_numbers_agree_with_fractions(tree, a, b, c):
    oracle = Oracle({"a": a, "b": b, "c": c})
    expected = oracle.value(tree)
    steps = Table((), [{"at": at, "give": give} for at, give in STEPS])
    program = Program([Line("r", (Case(None, tree),))], EXACT_BACKEND)
    settled = program.run(oracle.inputs, {"s": steps}).values["r"]
    assert abs(Fraction(settled) - expected) <= oracle.largest * Fraction(1, 10**25)
    divides = any(isinstance(node, Call) and node.function in ("/", "interpolate") for node in walk(tree))
    if not divides and len(str(settled)) < 30:
        assert Fraction(settled) == expected


# -- undecided flags, by hand


def bounds_of(formula: str, **inputs):
    program = Program([Line("r", (Case(None, parse(formula)),))], INTERVAL_BACKEND)
    return program.run(inputs, {}).values["r"]


LOW, HIGH = Interval(D(1), D(2)), Interval(D(5), D(6))


def test_an_undecided_case_is_the_hull_of_its_branches():
    assert bounds_of("a if f else b", a=LOW, b=HIGH, f=MAYBE) == Interval(D(1), D(6))
    assert bounds_of("a if f else b", a=LOW, b=HIGH, f=True) == LOW
    assert bounds_of("a if a > 1.5 else b", a=LOW, b=HIGH) == Interval(D(1), D(6))
    assert bounds_of("a if a > 0 else b", a=LOW, b=HIGH) == LOW


def test_a_branch_that_cannot_be_evaluated_cannot_have_been_taken():
    zero = Interval(D(0), D(0))
    assert bounds_of("a / z if f else b", a=LOW, b=HIGH, z=zero, f=MAYBE) == HIGH
    with pytest.raises(LineFault):
        bounds_of("a / z if f else b", a=LOW, b=HIGH, z=zero, f=True)
    # nor can the condition of a case that was never reached
    cases = (Case(parse("f"), parse("a")), Case(parse("a / z > 0"), parse("b")), Case(None, parse("b")))
    run = Program([Line("r", cases)], INTERVAL_BACKEND).run({"a": LOW, "b": HIGH, "z": zero, "f": MAYBE}, {})
    assert run.values["r"] == LOW


def test_a_line_that_perhaps_applies_is_perhaps_absent():
    fee = Line("fee", (Case(None, parse("a")),), parse("f"))
    told = Line("told", (Case(None, parse("is_present(fee)")),))
    run = Program([fee, told], INTERVAL_BACKEND).run({"a": LOW, "f": MAYBE}, {})
    assert run.values == {"fee": Interval(D(1), D(2), True), "told": MAYBE}


def test_a_number_printed_rounded_is_every_number_that_prints_so():
    assert printed(D("0.97"), D("0.005")) == Interval(D("0.965"), D("0.975"))
    assert bounds_of("1000 * q", q=printed(D("0.97"), D("0.005"))) == Interval(D(965), D(975))
    assert EXACT.subtract(D("0.975"), D("0.965")) == D("0.01")
