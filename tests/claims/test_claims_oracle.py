"""Random small files against a settlement of claims in plain Python, which shares nothing with the SQL.

The oracle walks every day of every span and every line of every file with `csv`, `datetime` and whole cents.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from claims_files import settle

from vbc_cli.claims.completion_settings import by_factors
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.claims.settings import Measure, Period, TruncateAt, Valuation

CATEGORIES = ("inpatient", "office visit", "lab, other", "pharmacy")
NPIS = ("1111111111", "2222222222", "3333333333", "")
DAY = timedelta(days=1)


@dataclass
class Files:
    """The rows of one random contract's files."""

    claims: list[dict[str, str]]
    eligibility: list[dict[str, str]]
    attribution: list[dict[str, str]]
    providers: list[dict[str, str]]

    def texts(self) -> dict[str, str]:
        """Return the files as text."""
        return {kind: as_csv(rows) for kind, rows in vars(self).items() if rows}


def as_csv(rows: list[dict[str, str]]) -> str:
    """Write rows as a person's spreadsheet would."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def dollars(cents: int) -> str:
    """Write whole cents as dollars."""
    return f"{Decimal(cents) / 100:.2f}"


def spans(rng: random.Random, first: date, days: int) -> list[tuple[date, date | None]]:
    """Draw up to three spans that do not overlap, the last perhaps open."""
    cuts = sorted(rng.sample(range(days), 2 * rng.randint(1, 3)))
    pairs = [(first + cuts[i] * DAY, first + cuts[i + 1] * DAY) for i in range(0, len(cuts), 2)]
    start, end = pairs[-1]
    return [*pairs[:-1], (start, None if rng.random() < 0.5 else end)]


def draw(rng: random.Random) -> Files:
    """Draw the files of one contract."""
    members = [f"M{number}" for number in range(rng.randint(1, 8))]
    first = date(2023, 11, 1)
    eligibility = [
        {
            "member_id": member,
            "enrollment_start_date": str(start),
            "enrollment_end_date": str(end or ""),
            "stratum": rng.choice(["adult", "child", ""]),
            "other_coverage": rng.choice(["yes", "no", "no"]),
        }
        for member in members
        for start, end in spans(rng, first, 900)
    ]
    attribution = [
        {"member_id": member, "effective_date": str(start), "end_date": str(end or "")}
        for member in [*members, "MX"]
        if rng.random() < 0.8
        for start, end in spans(rng, first, 900)
    ]
    providers = [
        {
            "npi": npi,
            "owner": rng.choice(["own", "other"]),
            "effective_date": str(start),
            "end_date": str(end or ""),
        }
        for npi in NPIS[:2]
        for start, end in spans(rng, first, 900)
    ]
    rng.shuffle(eligibility)
    claims = [claim(rng, number, [*members, "M99"]) for number in range(rng.randint(1, 60))]
    return Files(claims, eligibility, attribution if rng.random() < 0.8 else [], providers)


def claim(rng: random.Random, number: int, members: list[str]) -> dict[str, str]:
    """Draw one claim line whose amounts add up."""
    service = date(2023, 12, 1) + rng.randint(0, 850) * DAY
    plan, member, other = rng.randint(0, 90_000), rng.randint(0, 9_000), rng.choice([0, 0, 500])
    status = rng.choices(["paid", "denied", "reversal"], [90, 5, 5])[0]
    sign = -1 if status == "reversal" else 1
    return {
        "claim_id": f"C{number // 2}",
        "claim_line_number": str(number % 2 + 1),
        "member_id": rng.choice(members),
        "service_category": rng.choice(CATEGORIES),
        "claim_start_date": str(service),
        "paid_date": str(service + rng.randint(0, 250) * DAY),
        "claim_status": status,
        "billing_npi": rng.choice(NPIS),
        "paid_under": rng.choice(["fee_for_service", "reduced", "capitated"]),
        "allowed_amount": dollars(sign * (plan + member + other)),
        "plan_paid_amount": dollars(sign * plan),
        "member_liability_amount": dollars(sign * member),
        "other_payer_amount": dollars(sign * other),
    }


def draw_measure(rng: random.Random) -> Measure:
    """Draw the settings of one measure."""
    limit = TruncateAt(Decimal(rng.randint(1, 200_000)) / 100, rng.random() < 0.5)
    factors = {name: Decimal(rng.randint(1000, 1200)) / 1000 for name in CATEGORIES}
    amount = rng.choice(["allowed_amount", "plan_paid_amount", "member_liability_amount"])
    return Measure(
        "spending",
        amount,
        include=rng.choice([(), (), ("inpatient", "office visit")]),
        exclude=rng.choice([(), ("pharmacy",)]),
        owner=rng.choice(["all", "own", "other"]),
        attribution=rng.choice(["while_attributed", "whole_year"]),
        truncate=rng.choice([None, limit]),
        complete=rng.choice([None, by_factors(factors), by_factors(Decimal("1.015"))]),
        capitated_encounters=rng.choice(["count", "leave_out"]),
        secondary=rng.choice(
            [(), (), ("other_payer_amount",), ("other_coverage",), ("other_coverage", "other_payer_amount")]
        ),
        net_of_other_payer=amount == "allowed_amount" and rng.random() < 0.5,
    )


class Oracle:
    """What the files come to, day by day and line by line."""

    def __init__(
        self, files: Files, period: Period, cut_off: date, late_after: date | None, measure: Measure
    ) -> None:
        self.files, self.period, self.measure = files, period, measure
        self.cut_off, self.late_after = cut_off, late_after
        self.enrolled = self.days(files.eligibility, "enrollment_start_date", "enrollment_end_date")
        self.covered = self.days(
            [row for row in files.eligibility if row["other_coverage"] == "yes"],
            "enrollment_start_date",
            "enrollment_end_date",
        )
        self.roster = self.days(files.attribution, "effective_date", "end_date")
        self.fates: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.members: dict[str, Counter[str]] = {member: Counter() for member in self.months()}
        for line in files.claims:
            self.count(line)

    @staticmethod
    def days(rows: list[dict[str, str]], start: str, end: str) -> dict[str, set[date]]:
        """Return the days of each member's spans up to the end of 2026."""
        found: dict[str, set[date]] = {}
        for row in rows:
            day, last = date.fromisoformat(row[start]), date.fromisoformat(row[end] or "2026-12-31")
            while day <= last:
                found.setdefault(row["member_id"], set()).add(day)
                day += DAY
        return found

    def attributed(self, member: str, day: date) -> bool:
        """Say whether a member is attributed for a service on a day."""
        if not self.files.attribution:
            return True
        days = self.roster.get(member, set())
        if self.measure.attribution == "while_attributed":
            return day in days
        return any(each.year == day.year for each in days)

    def months(self) -> dict[str, set[tuple[int, int]]]:
        """Return the months of the period that count for each member."""
        counted = {
            member: {
                (day.year, day.month)
                for day in days
                if self.period.start <= day <= self.period.end and self.attributed(member, day)
            }
            for member, days in self.enrolled.items()
        }
        return {member: months for member, months in counted.items() if months}

    def owner(self, line: dict[str, str]) -> str:
        """Return whose line it is on its service date."""
        for row in self.files.providers:
            if row["npi"] == line["billing_npi"] and (
                row["effective_date"] <= line["claim_start_date"] <= (row["end_date"] or "9999")
            ):
                return row["owner"]
        return "other"

    def fate(self, line: dict[str, str]) -> str:
        """Return the one fate of a line."""
        service, paid = (date.fromisoformat(line[name]) for name in ("claim_start_date", "paid_date"))
        inside = self.period.start <= service <= self.period.end
        late = (
            self.late_after is not None
            and service.year == self.period.start.year - 1
            and paid > self.late_after
        )
        if line["claim_status"] == "denied":
            return "denied"
        if not inside and not (late and paid <= self.cut_off):
            return "service date outside the period"
        if paid > self.cut_off:
            return "paid after the cut-off"
        member = line["member_id"]
        if member not in self.enrolled:
            return "member never eligible"
        if service not in self.enrolled[member]:
            return "not enrolled on the service date"
        return self.choice(line, service) or ("used" if inside else "prior")

    def choice(self, line: dict[str, str], service: date) -> str:
        """Return why the measure leaves a line out; empty where it does not."""
        if not self.attributed(line["member_id"], service):
            when = (
                "on the service date"
                if self.measure.attribution == "while_attributed"
                else "in the year of the service"
            )
            return f"not attributed {when}"
        category = line["service_category"]
        if category in self.measure.exclude or category not in (self.measure.include or CATEGORIES):
            return "category not counted"
        if line["paid_under"] == "capitated" and self.measure.capitated_encounters == "leave_out":
            return "already paid by capitation"
        for known_by in self.measure.secondary:
            if known_by == "other_payer_amount" and Decimal(line["other_payer_amount"]):
                return "another payer paid first"
            if known_by == "other_coverage" and service in self.covered.get(line["member_id"], set()):
                return "member had other coverage on the service date"
        if self.measure.owner not in ("all", self.owner(line)):
            return (
                "claims of other providers"
                if self.measure.owner == "own"
                else "claims of the contracted provider"
            )
        return ""

    def count(self, line: dict[str, str]) -> None:
        """Count a line with its fate."""
        fate, cents = self.fate(line), int(Decimal(line[self.measure.amount]) * 100)
        if self.measure.net_of_other_payer and fate in ("used", "prior"):
            others = int(Decimal(line["other_payer_amount"]) * 100)
            self.fates["what other payers paid of the lines used"] += others
            cents -= others
        self.fates[fate] += cents
        self.rows[fate] += 1
        if fate == "used":
            self.members[line["member_id"]][line["service_category"]] += cents

    def limit(self, member: str) -> int | None:
        """Return a member's limit in cents, half up."""
        if self.measure.truncate is None:
            return None
        cents = Fraction(self.measure.truncate.amount) * 100
        if self.measure.truncate.annualised:
            cents = cents * len(self.months()[member]) / 12
        return int(cents + Fraction(1, 2))

    def kept(self) -> dict[str, int]:
        """Return each member's cents within the limit."""
        costs = {member: sum(categories.values()) for member, categories in self.members.items()}
        limits = {member: self.limit(member) for member in costs}
        return {
            member: cost if (most := limits[member]) is None else min(cost, most)
            for member, cost in costs.items()
        }


def half_up(amount: Decimal) -> Decimal:
    """Round to the cent, halves away from zero."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def check_totals(cost: MeasuredCost, oracle: Oracle) -> None:
    """Compare the control totals and the bridge."""
    totals = cost.control_totals
    found = {line.what: (line.rows, int(line.dollars * 100)) for line in totals.left_out}
    used = {"used": (totals.used.rows, int(totals.used.dollars * 100))}
    prior = {"prior": (totals.prior_period.rows, int(totals.prior_period.dollars * 100))}
    expected = {fate: (oracle.rows[fate], cents) for fate, cents in oracle.fates.items()}
    assert {fate: pair for fate, pair in (found | used | prior).items() if any(pair)} == {
        fate: pair for fate, pair in expected.items() if any(pair)
    }
    assert totals.foots and cost.bridge.foots
    assert (totals.read.rows, totals.read.dollars * 100) == (
        len(oracle.files.claims),
        sum(oracle.fates.values()),
    )


def check_members(cost: MeasuredCost, oracle: Oracle) -> None:
    """Compare the limit, the spread and the completion."""
    kept = oracle.kept()
    assert cost.distribution.members == len(kept)
    assert cost.distribution.cents == sum(kept.values())
    assert cost.distribution.cents_squared == sum(cents * cents for cents in kept.values())
    months = oracle.months()
    assert cost.distribution.cents_times_months == sum(
        cents * len(months[member]) for member, cents in kept.items()
    )
    over = {m: sum(oracle.members[m].values()) - cents for m, cents in kept.items()}
    assert sum(cost.over_the_limit.values()) * 100 == sum(over.values())
    assert cost.members_over_the_limit == sum(1 for cents in over.values() if cents)
    before = sum((half_up(value * 100) for value in cost.by_month.values()), Decimal(0))
    assert before == oracle.fates["used"] == sum(cost.by_stratum.values()) * 100


def check_completion(cost: MeasuredCost, measure: Measure, oracle: Oracle) -> None:
    """Compare what completion adds, from the categories the limit leaves."""
    if measure.complete is None or measure.complete.factors is None:
        assert cost.completion_added == {}
        return
    factors = measure.complete.factors["best"]
    categories: Counter[str] = Counter()
    for member in oracle.members.values():
        categories.update(member)
    for name, added in cost.completion_added.items():
        factor = factors if isinstance(factors, Decimal) else factors[name]
        kept = Decimal(categories[name]) / 100 - cost.over_the_limit.get(name, Decimal(0))
        assert added == half_up(kept * factor) - kept


@pytest.mark.parametrize("seed", range(60))
def test_random_files_come_to_what_a_walk_over_days_and_lines_finds(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    files, spending = draw(rng), draw_measure(rng)
    period = Period(date(2025, 1, 1), date(2025, 12, 31))
    late = rng.random() < 0.5
    valuation = Valuation(
        date(2026, 3, 31), rng.choice([2, 3, 6]), late_claims="next_period" if late else "ignore"
    )
    # Two months of run-out end before the valuation day, six after it.
    cut_off = date(2026, 2, 28) if valuation.run_out_months == 2 else date(2026, 3, 31)
    late_after = cut_off.replace(year=2025) if late else None
    measured = settle(tmp_path, spending, valuation=valuation, period=period, **files.texts())
    oracle = Oracle(files, period, cut_off, late_after, spending)
    cost = measured.costs["spending"]
    check_totals(cost, oracle)
    check_members(cost, oracle)
    check_completion(cost, spending, oracle)
    months = measured.member_months[spending.attribution]
    assert months.total == sum(map(len, oracle.months().values()))
    assert months.persons == len(oracle.months())
