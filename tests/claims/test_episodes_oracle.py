"""Random small files against episodes found in plain Python, which shares nothing with the SQL.

The oracle walks the triggers of each member day by day and every line of the file, with whole cents.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from claims_files import FINAL, YEAR, settle_episodes
from test_claims_oracle import as_csv, dollars

from vbc_cli.claims.episode_facts import MeasuredEpisodes
from vbc_cli.claims.episode_settings import CodeList, EpisodeRules, EpisodeType, OutlierCap
from vbc_cli.claims.settings import Measure

DAY = timedelta(days=1)
DRGS = ("470", "469", "291", "560", "")
PROCEDURES = ("45378", "45380", "99213", "J1100", "")
NPIS = ("1", "2", "3")
CUT_OFF = date(2026, 3, 31)


def draw_claims(rng: random.Random) -> list[dict[str, str]]:
    """Draw claim lines of a few members, dense enough that triggers meet open episodes."""
    lines = []
    for number in range(rng.randint(5, 60)):
        start = date(2024, 9, 1) + rng.randint(0, 600) * DAY
        end = start + rng.choice([0, 0, 0, 1, 3, 20, 60]) * DAY
        stay = rng.random() < 0.4
        line = {
            "claim_id": f"C{number}",
            "claim_line_number": "1",
            "member_id": f"M{rng.randint(1, 4)}",
            "service_category": rng.choice(["inpatient", "office", "pharmacy"]),
            "claim_start_date": str(start),
            "claim_end_date": str(end),
            "paid_date": str(end + rng.randint(0, 60) * DAY),
            "claim_status": "denied" if rng.random() < 0.05 else "paid",
            "billing_npi": rng.choice(NPIS),
            "drg_code": rng.choice(DRGS) if stay else "",
            "hcpcs_code": "" if stay else rng.choice(PROCEDURES),
            "allowed_amount": dollars(rng.randint(1, 900_000)),
        }
        lines.append(line)
        if rng.random() < 0.1:
            undone = {"claim_id": f"R{number}", "claim_status": "reversal"}
            lines.append({**line, **undone, "allowed_amount": f"-{line['allowed_amount']}"})
    return lines


def draw_rules(rng: random.Random) -> EpisodeRules:
    """Draw the rules of one measured fact."""
    caps = (
        None,
        OutlierCap(at=Decimal(5000)),
        OutlierCap(percentile=Decimal("0.8"), lowest_percentile=Decimal("0.1"), method="nearest_rank"),
        OutlierCap(
            percentile=Decimal("0.75"), method=rng.choice(["inclusive", "exclusive"]), within="trigger"
        ),
    )

    def type_(name: str, drgs: tuple[str, ...], procedures: tuple[str, ...]) -> EpisodeType:
        return EpisodeType(
            name,
            drgs=CodeList(drgs),
            procedures=CodeList(procedures),
            look_back_days=rng.choice([0, 3, 30]),
            days_after=rng.choice([0, 30, 90]),
            cap=rng.choice(caps),
            case_mix=None,
            exclude_drgs=CodeList(rng.choice([(), ("291",), ("560", "291")])),
            exclude_procedures=CodeList(rng.choice([(), ("J1100",)])),
            exclude_categories=rng.choice([(), ("office",)]),
        )

    return EpisodeRules(
        Measure("bundles", "allowed_amount", exclude=rng.choice([(), ("pharmacy",)])),
        opened_by=rng.choice(["all", "own", "other"]),
        counted_by=rng.choice(["anchor_start", "anchor_end", "episode_end"]),
        transfers=rng.choice(["separate", "first_drg", "last_drg"]),
        crossing_the_end=rng.choice(["prorate_by_days", "count_whole"]),
        services_in_excluded_stays=rng.choice(["leave_out", "count"]),
        types=(type_("joint", ("470", "469"), ()), type_("scope", ("291",), ("45378", "45380"))),
    )


@dataclass
class Stay:
    """One stay: its days, and the facility and DRG that it is told by."""

    start: date
    end: date
    drg: str
    npi: str
    own: bool


@dataclass
class Open:
    """One episode: its type and trigger, its anchor and its days."""

    type: EpisodeType
    code: str
    start: date
    end: date
    first: date
    last: date


class Oracle:
    """The episodes of a file, member by member."""

    def __init__(self, lines: list[dict[str, str]], owners: dict[str, str], rules: EpisodeRules) -> None:
        self.rules, self.owners = rules, owners
        self.reasons: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.costs: dict[int, int] = {}
        self.own: Counter[int] = Counter()
        self.episodes: list[Open] = []
        for member in sorted({line["member_id"] for line in lines}):
            self.settle([line for line in lines if line["member_id"] == member])

    def known(self, line: dict[str, str]) -> str:
        """Return why a line is in no episode whatever its day; empty where it may be in one."""
        start, paid = date.fromisoformat(line["claim_start_date"]), date.fromisoformat(line["paid_date"])
        if line["claim_status"] == "denied":
            return "denied"
        if not YEAR.start <= start <= YEAR.end:
            near = date(2024, 1, 1) <= start <= date(2026, 12, 31)
            return "" if near and paid <= CUT_OFF else "service date outside the period"
        return "paid after the cut-off" if paid > CUT_OFF else ""

    def settle(self, lines: list[dict[str, str]]) -> None:
        """Open one member's episodes and give every line its fate."""
        seen = [line for line in lines if not self.known(line)]
        stays = self.stays(seen)
        mine: list[tuple[int, Open]] = []
        for start, end, code, type_ in self.triggers(seen, stays):
            if mine and start <= mine[-1][1].last:
                continue
            first = start - type_.look_back_days * DAY
            if mine:
                first = max(first, mine[-1][1].last + DAY)
            opened = Open(type_, code, start, end, first, end + type_.days_after * DAY)
            mine.append((len(self.episodes), opened))
            self.episodes.append(opened)
        for line in lines:
            self.place(line, mine, stays)

    def stays(self, lines: list[dict[str, str]]) -> list[Stay]:
        """Join the bills of each facility, then the transfers."""
        net: Counter[tuple[str, str, str, str]] = Counter()
        for line in lines:
            if line["drg_code"]:
                key = tuple(
                    line[n] for n in ("claim_start_date", "claim_end_date", "drg_code", "billing_npi")
                )
                net[key] += -1 if line["allowed_amount"].startswith("-") else 1
        bills = [
            Stay(date.fromisoformat(s), date.fromisoformat(e), drg, npi, self.owners.get(npi) == "own")
            for (s, e, drg, npi), count in net.items()
            if count > 0
        ]
        single = [
            stay for npi in NPIS for stay in self.join([bill for bill in bills if bill.npi == npi], last=True)
        ]
        if self.rules.transfers == "separate":
            return single
        return self.join(single, last=self.rules.transfers == "last_drg")

    def join(self, bills: list[Stay], last: bool) -> list[Stay]:
        """Join stays that overlap, and those a day apart in two facilities."""
        joined: list[list[Stay]] = []
        for bill in sorted(
            bills, key=lambda each: (each.start, each.end, self.rank(each.drg), key_of(each.npi))
        ):
            reached = max((stay.end for stay in joined[-1]), default=None) if joined else None
            if reached is not None and (
                bill.start <= reached or (bill.start == reached + DAY and joined[-1][-1].npi != bill.npi)
            ):
                joined[-1].append(bill)
            else:
                joined.append([bill])
        told = [group[-1 if last else 0] for group in joined]
        return [
            Stay(group[0].start, max(stay.end for stay in group), by.drg, by.npi, by.own)
            for group, by in zip(joined, told, strict=True)
        ]

    def rank(self, drg: str) -> int:
        """Return the place of a DRG among those that the contract names; others come first."""
        named = sorted(
            {code for each in self.rules.types for code in (*each.drgs.codes, *each.exclude_drgs.codes)}
        )
        return named.index(drg) + 1 if drg in named else 0

    def triggers(
        self, lines: list[dict[str, str]], stays: list[Stay]
    ) -> list[tuple[date, date, str, EpisodeType]]:
        """Return the triggers in the order in which they may open episodes."""
        found = [
            (stay.start, 0, -stay.end.toordinal(), number, stay.drg, stay.own)
            for stay in stays
            for number, each in enumerate(self.rules.types)
            if stay.drg in each.drgs.codes
        ]
        net: Counter[tuple[str, str, str, bool]] = Counter()
        for line in lines:
            own = self.owners.get(line["billing_npi"]) == "own"
            key = (line["claim_start_date"], line["claim_end_date"], line["hcpcs_code"], own)
            net[key] += -1 if line["allowed_amount"].startswith("-") else 1
        found += [
            (date.fromisoformat(start), 1, -date.fromisoformat(end).toordinal(), number, code, own)
            for (start, end, code, own), count in net.items()
            for number, each in enumerate(self.rules.types)
            if count > 0 and code in each.procedures.codes
        ]
        whose = {"all": (True, False), "own": (True,), "other": (False,)}[self.rules.opened_by]
        return [
            (start, date.fromordinal(-end), code, self.rules.types[number])
            for start, _, end, number, code, own in sorted(found)
            if own in whose
        ]

    def counted(self, episode: Open) -> bool:
        """Say whether the period counts an episode."""
        day = {"anchor_start": episode.start, "anchor_end": episode.end, "episode_end": episode.last}
        return YEAR.start <= day[self.rules.counted_by] <= YEAR.end

    def place(self, line: dict[str, str], mine: list[tuple[int, Open]], stays: list[Stay]) -> None:
        """Give one line its fate."""
        cents, start = (
            int(Decimal(line["allowed_amount"]) * 100),
            date.fromisoformat(line["claim_start_date"]),
        )
        inside = [(number, each) for number, each in mine if each.first <= start <= each.last]
        reason = self.known(line) or (
            self.reason(line, start, inside[0][1], stays) if inside else "in no episode"
        )
        self.reasons[reason] += cents
        self.rows[reason] += 1
        if not reason:
            number, episode = inside[0]
            kept = self.prorated(cents, start, date.fromisoformat(line["claim_end_date"]), episode.last)
            self.costs[number] = self.costs.get(number, 0) + kept
            self.own[number] += kept if self.owners.get(line["billing_npi"]) == "own" else 0

    def reason(self, line: dict[str, str], start: date, episode: Open, stays: list[Stay]) -> str:
        """Return why a line inside an episode does not count; empty where it does."""
        if not self.counted(episode):
            return "in an episode outside the period"
        if line["service_category"] in self.rules.spending.exclude:
            return "category not counted"
        if line["service_category"] in episode.type.exclude_categories:
            return "category not counted in the type of episode"
        if line["drg_code"] in episode.type.exclude_drgs.codes and start > episode.end:
            return "DRG not counted in the type of episode"
        if line["hcpcs_code"] in episode.type.exclude_procedures.codes:
            return "procedure not counted in the type of episode"
        if self.rules.services_in_excluded_stays == "leave_out" and any(
            episode.end < stay.start <= episode.last
            and stay.drg in episode.type.exclude_drgs.codes
            and stay.start <= start <= stay.end
            for stay in stays
        ):
            return "during a stay that is not counted"
        return ""

    def prorated(self, cents: int, start: date, end: date, last: date) -> int:
        """Return the cents of a claim within the episode, by days, half up away from zero."""
        if self.rules.crossing_the_end == "count_whole" or end <= last:
            return cents
        share = Fraction(abs(cents) * ((last - start).days + 1), (end - start).days + 1)
        return int(share + Fraction(1, 2)) * (1 if cents > 0 else -1)

    def capped(self) -> dict[int, int]:
        """Return the cost of each counted episode within its cap."""
        counted = [n for n, each in enumerate(self.episodes) if self.counted(each)]
        held = {}
        for number in counted:
            episode, cost = self.episodes[number], self.costs.get(number, 0)
            cap = episode.type.cap
            group = sorted(
                self.costs.get(n, 0)
                for n in counted
                if self.episodes[n].type is episode.type
                and (cap is None or cap.within == "type" or self.episodes[n].code == episode.code)
            )
            if cap is not None and cap.at is not None:
                cost = min(cost, int(cap.at * 100))
            elif cap is not None and cap.percentile is not None:
                cost = min(cost, at_share(group, cap.percentile, cap.method))
                if cap.lowest_percentile is not None:
                    cost = max(cost, at_share(group, cap.lowest_percentile, cap.method))
            held[number] = cost
        return held


def key_of(npi: str) -> int:
    """Return what orders facilities in the database: nothing that a person would know, so ask it."""
    import duckdb

    return int(duckdb.execute("SELECT hash(?) >> 1", [npi]).fetchall()[0][0])


def at_share(costs: list[int], share: Decimal, method: str) -> int:
    """Return a percentile by the spreadsheet's definition."""
    count = len(costs)
    if method == "nearest_rank":
        return next(cost for place, cost in enumerate(costs, start=1) if Fraction(place, count) >= share)
    steps = Fraction(share) * (count - 1) if method == "inclusive" else Fraction(share) * (count + 1) - 1
    steps = min(max(steps, Fraction(0)), Fraction(count - 1))
    whole = int(steps)
    low, high = costs[whole], costs[min(whole + 1, count - 1)]
    return int((low * (1 - (steps - whole)) + high * (steps - whole)) + Fraction(1, 2))


def check(found: MeasuredEpisodes, oracle: Oracle) -> None:
    """Compare every episode and every line's fate."""
    totals = found.control_totals
    reasons = {each.what: (each.rows, int(each.dollars * 100)) for each in totals.left_out}
    expected = {reason: (oracle.rows[reason], cents) for reason, cents in oracle.reasons.items() if reason}
    assert reasons == expected
    assert (totals.used.rows, totals.used.dollars * 100) == (oracle.rows[""], oracle.reasons[""])
    assert totals.foots and found.bridge.foots
    capped = oracle.capped()
    wanted = sorted(
        (
            oracle.episodes[n].type.name,
            oracle.episodes[n].code,
            str(oracle.episodes[n].start),
            str(oracle.episodes[n].end),
            oracle.costs.get(n, 0),
            cents,
            oracle.own[n],
        )
        for n, cents in capped.items()
    )
    assert wanted == sorted(
        (
            each.episode_type,
            each.trigger,
            str(each.anchor_start),
            str(each.anchor_end),
            int(each.actual * 100),
            int(each.capped * 100),
            int((each.own or 0) * 100),
        )
        for each in found.episodes
    )
    assert found.total * 100 == sum(capped.values())


@pytest.mark.parametrize("seed", range(80))
def test_episodes_of_random_files_are_those_that_plain_python_finds(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    lines, rules = draw_claims(rng), draw_rules(rng)
    owners = {npi: rng.choice(["own", "other"]) for npi in NPIS}
    found = settle_episodes(
        tmp_path,
        rules,
        valuation=FINAL,
        claims=as_csv(lines),
        eligibility="member_id,enrollment_start_date,enrollment_end_date\n"
        + "".join(f"M{number},2023-01-01,\n" for number in range(1, 5)),
        providers=as_csv([{"npi": npi, "owner": owner} for npi, owner in owners.items()]),
    )
    check(found, Oracle(lines, owners, rules))
