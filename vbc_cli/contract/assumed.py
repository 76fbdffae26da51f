"""The settings of measurement that move money and that a contract does not state, each with what is taken.

What a setting means stands here once, in the field's words, beside the value that is taken for it. A setting
that cannot move money in a contract, such as whose claims count where no file says whose they are, is not
among them; whether a file has the column that it is about is seen when the files are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from vbc_cli.claims.assumed_settings import Assumed
from vbc_cli.claims.settings import PREMIUM_PARTS
from vbc_cli.contract.membership import build_membership
from vbc_cli.contract.shapes import Complaints, Fields

MEANS = {
    "month_rule": ("any_day", "a month counts with any day enrolled"),
    "attribution": ("while_attributed", "months and claims count on days attributed"),
    "unscored": ("exclude", "members without a risk score are left out of the mean"),
    "owner": ("all", "the provider's own and others' claims count"),
    "capitated_encounters": ("count", "lines already paid by capitation count"),
    "secondary_claims": ("counted", "claims that another payer paid first count in full"),
    "annualised": ("no", "a member with fewer months has the limit of a whole year"),
    "death": ("counts", "episodes of members who die count"),
    "loss_of_enrolment": ("counts", "episodes of members who leave count"),
    "year_by": ("claim_start_date", "a claim line is of the year in which its service begins"),
    "month_by": ("year_by", "a claim line is of the month of the same date"),
    "net_of": ("[]", "premium is counted gross"),
}
"""What is taken for each setting that is not stated, and what that means."""
OTHER_DATES = ("claim_end_date", "admission_date", "discharge_date")
OTHER_PAYERS = ("other_payer_amount", "other_coverage")
SCORES = ("risk_score",)


def assumed_settings(fields: Fields, read: Collection[str]) -> Iterator[Assumed]:
    """Yield every setting that a contract does not state; `read` are the names that its streams read."""
    facts: Mapping[str, Fields] = fields.get("facts", {})
    data, valuation = fields.get("data", {}), fields.get("valuation")
    measured = {name: fact for name, fact in facts.items() if "measured" in fact and not fact.broken}
    if not measured or valuation is None:
        return
    yield from of_valuation(valuation, measured)
    attributed = "attribution" in data or "attribution" in fields
    by_rules = any(
        fact["measured"] == "member_months" and not build_membership(name, fact, Complaints("")).plain
        for name, fact in measured.items()
    )
    for name, fact in measured.items():
        if fact["measured"] == "member_months":
            yield from unstated(name, fact, "month_rule")
            yield from unstated(name, fact, "attribution", when=attributed)
            scores = () if "risk_scores" in data else SCORES
            yield from unstated(
                name, fact, "unscored", "risk", needs=scores, when=f"{name}.by_stratum" in read
            )
        elif fact["measured"] == "spending":
            yield from of_spending(name, fact, attributed or by_rules, "providers" in data)
        elif fact["measured"] == "episodes":
            yield from of_episodes(name, fact, attributed)
        elif fact["measured"] == "revenue":
            needs = tuple(f"{part}_amount" for part in PREMIUM_PARTS)
            yield from unstated(name, fact, "net_of", needs=needs)


def of_valuation(valuation: Fields, measured: Mapping[str, Fields]) -> Iterator[Assumed]:
    """Yield the dates that place lines; the month matters to a ladder, and where months leave lines out."""
    yield from unstated("valuation", valuation, "year_by", needs=OTHER_DATES)
    by_month = any(
        getattr(fact.get("complete"), "chain_ladder", None) is not None
        or fact.get("claims_counted") == "in_counted_months"
        for fact in measured.values()
    )
    yield from unstated("valuation", valuation, "month_by", needs=OTHER_DATES, when=by_month)


def of_spending(name: str, fact: Fields, attributed: bool, owned: bool) -> Iterator[Assumed]:
    """Yield what a measured cost does not state."""
    yield from unstated(name, fact, "attribution", when=attributed and "members" not in fact)
    yield from unstated(name, fact, "owner", when=owned)
    yield from unstated(name, fact, "capitated_encounters", needs=("paid_under",))
    yield from unstated(name, fact, "secondary_claims", needs=OTHER_PAYERS)
    yield from unstated(name, fact, "annualised", "truncate", when="truncate" in fact)


def of_episodes(name: str, fact: Fields, attributed: bool) -> Iterator[Assumed]:
    """Yield what measured episodes do not state."""
    yield from unstated(name, fact, "attribution", when=attributed)
    yield from unstated(name, fact, "capitated_encounters", needs=("paid_under",))
    yield from unstated(name, fact, "death", "episodes", needs=("death_date",))
    yield from unstated(name, fact, "loss_of_enrolment", "episodes")


def unstated(
    name: str,
    fields: Fields,
    setting: str,
    under: str = "",
    *,
    needs: tuple[str, ...] = (),
    when: bool = True,
) -> Iterator[Assumed]:
    """Yield a setting where it moves money and is not stated, nor the key `under` which it stands."""
    inside = fields.get(under, fields) if under else fields
    if when and setting not in inside and not {setting, under} & {*inside.broken, *fields.broken}:
        value, means = MEANS[setting]
        value = fields.get(value, MEANS[value][0]) if value in MEANS else value
        yield Assumed(name, f"{under}.{setting}".lstrip("."), value, means, needs, inside.line)
