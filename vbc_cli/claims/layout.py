"""The columns of every kind of file, under the names the field uses.

A column that is required must exist; an optional one is read where the file has it. `usual` holds the
header names that stand for it in common extracts, tried when the contract maps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.membership_settings import Care, Enrolment, Membership
from vbc_cli.claims.settings import (
    HEADER_LEVEL,
    LINE_LEVEL,
    PREMIUM_PARTS,
    Case,
    Kind,
    Made,
    Measure,
    Source,
    Valuation,
)

ColumnType = Literal["text", "date", "money", "number"]
BlankRule = Literal["refused", "open", "allowed"]

STATUSES = ("paid", "denied", "reversal")
PAID_UNDER = ("fee_for_service", "reduced", "capitated")
OWNERS = ("own", "other")
PAYMENT_KINDS = ("fee", "capitation", "interim", "advance", "withhold")


class Column(Struct, frozen=True):
    """One column: its name, what it holds, and whether it must exist and be filled.

    A column that is `made` is in no file; it says of a row what the contract says of rows like it. A number
    may be no lower than `lowest` and no higher than `highest`, and may have to be `whole`. A `key` is an id,
    by which rows of several files belong together.
    """

    name: str
    type: ColumnType = "text"
    required: bool = True
    blank: BlankRule = "refused"
    codes: tuple[str, ...] = ()
    usual: tuple[tuple[str, ...], ...] = ()
    made: bool = False
    lowest: int | None = None
    highest: int | None = None
    whole: bool = False
    key: bool = False


def optional(
    name: str, kind: ColumnType = "text", blank: BlankRule = "allowed", codes: tuple[str, ...] = ()
) -> Column:
    """Return a column that is read only where the file has it."""
    return Column(name, kind, required=False, blank=blank, codes=codes)


def whole_number(name: str, lowest: int, highest: int) -> Column:
    """Return a column of whole numbers within limits, read only where the file has it."""
    return Column(name, "number", required=False, lowest=lowest, highest=highest, whole=True)


MEMBER = Column("member_id", usual=(("person_id",),), key=True)
SCORE = Column("risk_score", "number", lowest=0)
MODEL = Column("risk_model", blank="refused")
AMOUNTS = (
    Column("allowed_amount", "money", required=False),
    Column("plan_paid_amount", "money", required=False, usual=(("paid_amount",),)),
    Column(
        "member_liability_amount",
        "money",
        required=False,
        usual=(("deductible_amount", "copayment_amount", "coinsurance_amount"),),
    ),
    Column("other_payer_amount", "money", required=False),
)
MADE = tuple(
    Column(name, required=False, blank="allowed", made=True)
    for name in ("left_out", "negative", "amount_level")
)
LEFT_OUT = MADE[0]
PARTS_OF_KEYS = tuple(
    Column(name, required=False, blank="allowed", made=True) for name in ("claim_part", "line_part")
)
JOINED_TO = {
    "claim_id": "claim_part",
    "original_claim_id": "claim_part",
    "claim_line_number": "line_part",
}
"""Ids that further columns of the file may be part of."""
PARTS = tuple(column.name for column in AMOUNTS[1:])

LAYOUTS: dict[Kind, tuple[Column, ...]] = {
    "eligibility": (
        MEMBER,
        Column("enrollment_start_date", "date"),
        Column("enrollment_end_date", "date", blank="open"),
        optional("stratum"),
        replace(SCORE, required=False, blank="allowed"),
        optional("birth_date", "date"),
        optional("sex"),
    ),
    "attribution": (
        MEMBER,
        Column("effective_date", "date"),
        Column("end_date", "date", blank="open"),
        optional("risk_tier"),
        optional("change_type"),
    ),
    "voluntary_alignment": (MEMBER, Column("npi", key=True), Column("effective_date", "date")),
    "providers": (
        Column("npi", key=True),
        Column("owner", codes=OWNERS),
        Column("effective_date", "date", required=False, blank="open"),
        Column("end_date", "date", required=False, blank="open"),
    ),
    "quality": (
        Column("measure_id"),
        optional("measure_name"),
        replace(MEMBER, required=False, blank="allowed"),
        Column("numerator", "number", blank="allowed"),
        Column("denominator", "number"),
        optional("rate", "number"),
    ),
    "payments": (
        Column("payment_date", "date"),
        Column("stream"),
        Column("kind", codes=PAYMENT_KINDS),
        Column("amount", "money"),
        optional("memo"),
    ),
    "revenue": (
        optional("month", "date", "refused"),
        optional("stratum"),
        Column("premium_amount", "money"),
        *(optional(f"{part}_amount", "money", "refused") for part in PREMIUM_PARTS),
    ),
    "base_years": (
        Column("base_year", "number"),
        optional("stratum"),
        optional("member_months", "number", "refused"),
        optional("allowed_pmpm", "number", "refused"),
        optional("risk_score", "number", "refused"),
    ),
    "risk_scores": (
        MEMBER,
        SCORE,
        optional("risk_model"),
        optional("stratum", blank="refused"),
        Column("effective_date", "date", required=False, blank="open"),
        Column("end_date", "date", required=False, blank="open"),
        whole_number("payment_year", 1900, 9998),
        whole_number("payment_month", 1, 12),
    ),
}

MOST_DIAGNOSES = 25
DIAGNOSES = tuple(optional(f"diagnosis_code_{place}") for place in range(1, MOST_DIAGNOSES + 1))
CLAIMS_COLUMNS = (
    "claim_id",
    "claim_line_number",
    "member_id",
    "service_category",
    "claim_start_date",
    "claim_end_date",
    "admission_date",
    "discharge_date",
    "paid_date",
    "received_date",
    "claim_status",
    "billing_npi",
    "rendering_npi",
    "billing_tin",
    "specialty_code",
    "paid_under",
    "drg_code",
    "hcpcs_code",
    "claim_frequency_code",
    "original_claim_id",
    "bill_type_code",
    *(column.name for column in DIAGNOSES),
    *(column.name for column in AMOUNTS),
)
CORRECTIONS = (
    optional("claim_frequency_code"),
    Column("original_claim_id", required=False, blank="allowed", key=True),
)
MORE_OF_MEMBERS = (
    "birth_date",
    "death_date",
    "start_known_date",
    "end_known_date",
    "other_coverage",
    "flags",
    "dual_status_code",
    "original_reason_entitlement_code",
    "new_enrollee",
)
MAY_BE_WITHOUT_ROWS: frozenset[Kind] = frozenset({"payments"})
SPANS: dict[Kind, tuple[str, str]] = {
    "claims": ("claim_start_date", "claim_end_date"),
    "eligibility": ("enrollment_start_date", "enrollment_end_date"),
    "attribution": ("effective_date", "end_date"),
    "providers": ("effective_date", "end_date"),
    "risk_scores": ("effective_date", "end_date"),
}
MAY_BE_VOID: frozenset[Kind] = frozenset({"eligibility", "attribution", "providers"})
"""Kinds of which a span that ends before it begins is one that never took effect."""


OWNER = Column("billing_npi", blank="allowed", key=True)


def eligibility_layout(
    enrolment: Enrolment,
    memberships: Iterable[Membership],
    scored_here: bool,
    coverage: bool,
    deaths: Literal["needed", "help"] = "help",
) -> tuple[Column, ...]:
    """Return the columns of an eligibility file that the rules of membership need.

    `scored_here` says whether risk scores are in it and not in a file of their own, `coverage` whether claim
    lines ask for a member's other coverage, `deaths` whether episodes need the day of death; it helps in any
    case.
    """
    rules = tuple(memberships)
    excluded = [each.exclude for each in rules]
    known = {
        "birth_date": enrolment.newborns is not None or any(e.newborn_days is not None for e in excluded),
        "death_date": deaths == "needed" or any(each.died or each.left for each in excluded),
        "start_known_date": enrolment.additions_limit_days is not None,
        "end_known_date": enrolment.deletions_limit_days is not None,
    }
    dates = (Column(name, "date", blank="allowed") for name, needed in known.items() if needed)
    needed = (
        *LAYOUTS["eligibility"],
        *dates,
        *[optional("death_date", "date")] * (not known["death_date"]),
        *[Column("other_coverage", codes=("yes", "no"))]
        * (coverage or any(each.other_coverage for each in excluded)),
        *[replace(SCORE, name="demographic_score", blank="allowed")]
        * any(each.risk.unscored == "demographic" for each in rules),
        *[replace(MODEL, blank="allowed")] * (scored_here and any(each.risk.models for each in rules)),
        *[Column("flags", blank="allowed")] * any(each.flagged for each in excluded),
    )
    return tuple({column.name: column for column in needed}.values())


def with_model(kind: Kind, named: bool) -> tuple[Column, ...]:
    """Return the columns of a kind of file whose rows say their risk model, if the contract names one."""
    others = [column for column in LAYOUTS[kind] if column.name != MODEL.name]
    return (*others, MODEL) if named else LAYOUTS[kind]


def care_columns(care: Iterable[Care]) -> Iterator[Column]:
    """Yield the columns of codes that some services are known by."""
    for each in care:
        yield from [Column("drg_code", blank="allowed")] * bool(each.drg_codes)
        yield from [Column("hcpcs_code", blank="allowed")] * bool(each.hcpcs_codes)


def claims_layout(
    valuation: Valuation, measures: tuple[Measure, ...], more: Iterable[Column] = ()
) -> tuple[Column, ...]:
    """Return the columns of a claims file that these measures need, and the optional ones to check.

    The dates that decide year and month must be there and be filled in, and so must the amounts measured.
    `more` are columns that something else needs.
    """
    needed = {name for measure in measures for name in measure.needed}
    deciding = {valuation.year_by, valuation.month_by or valuation.year_by}
    cut = {valuation.cut_on} - {"none"}
    others = sorted((deciding | cut) - {"claim_start_date", "claim_end_date"})
    capitation = any(measure.capitated_encounters == "leave_out" for measure in measures)
    amounts = (
        replace(column, required=True) if column.name in needed else replace(column, blank="allowed")
        for column in AMOUNTS
    )
    return (
        Column("claim_id", key=True),
        Column("claim_line_number", key=True),
        MEMBER,
        Column("service_category"),
        Column("claim_start_date", "date"),
        Column("claim_end_date", "date")
        if "claim_end_date" in deciding
        else optional("claim_end_date", "date", "open"),
        *(Column(name, "date") for name in others),
        optional("claim_status", codes=STATUSES, blank="refused"),
        *{column.name: column for column in more}.values(),
        Column("paid_under", required=capitation, codes=PAID_UNDER),
        *amounts,
        *MADE,
    )


def columns_of(kind: Kind) -> tuple[str, ...]:
    """Return the names of all columns that a contract may map for a kind of file."""
    if kind == "claims":
        return CLAIMS_COLUMNS
    more = MORE_OF_MEMBERS if kind == "eligibility" else ()
    return (*dict.fromkeys((*(column.name for column in LAYOUTS[kind]), *more)),)


def made_columns(source: Source, reasons: tuple[str, ...]) -> dict[str, Made]:
    """Return the columns that say of each row what the contract says of rows like it.

    A row that is left out has the number of its reason, the first of them being 0.
    """
    found: dict[str, Made] = {}
    if source.leave_out:
        found[LEFT_OUT.name] = Made(
            cases=tuple(Case(each.where, str(reasons.index(each.reason))) for each in source.leave_out)
        )
    for column, parts in zip(PARTS_OF_KEYS, (source.claim_parts, source.line_parts), strict=True):
        if parts:
            found[column.name] = Made(joined=parts)
    if source.negative_where:
        found["negative"] = Made(cases=(Case(source.negative_where, "yes"),))
    if source.amount_level != LINE_LEVEL:
        found["amount_level"] = source.amount_level
    if source.amount_level == HEADER_LEVEL and "claim_line_number" not in source.columns:
        found["claim_line_number"] = Made(otherwise="1")
    return found
