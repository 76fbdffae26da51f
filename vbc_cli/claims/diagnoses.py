"""Members and the diagnoses of their claims, as risk scores are made from them.

A member is enrolled on some day of the payment year; services are those of the year before. A claim's
diagnoses go with each of its lines; lines left out, denied, reversed, replaced or voided do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.corrections import find_corrections
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import (
    CORRECTIONS,
    DIAGNOSES,
    LAYOUTS,
    MADE,
    MEMBER,
    STATUSES,
    Column,
    optional,
)
from vbc_cli.claims.read import Loaded, load_small, match_sources, refuse_if
from vbc_cli.claims.settings import Kind, Source
from vbc_cli.problems import Problem

NEEDED: tuple[Kind, ...] = ("eligibility", "claims")
SEXES, YES_OR_NO = ("M", "F", "1", "2"), ("yes", "no")
REASONS = ("0", "1", "2", "3")
DUAL = ("00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "99", "NA")
PEOPLE = (
    *LAYOUTS["eligibility"][:3],
    Column("birth_date", "date"),
    Column("sex", codes=SEXES),
    Column("dual_status_code", codes=DUAL),
    Column("original_reason_entitlement_code", codes=REASONS),
    optional("new_enrollee", blank="refused", codes=YES_OR_NO),
)
CLAIMS = (
    Column("claim_id"),
    Column("claim_line_number"),
    MEMBER,
    Column("claim_start_date", "date"),
    optional("claim_end_date", "date", "open"),
    optional("claim_status", blank="refused", codes=STATUSES),
    Column("bill_type_code", blank="allowed"),
    Column("hcpcs_code", blank="allowed"),
    replace(DIAGNOSES[0], required=True),
    *DIAGNOSES[1:],
    *CORRECTIONS,
    *(column for column in MADE if column.name == "left_out"),
)
NOT_CORRECTED = "SELECT CAST(NULL AS SMALLINT) AS source_no, CAST(NULL AS VARCHAR) AS claim_id WHERE FALSE"


class Services(Struct, frozen=True):
    """Services of one kind that a member had: bill type and procedure, with the diagnoses of their claims."""

    bill_type: str
    procedure: str
    diagnoses: tuple[str, ...]


class Person(Struct, frozen=True):
    """One member as the eligibility file says, with the services of the year."""

    member_id: str
    birth_date: date
    sex: str
    dual_status: str
    original_reason: str
    new_enrollee: bool
    services: tuple[Services, ...]


class Diagnosed(Struct, frozen=True):
    """The members of a payment year, and whether the files say who is a new enrollee."""

    people: tuple[Person, ...]
    new_enrollees_known: bool


def read_diagnoses(sources: Sequence[Source], contract_file: str, payment_year: int) -> Diagnosed:
    """Read members and diagnoses; raise InputRefused with every fault of the files."""
    wanted = [source for source in sources if source.kind in NEEDED]
    lacking = [kind for kind in NEEDED if kind not in {source.kind for source in wanted}]
    refuse_if(
        Problem(contract_file, None, f"names no {kind} file", f"Name it under data: {kind}.")
        for kind in lacking
    )
    with Engine() as engine:
        loaded = load(engine, wanted)
        services: dict[str, list[Services]] = {}
        for member, each in services_of(engine, loaded["claims"].matched, payment_year - 1):
            services.setdefault(member, []).append(each)
        eligibility = loaded["eligibility"].matched
        rows = engine.rows(
            "people_scored",
            start=date(payment_year, 1, 1),
            end=date(payment_year, 12, 31),
        )
        people = (
            Person(member, born, sex, dual, reason, new == "yes", tuple(services.get(member, ())))
            for member, born, sex, dual, reason, new in rows
        )
        return Diagnosed(tuple(people), eligibility.has("new_enrollee"))


def load(engine: Engine, sources: Sequence[Source]) -> dict[Kind, Loaded]:
    """Read the files into tables; refuse them with all their faults."""
    matched, problems = match_sources(sources, {"eligibility": PEOPLE, "claims": CLAIMS}, engine)
    loaded: dict[Kind, Loaded] = {}
    for kind, files in matched.items():
        loaded[kind], found = load_small(files, engine)
        problems += found
    refuse_if(problems)
    return loaded


def services_of(engine: Engine, claims: Matched, year: int) -> Iterator[tuple[str, Services]]:
    """Yield each member's services of a year by bill type and procedure, in order."""
    if claims.corrects:
        find_corrections(claims, "none", date.max, engine)
    else:
        engine.register("corrected_claims", NOT_CORRECTED)
    names = [column.name for column in DIAGNOSES if any(column.name in file.places for file in claims.files)]
    cases = " ".join(f"WHEN {place} THEN c.{name}" for place, name in enumerate(names))
    rows = engine.rows(
        "diagnosed_services",
        diagnoses=", ".join(f"c.{name} AS {name}" for name in names),
        diagnosis=f"CASE p.place {cases} END",
        places=" UNION ALL ".join(f"SELECT {place} AS place" for place in range(len(names))),
        start=date(year, 1, 1),
        end=date(year, 12, 31),
    )
    for (member, bill_type, procedure), group in groupby(rows, key=lambda row: row[:3]):
        yield member, Services(bill_type, procedure, tuple(code for *_, code in group))
