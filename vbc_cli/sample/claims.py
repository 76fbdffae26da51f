"""The claim lines: each service billed, priced under the benefits, paid weeks later, and sometimes undone.

A reversed claim stays as it was paid; a second claim with the letter R after its number takes it back, and
most are paid again under the letter A. Denied claims keep their charge only. Capitated encounters are
allowed and paid nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from vbc_cli.sample.benefits import OFFICE_TEST, Amounts, Benefits
from vbc_cli.sample.care import Event
from vbc_cli.sample.days import LAST_PAYMENT_RUN, first_of, iso, payment_run
from vbc_cli.sample.draw import STEPS, Draw, Even
from vbc_cli.sample.files import Row
from vbc_cli.sample.levels import (
    BAD_YEAR_PERCENT,
    CAPITATED_SHARE,
    CORRECTED_PERCENT,
    CORRECTED_SHARE,
    DENIED_SHARE,
    LEVELS,
    REVERSED_SHARE,
    STAYS,
    YEAR,
    Level,
)
from vbc_cli.sample.people import Person
from vbc_cli.sample.referrals import Referrals

HEADER: Final = (
    "claim_id", "claim_line_number", "claim_type", "member_id", "service_category", "claim_start_date",
    "claim_end_date", "paid_date", "claim_status", "place_of_service_code", "bill_type_code", "drg_code",
    "hcpcs_code", "diagnosis_code_1", "rendering_npi", "billing_npi", "charge_amount", "allowed_amount",
    "paid_amount", "deductible_amount", "copayment_amount", "coinsurance_amount", "other_payer_amount",
    "paid_under",
)  # fmt: skip

SECOND_LINE_CODES: Final = {"primary_care": "90471", "specialist": "93000"}
SECOND_LINE_SHARE: Final = 0.3  # of office visits
SECOND_LINE_PERCENT: Final = 15
REVERSED_AFTER_DAYS: Final = (14, 90)
YEAR_START: Final = first_of(YEAR, 1)
BilledLine = tuple[str, Amounts]  # code and dollars


class Claim(NamedTuple):
    """What the lines of one claim have in common."""

    claim_id: str
    event: Event
    member_id: str
    npis: tuple[str, str]
    paid_day: int
    status: str = "paid"
    paid_under: str = "fee_for_service"


class Billing:
    """Bills one member's services after the other, numbering the claims as they come."""

    def __init__(self, draw: Draw, *, bad_year: bool) -> None:
        self._draw = draw
        self._referrals = Referrals(draw)
        self._percent = BAD_YEAR_PERCENT if bad_year else 100
        self._claims = 0
        self._waits = {level.category: Even(draw, STEPS[1]) for level in LEVELS}

    def rows(self, person: Person, events: list[Event], benefits: Benefits) -> Iterator[Row]:
        """Yield the rows of all claims for these services."""
        for event in events:
            self._claims += 1
            npis = self._referrals.npis(person, event)
            claim = Claim(f"C{self._claims:09d}", event, person.member_id, npis, self._paid_day(event))
            yield from self._adjudicate(claim, benefits)

    def _adjudicate(self, claim: Claim, benefits: Benefits) -> list[Row]:
        category = claim.event.level.category
        if category != STAYS and self._draw.chance(DENIED_SHARE):
            return _rows(claim._replace(status="denied"), self._unpaid(claim.event))
        if category == "primary_care" and self._draw.chance(CAPITATED_SHARE):
            return _rows(claim._replace(paid_under="capitated"), self._unpaid(claim.event))
        lines = self._price(claim.event, benefits)
        undone = self._undo(claim, lines) if self._draw.chance(REVERSED_SHARE) else []
        return _rows(claim, lines) + undone

    def _undo(self, claim: Claim, lines: list[BilledLine]) -> list[Row]:
        """Return the reversal of a claim, and what is paid instead; nothing after the last run."""
        shortest, longest = REVERSED_AFTER_DAYS
        day = claim.paid_day + shortest + self._draw.below(longest - shortest)
        if day > LAST_PAYMENT_RUN:
            return []
        undone = claim._replace(paid_day=payment_run(day))
        reversal = undone._replace(claim_id=f"{claim.claim_id}R", status="reversal")
        taken_back = _rows(reversal, [(code, amounts.reversed()) for code, amounts in lines])
        if claim.event.level.category != STAYS and not self._draw.chance(CORRECTED_SHARE):
            return taken_back
        again = [(code, amounts.scaled(CORRECTED_PERCENT)) for code, amounts in lines]
        return taken_back + _rows(undone._replace(claim_id=f"{claim.claim_id}A"), again)

    def _price(self, event: Event, benefits: Benefits) -> list[BilledLine]:
        """Return the codes and amounts of a claim's lines."""
        lines = []
        for position, (code, cents) in enumerate(self._split(event)):
            category = event.level.category if position == 0 else OFFICE_TEST
            amounts = benefits.apply(category, event.diagnosis, _charge(event.level, cents), cents)
            lines.append((code, amounts.scaled(self._percent_of(event))))
        return lines

    def _split(self, event: Event) -> list[tuple[str, int]]:
        second = SECOND_LINE_CODES.get(event.level.category)
        if second is None or not self._draw.chance(SECOND_LINE_SHARE):
            return [(event.code, event.cents)]
        part = event.cents * SECOND_LINE_PERCENT // 100
        return [(event.code, event.cents - part), (second, part)]

    def _unpaid(self, event: Event) -> list[BilledLine]:
        charge = _charge(event.level, event.cents) * self._percent_of(event) // 100
        return [(event.code, Amounts(charge, 0, 0, 0, 0, 0, 0))]

    def _percent_of(self, event: Event) -> int:
        is_medical = event.level.form.claim_type != "pharmacy"
        return self._percent if is_medical and event.day >= YEAR_START else 100

    def _paid_day(self, event: Event) -> int:
        """Return the payment run; a service of the year before was still unpaid when this year began."""
        waiting_since = max(event.last_day, YEAR_START)
        return payment_run(waiting_since + int(event.level.lag.at(self._waits[event.level.category].next())))


def _charge(level: Level, cents: int) -> int:
    """Return the billed charge in whole dollars."""
    return cents * level.charge_percent // 10_000 * 100


def _rows(claim: Claim, lines: list[BilledLine]) -> list[Row]:
    event, level = claim.event, claim.event.level
    is_stay = level.category == STAYS
    return [
        (
            claim.claim_id, str(number), level.form.claim_type, claim.member_id, level.category,
            iso(event.day), iso(event.last_day), iso(claim.paid_day), claim.status, *level.form[1:],
            code if is_stay else "", "" if is_stay else code, event.diagnosis, *claim.npis,
            *map(money, amounts), claim.paid_under,
        )
        for number, (code, amounts) in enumerate(lines, start=1)
    ]  # fmt: skip


@lru_cache(maxsize=65_536)
def money(cents: int) -> str:
    """Return cents as dollars with two decimals."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}{dollars}.{rest:02d}"
