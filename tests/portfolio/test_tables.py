"""Tables whose rows stand side by side in wide files: found by name templates, read cell by cell."""

from decimal import Decimal
from pathlib import Path

import pytest

from vbc_cli import api
from vbc_cli.contract.contract import read_contract
from vbc_cli.expect import compare, parse_expectations
from vbc_cli.formula.interval import Interval
from vbc_cli.portfolio.read import read_portfolio
from vbc_cli.problems import InputRefused

D = Decimal
MODEL = """\
model: small
title: A small program
summary: Points for measures.
tables:
  measures:
    from: facts
    key: measure
    columns:
      measure: code
      domain: code
      target: {unit: score, optional: yes}
      rate: {unit: score, optional: yes}
      given: {unit: points, optional: yes}
lines:
  measures.met: is_present(measures.rate) and is_present(measures.target) and measures.rate >= measures.target
  measures.points:
    when: is_present(measures.rate) or is_present(measures.given)
    unit: points
    cases:
      - {if: is_present(measures.given), then: measures.given}
      - {if: measures.met, then: 10}
      - {else: 0}
  scored: count(is_present(measures.points))
  points: "sum(measures.points, where=is_present(measures.points))"
results: {points: points}
"""
CONTRACT = """\
contract: small-2024
title: A small program
payer: A program
period: {start: 2024-01-01, end: 2024-12-31}
portfolio:
  files:
    clinical: {file: clinical.csv, key: ID, title_lines: 1}
    survey: {file: survey.csv, key: Facility, may_lack_rows: yes}
  missing: [Not Available]
  tables:
    measures:
      - rows: {measure: [AMI, HF], domain: clinical}
        file: clinical
        columns:
          target: {column: "{measure} Target", read: number, printed: 0.01}
          rate: {column: ["{measure} Rate", "{measure} Performance"], read: number,
            absent: none, printed: 0.01}
        published:
          points: {column: "{measure} Score", read: out_of, absent: none}
      - rows: {measure: SSI, domain: safety}
        columns:
          given: {column: "Combined {measure} Score", read: out_of, absent: none}
      - rows: {measure: [Nurses, Doctors], domain: [survey, "doctors' survey"]}
        file: survey
        columns:
          target: {column: "{measure} Target", read: percent, absent: none, printed: 0.1}
          rate: {column: "{measure} Rate", read: percent, absent: none}
        published:
          points: {column: "{measure} Dimension Score", absent: none}
arrangements:
  points: [{model: ./small.yaml}]
"""
CLINICAL = """\
Results of a program,,,,,,,
ID,AMI Target,AMI Rate,AMI Score,HF  target,hf performance,HF Score,Combined SSI Score
A1,0.80,0.85,10 out of 10,0.90,0.70,0 out of 10,3 out of 10
A2,0.80,Not Available,Not Available,0.90,0.90,10 out of 10,Not Available
"""
SURVEY = """\
Facility,Nurses Target,Nurses Rate,Nurses Dimension Score,Doctors Target,Doctors Rate,Doctors Dimension Score
A1,79.4%,80.25%,10,80.0%,79.9%,0
"""


@pytest.fixture
def program(tmp_path) -> Path:
    (tmp_path / "small.yaml").write_text(MODEL)
    write(tmp_path, CONTRACT)
    (tmp_path / "clinical.csv").write_text(CLINICAL)
    (tmp_path / "survey.csv").write_text(SURVEY)
    return tmp_path


def write(folder: Path, contract: str) -> None:
    (folder / "contract.yaml").write_text(contract)


def refused(folder: Path) -> list[str]:
    """Return the problems of a portfolio, without the folder's name."""
    with pytest.raises(InputRefused) as refusal:
        api.settle(folder / "contract.yaml")
    return [str(problem).replace(f"{folder}/", "") for problem in refusal.value.problems]


def data_of(program):
    return read_portfolio(read_contract(program / "contract.yaml", {}).portfolio)


def test_every_row_of_a_table_is_read_from_the_columns_its_name_makes(program):
    first = data_of(program).rows[0].tables["measures"]
    assert first.rows == [
        {"measure": "AMI", "domain": "clinical", "target": D("0.80"), "rate": D("0.85")},
        {"measure": "HF", "domain": "clinical", "target": D("0.90"), "rate": D("0.70")},
        {"measure": "SSI", "domain": "safety", "given": D(3)},
        {"measure": "Nurses", "domain": "survey", "target": D("0.794"), "rate": D("0.8025")},
        {"measure": "Doctors", "domain": "doctors' survey", "target": D("0.8"), "rate": D("0.799")},
    ]
    assert first.row("measures", ("HF",))["rate"] == D("0.70")


def test_a_file_that_may_lack_rows_gives_cells_without_a_value(program):
    second = data_of(program).rows[1].tables["measures"]
    assert [row.get("rate") for row in second.rows] == [None, D("0.90"), None, None, None]


def test_computed_columns_stand_beside_what_was_read(program):
    settlement = api.settle(program / "contract.yaml")
    values = [settlement.values(row) for row in settlement.arrangements[0].rows]
    # A1: 10 for AMI, 0 for HF, 3 as given, 10 for nurses, 0 for doctors; A2: 10 for HF alone
    assert values == [{"scored": D(5), "points": D(23)}, {"scored": D(1), "points": D(10)}]


def test_each_cell_stands_for_all_that_prints_so(program):
    data = data_of(program)
    table = data.uncertain(data.rows[0])["measures"]
    assert table.rows[0]["rate"] == Interval(D("0.845"), D("0.855"))
    assert table.rows[3]["target"] == Interval(D("0.7935"), D("0.7945"))  # 79.4 %, printed to 0.1 %
    assert table.rows[3]["rate"] == Interval(D("0.8025"), D("0.8025"))
    assert table.rows[2]["domain"] == "safety"


def test_faults_of_cells_name_file_line_and_row_of_the_table(program):
    (program / "clinical.csv").write_text(
        CLINICAL.replace("A1,0.80", "A1,Not Available").replace("3 out of 10", "3 of 10")
    )
    (program / "survey.csv").write_text(SURVEY.replace("80.25%", "many"))
    assert refused(program) == [
        "clinical.csv:3: 'measures[AMI].target' of A1 is missing ('Not Available' in AMI Target)\n"
        "  Complete it, or say in the contract what a missing value is: absent: 0 or absent: none.",
        "clinical.csv:3: '3 of 10' in Combined SSI Score of A1 is not points out of a number\n"
        "  Write it as 3 out of 10, or say read: number.",
        "survey.csv:2: 'many' in Nurses Rate of A1 is not a number\n"
        "  Correct the cell, or name the text in texts: or missing:.",
    ]


def test_a_column_that_a_template_does_not_find_is_named_for_its_row(program):
    (program / "clinical.csv").write_text(CLINICAL.replace("AMI Rate", "AMI Rates"))
    assert refused(program) == [
        "clinical.csv:2: no column 'AMI Rate' or 'AMI Performance' for 'measures[AMI].rate'\n"
        "  Did you mean 'AMI Rates'?"
    ]


@pytest.mark.parametrize(
    ("text", "instead", "problems"),
    [
        (
            '"{measure} Target", read: number',
            '"{mesure} Target", read: number',
            ["contract.yaml:12: '{mesure}' in a column of measures\n  Did you mean 'measure'?"],
        ),
        (
            "measure: [AMI, HF]",
            "measure: [AMI, AMI]",
            ["contract.yaml:12: the key AMI of 'measures' is there twice\n  It is first on line 12."],
        ),
        (
            'domain: [survey, "doctors\' survey"]',
            "domain: [one, two, three]",
            [
                "contract.yaml:23: 'measure' of measures has 2 values for 3 rows\n"
                "  Give one value for all rows, or one for each."
            ],
        ),
        (
            "measure: SSI, domain: safety",
            "measure: SSI",
            [
                "contract.yaml:20: the rows of measures have no 'domain'\n"
                "  Say where it is found: columns: {domain: ...}."
            ],
        ),
        (
            "measure: SSI, domain: safety",
            "domain: safety",
            [
                "contract.yaml:20: the rows of measures have no 'measure'\n"
                "  It is the key: name the rows, measure: [...]."
            ],
        ),
        (
            "measure: SSI, domain: safety",
            "measure: SSI, domain: safety, weight: 2",
            [
                "contract.yaml:20: unknown column 'weight' of measures\n"
                "  Known: domain, given, measure, rate, target."
            ],
        ),
        (
            "measure: SSI, domain: safety",
            "measure: SSI, domain: safety, given: 3",
            ["contract.yaml:22: 'given' of measures is both in rows and in columns\n  Keep one of them."],
        ),
        (
            "          given: {",
            "          gave: {",
            [
                "contract.yaml:22: unknown column 'gave' of measures\n  Did you mean 'given'?",
            ],
        ),
        (
            '          points: {column: "{measure} Dim',
            '          point: {column: "{measure} Dim',
            ["contract.yaml:29: unknown column 'point' of measures\n  Did you mean 'points'?"],
        ),
        (
            "        file: survey\n",
            "        file: surveys\n",
            ["contract.yaml:24: measures is in a file 'surveys'\n  Did you mean 'survey'?"],
        ),
        (
            "    measures:\n      - rows: {measure: [AMI",
            "    measure:\n      - rows: {measure: [AMI",
            [
                "contract.yaml:12: no model reads the table 'measure'\n  Did you mean 'measures'?",
                "contract.yaml:31: nobody provides the fact 'measures' that small needs\n"
                "  Known: counted_as_cost, small.points.",
            ],
        ),
        (
            '"{measure} Target", read: percent',
            '"{measure} Target", read: out_of',
            [
                "contract.yaml:26: 'measures.target' is a score with read: out_of\n"
                "  Say how its text is written: read: number, percent, fraction or share."
            ],
        ),
    ],
)
def test_a_faulty_template_is_refused_with_its_line(program, text, instead, problems):
    assert text in CONTRACT
    write(program, CONTRACT.replace(text, instead))
    assert refused(program) == problems


def compared(program, *expectations):
    return compare(api.settle(program / "contract.yaml"), parse_expectations(expectations, []))


def test_a_computed_column_is_compared_with_the_published_column_of_each_row(program):
    measures, dimensions = compared(
        program, "measures.points={measure} Score", "measures.points={measure} dimension score"
    )
    # AMI and HF of A1, HF of A2; AMI of A2 has no published score, and A2 is not in the survey
    assert (measures.agree, measures.unpublished, measures.differences) == (3, 1, ())
    assert (dimensions.agree, dimensions.unpublished, dimensions.differences) == (2, 2, ())


def test_a_row_that_differs_is_held_against_what_its_printed_digits_allow(program):
    survey = SURVEY.replace("80.25%,10", "79.41%,0").replace("79.9%,0", "85%,0")
    (program / "survey.csv").write_text(survey)
    (found,) = compared(program, "measures.points={measure} Dimension Score")
    nurses, doctors = found.differences
    assert (nurses.key, nurses.settled, nurses.published, nurses.outside) == ("A1 Nurses", 10, 0, False)
    assert (nurses.low, nurses.high) == (0, 10)  # 79.41 % against 79.4 %, which may be anything to 79.45 %
    assert (doctors.key, doctors.outside) == ("A1 Doctors", True)


@pytest.mark.parametrize(
    ("expectation", "problem"),
    [
        ("measures.points={measur} Score", "--expect: '{measur}' in the column of measures.points"),
        ("measure.points={measure} Score", "contract.yaml: no line 'measure.points' to compare"),
        ("points={measure} Score", "contract.yaml: 'points' is compared with a column for each row"),
        (
            "measures.points={measure} Points",
            "contract.yaml: how the columns '{measure} Points' are written is not stated\n"
            '  Add to tables: measures: published: {points: {column: "{measure} Points"}}.',
        ),
    ],
)
def test_an_expectation_that_cannot_be_read_is_refused(program, expectation, problem):
    with pytest.raises(InputRefused) as refusal:
        compared(program, expectation)
    assert str(refusal.value.problems[0]).replace(f"{program}/", "").startswith(problem)


def test_a_table_made_by_another_model_has_the_columns_its_reader_needs(tmp_path):
    medicare = Path(__file__).parents[2] / "contracts" / "medicare"
    model = (medicare / "models" / "hospital_vbp.yaml").read_text()
    columns = "      size: count\n      weight: {unit: points, optional: yes}\n"
    (tmp_path / "model.yaml").write_text(
        model.replace("      domain: code\n", f"      domain: code\n{columns}", 1)
    )
    contract = (medicare / "hospital_vbp" / "2024.yaml").read_text()
    write(tmp_path, contract.replace("../models/hospital_vbp.yaml", "./model.yaml"))
    problems = refused(tmp_path)
    assert [problem.partition(": ")[2] for problem in problems] == [
        "'totals.domains' has no column 'size' that hospital_vbp needs\n"
        "  Known: consistency, consistency_known, consistency_points, domain, is_scored, lowest_consistency, "
        "minimum_scored, points, score, scored, weight.",
        "'totals.domains.weight' is a rate, and hospital_vbp reads a points\n"
        "  Name another source for the fact: domains: ...",
    ]
