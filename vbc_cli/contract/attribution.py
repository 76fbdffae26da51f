"""What a contract says of attribution where no roster says it: whose members are those who need care.

Lists of codes, the window, the count, the tie and the members' own choice are all stated; none has a default.
"""

from __future__ import annotations

from vbc_cli.claims.attribution_settings import Plurality, PrimaryCare
from vbc_cli.claims.settings import Period
from vbc_cli.contract.shapes import (
    DATE,
    TEXT,
    WHOLE,
    Complaints,
    Field,
    Fields,
    ListOf,
    Record,
    words,
)

CODES = ListOf(TEXT, or_one=True)
STEP = Record(
    {
        "hcpcs_codes": Field(CODES, "procedure codes that count (hcpcs_code)"),
        "specialty_codes": Field(CODES, "specialties that count (specialty_code)"),
        "categories": Field(CODES, "service categories that count"),
    },
    "primary care of one step: lines that meet all of its lists",
)
WINDOW = Record(
    {
        "start": Field(DATE, "the first day", required=True),
        "end": Field(DATE, "the last day", required=True),
    },
    "the days on which care counts",
)
ATTRIBUTION = Record(
    {
        "by": Field(words("primary_care"), "by whom members saw most for primary care", required=True),
        "timing": Field(
            words("prospective", "retrospective"), "whether the window ends before the period", required=True
        ),
        "window": Field(WINDOW, "the days on which care counts", required=True),
        "steps": Field(
            ListOf(STEP), "primary care, first to last; a later step is for the rest", required=True
        ),
        "counted_by": Field(
            words("visits", "allowed_amount", "plan_paid_amount"), "what is counted", required=True
        ),
        "provider": Field(
            words("billing_npi", "rendering_npi", "billing_tin"),
            "what tells other providers apart",
            required=True,
        ),
        "minimum_visits": Field(WHOLE, "days of care that a provider must have, 1 or more", required=True),
        "tie": Field(
            words("latest_visit", "visits", "allowed_amount", "plan_paid_amount"),
            "what ends a tie",
            required=True,
        ),
        "tie_goes_to": Field(words("own", "other"), "who has what is still a tie then", required=True),
        "chosen_until": Field(
            DATE, "the day up to which members' own choices go first (voluntary_alignment)"
        ),
        "cite": Field(TEXT, "the clause"),
    },
    "how members are attributed where no roster says it",
)


def build_plurality(
    got: Fields | None, data: Fields, valuation: Fields | None, period: Period, complaints: Complaints
) -> Plurality | None:
    """Build the attribution by primary care; refuse it where something else contradicts it."""
    if got is None:
        return None
    check_values(got, complaints)
    if got.broken or got["window"].broken:
        return None
    check_files(got, data, complaints)
    if valuation is not None and valuation.get("late_claims") == "next_period":
        complaints.add(
            got.line,
            "attribution by primary care with late claims of the year before",
            "Who was attributed then is not known: set late_claims: ignore, or give a roster.",
        )
    check_window(got, period, complaints)
    steps = (
        PrimaryCare(step.get("hcpcs_codes", ()), step.get("specialty_codes", ()), step.get("categories", ()))
        for step in got["steps"]
    )
    return Plurality(
        got["window"]["start"],
        got["window"]["end"],
        tuple(steps),
        got["counted_by"],
        got["provider"],
        got["minimum_visits"],
        got["tie"],
        got["tie_goes_to"],
        got.get("chosen_until"),
    )


def check_values(got: Fields, complaints: Complaints) -> None:
    """Refuse no visits at all and a step without a list, also where something else is wrong."""
    if got.get("minimum_visits") == 0:
        complaints.add(got.lines["minimum_visits"], "'minimum_visits' is 0", "Write 1 or more.")
    steps = got.get("steps")
    if steps is not None and not (steps and all(step or step.broken for step in steps)):
        complaints.add(got.lines["steps"], "a step without a list", "Give hcpcs_codes: or another list.")


def check_files(got: Fields, data: Fields, complaints: Complaints) -> None:
    """The files that attribution by primary care needs are named, and no roster contradicts it."""
    needed = ["providers", *["voluntary_alignment"] * ("chosen_until" in got)]
    for kind in needed:
        if kind not in data and kind not in data.broken:
            complaints.add(got.line, f"attribution without {kind}", f"Name the {kind} file under data.")
    if "attribution" in data:
        complaints.add(
            got.line, "attribution by primary care beside a roster", "Leave out data: attribution, or this."
        )


def check_window(got: Fields, period: Period, complaints: Complaints) -> None:
    """A prospective window ends before the period, a retrospective one does not."""
    start, end = got["window"]["start"], got["window"]["end"]
    if end < start:
        complaints.add(
            got.lines["window"], f"the window ends on {end}, before it starts", "Turn the dates round."
        )
    elif (got["timing"] == "prospective") != (end < period.start):
        complaints.add(
            got.lines["window"],
            f"the window to {end} is not {got['timing']} for a period from {period.start}",
            "A prospective window ends before the period; a retrospective one does not.",
        )
