"""What is wrong with risk scores beyond single rows: two sources, days said in two ways, models not agreed.

Only rows of the score file whose days touch the performance period are judged by what the contract names: a
file may hold several years.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vbc_cli.claims.asked import Asked
from vbc_cli.claims.engine import Engine, literal, statement
from vbc_cli.claims.header import Matched
from vbc_cli.claims.membership_settings import Risk
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.refusals import at, found_at
from vbc_cli.claims.settings import Kind
from vbc_cli.problems import Problem

MOST_LISTED = 20
DAYS = ("effective_date", "end_date")
ONE_SOURCE = "Take out one of the two: that column, or risk_scores under data:."


def score_problems(engine: Engine, asked: Asked, loaded: Mapping[Kind, Loaded]) -> Iterator[Problem]:
    """Yield what is wrong with the scores of members and of base years."""
    if "base_years" in loaded:
        for models in asked.base_year_models:
            yield from of_base_years(engine, loaded["base_years"].matched, models)
    if "risk_scores" not in loaded:
        return
    matched = loaded["risk_scores"].matched
    yield from said_in_two_ways(matched)
    if "eligibility" in loaded:
        yield from two_sources(engine, loaded["eligibility"].matched)
        yield from unknown_strata(engine, matched, asked)
    yield from unnamed_models(engine, matched, asked)
    yield from unmatched_blends(engine, matched, asked)


def said_in_two_ways(matched: Matched) -> Iterator[Problem]:
    """Yield the files that say the days of a score in two ways, and a month without its year."""
    for file in matched.files:
        days = [name for name in DAYS if name in file.places]
        if days and "payment_year" in file.places:
            what = f"the days of a score are said in two ways: {days[0]} and payment_year"
            yield Problem(str(file.path), 1, what, "Leave one of them out.")
        if "payment_month" in file.places and "payment_year" not in file.places:
            yield Problem(str(file.path), 1, "there is payment_month without payment_year", "Add the year.")
    if any("stratum" in file.places for file in matched.files) and not matched.has("stratum"):
        lacking = next(file for file in matched.files if "stratum" not in file.places)
        what = "it has no stratum, which other files of scores have"
        yield Problem(str(lacking.path), 1, what, "Give all files of scores a stratum, or none.")


def two_sources(engine: Engine, eligibility: Matched) -> Iterator[Problem]:
    """Yield the rows of the eligibility file that have a score too."""
    rows = "SELECT file_no, row_no FROM eligibility WHERE risk_score IS NOT NULL"
    what = "the row has a risk_score, and the contract names a file of risk scores"
    yield from refused(engine, eligibility, rows, what, ONE_SOURCE)


def unknown_strata(engine: Engine, matched: Matched, asked: Asked) -> Iterator[Problem]:
    """Yield rows of a stratum that the eligibility file does not have."""
    known = [name for (name,) in engine.execute("SELECT DISTINCT stratum FROM eligibility") if name]
    condition = "stratum IS NOT NULL AND stratum NOT IN (SELECT COALESCE(stratum, '') FROM eligibility)"
    what = "the stratum of the score is not one of the eligibility file"
    rows = touching(asked, condition)
    yield from refused(engine, matched, rows, what, f"It has: {', '.join(sorted(known)) or 'none'}.")


def unnamed_models(engine: Engine, matched: Matched, asked: Asked) -> Iterator[Problem]:
    """Yield rows of another model than those the contract names, and files of several where it names none."""
    named = asked.risk_models
    models = [
        model for (model,) in engine.execute(f"SELECT DISTINCT risk_model FROM ({touching(asked, 'TRUE')})")
    ]
    if len(models) > 1:
        for name, membership in asked.memberships.items():
            if membership.risk != Risk() and not membership.risk.models:
                what = f"the scores are of {len(models)} models, and '{name}' does not say of which its are"
                yield Problem(str(matched.files[0].path), None, what, "Add model: or blend: to its risk.")
    for model in sorted(set(models) - set(named)) if named else ():
        rows = touching(asked, f"risk_model = {literal(model)}")
        what = f"the score is of the model {shown(model)}, which the contract does not name"
        repair = f"The contract names {' and '.join(named)}: correct one of the two."
        yield from refused(engine, matched, rows, what, repair)


def unmatched_blends(engine: Engine, matched: Matched, asked: Asked) -> Iterator[Problem]:
    """Yield rows of a blend whose member lacks a score of another of its models for the same days."""
    blends = dict.fromkeys(each.risk.models for each in asked.memberships.values() if each.risk.blend)
    for models in blends:
        among = ", ".join(map(literal, models))
        of_blend = touching(asked, f"risk_model IN ({among})")
        rows = statement("unmatched_blends", touching=of_blend, models=len(models))
        what = f"the member has no score of every model of the blend ({', '.join(models)}) for these days"
        repair = "Give a row for each model with the same days, or leave the member unscored."
        yield from refused(engine, matched, rows, what, repair)


def of_base_years(engine: Engine, matched: Matched, models: Mapping[int, str]) -> Iterator[Problem]:
    """Yield rows of the base-year file whose score is of another model than the contract names."""
    for year, model in engine.execute("SELECT DISTINCT base_year, risk_model FROM base_years ORDER BY 1, 2"):
        named = models.get(int(year))
        if model == named:
            continue
        condition = f"base_year = {year} AND risk_model = {literal(model)}"
        rows = f"SELECT file_no, row_no FROM base_years WHERE {condition}"
        says = f"names {named} for {int(year)}" if named else f"names no risk model for {int(year)}"
        repair = "Correct one of the two: risk_models: in the contract, or the file."
        yield from refused(
            engine, matched, rows, f"the score is of the model {shown(model)}; the contract {says}", repair
        )


def touching(asked: Asked, condition: str) -> str:
    """Return a query of the rows of scores that hold on a day of the period and meet a condition."""
    days = f"start_date <= DATE '{asked.period.end}' AND end_date >= DATE '{asked.period.start}'"
    return f"SELECT * FROM score_spans WHERE {days} AND {condition}"


def refused(engine: Engine, matched: Matched, query: str, what: str, repair: str) -> Iterator[Problem]:
    """Yield a problem at each of the first rows of a query, and how many more there are."""
    places = [
        (file, row)
        for file, row in engine.execute(
            f"SELECT file_no, row_no FROM ({query}) ORDER BY file_no, row_no LIMIT {MOST_LISTED}"
        )
    ]
    records = found_at(matched, places, engine) if places else {}
    for place in places:
        yield at(matched.files[place[0]], records[place], what, repair)
    others = engine.execute(f"SELECT COUNT(*) FROM ({query})")[0][0] - len(places)
    if others > 0:
        yield Problem(
            str(matched.files[0].path), None, f"{others:,} more rows like these", "Repair these first."
        )


def shown(model: str) -> str:
    """Return the name of a model in quotes, unless it looks like something else, such as a member id."""
    return f"'{model}'" if len(model) <= 40 and not re.search(r"\d{5}", model) else "(not shown)"
