"""What a contract says of how facts are measured from its files.

Turns the sections `valuation:`, `adjustments:` and the measured facts into the settings that
the claims are measured with. Every measured fact has settings of its own, so that two streams of one
contract can count differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from os.path import normpath
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from vbc_cli.claims.benchmark_settings import BenchmarkFile
from vbc_cli.claims.settings import (
    PREMIUM_PARTS,
    Adjustment,
    KnownBy,
    Measure,
    RateCells,
    TruncateAt,
    Valuation,
)
from vbc_cli.contract.bindings import parts
from vbc_cli.contract.completion import CompletionShape
from vbc_cli.contract.document import Document
from vbc_cli.contract.episodes import EPISODES
from vbc_cli.contract.membership import MEMBERSHIP_FIELDS, MEMBERSHIP_SETTING_OF, attribution_of, named
from vbc_cli.contract.shapes import (
    DATE,
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
from vbc_cli.contract.sources import PATHS

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
        "at": Field(NUMBER, "the limit on one member's cost, in dollars a year"),
        "at_by_stratum": Field(
            MapOf(NUMBER, plain_names=False), "the limit of a member's cost in each stratum, by its name"
        ),
        "percentile": Field(RATE, "the share of the members whose cost is the limit, such as 0.99"),
        "method": Field(words("inclusive", "exclusive", "nearest_rank"), "how the percentile is taken"),
        "by_stratum": Field(FLAG, "yes takes a percentile in each stratum, no one of all members"),
        "annualised": Field(FLAG, "whether the limit of a member with fewer months is lower"),
        "cite": Field(TEXT, "the clause"),
    },
    "the limit on one member's cost: at, at_by_stratum or a percentile",
)
SECONDARY = Record(
    {
        "become": Field(
            words("counted", "left_out", "net_of_other_payer"),
            "counted in full, left out, or counted without what the other payer paid",
            required=True,
        ),
        "known_by": Field(
            ListOf(words("other_payer_amount", "other_coverage"), or_one=True),
            "how lines that are left out are known: the other payer paid a part, or the member's coverage",
        ),
    },
    "claims where another payer came first",
    short=("become", words("counted", "left_out", "net_of_other_payer")),
)
RATE_CELLS = Record(
    {
        "by": Field(
            ListOf(words("age_band", "sex", "stratum", "risk_tier"), or_one=True),
            "the parts of a cell, in the order of its name",
            required=True,
        ),
        "age_bands": Field(ListOf(WHOLE), "the lowest age of each band, the first of them 0"),
        "age_on": Field(
            words("first_of_month", "start_of_period", "end_of_period"), "the day on which age is counted"
        ),
    },
    "how member months are split into the cells of a rate table",
)
MEASURED = ("spending", "member_months", "quality", "base_years", "revenue", "episodes", "quality_benchmarks")
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
    "complete": Field(CompletionShape(), "claims incurred and not yet paid: a factor, or a way to find one"),
    "capitated_encounters": Field(words("count", "leave_out"), "lines already paid by capitation"),
    "secondary_claims": Field(SECONDARY, "claims where another payer came first; counted if not stated"),
    "high_cost_from": Field(NUMBER, "members who cost more are listed by their cost, without ids"),
    "cells": Field(RATE_CELLS, "how member months are split for a rate table"),
    "net_of": Field(
        ListOf(words(*PREMIUM_PARTS), or_one=True),
        "the parts that are taken off the premium",
    ),
    "file": Field(TEXT, "the file of published quality benchmarks"),
    "risk_models": Field(
        MapOf(TEXT, plain_names=False),
        "the risk model that the scores of each base year are of (column risk_model), by year",
    ),
    "episodes": Field(EPISODES, "how episodes are found, where they are measured"),
    **MEMBERSHIP_FIELDS,
}


SETTING_OF = {
    "file": "quality_benchmarks",
    "risk_models": "base_years",
    "cells": "member_months",
    "high_cost_from": "spending",
    "secondary_claims": "spending",
    "net_of": "revenue",
    **MEMBERSHIP_SETTING_OF,
}
"""Settings of one kind of fact alone."""
_AGES = "Give age_bands: and age_on: to cells by age_band, and only to them."
_BANDS = "Write the lowest age of each band, rising, the first of them 0: [0, 18, 45]."


class MeasuredFact(Struct, frozen=True):
    """A fact that is measured: what, by which membership, and where the contract asks for it."""

    name: str
    kind: str
    membership: str
    line: int
    cite: str
    lists_high_cost: bool = False
    net_of: tuple[str, ...] = ()
    risk_models: Mapping[int, str] = field(default_factory=dict)


def base_year_models(got: Fields, complaints: Complaints) -> dict[int, str]:
    """Build which risk model each base year is of; empty where the contract does not say."""
    stated: Fields | Mapping[str, str] = got.get("risk_models", {})
    found = {}
    for year, model in stated.items():
        if re.fullmatch("[0-9]{4}", year):
            found[int(year)] = model
        else:
            complaints.add(got.lines["risk_models"], f"the base year '{year}'", "Write a year, such as 2023.")
    return found


class ReadsFacts(Protocol):
    """Whatever reads facts."""

    @property
    def bindings(self) -> Mapping[str, str]: ...


def marked_by_category(measures: Iterable[Measure], streams: Iterable[ReadsFacts]) -> tuple[Measure, ...]:
    """Return the costs with a mark on those that some stream reads category by category."""
    read = {name for each in streams for bound in each.bindings.values() for name in parts(bound)}
    return tuple(replace(each, by_category=f"{each.name}.by_category" in read) for each in measures)


def build_benchmark_file(
    name: str, got: Fields, document: Document, complaints: Complaints
) -> BenchmarkFile | None:
    """Build the benchmark file of a fact; None where it names none, or is none."""
    if got.get("measured") != "quality_benchmarks" or "file" in got.broken:
        return None
    if "file" not in got:
        complaints.add(got.line, f"'{name}' does not name its file", "Add file: the path of the benchmarks.")
        return None
    if Path(got["file"]).is_absolute():
        what = f"the absolute path '{got['file']}'"
        complaints.add(got.lines["file"], what, "Write a path relative to this file.")
    return BenchmarkFile(name, Path(normpath(document.folder / got["file"])), document.file, got.line)


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
    secondary, net = build_secondary(name, got, complaints)
    return Measure(
        name=name,
        amount=got["amount"],
        include=got.get("include", ()),
        exclude=got.get("exclude", ()),
        owner=got.get("owner", "all"),
        attribution=attribution_of(got),
        truncate=build_truncate(name, truncate, complaints),
        complete=got.get("complete"),
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
        high_cost_from=got.get("high_cost_from"),
        secondary=secondary,
        net_of_other_payer=net,
        contract_file=document.file,
        line=got.line,
    )


def build_secondary(name: str, got: Fields, complaints: Complaints) -> tuple[tuple[KnownBy, ...], bool]:
    """Build what leaves out claims where another payer came first, and whether they count net of it."""
    stated: Fields | None = got.get("secondary_claims")
    if stated is None or stated.broken:
        return (), False
    if (stated["become"] == "left_out") != bool(stated.get("known_by")):
        said = "lacks known_by" if stated["become"] == "left_out" else "has known_by"
        repair = "Only claims left out need it: {become: left_out, known_by: other_payer_amount}."
        complaints.add(stated.line, f"secondary_claims of '{name}' {said}", repair)
        return (), False
    net = stated["become"] == "net_of_other_payer"
    if net and got["amount"] != "allowed_amount":
        what = f"'{name}' counts {got['amount']} net of what the other payer paid"
        complaints.add(
            stated.line, what, "Only allowed_amount holds that: count it, or amount: allowed_amount."
        )
    return tuple(dict.fromkeys(stated.get("known_by", ()))), net


def build_truncate(name: str, got: Fields | None, complaints: Complaints) -> TruncateAt | None:
    """Build the limit on one member's cost; None where there is none or it is broken."""
    if got is None or got.broken:
        return None
    if sum(part in got for part in ("at", "at_by_stratum", "percentile")) != 1:
        repair = "State one: at: 150000, at_by_stratum: {...}, or percentile: 0.99."
        complaints.add(got.line, f"the limit of '{name}' has none or several of its kinds", repair)
        return None
    for part in ("method", "by_stratum"):
        if (part in got) != ("percentile" in got):
            said = "lacks" if "percentile" in got else "has"
            repair = "A percentile needs method: and by_stratum:, another limit has neither."
            complaints.add(got.line, f"the limit of '{name}' {said} {part}", repair)
    return TruncateAt(
        got.get("at"),
        got.get("annualised", False),
        tuple(got.get("at_by_stratum", {}).items()),
        got.get("percentile"),
        got.get("method", "nearest_rank"),
        got.get("by_stratum", False),
    )


def build_rate_cells(name: str, got: Fields, document: Document, complaints: Complaints) -> RateCells | None:
    """Build the cells that a fact's member months are split into; None where it asks for none."""
    cells: Fields | None = got.get("cells")
    if cells is None or cells.broken:
        return None
    by, bands = cells["by"], cells.get("age_bands", ())
    if not by:
        complaints.add(cells.line, f"the cells of '{name}' have no parts", "Name them: by: [age_band, sex].")
    for part in ("age_bands", "age_on"):
        if ("age_band" in by) != (part in cells):
            what = f"the cells of '{name}' are by {', '.join(by)}, "
            complaints.add(cells.line, what + f"and {'have' if part in cells else 'lack'} {part}", _AGES)
    if bands and (bands[0] != 0 or sorted(set(bands)) != list(bands)):
        shown = ", ".join(map(str, bands))
        complaints.add(cells.line, f"the age bands of '{name}' are {shown}", _BANDS)
    return RateCells(
        name,
        named(name, got),
        by,
        bands,
        cells.get("age_on", "first_of_month"),
        document.file,
        got.line,
    )


def check_settings(fact: MeasuredFact, got: Fields, complaints: Complaints) -> None:
    """A setting belongs to the kind of fact that it says something of."""
    for setting, kind in SETTING_OF.items():
        if setting in got and fact.kind != kind:
            what = f"'{setting}' of '{fact.name}', which is measured: {fact.kind}"
            complaints.add(got.lines[setting], what, f"It is a setting of measured: {kind}.")


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
