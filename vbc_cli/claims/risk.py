"""Risk scores of the strata: the mean of the members' scores by months, then the contract's steps in order.

Every step keeps its value, so that each can be compared with the payer's exhibit. Scores of two models are
mixed only where the contract blends them by weights that it names, each divided by its own reference score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from vbc_cli.claims.engine import Engine, literal
from vbc_cli.claims.facts import EXACT, FactSource, ScoredMonths
from vbc_cli.claims.membership_settings import BlendPart, Risk, RiskStep, Unscored
from vbc_cli.claims.read import refuse_if
from vbc_cli.claims.scores import Scores
from vbc_cli.problems import Problem

UNSCORED: dict[Unscored, str] = {"exclude": "0", "one": "1000000", "demographic": "d.millionths"}
SAID: dict[Unscored, str] = {
    "exclude": "members without one left out",
    "one": "members without one counted as 1",
    "demographic": "members without one counted by their demographic score",
}
ONE = Decimal(1)
RiskSteps = tuple[tuple[str, Mapping[str, Decimal]], ...]


class Total(Struct, frozen=True):
    """Scores of some member months: the months in parts of one, and scores in millionths times the parts."""

    parts: int
    millionths: Decimal

    def __add__(self, other: Total) -> Total:
        """Return both together."""
        return Total(self.parts + other.parts, EXACT.add(self.millionths, other.millionths))

    @property
    def mean(self) -> Decimal:
        """Return the mean score by member months."""
        return EXACT.divide(self.millionths, Decimal(self.parts)).scaleb(-6, EXACT)


NOTHING = Total(0, Decimal(0))
Totals = Mapping[str, Total]


def stratum_scores(
    engine: Engine, risk: Risk, months: str, scores: Scores, parts_of_a_month: int
) -> tuple[RiskSteps, ScoredMonths | None]:
    """Return each stratum's score, raw and after each step, and how many months were scored.

    Refuses scores that must not be used. Without rules, scores of several models are not mixed.
    """
    ruled = risk != Risk()
    if not ruled and len(scores.models) > 1:
        return (("raw", {}),), None
    if ruled and not scores.of_their_own and risk.model is not None:
        refuse_if(of_another_model(engine, risk.model, months, scores))
    by_model = totals_by_model(engine, risk, months)
    unscored: Totals = {}
    scored = None
    if ruled or scores.of_their_own:
        unscored, lacking = unscored_totals(engine, risk, months)
        refuse_if(without_any(lacking, scores))
        first = next(iter(by_model.values()))
        rows: int = engine.execute("SELECT COUNT(*) FROM scores")[0][0]
        source = FactSource(scores.files, said(risk), rows)
        scored = months_scored(first, unscored, source, parts_of_a_month)
    found = raw_scores(risk, by_model, unscored if risk.unscored != "exclude" else {})
    for step in risk.steps:
        refuse_if(without_base(step, found[-1][1], scores))
        after = {stratum: taken(step, stratum, score) for stratum, score in found[-1][1].items()}
        found.append((step.called, after))
    return tuple(found), scored


def of_another_model(engine: Engine, model: str, months: str, scores: Scores) -> Iterator[Problem]:
    """Yield that members with months have scores of another model, which the eligibility file says."""
    other = engine.rows("other_model", months=months, model=literal(model))[0][0]
    if other:
        what = f"{other:,} members with months have a risk score of another model than {model}"
        repair = "Give all of them scores of the one model that the contract names."
        yield Problem(scores.files[0], None, what, repair)


def without_any(members: int, scores: Scores) -> Iterator[Problem]:
    """Yield that members have neither a score nor what the contract takes in its place."""
    if members:
        what = f"{members:,} members with months have neither a risk score nor a demographic_score"
        yield Problem(scores.files[0], None, what, "Give them one, or set unscored: exclude or one.")


def totals_by_model(engine: Engine, risk: Risk, months: str) -> dict[str, Totals]:
    """Return the scores of each model by stratum; all scores as one where no model is named."""
    models = risk.models or ("",)
    found: dict[str, dict[str, Total]] = {model: {} for model in models}
    for stratum, model, parts, millionths in engine.rows(
        "risk_by_stratum",
        months=months,
        model="k.risk_model" if risk.models else "''",
        models=", ".join(map(literal, models)),
    ):
        found[model][stratum] = Total(int(parts), Decimal(millionths))
    return dict(found)


def unscored_totals(engine: Engine, risk: Risk, months: str) -> tuple[dict[str, Total], int]:
    """Return what members without a score count as, by stratum, and how many have nothing to count."""
    rows = engine.rows(
        "unscored_months",
        months=months,
        is_model=f"k.risk_model = {literal(risk.models[0])}" if risk.models else "TRUE",
        millionths=UNSCORED[risk.unscored],
    )
    totals = {stratum: Total(int(parts), Decimal(millionths)) for stratum, parts, millionths, _ in rows}
    return totals, sum(int(members) for *_, members in rows)


def said(risk: Risk) -> str:
    """Say of which models the scores are, and what becomes of members without one."""
    of = f" of {' and '.join(risk.models)}" if risk.models else ""
    return f"risk scores{of}, {SAID[risk.unscored]}"


def months_scored(
    scored: Totals, unscored: Totals, source: FactSource, parts_of_a_month: int
) -> ScoredMonths:
    """Return how many member months have a score and how many have none."""

    def months(totals: Totals) -> int | Fraction:
        parts = sum(each.parts for each in totals.values())
        return parts if parts_of_a_month == 1 else Fraction(parts, parts_of_a_month)

    return ScoredMonths(months(scored), months(unscored), source)


def raw_scores(
    risk: Risk, by_model: Mapping[str, Totals], unscored: Totals
) -> list[tuple[str, Mapping[str, Decimal]]]:
    """Return each stratum's mean score before the steps; of a blend also the mean of each model."""
    if not risk.blend:
        return [("raw", means(added(next(iter(by_model.values())), unscored)))]
    blended: Totals = unscored
    parts = [part_of_blend(part, by_model[part.model]) for part in risk.blend]
    for weighted in parts:
        blended = added(blended, weighted)
    each = [(f"raw, {model}", means(totals)) for model, totals in by_model.items()]
    scored = by_model[risk.blend[0].model]
    months = {stratum: total.parts for stratum, total in added(scored, unscored).items()}
    return [
        *each,
        ("blended", {name: Total(months[name], total.millionths).mean for name, total in blended.items()}),
    ]


def part_of_blend(part: BlendPart, totals: Totals) -> Totals:
    """Return what one model adds to a blend: normalised, and weighted."""
    weighted = {name: EXACT.multiply(total.millionths, part.weight) for name, total in totals.items()}
    return {
        name: Total(total.parts, EXACT.divide(weighted[name], part.divide_by))
        for name, total in totals.items()
    }


def added(one: Totals, other: Totals) -> Totals:
    """Return the scores of both, stratum by stratum."""
    strata = sorted(one.keys() | other.keys())
    return {name: one.get(name, NOTHING) + other.get(name, NOTHING) for name in strata}


def means(totals: Totals) -> dict[str, Decimal]:
    """Return each stratum's mean score."""
    return {stratum: total.mean for stratum, total in totals.items()}


def without_base(step: RiskStep, strata: Mapping[str, Decimal], scores: Scores) -> Iterator[Problem]:
    """Yield the strata whose change a step limits and whose base score it does not state."""
    for stratum in strata if step.around else ():
        if stratum not in dict(step.around):
            what = f"the risk step '{step.called}' has no base score for the stratum '{stratum}'"
            yield Problem(scores.files[0], None, what, "Add it to around: in the contract.")


def taken(step: RiskStep, stratum: str, score: Decimal) -> Decimal:
    """Return a stratum's score after one step."""
    if step.divide_by is not None:
        return EXACT.divide(score, step.divide_by)
    if step.multiply_by is not None:
        return EXACT.multiply(score, step.multiply_by)
    if step.add is not None:
        return EXACT.add(score, step.add)
    base = dict(step.around)[stratum]
    if step.furthest_fall_rate is not None:
        score = max(score, EXACT.multiply(base, EXACT.add(ONE, step.furthest_fall_rate)))
    if step.furthest_rise_rate is not None:
        score = min(score, EXACT.multiply(base, EXACT.add(ONE, step.furthest_rise_rate)))
    return score
