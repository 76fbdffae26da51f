"""The settlements of one period: an interim one soon after it, and a final one that nets the interim.

Each cuts the same claims at a day and run-out of its own, completes them or not, and pays the part that its
model says. A contract without `settlements:` settles once, at its valuation.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.completion_settings import by_factors
from vbc_cli.contract.shapes import (
    DATE,
    TEXT,
    WHOLE,
    Complaints,
    Field,
    Fields,
    ListOf,
    MapOf,
    Raw,
    Record,
    Scalar,
)
from vbc_cli.formula.check import suggest
from vbc_cli.formula.numbers import NotANumber, read_number
from vbc_cli.problems import refuse

if TYPE_CHECKING:
    from vbc_cli.contract.agreement import Contract, Stream

EARNED_SO_FAR = "earned_so_far"
"""The fact that is what the streams settled after the period come to, less what was paid on them."""
PAID_BEFORE = "paid_before"
"""The fact that is what earlier settlements of the period paid."""
PAID, DUE = "paid", "due"
"""The results of a model of part payments: what is paid in all, and what of it is due now."""


def _ibnr(text: str) -> Decimal | str:
    if text in ("estimate", "none"):
        return text
    repair = "Write estimate, none, or a completion factor of 1 or more."
    try:
        factor = read_number(text)
    except NotANumber:
        raise NotANumber(repair) from None
    if factor < 1:
        raise NotANumber(repair)
    return factor


SETTLEMENTS = ListOf(
    Record(
        {
            "name": Field(TEXT, "what it is called, such as interim or final", required=True),
            "as_of": Field(DATE, "the day at which claims are cut", required=True),
            "run_out_months": Field(
                WHOLE, "months after the period in which claims still count", required=True
            ),
            "ibnr": Field(
                Scalar(_ibnr, {"type": ["string", "number"]}, "estimate, none or a factor"),
                "claims still to come: estimate as the facts state it, none, or one completion factor",
                required=True,
            ),
            "model": Field(TEXT, "the model that says which part is paid", required=True),
            "terms": Field(MapOf(Raw({})), "the values agreed for the model"),
            "cite": Field(TEXT, "the clause"),
        },
        "one settlement of the period",
    )
)


class SettlementOfPeriod(Struct, frozen=True):
    """One settlement of the period: when its claims are cut, how they are completed, and what it pays."""

    name: str
    as_of: datetime.date
    run_out_months: int
    ibnr: Decimal | str
    stream: Stream


def check_settlements(contract: Contract, got: Sequence[Fields], complaints: Complaints) -> None:
    """Settlements follow each other, have names of their own, and need a comparison and a valuation."""
    for needed, present in (("comparison", contract.comparison), ("valuation", contract.valuation)):
        if got and not present:
            complaints.add(got[0].line, f"settlements without {needed}:", f"Add {needed}: to the contract.")
    seen: dict[str, datetime.date] = {}
    for fields in got:
        name, day = fields.get("name", ""), fields.get("as_of", datetime.date.min)
        if name in seen:
            complaints.add(fields.line, f"a second settlement '{name}'", "Give it a name of its own.")
        if seen and day <= max(seen.values()):
            what = f"the settlement '{name}' is as of {day}, not after the one before it"
            complaints.add(fields.line, what, "Write settlements in the order of their days.")
        seen[name] = day
    for each in contract.settlements:
        lacking = {PAID, DUE} - set(each.stream.model.results)
        if lacking:
            missing = " and ".join(sorted(lacking))
            what = f"{each.stream.model.name} of settlement '{each.name}' has no result {missing}"
            complaints.add(each.stream.line, what, "Name a model of part payments.")
        for fact in each.stream.bindings:
            if fact not in (EARNED_SO_FAR, PAID_BEFORE):
                what = f"{each.stream.model.name} of settlement '{each.name}' reads '{fact}'"
                complaints.add(each.stream.line, what, f"It may read {EARNED_SO_FAR} and {PAID_BEFORE}.")


def valued_for(contract: Contract, name: str | None) -> Iterator[Contract]:
    """Yield the contract as each settlement up to the one named values it; without a name up to the last."""
    names = [each.name for each in contract.settlements]
    if name is not None and name not in names:
        repair = suggest(name, names) if names else "The contract states no settlements: it settles once."
        raise refuse(contract.file, None, f"no settlement '{name}'", repair)
    if not names:
        yield contract
    for each in contract.settlements:
        yield _valued(contract, each)
        if each.name == name:
            return


def _valued(contract: Contract, step: SettlementOfPeriod) -> Contract:
    assert contract.valuation is not None
    measuring = replace(
        contract.measuring,
        valuation=replace(contract.valuation, as_of=step.as_of, run_out_months=step.run_out_months),
        measures=tuple(
            each
            if each.complete is None or step.ibnr == "estimate"
            else replace(each, complete=by_factors(step.ibnr) if isinstance(step.ibnr, Decimal) else None)
            for each in contract.measures
        ),
    )
    return replace(contract, settlement=step, measuring=measuring)
