"""What a contract says of membership: which enrolment is recognised, which months and members count.

A `member_months` fact states the rules; a cost that names it under `members:` counts the same members.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from vbc_cli.claims.membership_settings import (
    AS_STATED,
    Attribution,
    BlendPart,
    Care,
    Enrolment,
    Exclusions,
    Membership,
    Newborns,
    Risk,
    RiskStep,
)
from vbc_cli.claims.settings import Measure
from vbc_cli.contract.shapes import (
    FLAG,
    NUMBER,
    RATE,
    TEXT,
    WHOLE,
    Complaints,
    Field,
    Fields,
    ListOf,
    MapOf,
    Record,
    words,
)
from vbc_cli.formula.check import suggest
from vbc_cli.formula.exact import total

NEWBORNS = Record(
    {
        "enrolled_within_days": Field(
            WHOLE, "most days from birth to enrolment for which a newborn counts from birth", required=True
        ),
        "month_of_birth": Field(
            words("counts", "by_month_rule"), "whether that month counts whatever the day", required=True
        ),
    },
    "newborns who are enrolled from birth",
)
ENROLMENT = Record(
    {
        "newborns": Field(NEWBORNS, "who is enrolled from birth; as the file says if not stated"),
        "additions_limit_days": Field(
            WHOLE, "how far an addition reaches back from the day it became known (start_known_date)"
        ),
        "deletions_limit_days": Field(
            WHOLE, "how far a deletion reaches back from the day it became known (end_known_date)"
        ),
        "after_death": Field(
            words("counts", "does_not_count"),
            "whether months after the month of death (death_date) count where the file keeps a span open; "
            "they do not if not stated",
        ),
        "cite": Field(TEXT, "the clause"),
    },
    "which enrolment is recognised",
)
CODES = Record(
    {
        "drg_codes": Field(ListOf(TEXT, or_one=True), "DRGs of the claims"),
        "hcpcs_codes": Field(ListOf(TEXT, or_one=True), "procedure codes of the claims"),
    },
    "services by their codes; a claim line with any of them is one",
)
EXCLUDE = Record(
    {
        "care": Field(MapOf(CODES), "members with such services, by a name of your choosing"),
        "flagged": Field(ListOf(TEXT, or_one=True), "members with such a word in the column flags"),
        "died": Field(FLAG, "yes leaves out members who died in the period"),
        "left": Field(FLAG, "yes leaves out members no longer enrolled at the end of the period"),
        "months_below": Field(WHOLE, "members with fewer months than this"),
        "other_coverage": Field(FLAG, "yes leaves out days with other coverage"),
        "newborn_days": Field(WHOLE, "how many first days of life are left out"),
        "cite": Field(TEXT, "the clause"),
    },
    "members and days that are left out, each for the first reason that applies, in this order",
)
RISK_STEP = Record(
    {
        "called": Field(TEXT, "what the agreement calls it", required=True),
        "divide_by": Field(NUMBER, "such as the reference population's mean score"),
        "multiply_by": Field(NUMBER, "such as a coding-intensity factor"),
        "add": Field(NUMBER, "an offset"),
        "furthest_fall_rate": Field(RATE, "furthest a score may fall from its base, such as -0.03"),
        "furthest_rise_rate": Field(RATE, "furthest a score may rise from its base, such as 0.03"),
        "around": Field(MapOf(NUMBER, plain_names=False), "the base score of each stratum, for a cap"),
        "cite": Field(TEXT, "the clause"),
    },
    "one step from raw risk scores to those that are used",
)
BLEND_PART = Record(
    {
        "model": Field(TEXT, "the model, as the file's column risk_model names it", required=True),
        "weight": Field(RATE, "its share of the blend, such as 0.67", required=True),
        "divide_by": Field(
            NUMBER,
            "the reference population's mean score in it; 1 where it is divided already",
            required=True,
        ),
    },
    "one model of a blended score",
)
RISK = Record(
    {
        "unscored": Field(
            words("exclude", "one", "demographic"), "what members without a score count as", required=True
        ),
        "model": Field(TEXT, "the one model that all scores are of (column risk_model)"),
        "blend": Field(ListOf(BLEND_PART), "several models of which the scores are blended by weights"),
        "steps": Field(ListOf(RISK_STEP), "what becomes of the raw mean score, in order", required=True),
        "cite": Field(TEXT, "the clause"),
    },
    "how members' scores become a stratum's",
)
MONTH_RULES = (
    "any_day",
    "first_of_month",
    "fifteenth",
    "whole_month",
    "fifteen_thirty",
    "fraction_of_days",
)
MEMBERSHIP_FIELDS = {
    "month_rule": Field(words(*MONTH_RULES), "on which days a member must be enrolled for a month to count"),
    "claims_counted": Field(
        words("on_enrolled_days", "in_counted_months"), "whether claims count in months that do not"
    ),
    "exclude_members": Field(EXCLUDE, "members and days that are left out"),
    "strata": Field(
        ListOf(TEXT, or_one=True),
        "the strata of the eligibility file that are its population; all if not stated",
    ),
    "risk": Field(RISK, "how members' risk scores become a stratum's"),
    "members": Field(TEXT, "the member_months fact whose members, months and days count"),
}
MEMBERSHIP_SETTING_OF = {
    "month_rule": "member_months",
    "claims_counted": "member_months",
    "exclude_members": "member_months",
    "risk": "member_months",
    "strata": "member_months",
    "members": "spending",
}


def build_enrolment(got: Fields | None) -> Enrolment:
    """Build the rules of which enrolment is recognised; as the file says where the contract has none."""
    if got is None or got.broken:
        return AS_STATED
    newborns: Fields | None = got.get("newborns")
    return Enrolment(
        None
        if newborns is None or newborns.broken
        else Newborns(newborns["enrolled_within_days"], newborns["month_of_birth"]),
        got.get("additions_limit_days"),
        got.get("deletions_limit_days"),
        got.get("after_death"),
    )


def build_memberships(
    facts: Mapping[str, Fields], data: Fields, complaints: Complaints
) -> dict[str, Membership]:
    """Build the memberships of all member_months facts; a plain one is named after its attribution."""
    for name, fact in facts.items():
        risk: Fields = fact.get("risk", data)
        if "blend" in risk and "risk_scores" not in data and "risk_scores" not in data.broken:
            what = f"'{name}' blends risk scores, of which the eligibility file has one a member"
            complaints.add(risk.lines["blend"], what, "Name a file of scores under data: risk_scores.")
    built = {
        name: build_membership(name, fact, complaints)
        for name, fact in facts.items()
        if fact.get("measured") == "member_months"
    }
    return {each.attribution if each.plain else name: each for name, each in built.items()}


def build_membership(name: str, fact: Fields, complaints: Complaints) -> Membership:
    """Build the rules of one member_months fact."""
    rule = fact.get("month_rule", "any_day")
    if rule != "any_day" and "claims_counted" not in fact and "claims_counted" not in fact.broken:
        complaints.add(
            fact.lines["month_rule"],
            f"'{name}' does not say which claims go with its months",
            "Add claims_counted: in_counted_months, or on_enrolled_days where a month need not count.",
        )
    return Membership(
        fact.get("attribution", "while_attributed"),
        rule,
        fact.get("claims_counted", "on_enrolled_days"),
        replace(
            build_exclusions(fact.get("exclude_members"), complaints), all_strata_but=fact.get("strata", ())
        ),
        build_risk(fact.get("risk"), complaints),
    )


def build_risk(got: Fields | None, complaints: Complaints) -> Risk:
    """Build how risk scores are made; each step does one thing."""
    if got is None or got.broken:
        return Risk()
    built = (build_risk_step(step, complaints) for step in got["steps"])
    steps = tuple(step for step in built if step is not None)
    blend = got.get("blend", ())
    check_blend(got, blend, complaints)
    parts = (BlendPart(**each) for each in blend if not each.broken)
    return Risk(got["unscored"], got.get("model"), steps, tuple(parts))


def check_blend(got: Fields, blend: tuple[Fields, ...], complaints: Complaints) -> None:
    """A blend is of several models whose weights add up to 1, in place of the one model."""
    if "blend" not in got or any(each.broken for each in blend):
        return
    line, models = got.lines["blend"], [each["model"] for each in blend]
    if "model" in got:
        complaints.add(line, "risk scores of one model and of a blend", "Leave out model: or blend:.")
    if len(set(models)) < max(2, len(models)):
        complaints.add(
            line, f"a blend of {', '.join(models) or 'nothing'}", "Name two or more models, each once."
        )
    weight = total([each["weight"] for each in blend])
    if weight != 1 or any(each["weight"] < 0 for each in blend):
        complaints.add(
            line, f"the weights of the blend add up to {weight}", "They are shares of 1, none below 0."
        )
    if any(each["divide_by"] <= 0 for each in blend):
        complaints.add(line, "a divide_by of 0 or below", "Write the reference score, or 1.")


def build_risk_step(got: Fields, complaints: Complaints) -> RiskStep | None:
    """Build one step; None where it does not do one thing."""
    if got.broken:
        return None
    caps = [key for key in ("furthest_fall_rate", "furthest_rise_rate") if key in got]
    done = [key for key in ("divide_by", "multiply_by", "add") if key in got]
    if len(done) + bool(caps) != 1 or bool(caps) != ("around" in got) or got.get("divide_by") == 0:
        repair = "Give it one of divide_by:, multiply_by: and add:, or a change rate with around:."
        complaints.add(got.line, f"the risk step '{got['called']}' does not do one thing", repair)
        return None
    values = {key: got[key] for key in (*done, *caps)}
    return RiskStep(got["called"], **values, around=tuple(got.get("around", {}).items()))


def build_exclusions(got: Fields | None, complaints: Complaints) -> Exclusions:
    """Build what leaves out members and days."""
    if got is None:
        return Exclusions()
    care: Mapping[str, Fields] = got.get("care", {})
    for name, codes in care.items():
        if not codes and not codes.broken:
            complaints.add(codes.line, f"'{name}' has no codes", "Add drg_codes: or hcpcs_codes:.")
    return Exclusions(
        tuple(
            Care(name, codes.get("drg_codes", ()), codes.get("hcpcs_codes", ()))
            for name, codes in care.items()
        ),
        got.get("flagged", ()),
        got.get("died", False),
        got.get("left", False),
        got.get("months_below"),
        got.get("other_coverage", False),
        got.get("newborn_days"),
    )


def with_members(
    measure: Measure, fact: Fields, facts: Mapping[str, Fields], complaints: Complaints
) -> Measure:
    """Return a measured cost with the membership it names, if it names one."""
    if "members" not in fact:
        return measure
    name = fact["members"]
    counted = [each for each, other in facts.items() if other.get("measured") == "member_months"]
    if name not in counted:
        complaints.add(fact.lines["members"], f"no member_months fact '{name}'", suggest(name, counted))
        return measure
    if "attribution" in fact:
        complaints.add(
            fact.lines["attribution"],
            f"the attribution of '{measure.name}', whose members are those of '{name}'",
            "State it there, and leave it out here.",
        )
    return replace(measure, members=named(name, facts[name]), attribution=attribution_of(facts[name]))


def named(name: str, fact: Fields) -> str:
    """Return the name under which a fact's membership is measured."""
    membership = build_membership(name, fact, Complaints(""))
    return membership.attribution if membership.plain else name


def attribution_of(fact: Fields) -> Attribution:
    """Return which months and claims of a member count for a fact."""
    stated: Attribution = fact.get("attribution", "while_attributed")
    return stated
