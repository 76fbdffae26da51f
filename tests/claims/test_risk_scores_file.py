"""Risk scores from a file of their own: which score a month has, blends of models, and what is refused.

Expected means are worked out by hand, and for random small files month by month in plain Python.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from claims_files import FINAL, YEAR, measure, write

from vbc_cli.claims.facts import Measured, MemberMonths, as_decimal
from vbc_cli.claims.membership_settings import BlendPart, Membership, Risk, RiskStep
from vbc_cli.claims.settings import Source
from vbc_cli.problems import InputRefused

PEOPLE = """member_id,enrollment_start_date,enrollment_end_date,stratum,demographic_score
M1,2025-01-01,2025-12-31,adult,0.4
M2,2025-01-01,2025-06-30,adult,0.4
M2,2025-07-01,2025-12-31,esrd,0.4
M3,2025-07-01,2025-12-31,adult,0.6
"""
HALVES = """member_id,risk_score,effective_date,end_date
M1,1.000,2025-01-01,2025-04-15
M1,1.600,2025-04-16,
M2,0.500,,2025-03-31
GONE,9.000,2025-01-01,2025-12-31
"""
MODELS = """member_id,risk_score,payment_year,risk_model
M1,1.146,2025,V24
M1,2.030,2025,V28
M2,4.584,2025,V24
M2,1.015,2025,V28
M1,9.000,2024,V22
"""
ONE = Risk("one")
BLEND = (
    BlendPart("V24", Decimal("0.67"), Decimal("1.146")),
    BlendPart("V28", Decimal("0.33"), Decimal("1.015")),
)


def count(sources: Sequence[Source], risk: Risk, base_years: Sequence[Mapping[int, str]] = ()) -> Measured:
    """Measure member months by one set of risk rules."""
    rules = {"members": Membership(risk=risk)}
    return measure(sources, YEAR, FINAL, (), memberships=rules, base_year_models=base_years)


def scored(folder: Path, scores: str, risk: Risk = ONE, people: str = PEOPLE) -> MemberMonths:
    """Return the months and scores of the members of small files."""
    return count(write(folder, eligibility=people, risk_scores=scores), risk).member_months["members"]


def refusal(folder: Path, scores: str, risk: Risk = ONE, people: str = PEOPLE) -> str:
    """Return what the refusal of these files says, their folder left out."""
    with pytest.raises(InputRefused) as refused:
        scored(folder, scores, risk, people)
    return str(refused.value).replace(f"{folder}/", "")


def test_a_month_has_the_score_of_the_first_row_that_touches_it(tmp_path: Path) -> None:
    found = scored(tmp_path, HALVES, Risk("exclude", steps=(RiskStep("as it is", multiply_by=Decimal(1)),)))
    # M1: January to April at 1.0, eight months at 1.6; M2: January to March at 0.5, the rest without a score.
    # (4 x 1.0 + 8 x 1.6 + 3 x 0.5) / 15 = 18.3 / 15.
    assert found.risk_by_stratum == {"adult": Decimal("1.22")}
    # Unscored: nine months of M2 and six of M3.
    assert found.scored is not None
    assert (found.scored.scored, found.scored.unscored) == (15, 15)
    assert found.scored.source.files == (str(tmp_path / "risk_scores.csv"),)
    assert found.scored.source.rows == 3


def test_months_without_a_score_count_as_the_contract_says(tmp_path: Path) -> None:
    # Adults: 18.3, with M2's April to June and six months of M3 at 1: 27.3 / 24; the others six months at 1.
    assert scored(tmp_path, HALVES).risk_by_stratum == {"adult": Decimal("1.1375"), "esrd": Decimal(1)}
    # At their demographic scores: 18.3 + 3 x 0.4 + 6 x 0.6 = 23.1, / 24; 0.4.
    assert scored(tmp_path, HALVES, Risk("demographic")).risk_by_stratum == {
        "adult": Decimal("0.9625"),
        "esrd": Decimal("0.4"),
    }
    # Without any rules of risk they are left out.
    assert scored(tmp_path, HALVES, Risk()).risk_by_stratum == {"adult": Decimal("1.22")}


def test_a_score_may_be_of_one_stratum_of_the_member(tmp_path: Path) -> None:
    rows = "member_id,risk_score,stratum\nM2,0.5,adult\nM2,1.5,esrd\n"
    assert scored(tmp_path, rows, Risk()).risk_by_stratum == {"adult": Decimal("0.5"), "esrd": Decimal("1.5")}


def test_a_score_may_be_of_a_payment_month(tmp_path: Path) -> None:
    rows = "member_id,risk_score,payment_year,payment_month\nM1,0.5,2025,2\nM1,1.5,2025,3\nM1,9,2024,3\n"
    found = scored(tmp_path, rows, Risk())
    assert found.risk_by_stratum == {"adult": Decimal(1)}
    assert found.scored is not None
    assert found.scored.scored == 2


def test_scores_are_read_from_several_files_of_any_kind(tmp_path: Path) -> None:
    rows = HALVES.splitlines(keepends=True)
    first, second = tmp_path / "first.csv.gz", tmp_path / "second.parquet"
    first.write_bytes(gzip.compress("".join(rows[:3]).encode()))
    (tmp_path / "second.csv").write_text(rows[0] + rows[3] + rows[4])
    duckdb.sql(f"COPY (FROM read_csv('{tmp_path}/second.csv', all_varchar = true)) TO '{second}'")
    sources = [*write(tmp_path, eligibility=PEOPLE), Source("risk_scores", (first, second))]
    assert count(sources, Risk()).member_months["members"].risk_by_stratum == {"adult": Decimal("1.22")}


def test_blended_scores_are_normalised_each_in_its_model_and_weighted(tmp_path: Path) -> None:
    steps = (RiskStep("coding intensity", multiply_by=Decimal("0.941")),)
    found = scored(tmp_path, MODELS, Risk("exclude", steps=steps, blend=BLEND))
    # M1 12 months: 0.67 x 1.146 / 1.146 + 0.33 x 2.030 / 1.015 = 0.67 + 0.66 = 1.33.
    # M2 6 months as an adult, 6 in the other stratum: 0.67 x 4 + 0.33 x 1 = 3.01.
    # Adults (12 x 1.33 + 6 x 3.01) / 18 = 34.02 / 18; raw V24 (12 x 1.146 + 6 x 4.584) / 18 = 41.256 / 18.
    assert [called for called, _ in found.risk_steps] == [
        "raw, V24",
        "raw, V28",
        "blended",
        "coding intensity",
    ]
    assert found.risk_steps[0][1] == {"adult": Decimal("2.292"), "esrd": Decimal("4.584")}
    assert found.risk_steps[2][1] == {"adult": Decimal("1.89"), "esrd": Decimal("3.01")}
    assert found.risk_by_stratum["adult"] == Decimal("1.77849")
    # M3 has no score: as 1 for six months, (34.02 + 6) / 24.
    assert scored(tmp_path, MODELS, Risk("one", blend=BLEND)).risk_by_stratum["adult"] == Decimal("1.6675")
    # One of the models alone.
    v24 = Risk("exclude", "V24")
    rows = "".join(line for line in MODELS.splitlines(keepends=True) if "V28" not in line)
    assert scored(tmp_path, rows, v24).risk_by_stratum["adult"] == Decimal("2.292")


def test_facts_that_name_their_models_read_one_file_and_others_have_no_score(tmp_path: Path) -> None:
    sources = write(tmp_path, eligibility=PEOPLE, risk_scores=MODELS)
    rules = {"old": Membership(risk=Risk("one", "V24")), "new": Membership(risk=Risk("one", "V28"))}
    found = measure(sources, YEAR, FINAL, (), memberships=rules).member_months
    # V24: (12 x 1.146 + 6 x 4.584 + 6) / 24; V28: (12 x 2.030 + 6 x 1.015 + 6) / 24.
    assert found["old"].risk_by_stratum["adult"] == Decimal("1.969")
    assert found["new"].risk_by_stratum["adult"] == Decimal("1.51875")
    assert found["while_attributed"].risk_by_stratum == {}


def test_members_with_a_score_and_no_eligibility_are_counted(tmp_path: Path) -> None:
    found = count(write(tmp_path, eligibility=PEOPLE, risk_scores=HALVES), Risk())
    assert [(join.source, join.keys_unmatched) for join in found.joins] == [("risk_scores", 1)]


REFUSED = {
    "the same days twice": (
        HALVES.replace("2025-04-16,", "2025-04-15,"),
        "risk_scores.csv:3: the row is of days for which the same member has a score on line 2\n"
        "  Keep one score for a day; scores of several models or strata need risk_model or stratum.",
    ),
    "no score": (
        HALVES.replace("0.500", ""),
        "risk_scores.csv:4: risk_score is empty\n  Fill it in, or take the row out.",
    ),
    "a score below zero": (
        HALVES.replace("0.500", "-0.5"),
        "risk_scores.csv:4: risk_score '-0.5' is below 0\n  Write a number from 0.",
    ),
    "a score in words": (
        HALVES.replace("0.500", "n/a"),
        "risk_scores.csv:4: risk_score 'n/a' is not a number\n"
        "  Write plain digits with a point, such as 0.764.",
    ),
    "an end before the start": (
        HALVES.replace("2025-04-15", "2024-04-15"),
        "risk_scores.csv:2: end_date 2024-04-15 is before effective_date 2025-01-01\n"
        "  Correct one of the two dates.",
    ),
    "another date format": (
        HALVES.replace("2025-04-15", "04/15/2025"),
        "risk_scores.csv:2: end_date '04/15/2025' is not a date written YYYY-MM-DD\n"
        "  Write it so, or set date_format: mm/dd/yyyy.",
    ),
    "days said in two ways": (
        "member_id,risk_score,effective_date,payment_year\nM1,1,2025-01-01,2025\n",
        "risk_scores.csv:1: the days of a score are said in two ways: effective_date and payment_year\n"
        "  Leave one of them out.",
    ),
    "a month without its year": (
        "member_id,risk_score,payment_month\nM1,1,2\n",
        "risk_scores.csv:1: there is payment_month without payment_year\n  Add the year.",
    ),
    "a month that is none": (
        "member_id,risk_score,payment_year,payment_month\nM1,1,2025,13\n",
        "risk_scores.csv:2: payment_month '13' is above 12\n  Write a whole number up to 12.",
    ),
    "half a year": (
        "member_id,risk_score,payment_year\nM1,1,2025.5\n",
        "risk_scores.csv:2: payment_year '2025.5' is not a whole number\n  Write it without a fraction.",
    ),
    "a stratum of nobody": (
        "member_id,risk_score,stratum\nM1,1,adutl\n",
        "risk_scores.csv:2: the stratum of the score is not one of the eligibility file\n"
        "  It has: adult, esrd.",
    ),
    "several models and none named": (
        MODELS,
        "risk_scores.csv: the scores are of 2 models, and 'members' does not say of which its are\n"
        "  Add model: or blend: to its risk.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_scores_that_cannot_be_used_are_refused(tmp_path: Path, case: str) -> None:
    rows, said = REFUSED[case]
    assert refusal(tmp_path, rows) == said


def test_scores_in_the_eligibility_file_too_are_two_sources_of_one_thing(tmp_path: Path) -> None:
    people = PEOPLE.replace("demographic_score", "risk_score").replace(",0.4\n", ",\n")
    assert refusal(tmp_path, HALVES, people=people) == (
        "eligibility.csv:5: the row has a risk_score, and the contract names a file of risk scores\n"
        "  Take out one of the two: that column, or risk_scores under data:."
    )
    # A column that nobody has a score in is no source.
    empty = people.replace(",0.6\n", ",\n")
    assert scored(tmp_path, HALVES, Risk(), empty).risk_by_stratum["adult"] == Decimal("1.22")


def test_a_score_of_a_model_that_the_contract_does_not_name_is_refused(tmp_path: Path) -> None:
    # The row of 2024 is not of this period and may be of any model.
    assert refusal(tmp_path, MODELS, Risk("one", "V28")) == (
        "risk_scores.csv:2: the score is of the model 'V24', which the contract does not name\n"
        "  The contract names V28: correct one of the two.\n"
        "risk_scores.csv:4: the score is of the model 'V24', which the contract does not name\n"
        "  The contract names V28: correct one of the two."
    )
    # What may be a member id in the wrong column is not shown.
    assert "of the model (not shown), which" in refusal(
        tmp_path, MODELS.replace("V24", "M900000001"), Risk("one", "V28")
    )
    assert "there is no column 'risk_model'" in refusal(tmp_path, HALVES, Risk("one", "V28"))
    assert "risk_model is empty" in refusal(tmp_path, MODELS.replace("V24", ""), Risk("one", "V28"))


def test_the_first_rows_with_a_fault_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    rows = "".join(f"M{number},1,V24\n" for number in range(25))
    said = refusal(tmp_path, f"member_id,risk_score,risk_model\n{rows}", Risk("one", "V28"))
    assert said.count("the model 'V24'") == 20
    assert said.endswith("risk_scores.csv: 5 more rows like these\n  Repair these first.")


def test_files_of_scores_all_have_a_stratum_or_none_has(tmp_path: Path) -> None:
    texts = {"a.csv": "member_id,risk_score,stratum\nM1,1,adult\n", "b.csv": "member_id,risk_score\nM2,1\n"}
    sources = write(tmp_path, eligibility=PEOPLE)
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        sources.append(Source("risk_scores", (tmp_path / name,)))
    with pytest.raises(InputRefused) as refused:
        count(sources, ONE)
    assert str(refused.value).replace(f"{tmp_path}/", "") == (
        "b.csv:1: it has no stratum, which other files of scores have\n"
        "  Give all files of scores a stratum, or none."
    )


def test_a_blend_needs_a_score_of_every_model_for_the_same_days(tmp_path: Path) -> None:
    assert refusal(tmp_path, MODELS.replace("M2,1.015,2025,V28\n", ""), Risk("one", blend=BLEND)) == (
        "risk_scores.csv:4: the member has no score of every model of the blend (V24, V28) for these days\n"
        "  Give a row for each model with the same days, or leave the member unscored."
    )


def test_the_base_years_scores_are_of_the_models_that_the_contract_names(tmp_path: Path) -> None:
    rows = "base_year,risk_score,risk_model\n2023,1.01,V24\n2024,1.02,V28\n"
    sources = write(tmp_path, eligibility=PEOPLE, base_years=rows)
    count(sources, Risk(), [{2023: "V24", 2024: "V28"}])
    with pytest.raises(InputRefused) as refused:
        count(sources, Risk(), [{2023: "V24", 2024: "V24"}, {2024: "V28"}])
    assert str(refused.value).replace(f"{tmp_path}/", "") == (
        "base_years.csv:3: the score is of the model 'V28'; the contract names V24 for 2024\n"
        "  Correct one of the two: risk_models: in the contract, or the file.\n"
        "base_years.csv:2: the score is of the model 'V24'; the contract names no risk model for 2023\n"
        "  Correct one of the two: risk_models: in the contract, or the file."
    )


def first_of_months() -> list[date]:
    """Return the months of the period."""
    return [date(2025, month, 1) for month in range(1, 13)]


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def draw_spans(rng: random.Random, most: int) -> list[tuple[date, date]]:
    """Draw spans that do not overlap."""
    cuts = sorted(rng.sample(range(500), 2 * rng.randint(1, most)))
    first = date(2024, 10, 1)
    return [(first + timedelta(cuts[i]), first + timedelta(cuts[i + 1])) for i in range(0, len(cuts), 2)]


@pytest.mark.parametrize("seed", range(25))
def test_random_files_have_the_scores_that_a_walk_over_all_months_finds(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    members = [f"M{number}" for number in range(rng.randint(1, 7))]
    spans = {member: draw_spans(rng, 2) for member in members}
    rows = {member: draw_spans(rng, 3) for member in members if rng.random() < 0.8}
    scores = {
        member: [(rng.randint(0, 3000), rng.randint(0, 3000)) for _ in days] for member, days in rows.items()
    }
    people = "member_id,enrollment_start_date,enrollment_end_date,stratum\n" + "".join(
        f"{member},{start},{end},{rng.choice('ab')}\n" for member in members for start, end in spans[member]
    )
    strata = {tuple(line.split(",")[:2]): line.split(",")[3] for line in people.splitlines()[1:]}
    lines = [
        f"{member},{Decimal(score[place]) / 1000},{start},{end},{model}\n"
        for member, days in rows.items()
        for (start, end), score in zip(days, scores[member], strict=True)
        for place, model in enumerate(("V24", "V28"))
    ] or ["NOBODY,1,,,V24\n", "NOBODY,1,,,V28\n"]
    rng.shuffle(lines)
    text = "member_id,risk_score,effective_date,end_date,risk_model\n" + "".join(lines)
    unscored = rng.choice(["exclude", "one"])
    sums: dict[str, list[Fraction]] = {}
    months_with, months_without = 0, 0
    for member in members:
        for month in first_of_months():
            touching = [span for span in spans[member] if span[0] <= last_day(month) and span[1] >= month]
            if not touching:
                continue
            stratum = strata[member, str(touching[0][0])]
            days = rows.get(member, [])
            found = [i for i, span in enumerate(days) if span[0] <= last_day(month) and span[1] >= month]
            months_with, months_without = months_with + bool(found), months_without + (not found)
            if found:
                old, new = scores[member][found[0]]
                score = Fraction(67, 100) * Fraction(old, 1146) + Fraction(33, 100) * Fraction(new, 1015)
                sums.setdefault(stratum, []).append(score)
            elif unscored == "one":
                sums.setdefault(stratum, []).append(Fraction(1))
    got = scored(tmp_path, text, Risk(unscored, blend=BLEND), people)  # type: ignore[arg-type]
    assert got.scored is not None
    assert (got.scored.scored, got.scored.unscored) == (months_with, months_without)
    assert got.risk_by_stratum.keys() == sums.keys()
    for stratum, each in sums.items():
        assert abs(got.risk_by_stratum[stratum] - as_decimal(sum(each) / len(each))) < Decimal("1e-28")
