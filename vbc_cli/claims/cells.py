"""The claim lines counted by everything a measure may ask for, and the reason each is used or left out.

A line is left out for the first reason that applies, in the order below: the contract's own come first, then
those of the claim itself, of the member, and of the measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from vbc_cli.claims.engine import hashed, literal
from vbc_cli.claims.exclusions import left_out_by
from vbc_cli.claims.facts import Owner
from vbc_cli.claims.membership_settings import Membership
from vbc_cli.claims.secondary import secondary_by, secondary_sql
from vbc_cli.claims.settings import PLAIN, Amount, ClaimDate, KnownBy, Measure, Valuation

AMOUNTS: tuple[Amount, ...] = (
    "allowed_amount",
    "plan_paid_amount",
    "member_liability_amount",
    "other_payer_amount",
)
USED, PRIOR, FAULTY, UNEQUAL, LEFT_OUT = 0, 1, 9, 11, 20
NEVER_ELIGIBLE = 5
OF_THE_PERIOD = (USED, PRIOR, NEVER_ELIGIBLE, 6, 8)
"""The standings of lines that count but for their member's enrolment, and of those that count."""
OWNERS: tuple[Owner, ...] = ("unknown", "own", "other")
STANDINGS = {
    10: "the claim's amount, repeated on another line",
    2: "denied",
    3: "{date} outside the period",
    4: "{cut} after the cut-off",
    5: "member never eligible",
    6: "not enrolled on the {date}",
    8: "enrolment became known too late",
}
NOT_ATTRIBUTED = {
    "while_attributed": "not attributed on the {date}",
    "whole_year": "not attributed in the year of the service",
}
CATEGORY_OUT, CAPITATED_OUT = "category not counted", "already paid by capitation"
SECONDARY_OUT: dict[KnownBy, str] = {
    "other_payer_amount": "another payer paid first",
    "other_coverage": "member had other coverage on the {date}",
}
OWNER_OUT = {"own": "claims of other providers", "other": "claims of the contracted provider"}


class Cell(NamedTuple):
    """Claim lines alike in everything a measure may ask for; amounts in cents, None where unknown.

    `marks` are the memberships' reasons and the marks of secondary claims, by the name of their column.
    """

    file_no: int
    standing: int
    attributed: int
    owner_no: int
    capitated: int
    category: str | None
    month: int | None
    stratum_no: int | None
    rows: int
    allowed_amount: int | None
    plan_paid_amount: int | None
    member_liability_amount: int | None
    other_payer_amount: int | None
    marks: Mapping[str, int]

    def cents(self, amount: Amount) -> int:
        """Return the cell's cents of one amount."""
        return int(getattr(self, amount) or 0)

    @property
    def owner(self) -> Owner:
        """Return whose claims these are."""
        return OWNERS[self.owner_no]


class Filter(Struct, frozen=True):
    """One condition of a measure: the reason it leaves lines out, as a test of a cell and as SQL."""

    reason: str
    passes: Callable[[Cell], bool]
    sql: str


def date_in_words(year_by: ClaimDate) -> str:
    """Return in words the date that decides whether a line counts."""
    return (
        "service date" if year_by == "claim_start_date" else year_by.removeprefix("claim_").replace("_", " ")
    )


def filters(
    measure: Measure,
    categories: Iterable[str],
    memberships: Mapping[str, Membership] = PLAIN,
    year_by: ClaimDate = "claim_start_date",
    attributed: bool = True,
) -> tuple[Filter, ...]:
    """Return the conditions of a measure, in the order in which they are applied.

    `attributed` says whether there is an attribution; without one that is no reason to name.
    """
    least = 2 if measure.attribution == "while_attributed" else 1
    reason = NOT_ATTRIBUTED[measure.attribution].format(date=date_in_words(year_by)) if attributed else ""
    found = [Filter(reason, lambda cell: cell.attributed >= least, f"attributed >= {least}")]
    found += membership_filters(list(memberships).index(measure.membership), memberships[measure.membership])
    counted = sorted(filter(measure.counts_category, categories))
    if measure.include or measure.exclude:
        keys = ", ".join(hashed(literal(name)) for name in counted)
        sql = f"category_key IN ({keys})" if counted else "FALSE"
        found.append(Filter(CATEGORY_OUT, lambda cell: measure.counts_category(cell.category or ""), sql))
    if measure.capitated_encounters == "leave_out":
        found.append(Filter(CAPITATED_OUT, lambda cell: not cell.capitated, "capitated = 0"))
    found += secondary_filters(measure, date_in_words(year_by))
    if measure.owner != "all":
        owner_no = OWNERS.index(measure.owner)
        found.append(
            Filter(OWNER_OUT[measure.owner], lambda cell: cell.owner_no == owner_no, f"owner_no = {owner_no}")
        )
    return tuple(found)


def secondary_filters(measure: Measure, date: str) -> Iterator[Filter]:
    """Yield a condition for each way in which a line is known whose first payer is another one."""
    for each in measure.secondary:
        column = secondary_by(each)
        yield Filter(
            SECONDARY_OUT[each].format(date=date),
            lambda cell, column=column: not cell.marks[column],  # type: ignore[misc]
            f"NOT {secondary_sql(each)}",
        )


def membership_filters(number: int, membership: Membership) -> Iterator[Filter]:
    """Yield a condition for every reason for which a membership leaves lines out."""
    column = left_out_by(number)
    for place, reason in enumerate(membership.reasons, start=1):
        yield Filter(
            reason,
            lambda cell, place=place: cell.marks[column] != place,  # type: ignore[misc]
            f"{column} <> {place}",
        )


def standing_reasons(valuation: Valuation, left_out: Iterable[str]) -> dict[int, str]:
    """Return the reasons of the contract, the claim and the member by the standing of a line, in order."""
    said = {"cut": valuation.cut_on.removesuffix("_date"), "date": date_in_words(valuation.year_by)}
    of_claims = {standing: reason.format(**said) for standing, reason in STANDINGS.items()}
    return {**dict(enumerate(left_out, start=LEFT_OUT)), **of_claims}


def reasons(conditions: tuple[Filter, ...], standings: Mapping[int, str]) -> dict[int, str]:
    """Return every reason that can leave a line out, in the order in which they are asked.

    Those of a line's standing keep its number, those of the measure have numbers below 0.
    """
    return {**standings, **{-number: each.reason for number, each in enumerate(conditions, start=1)}}


def reason_out(cell: Cell, conditions: tuple[Filter, ...]) -> int | None:
    """Return the key of the first reason that leaves a cell's lines out; None where they are used."""
    if cell.standing not in (USED, PRIOR):
        return cell.standing
    failed = (-number for number, each in enumerate(conditions, start=1) if not each.passes(cell))
    return next(failed, None)
