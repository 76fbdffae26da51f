"""Lines that may have no value are refused when a model is read; those accepted always have one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vbc_cli.contract.guarded import inputs_of, needed_of
from vbc_cli.contract.model import Model, model_files
from vbc_cli.contract.model_file import read_model
from vbc_cli.formula.compiled import Program, Table
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.problems import InputRefused

HEAD = """\
model: m
title: A model
summary: Made up for messages.
terms:
  rate: {unit: rate, may_be: none}
  base: {unit: rate, may_be: none}
  rule: {unit: code, one_of: [a, b]}
facts: {paid: usd, due: usd, given: {unit: usd, optional: yes}, gate: {unit: flag, optional: yes}}
tables:
  rows:
    from: facts
    key: row
    columns: {row: code, value: usd, cell: {unit: usd, optional: yes}, weight: rate}
lines:
"""
ASK = "Ask is_present({0}) first, or say when: the line applies."
SAY = "Say what happens where {0} is 0, or when: {0} > 0."


def read(lines: str, folder: Path, results: str = "{settlement: x}", checks: str = "") -> Model:
    path = folder / "m.yaml"
    path.write_text(f"{HEAD}{lines}\n{checks}results: {results}\n")
    return read_model(path, "m.yaml", {})


@pytest.mark.parametrize(
    ("formula", "what", "repair"),
    [
        ("given", "it reads given, which may be missing", ASK.format("given")),
        ("paid if gate else 0", "it reads gate, which may be missing", ASK.format("gate")),
        ("paid * rate", "it reads rate, which may be missing", ASK.format("rate")),
        (
            "paid if is_present(rate) or base > 0 else 0",
            "it reads base, which may be missing",
            ASK.format("base"),
        ),
        ("paid * base if is_present(rate) else 0", "it reads base, which may be missing", ASK.format("base")),
        ("given if is_missing(given) else 0", "it reads given, which may be missing", ASK.format("given")),
        ("sum(rows.cell)", "it reads rows.cell, which may be missing", ASK.format("rows.cell")),
        ("rows['a'].cell", "it reads rows['a'].cell, which may be missing", ASK.format("rows['a'].cell")),
        ("paid * (paid / due)", "it divides by due, which may be 0", SAY.format("due")),
        ("paid * (paid / due) if due >= 0 else 0", "it divides by due, which may be 0", SAY.format("due")),
        (
            "paid * (paid / (due - paid))",
            "it divides by due - paid, which may be 0",
            SAY.format("due - paid"),
        ),
        (
            "lowest(rows.value)",
            "the lowest rows.value may have no row to take it from",
            "Ask first whether there is one: count(...) > 0.",
        ),
        (
            "weighted_mean(rows.value, rows.weight)",
            "the weights rows.weight may add up to 0",
            "Say what happens where the sum of rows.weight is 0.",
        ),
    ],
)
def test_a_line_that_may_have_no_value_is_refused_with_its_repair(
    formula: str, what: str, repair: str, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused) as refusal:
        read(f'  x: "{formula}"', tmp_path)
    (problem,) = refusal.value.problems
    line = HEAD.count("\n") + 1
    assert (problem.file, problem.line, problem.what, problem.repair) == (
        "m.yaml",
        line,
        f"line 'x': {what}",
        repair,
    )


@pytest.mark.parametrize(
    "lines",
    [
        '  x: "given if is_present(given) else 0"',
        "  x: {when: is_present(given) and is_present(rate), formula: given * rate}",
        "  known: is_present(given)\n  x: given if known else 0",
        "  part: {when: is_present(given), formula: given}\n  x: part if is_present(part) else 0",
        "  part: {when: is_present(given), formula: given}\n  x: part if is_present(given) else 0",
        '  x: "paid * (paid / due) if due > 0 else 0"',
        '  x: "paid * (paid / due) if due != 0 else 0"',
        '  x: "0 if due <= 0 else paid * (paid / due)"',
        '  x: "paid * (paid / (due - paid)) if due > paid else 0"',
        '  both: sum(rows.value)\n  x: "paid * (paid / both) if sum(rows.value) != 0 else 0"',
        '  x: "sum(rows.cell, where=is_present(rows.cell))"',
        '  x: "lowest(rows.value) if count(rows.value > 0) > 0 else 0"',
        '  x: "weighted_mean(rows.value, rows.weight) if sum(rows.weight) > 0 else 0"',
        "  x: {cases: [{if: rule == 'a', then: paid}, {else: due}]}",
    ],
)
def test_a_line_that_asks_first_is_read(lines: str, tmp_path: Path) -> None:
    assert read(lines, tmp_path).lines


def test_checks_guarantee_what_they_ask(tmp_path: Path) -> None:
    checks = """checks:
  - {that: is_missing(rate) or is_present(base), say: a rate without its base}
  - {that: due > 0, say: nothing due}
  - {that: "count(is_missing(rows.cell)) == 0", say: an empty cell}
"""
    lines = '  x: "sum(rows.cell) * (paid / due) * base if is_present(rate) else 0"'
    assert read(lines, tmp_path, checks=checks).lines


def test_a_line_that_only_informs_goes_without_a_value_and_says_why(tmp_path: Path) -> None:
    model = read('  x: paid\n  mean: "paid * (paid / due)"\n  more: mean + paid', tmp_path)
    informing = frozenset(line.name for line in model.lines) - needed_of(model, model.lines)
    run = Program(model.lines, EXACT_BACKEND, informing).run({"paid": Decimal(5), "due": Decimal(0)}, {})
    assert dict(run.values) == {"x": 5, "mean": None, "more": None}
    assert set(run.uncomputed) == {"mean", "more"}


NUMBERS = st.sampled_from(
    ["paid", "due", "given", "l0", "l1", "sum(rows.value)", "sum(rows.cell)", "lowest(rows.value)"]
)
FLAGS = st.sampled_from(
    ["is_present(given)", "is_missing(given)", "gate", "is_present(gate)", "paid > 0", "due != 0",
     "due > paid",      
     "is_present(l0)", "is_missing(l1)", "sum(rows.value) > 0", "count(rows.value > 0) > 0", 
     "rule == 'a'", "given > due"]
)  # fmt: skip


def both(left: st.SearchStrategy[str], symbols: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.tuples(left, st.sampled_from(symbols), left).map(lambda parts: f"({' '.join(parts)})")


CONDITIONS = st.recursive(
    FLAGS, lambda inner: both(inner, ("and", "or")) | inner.map(lambda x: f"(not {x})"), max_leaves=4
)
FORMULAS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        both(inner, ("+", "-")),
        st.tuples(inner, inner, inner).map(lambda x: f"({x[0]} * ({x[1]} / {x[2]}))"),
        st.tuples(inner, CONDITIONS, inner).map(lambda x: f"({x[0]} if {x[1]} else {x[2]})"),
        st.tuples(inner, inner).map(lambda x: f"max({x[0]}, {x[1]})"),
        inner.map(lambda x: f"abs({x})"),
    ),
    max_leaves=5,
)
AMOUNTS = st.sampled_from([Decimal(each) for each in (-2, -1, 0, 1, 2)])
ROWS = st.lists(st.tuples(AMOUNTS, AMOUNTS | st.none()), max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_accepted_has_a_value_for_any_inputs(tmp_path: Path, data: st.DataObject) -> None:
    known = ["paid", "due"]
    lines = []
    for name in ("l0", "l1", "x"):
        formula = data.draw(FORMULAS, label=name)
        when = data.draw(CONDITIONS | st.none(), label=f"when of {name}")
        assume(
            not any(
                later in f"{formula} {when}" for later in {"l0": ("l0", "l1"), "l1": ("l1",)}.get(name, ())
            )
        )
        lines.append(f'  {name}: {{formula: "{formula}"' + (f', when: "{when}"}}' if when else "}"))
    try:
        model = read("\n".join(lines), tmp_path)
    except InputRefused:
        return
    assert inputs_of(model).optional >= {"given", "gate"}
    program = Program(
        model.lines, EXACT_BACKEND, frozenset({"l0", "l1", "x"}) - needed_of(model, model.lines)
    )
    for _ in range(12):
        inputs = {name: data.draw(AMOUNTS) for name in known}
        inputs |= {
            "given": data.draw(AMOUNTS | st.none()),
            "gate": data.draw(st.booleans() | st.none()),
            "rule": data.draw(st.sampled_from("ab")),
        }
        rows = [
            {"row": str(place), "value": value, "cell": cell, "weight": Decimal(1)}
            for place, (value, cell) in enumerate(data.draw(ROWS))
        ]
        program.run(inputs, {"rows": Table(("row",), rows)})


@pytest.mark.parametrize("path", model_files(), ids=lambda path: path.stem)
def test_every_shipped_model_reads_and_divides_by_nothing_that_may_be_missing_or_zero(path: Path) -> None:
    # Contracts take this as proved.
    assert read_model(path, path.name, {}).lines
