"""Risk scores of the strata: the mean of the members' scores by months, then the contract's steps in order.

Every step keeps its value, so that each can be compared with the payer's exhibit. Scores of two models are
never mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from vbc_cli.claims.engine import Engine, literal
from vbc_cli.claims.facts import EXACT
from vbc_cli.claims.membership_settings import Risk, RiskStep, Unscored
from vbc_cli.claims.read import refuse_if
from vbc_cli.problems import Problem

UNSCORED: dict[Unscored, str] = {"exclude": "NULL", "one": "1", "demographic": "e.demographic_score"}
ONE = Decimal(1)
RiskSteps = tuple[tuple[str, Mapping[str, Decimal]], ...]


def stratum_scores(engine: Engine, risk: Risk, months: str, files: tuple[str, ...]) -> RiskSteps:
    """Return each stratum's score: raw, and after each step; refuse scores that must not be used."""
    unscored = UNSCORED[risk.unscored]
    if risk != Risk():
        refuse_if(faults(engine, risk, months, files))
    raw = mean_scores(engine.rows("risk_by_stratum", months=months, unscored=unscored))
    found: list[tuple[str, Mapping[str, Decimal]]] = [("raw", raw)]
    for step in risk.steps:
        refuse_if(without_base(step, raw, files))
        after = {stratum: taken(step, stratum, score) for stratum, score in found[-1][1].items()}
        found.append((step.called, after))
    return tuple(found)


def faults(engine: Engine, risk: Risk, months: str, files: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what is wrong with the scores of members with months."""
    other = "FALSE" if risk.model is None else f"COALESCE(e.risk_model, '') <> {literal(risk.model)}"
    ((mixed, lacking),) = engine.rows(
        "risk_faults", months=months, unscored=UNSCORED[risk.unscored], other_model=other
    )
    if mixed:
        what = f"{mixed:,} members with months have a risk score of another model than {risk.model}"
        yield Problem(
            files[0], None, what, "Give all of them scores of the one model that the contract names."
        )
    if lacking and risk.unscored == "demographic":
        what = f"{lacking:,} members with months have neither a risk score nor a demographic_score"
        yield Problem(files[0], None, what, "Give them one, or set unscored: exclude or one.")


def mean_scores(sums: Iterable[tuple[str, int, int]]) -> dict[str, Decimal]:
    """Return each stratum's mean score by member months, from sums in millionths."""
    scaled = ((stratum, Decimal(millionths), Decimal(parts)) for stratum, parts, millionths in sums)
    return {stratum: EXACT.divide(total, parts).scaleb(-6, EXACT) for stratum, total, parts in scaled}


def without_base(step: RiskStep, strata: Iterable[str], files: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the strata whose change a step limits and whose base score it does not state."""
    for stratum in strata if step.around else ():
        if stratum not in dict(step.around):
            what = f"the risk step '{step.called}' has no base score for the stratum '{stratum}'"
            yield Problem(files[0], None, what, "Add it to around: in the contract.")


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
