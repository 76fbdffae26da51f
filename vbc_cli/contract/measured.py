"""What a contract says of how facts are measured from its files.

Turns the sections `valuation:`, `adjustments:` and the measured facts into the settings that
the claims are measured with. Every measured fact has settings of its own, so that two streams of one
contract can count differently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vbc_cli.claims.settings import Adjustment, Measure, TruncateAt, Valuation
from vbc_cli.contract.document import Document, Map, Text
from vbc_cli.contract.episodes import EPISODES
from vbc_cli.contract.shapes import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Broken,
    Complaints,
    Field,
    Fields,
    ListOf,
    Raw,
    Record,
    words,
)
from vbc_cli.contract.sources import PATHS
from vbc_cli.formula import units

DATES = (
    "claim_start_date",
    "claim_end_date",
    "admission_date",
    "discharge_date",
    "paid_date",
    "received_date",
)
VALUATION = Record(
    {
        "as_of": Field(DATE, "the day at which claims are cut", required=True),
        "run_out_months": Field(WHOLE, "months after the period in which claims still count", required=True),
        "cut_on": Field(
            words("paid_date", "received_date", "none"),
            "the date that decides; none where the files have none and every line counts",
            required=True,
        ),
        "late_claims": Field(words("ignore", "next_period"), "what becomes of later claims", required=True),
        "year_by": Field(
            words(*DATES),
            "the date that places a claim line in the period; claim_start_date, the service, if not stated",
        ),
        "month_by": Field(words(*DATES), "the date that gives its month; that of year_by if not stated"),
    },
    "the day and run-out at which claims are cut",
)
ADJUSTMENT = Record(
    {
        "name": Field(TEXT, "what it is", required=True),
        "amount": Field(NUMBER, "a fixed amount of dollars"),
        "amount_pmpm": Field(NUMBER, "dollars per member month"),
        "applies_to": Field(PATHS, "the measured facts it is added to", required=True),
        "source": Field(TEXT, "the report it comes from"),
        "cite": Field(TEXT, "the clause"),
    },
    "dollars that are not claim lines",
)
TRUNCATE = Record(
    {
        "at": Field(NUMBER, "the limit on one member's cost, in dollars a year", required=True),
        "annualised": Field(FLAG, "whether the limit of a member with fewer months is lower"),
        "cite": Field(TEXT, "the clause"),
    }
)
MEASURED = ("spending", "member_months", "quality", "base_years", "episodes")
MEASURED_FIELDS = {
    "measured": Field(words(*MEASURED), "what is measured"),
    "amount": Field(
        words("allowed_amount", "plan_paid_amount", "member_liability_amount", "other_payer_amount"),
        "the amount of a claim that is added up",
    ),
    "include": Field(ListOf(TEXT), "service categories that count; all if not stated"),
    "exclude": Field(ListOf(TEXT), "service categories that do not count"),
    "owner": Field(
        words("all", "own", "other"), "whose claims: the contracted provider's own, others', or all"
    ),
    "attribution": Field(
        words("while_attributed", "whole_year"), "which months and claims of a member count"
    ),
    "truncate": Field(TRUNCATE, "the limit on one member's cost"),
    "complete": Field(
        Raw({"type": ["number", "string", "object"]}), "completion factor, or a factor by category"
    ),
    "capitated_encounters": Field(words("count", "leave_out"), "lines already paid by capitation"),
    "episodes": Field(EPISODES, "how episodes are found, where they are measured"),
}


@dataclass(frozen=True)
class MeasuredFact:
    """A fact that is measured: what, with which attribution, and where the contract asks for it."""

    name: str
    kind: str
    attribution: str
    line: int
    cite: str


def provided_by(fact: MeasuredFact) -> dict[str, str]:
    """Return the names under which a measured fact is read, each with its unit ('' for a table)."""
    return {
        "spending": {
            fact.name: units.USD,
            f"{fact.name}.own": units.USD,
            f"{fact.name}.other": units.USD,
            f"{fact.name}.over_the_limit": units.USD,
        },
        "member_months": {
            fact.name: units.MEMBER_MONTHS,
            f"{fact.name}.persons": "persons",
            f"{fact.name}.by_month": "",
            f"{fact.name}.by_stratum": "",
        },
        "quality": {fact.name: ""},
        "base_years": {fact.name: ""},
        "episodes": {
            fact.name: units.USD,
            f"{fact.name}.actual": units.USD,
            f"{fact.name}.over_the_cap": units.USD,
            f"{fact.name}.own": units.USD,
            f"{fact.name}.other": units.USD,
            f"{fact.name}.count": units.COUNT,
            f"{fact.name}.by_type": "",
            f"{fact.name}.each": "",
        },
    }[fact.kind]


def build_valuation(got: Fields | None, complaints: Complaints) -> Valuation | None:
    """Build the valuation, if it could be read."""
    if got is None or got.broken:
        return None
    if (got["cut_on"], got["late_claims"]) == ("none", "next_period"):
        what = "late claims of the year before cannot be told without a date to cut on"
        complaints.add(got.line, what, "Say late_claims: ignore, or cut_on: paid_date or received_date.")
    return Valuation(
        got["as_of"],
        got["run_out_months"],
        got["cut_on"],
        got["late_claims"],
        got.get("year_by", "claim_start_date"),
        got.get("month_by"),
    )


def build_measure(
    name: str, got: Fields, adjustments: Sequence[Fields], document: Document, complaints: Complaints
) -> Measure | None:
    """Build the settings of a measured cost or of episodes; None where it is neither or is broken."""
    if got.get("measured") not in ("spending", "episodes"):
        return None
    if "amount" not in got:
        complaints.add(
            got.line, f"'{name}' does not say which amount", "Add amount: allowed_amount or plan_paid_amount."
        )
        return None
    truncate: Fields | None = got.get("truncate")
    return Measure(
        name=name,
        amount=got["amount"],
        include=got.get("include", ()),
        exclude=got.get("exclude", ()),
        owner=got.get("owner", "all"),
        attribution=got.get("attribution", "while_attributed"),
        truncate=None
        if truncate is None or truncate.broken
        else TruncateAt(truncate["at"], truncate.get("annualised", False)),
        complete=_completion(got, complaints),
        adjustments=tuple(
            Adjustment(
                each["name"],
                each.get("amount"),
                each.get("amount_pmpm"),
                each.get("source", ""),
                each.get("cite", ""),
            )
            for each in adjustments
            if name in each.get("applies_to", ()) and "name" in each
        ),
        capitated_encounters=got.get("capitated_encounters", "count"),
        contract_file=document.file,
        line=got.line,
    )


def _completion(got: Fields, complaints: Complaints) -> Mapping[str, Decimal] | Decimal | None:
    """Read one completion factor, or a factor for each category."""
    node = got.get("complete")
    if node is None:
        return None
    if isinstance(node, Text):
        return _factor(node, complaints)
    if isinstance(node, Map):
        factors = {
            category: _factor(each, complaints) for category, each in node.items() if isinstance(each, Text)
        }
        return {category: factor for category, factor in factors.items() if factor is not None}
    complaints.add(node.line, "'complete' is a list", "Write one factor, or category: factor.")
    return None


def _factor(node: Text, complaints: Complaints) -> Decimal | None:
    factor = NUMBER.read(node, "'complete'", complaints)
    if isinstance(factor, Broken):
        return None
    if not isinstance(factor, Decimal) or factor < 1:
        complaints.add(
            node.line, f"the completion factor {node.text}", "A factor is 1 or more: 1.015 adds 1.5 percent."
        )
        return None
    return factor


def check_adjustments(
    got: Sequence[Fields], facts: Mapping[str, MeasuredFact], complaints: Complaints
) -> None:
    """Every adjustment has one amount and goes to measured costs that exist."""
    for each in got:
        if ("amount" in each) == ("amount_pmpm" in each) and not each.broken:
            complaints.add(each.line, "an adjustment", "Give it amount: or amount_pmpm:, one of the two.")
        for name in each.get("applies_to", ()):
            if name not in facts or facts[name].kind != "spending":
                complaints.add(
                    each.line,
                    f"an adjustment of '{name}', which is no measured spending",
                    "Name a measured fact.",
                )
