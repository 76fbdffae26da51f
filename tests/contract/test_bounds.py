"""A value outside what its model states is refused wherever it comes from: agreed, given, made or filed."""

from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.contract.model_file import read_model
from vbc_cli.contract.strict import check_file
from vbc_cli.examples import run_file
from vbc_cli.problems import InputRefused

BONUS = """\
model: bonus
title: A bonus
summary: The plan pays a part of a pool by score.
terms:
  pool: {unit: usd, above: 0}
  rule: {unit: code, optional: yes, one_of: [all, nothing]}
facts:
  score: {unit: score, at_least: 0, at_most: 1}
  members: persons
tables:
  parts: {from: facts, key: part, columns: {part: code, weight: {unit: rate, above: 0, below: 1}}}
lines:
  measured: sum(parts.weight) > 0
  share: {formula: sum(parts.weight * score), unit: factor}
  paid:
    when: is_present(rule) or measured
    cases:
      - {if: measured, then: pool * share}
      - {if: rule == 'all', then: pool}
      - {else: 0}
checks:
  - {that: parts.weight != 0.13, of: parts, say: an unlucky part, repair: Choose another weight.}
  - {that: measured or is_present(rule), say: no part and no rule, repair: "Add rule: all, or nothing."}
results: {settlement: paid}
"""
MAKER = """\
model: maker
title: A score
summary: A score is made.
facts: {points: points}
lines: {made: {formula: points / 10, unit: score}}
results: {score: made}
"""
CONTRACT = """\
contract: bonus
title: A bonus
payer: A plan
provider: A group
period: {start: 2025-01-01, end: 2025-12-31}
facts:
  points: {given: 8}
  some: {given: 0.4}
  more: {given: 0.7}
  members: {given: 100}
  score: {given: 0.8}
  made: {model: ./maker.yaml}
arrangements:
  bonus:
    - model: ./bonus.yaml
      facts: {score: score, parts: [{part: a, weight: 0.5}]}
      terms: {pool: 1_000}
"""


@pytest.fixture
def bonus(tmp_path: Path) -> Path:
    (tmp_path / "bonus.yaml").write_text(BONUS)
    (tmp_path / "maker.yaml").write_text(MAKER)
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    return tmp_path


def settled(folder: Path, text: str = CONTRACT) -> str:
    """Return what is said of a contract, or what it pays."""
    (folder / "contract.yaml").write_text(text)
    try:
        settlement = api.settle(folder / "contract.yaml")
    except InputRefused as refusal:
        return str(refusal.problems[0]).rpartition("/")[2]
    return str(settlement.arrangements[0].rows[0].sheets["bonus"].value("paid"))


def test_a_value_within_its_bounds_is_settled(bonus: Path) -> None:
    assert settled(bonus) == "400.00"  # 1,000 x 0.5 x 0.8


@pytest.mark.parametrize(
    ("text", "instead", "said"),
    [
        (
            "pool: 1_000",
            "pool: 0",
            "contract.yaml:17: 'pool' is 0, which is not above 0\n"
            "  Correct it: the model cannot be settled with it.",
        ),
        (
            "score: {given: 0.8}",
            "score: {given: 80}",
            "contract.yaml:11: 'score' is 80, which is not between 0 and 1\n"
            "  Write 0.8 if 80 is in percent; else correct it.",
        ),
        (
            "members: {given: 100}",
            "members: {given: -1}",
            "contract.yaml:10: 'members' is -1, which is not at least 0\n"
            "  Correct it: the model cannot be settled with it.",
        ),
        (
            "score: score",
            "score: some + more",
            "contract.yaml:15: bonus: 'score' is 1.1, which is not between 0 and 1\n"
            "  Write 0.011 if 1.1 is in percent; else correct it. It comes from 'some + more'.",
        ),
        (
            "points: {given: 8}",
            "points: {given: 80}",
            "400.00",  # nothing reads the score that is made
        ),
        (
            "weight: 0.5",
            "weight: 1",
            "contract.yaml:16: 'weight' is 1, which is not above 0 and below 1\n"
            "  Correct it: the model cannot be settled with it.",
        ),
    ],
)
def test_a_value_outside_its_bounds_is_refused(bonus: Path, text: str, instead: str, said: str) -> None:
    assert settled(bonus, CONTRACT.replace(text, instead)) == said


def test_what_another_model_makes_is_held_against_the_bounds_too(bonus: Path) -> None:
    made = CONTRACT.replace("score: score", "score: made.score")
    assert settled(bonus, made) == "400.00"
    assert settled(bonus, made.replace("given: 8}", "given: 80}")) == (
        "contract.yaml:15: bonus: 'score' is 8, which is not between 0 and 1\n"
        "  Write 0.08 if 8 is in percent; else correct it. It comes from 'made.score'."
    )


def test_a_cell_that_names_a_fact_is_held_against_the_bounds_of_its_column(bonus: Path) -> None:
    text = CONTRACT.replace("weight: 0.5", "weight: some").replace("given: 0.4", "given: 1")
    assert settled(bonus, text) == (
        "contract.yaml:15: bonus: 'parts[a].weight' is 1, which is not above 0 and below 1\n"
        "  Correct it: the model cannot be settled with it."
    )


def test_a_check_of_every_row_names_the_row(bonus: Path) -> None:
    assert settled(bonus, CONTRACT.replace("weight: 0.5", "weight: 0.13")) == (
        "contract.yaml:15: bonus: a: an unlucky part\n  Choose another weight."
    )


def test_an_optional_term_is_asked_for_where_it_decides(bonus: Path) -> None:
    nothing = CONTRACT.replace("[{part: a, weight: 0.5}]", "nothing").replace(
        "  points:", "  nothing: {given: []}\n  points:"
    )
    assert "has no rows" in settled(bonus, nothing)  # a table is given with its rows
    (bonus / "examples.yaml").write_text(
        "model: ./bonus.yaml\nterms: {pool: 1_000}\nfacts: {score: 0.8, members: 1, parts: []}\nexamples:\n"
        "  - {name: not stated, source: hand, facts: {}, refused: no part and no rule}\n"
        "  - {name: all, source: hand, terms: {rule: all}, facts: {}, expect: {paid: 1_000}}\n"
        "  - {name: none, source: hand, terms: {rule: nothing}, facts: {}, expect: {paid: 0}}\n"
    )
    assert next(run_file(bonus / "examples.yaml").lines()).endswith("3 examples, 3 values, all as expected")


def test_a_row_of_a_portfolio_is_refused_with_its_file_and_line(bonus: Path) -> None:
    start, end = CONTRACT.index("facts:"), CONTRACT.index("arrangements:")
    portfolio = """\
portfolio:
  files: {results: {file: results.csv, key: id}}
  facts: {score: {column: Score, read: number}, members: Members}
"""
    text = (CONTRACT[:start] + portfolio + CONTRACT[end:]).replace("provider: A group\n", "")
    (bonus / "results.csv").write_text("id,Score,Members\nA,0.8,100\nB,85,100\n")
    assert settled(bonus, text) == (
        "results.csv:3: B: bonus: 'score' is 85, which is not between 0 and 1\n"
        "  Write 0.85 if 85 is in percent; else correct it."
    )


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("{unit: score, at_least: 1, at_most: 0}", "no value of 'score' lies within its bounds"),
        ("{unit: score, above: 1, at_most: 1}", "no value of 'score' lies within its bounds"),
        ("{unit: score, at_least: 0, above: 0}", "'score' has two bounds on one side"),
        ("{unit: flag, at_least: 0}", "'score' is a flag with bounds"),
        ("{unit: score, at_least: none}", "'at_least' is 'none', not a number"),
    ],
)
def test_bounds_that_cannot_be_meant_are_refused_in_the_model(bonus: Path, stated: str, said: str) -> None:
    (bonus / "bonus.yaml").write_text(BONUS.replace("{unit: score, at_least: 0, at_most: 1}", stated))
    with pytest.raises(InputRefused) as refusal:
        read_model(bonus / "bonus.yaml", "bonus.yaml", {})
    problem = refusal.value.problems[0]
    assert (problem.line, problem.what, bool(problem.repair)) == (8, said, True)


def test_a_check_of_a_table_that_is_not_there_is_refused_in_the_model(bonus: Path) -> None:
    (bonus / "bonus.yaml").write_text(BONUS.replace("of: parts", "of: part"))
    with pytest.raises(InputRefused) as refusal:
        read_model(bonus / "bonus.yaml", "bonus.yaml", {})
    assert str(refusal.value.problems[0]) == (
        "bonus.yaml:22: check: there is no table 'part'\n  Did you mean 'parts'?"
    )


def test_check_refuses_what_settle_refuses(bonus: Path) -> None:
    (bonus / "contract.yaml").write_text(CONTRACT.replace("score: {given: 0.8}", "score: {given: 80}"))
    with pytest.raises(InputRefused, match="'score' is 80, which is not between 0 and 1"):
        check_file(bonus / "contract.yaml", strict=False, shelf={})


EXAMPLES = """\
model: ./bonus.yaml
terms: {pool: 1_000}
facts: {members: 1, parts: [{part: a, weight: 0.5}]}
examples:
  - {name: right, source: hand, facts: {score: 1}, expect: {paid: 500}}
  - {name: in percent, source: hand, facts: {score: 85}, expect: {paid: "-"}}
  - {name: wrong, source: hand, facts: {score: 0.5}, expect: {paid: 500}}
  - {name: not refused, source: hand, facts: {score: 1}, refused: not between}
  - {name: refused, source: hand, facts: {score: 2}, refused: not between 0 and 1}
"""


def test_an_example_that_is_refused_stands_beside_those_that_differ(bonus: Path) -> None:
    (bonus / "examples.yaml").write_text(EXAMPLES)
    said = [line.rpartition("/")[2] for line in run_file(bonus / "examples.yaml").lines()]
    assert said == [
        "examples.yaml:6: in percent: refused: 'score' is 85, which is not between 0 and 1\n"
        "  Write 0.85 if 85 is in percent; else correct it.",
        "examples.yaml:7: wrong: paid is 250, expected 500",
        "examples.yaml:8: not refused: it is settled, expected to be refused: not between",
        "examples.yaml: 5 examples, 4 values, 2 differ, 1 refused",
    ]


def test_an_example_expects_values_or_a_refusal(bonus: Path) -> None:
    (bonus / "examples.yaml").write_text(EXAMPLES.replace(", refused: not between 0 and 1", ""))
    with pytest.raises(InputRefused, match="'refused' expects nothing\n  Write expect:"):
        run_file(bonus / "examples.yaml")
