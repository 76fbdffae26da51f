"""Random members and rules against a walk over days in plain Python, which shares nothing with the SQL."""

from __future__ import annotations

import random
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from claims_files import FINAL, YEAR, measure, write
from test_claims_oracle import DAY, as_csv, dollars, spans

from vbc_cli.claims.facts import MeasuredCost, MemberMonths
from vbc_cli.claims.membership_settings import Care, Enrolment, Exclusions, Membership, Newborns
from vbc_cli.claims.settings import Measure, TruncateAt

RULES = ("any_day", "first_of_month", "fifteenth", "whole_month", "fifteen_thirty", "fraction_of_days")
Rows = list[dict[str, str]]
WHOLE_MEMBER = ("transplant", "hospice", "died", "left", "months")


def maybe(rng: random.Random, value: object) -> object:
    """Return a value or, as often, None."""
    return value if rng.random() < 0.5 else None


def draw_people(rng: random.Random) -> Rows:
    """Draw eligibility spans, some of newborns, of the dying, added or taken away late."""
    rows = []
    for number in range(rng.randint(1, 9)):
        drawn = spans(rng, date(2024, 10, 1), 520)
        first, last = drawn[0][0], drawn[-1][1]
        born = first - rng.choice([0, 5, 20, 40, 9000]) * DAY
        for start, end in drawn:
            rows.append(
                {
                    "member_id": f"M{number}",
                    "birth_date": rng.choice([str(born)] * 3 + [""]) if start == first else "",
                    "death_date": str(last) if last and number % 3 == 0 else "",
                    "enrollment_start_date": str(start),
                    "start_known_date": str(maybe(rng, start + rng.randint(0, 200) * DAY) or ""),
                    "enrollment_end_date": str(end or ""),
                    "end_known_date": str((end and maybe(rng, end + rng.randint(-30, 200) * DAY)) or ""),
                    "stratum": rng.choice(["adult", "child"]),
                    "other_coverage": rng.choice(["no", "no", "no", "yes"]),
                    "flags": rng.choice(["", "", "", "", "hospice"]),
                }
            )
    for row in rows:
        row["birth_date"] = next(r["birth_date"] for r in rows if r["member_id"] == row["member_id"])
    rng.shuffle(rows)
    return rows


def draw_claims(rng: random.Random) -> Rows:
    """Draw claim lines, a few of them transplants."""
    return [
        {
            "claim_id": f"C{number}",
            "claim_line_number": "1",
            "member_id": f"M{rng.randint(0, 9)}",
            "service_category": rng.choice(["inpatient", "office visit"]),
            "claim_start_date": str(date(2024, 12, 1) + rng.randint(0, 420) * DAY),
            "paid_date": "2026-01-15",
            "drg_code": rng.choices(["470", "006", ""], [10, 1, 9])[0],
            "allowed_amount": dollars(rng.randint(-5_000, 90_000)),
        }
        for number in range(rng.randint(1, 60))
    ]


def draw_rules(rng: random.Random) -> tuple[Membership, Enrolment]:
    """Draw rules of membership and of recognised enrolment."""
    excluded = Exclusions(
        care=(Care("transplant", drg_codes=("005", "006")),) if rng.random() < 0.5 else (),
        flagged=("hospice",) if rng.random() < 0.5 else (),
        died=rng.random() < 0.3,
        left=rng.random() < 0.3,
        months_below=maybe(rng, rng.randint(1, 9)),  # type: ignore[arg-type]
        other_coverage=rng.random() < 0.5,
        newborn_days=maybe(rng, rng.randint(0, 60)),  # type: ignore[arg-type]
    )
    newborns = Newborns(rng.randint(0, 45), rng.choice(["counts", "by_month_rule"]))  # type: ignore[arg-type]
    rules = Enrolment(
        newborns if rng.random() < 0.5 else None,
        maybe(rng, rng.randint(0, 120)),  # type: ignore[arg-type]
        maybe(rng, rng.randint(0, 120)),  # type: ignore[arg-type]
    )
    counted = rng.choice(["on_enrolled_days", "in_counted_months"])
    rule = rng.choice(RULES)
    return Membership("while_attributed", rule, counted, excluded), rules  # type: ignore[arg-type]


def day(text: str) -> date | None:
    """Return a written date, None where there is none."""
    return date.fromisoformat(text) if text else None


class Person:
    """One member: each enrolled day with its span, and the days that became known too late."""

    def __init__(self, rows: Rows, rules: Enrolment) -> None:
        self.rows = sorted(rows, key=lambda row: row["enrollment_start_date"])
        self.born, self.died = day(rows[0]["birth_date"]), day(rows[0]["death_date"])
        self.days: dict[date, dict[str, str]] = {}
        self.late: set[date] = set()
        for number, row in enumerate(self.rows):
            self.add(number, row, rules)

    def add(self, number: int, row: dict[str, str], rules: Enrolment) -> None:
        """Add the recognised days of one span."""
        start, end = date.fromisoformat(row["enrollment_start_date"]), day(row["enrollment_end_date"])
        last = end or date(2030, 1, 1)
        within = rules.newborns.enrolled_within_days if rules.newborns else -1
        if number == 0 and self.born and self.born < start and (start - self.born).days <= within:
            start = self.born
        known = day(row["start_known_date"])
        first = start
        if rules.additions_limit_days is not None and known:
            first = max(start, known - timedelta(rules.additions_limit_days))
        known = day(row["end_known_date"])
        if rules.deletions_limit_days is not None and known and not self.died:
            longer = max(last, known - timedelta(rules.deletions_limit_days + 1))
            following = [day(r["enrollment_start_date"]) for r in self.rows[number + 1 : number + 2]]
            last = min([longer, *(each - DAY for each in following if each)])
        each = start
        while each <= last:
            if each >= first:
                self.days[each] = row
            elif each <= (end or last):
                self.late.add(each)
            each += DAY

    def months(
        self, membership: Membership, rules: Enrolment, days: dict[date, dict[str, str]]
    ) -> Counter[tuple[int, str]]:
        """Return the months of the year that count, whole or in part, by month and stratum."""
        found: Counter[tuple[int, str]] = Counter()
        for month in range(1, 13):
            length = monthrange(2025, month)[1]
            mine = sorted(each for each in days if (each.year, each.month) == (2025, month))
            if not mine:
                continue
            if membership.month_rule == "fraction_of_days":
                for each in mine:
                    found[month, days[each]["stratum"]] += Fraction(1, length)  # type: ignore[assignment]
                continue
            numbers = {each.day for each in mine}
            month_of_birth = self.born and (self.born.year, self.born.month) == (2025, month)
            if rules.newborns and rules.newborns.month_of_birth == "counts" and month_of_birth:
                numbers |= set(range(1, min(numbers)))
            if self.counts(membership.month_rule, numbers, length):
                wanted = {"first_of_month": 1, "fifteenth": 15}.get(membership.month_rule, 0)
                place = next(each for each in mine if each.day >= wanted or each == mine[-1])
                if wanted and place.day > wanted:  # a newborn's month counts from its first enrolled day
                    place = mine[0]
                found[month, days[place]["stratum"]] += 1
        return found

    @staticmethod
    def counts(rule: str, numbers: set[int], length: int) -> bool:
        """Say whether a month with these enrolled days counts."""
        return {
            "any_day": bool(numbers),
            "first_of_month": 1 in numbers,
            "fifteenth": 15 in numbers,
            "whole_month": len(numbers) == length,
            "fifteen_thirty": {15, 16} <= numbers,
        }[rule]


class Oracle:
    """What the files come to, member by member and day by day."""

    def __init__(self, people: Rows, claims: Rows, membership: Membership, rules: Enrolment) -> None:
        self.membership, self.rules, self.claims = membership, rules, claims
        ids = sorted({row["member_id"] for row in people})
        self.people = {m: Person([r for r in people if r["member_id"] == m], rules) for m in ids}
        self.months: dict[str, Counter[tuple[int, str]]] = {}
        self.out: dict[str, str] = {}
        for member, person in self.people.items():
            self.out[member] = self.reason(member, person)
            self.months[member] = Counter()
            if not self.out[member]:
                self.months[member] = person.months(membership, rules, self.left(person))

    def left(self, person: Person) -> dict[date, dict[str, str]]:
        """Return the days of a person that are not left out."""
        return {each: row for each, row in person.days.items() if not self.reason_of_day(person, each)}

    def reason_of_day(self, person: Person, each: date) -> str:
        """Return why a day is left out."""
        excluded = self.membership.exclude
        if excluded.other_coverage and person.days[each]["other_coverage"] == "yes":
            return "days with other coverage"
        first = excluded.newborn_days
        if first is not None and person.born and (each - person.born).days < first:
            return f"first {first} days of life"
        return ""

    def reason(self, member: str, person: Person) -> str:
        """Return why a whole member is left out."""
        excluded = self.membership.exclude
        in_year = [each for each in person.days if each.year == 2025]
        months = sum(person.months(self.membership, self.rules, person.days).values())
        care = [c for c in self.claims if c["member_id"] == member and c["drg_code"] == "006"]
        tests = {
            "member with transplant": bool(excluded.care)
            and any(date.fromisoformat(c["claim_start_date"]) in in_year for c in care),
            "member flagged hospice": bool(excluded.flagged) and any(r["flags"] for r in person.rows),
            "member died in the period": excluded.died
            and person.died is not None
            and person.died.year == 2025,
            "member left before the end of the period": excluded.left
            and not (person.died is not None and person.died.year == 2025)
            and date(2025, 12, 31) not in person.days,
            f"member with fewer than {excluded.months_below} months": excluded.months_below is not None
            and 0 < months < excluded.months_below,
        }
        return next((said for said, met in tests.items() if met), "")

    def fate(self, line: dict[str, str]) -> str:
        """Return the one fate of a line."""
        service, member = date.fromisoformat(line["claim_start_date"]), line["member_id"]
        if service.year != 2025:
            return "service date outside the period"
        if member not in self.people:
            return "member never eligible"
        person = self.people[member]
        if service not in person.days:
            late = service in person.late
            return "enrolment became known too late" if late else "not enrolled on the service date"
        reason = self.out[member] or self.reason_of_day(person, service)
        counted = {month for month, _ in self.months[member]}
        if (
            not reason
            and self.membership.claims_counted == "in_counted_months"
            and service.month not in counted
        ):
            return "service in a month that does not count"
        return reason or "used"


def check_months(found: MemberMonths, oracle: Oracle) -> None:
    """Compare the months by month and stratum, and the members."""
    expected: Counter[tuple[int, str]] = Counter()
    for months in oracle.months.values():
        expected.update(months)
    assert {
        (month.month, stratum): n for (month, stratum), n in found.by_month_and_stratum.items()
    } == expected
    assert found.persons == sum(1 for months in oracle.months.values() if months)
    assert sum(step.months for step in found.steps) == found.total


def check_cost(cost: MeasuredCost, oracle: Oracle, limit: TruncateAt | None) -> None:
    """Compare the fate of every line and what the limit keeps."""
    rows: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    members: Counter[str] = Counter()
    for line in oracle.claims:
        fate, amount = oracle.fate(line), int(Decimal(line["allowed_amount"]) * 100)
        rows[fate] += 1
        cents[fate] += amount
        members[line["member_id"]] += amount * (fate == "used")
    totals = cost.control_totals
    left = {line.what: (line.rows, int(line.dollars * 100)) for line in totals.left_out}
    used = {"used": (totals.used.rows, int(totals.used.dollars * 100))} if totals.used.rows else {}
    assert left | used == {fate: (rows[fate], cents[fate]) for fate in rows}
    assert totals.foots and cost.bridge.foots
    kept = sum(min(amount, most(oracle, member, limit, amount)) for member, amount in members.items())
    assert cost.distribution.cents == kept


def most(oracle: Oracle, member: str, limit: TruncateAt | None, amount: int) -> int:
    """Return the most of a member's cents that is kept."""
    if limit is None or member not in oracle.months:
        return amount
    cents = Fraction(limit.amount) * 100
    if limit.annualised:
        cents = cents * sum(oracle.months[member].values()) / 12
    return int(cents + Fraction(1, 2))


@pytest.mark.parametrize("seed", range(80))
def test_random_members_and_rules_come_to_what_a_walk_over_days_finds(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    people, claims = draw_people(rng), draw_claims(rng)
    membership, rules = draw_rules(rng)
    limit = rng.choice([None, TruncateAt(Decimal(700), annualised=rng.random() < 0.5)])
    spending = Measure("spending", "allowed_amount", members="members", truncate=limit)
    sources = write(tmp_path, claims=as_csv(claims), eligibility=as_csv(people))
    measured = measure(
        sources, YEAR, FINAL, (spending,), memberships={"members": membership}, enrolment=rules
    )
    oracle = Oracle(people, claims, membership, rules)
    check_months(measured.member_months["members"], oracle)
    check_cost(measured.costs["spending"], oracle, limit)
