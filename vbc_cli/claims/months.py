"""Member months: calendar months in which a member was enrolled and attributed, by the rule of the contract.

Enrolment comes from the eligibility spans, attribution from the roster with its dates. `while_attributed`
counts days that are both; `whole_year` counts every enrolled day of a member attributed at all in the period.
Fractions are counted in parts of a month that every length of month divides, so that their sums are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.engine import Engine, statement
from vbc_cli.claims.enrolment import AS_STATED, AS_THE_FILE_SAYS, open_after_death, recognise, stages
from vbc_cli.claims.exclusions import exclude_days, exclude_members
from vbc_cli.claims.facts import FactSource, MemberMonths, MonthStep
from vbc_cli.claims.header import Matched
from vbc_cli.claims.lines import Cut
from vbc_cli.claims.membership_settings import (
    IN_WORDS,
    Attribution,
    Care,
    Enrolment,
    Exclusions,
    Membership,
    MonthRule,
)
from vbc_cli.claims.rate_cells import count_cells
from vbc_cli.claims.risk import stratum_scores
from vbc_cli.claims.scores import NO_SCORES, Scores
from vbc_cli.claims.settings import Period, RateCells, month_number, month_start

NO_ROSTER = (
    "SELECT CAST(NULL AS VARCHAR) AS member_id, DATE '1900-01-01' AS effective_date, "
    "DATE '1900-01-01' AS end_date, '' AS change_type WHERE FALSE"
)
FILTERS: dict[Attribution, str] = {
    "while_attributed": "with a day both enrolled and attributed",
    "whole_year": "with an enrolled day, of members attributed on any day of it",
}
NO_ATTRIBUTION = "with an enrolled day"
PARTS_OF_A_MONTH = 377_580
"""28, 29, 30 and 31 days divide it."""

# The day by which a span must have begun to count in its first month, and the one it must reach in its last.
ONE_DAY: dict[MonthRule, tuple[int, int]] = {
    "any_day": (31, 1),
    "first_of_month": (1, 1),
    "fifteenth": (15, 15),
}
# What a month's enrolled days come to, and which months count.
BY_DAYS: dict[MonthRule, tuple[str, str]] = {
    "whole_month": ("1", "place = 1 AND covered_days = days_in_period"),
    "fifteen_thirty": ("1", "place = 1 AND middle_days = 2"),
    "fraction_of_days": (f"covered * ({PARTS_OF_A_MONTH} {{div}} days)", "TRUE"),
}


class Enrolled(Struct, frozen=True):
    """What the member months of all memberships are counted from."""

    period: Period
    enrolment: Enrolment
    attributed: bool
    files: tuple[str, ...]
    table: str
    stages: Mapping[MonthRule, Sequence[MonthStep]]
    scores: Scores = NO_SCORES


def parts_of_a_month(rule: MonthRule) -> int:
    """Return into how many parts a rule divides a month."""
    return PARTS_OF_A_MONTH if rule == "fraction_of_days" else 1


def prepare_members(
    engine: Engine,
    cut: Cut,
    roster: bool,
    attributed: bool,
    enrolment: Enrolment,
    memberships: Iterable[Membership],
    matched: Matched,
    files: tuple[str, ...],
) -> Enrolled:
    """Make the tables of members, strata, enrolled days and attributed days.

    Without a roster members are attributed later, by their care, or all of them are.
    """
    register_calendar(engine, cut)
    engine.derive("members", "members")
    engine.derive("strata", "strata")
    if not roster:
        engine.register("attribution", NO_ROSTER)
    engine.derive("attributed", "attributed")
    wanted = tuple(memberships)
    after_death = enrolment.after_death != "counts" and open_after_death(engine, matched)
    as_stated = enrolment.as_stated and not after_death
    plain = as_stated and all(each.plain for each in wanted) and not matched.has("other_coverage")
    table = AS_STATED if plain else "enrolment"
    enrolled = Enrolled(cut.period, enrolment, attributed, files, table, {})
    rules = dict.fromkeys(each.month_rule for each in wanted)
    counted: dict[MonthRule, list[MonthStep]] = {rule: [] for rule in rules}
    for what, stage in stages(enrolment, after_death):
        if not plain:
            recognise(engine, stage, matched)
        derive_enrolled(engine, attributed, table)
        if attributed or not plain:
            engine.derive("spans_enrolled", "spans_enrolled")
            for rule in rules:
                months = count_spans(engine, "spans_enrolled", rule, enrolled)
                counted[rule].append(MonthStep(what, months - sum(step.months for step in counted[rule])))
    if enrolment.additions_limit_days is not None:
        engine.derive("late_enrolment", "late_enrolment")
    return replace(enrolled, stages=counted)


def register_calendar(engine: Engine, cut: Cut) -> None:
    """Make the tables of the years that claims are measured in, and of the period's months."""
    years = (
        f"SELECT {number} AS year_no, DATE '{year.start}' AS start_date, DATE '{year.end}' AS end_date"
        for number, year in enumerate(cut.years)
    )
    engine.register("years", " UNION ALL ".join(years))
    months = ", ".join(month_row(month, cut.period) for month in cut.period.months)
    columns = "month_no, first_day, last_day, fifteenth, sixteenth, days, days_in_period"
    engine.register("calendar", f"SELECT {columns} FROM (VALUES {months}) AS m ({columns})")


def month_row(first: date, period: Period) -> str:
    """Return a row of the calendar: a month's number and days, and how many of them are in the period."""
    number = month_number(first)
    last = month_start(number + 1) - timedelta(days=1)
    inside = (min(last, period.end) - max(first, period.start)).days + 1
    days = (first, last, first.replace(day=15), first.replace(day=16))
    dates = ", ".join(f"DATE '{day}'" for day in days)
    return f"(CAST({number} AS BIGINT), {dates}, CAST({last.day} AS BIGINT), {inside})"


def derive_enrolled(engine: Engine, attributed: bool, enrolment: str) -> None:
    """Make the table of the days enrolled."""
    engine.derive(
        "enrolled", "enrolled", enrolment=enrolment, everyone_attributed="FALSE" if attributed else "TRUE"
    )


def derive_member_days(engine: Engine, enrolment: str, roster: bool, days: Period) -> None:
    """Make the table of what each member is on the days that claims are asked about.

    Spans are cut to years only for a roster, whose members may be attributed in one year and not in another.
    """
    spans = "SELECT * FROM enrolled" if roster else statement("spans_of_every_year", enrolment=enrolment)
    engine.derive("member_days", "member_days", spans=spans, first=days.start, last=days.end)


def derive_runs(engine: Engine, name: str, spans: str, rule: MonthRule, enrolled: Enrolled) -> None:
    """Make the table of runs of months that count in some spans."""
    newborns = enrolled.enrolment.newborns
    if newborns and newborns.month_of_birth == "counts" and rule != "fraction_of_days":
        engine.derive("spans_born", "spans_from_the_first", spans=spans, start=enrolled.period.start)
        spans = "spans_born"
    if rule in ONE_DAY:
        begun_by, reached = ONE_DAY[rule]
        engine.derive(name, "months", spans=spans, begun_by=begun_by, not_ended_before=reached)
    else:
        parts, counts = BY_DAYS[rule]
        engine.derive(name, "month_days", spans=spans, parts=engine.divided(parts), counts=counts)


def count_spans(engine: Engine, spans: str, rule: MonthRule, enrolled: Enrolled) -> int | Fraction:
    """Return how many member months some spans have."""
    derive_runs(engine, "runs_counted", spans, rule, enrolled)
    return in_months(engine.rows("months_in_all", months="runs_counted")[0][0], rule)


def in_months(parts: int, rule: MonthRule) -> int | Fraction:
    """Return parts of a month as months: a whole number but for fractions."""
    return Fraction(int(parts), PARTS_OF_A_MONTH) if rule == "fraction_of_days" else int(parts)


def count_months(
    engine: Engine,
    name: str,
    membership: Membership,
    enrolled: Enrolled,
    care: Sequence[Care],
    cells: Sequence[RateCells] = (),
) -> tuple[MemberMonths, str]:
    """Count the member months of one membership; return them with the table of the members left out.

    Each member's months are kept in `months_<name>`, the runs of months in `runs_<name>`.
    """
    rule, spans = membership.month_rule, f"spans_{name}"
    everyone = membership.attribution == "whole_year" or not enrolled.attributed
    engine.derive(spans, "spans_whole_year" if everyone else "spans_while_attributed")
    months = keep_months(engine, name, spans, rule, enrolled)
    steps = [*enrolled.stages.get(rule, ())] or [MonthStep(AS_THE_FILE_SAYS, months)]
    if enrolled.attributed:
        steps.append(MonthStep("not attributed", months - sum(step.months for step in steps)))
    members = exclude_members(
        engine, membership.exclude, f"months_{name}", care, enrolled.period, parts_of_a_month(rule)
    )
    if membership.exclude != Exclusions():
        steps += steps_of_members(engine, name, membership, members)
        for reason, left in exclude_days(engine, membership.exclude, spans, members):
            spans, before = left, months
            months = keep_months(engine, name, spans, rule, enrolled)
            steps += [MonthStep(reason, months - before)] * (reason in membership.exclude.of_days)
    counted = member_months(engine, name, membership, enrolled, spans, tuple(steps))
    by_cell = {each.name: months_by_cell(engine, name, membership, enrolled, each) for each in cells}
    return replace(counted, by_cell=by_cell), members


def months_by_cell(
    engine: Engine, name: str, membership: Membership, enrolled: Enrolled, cells: RateCells
) -> dict[tuple[str, ...], int | Fraction]:
    """Return the months of each cell of a rate table."""
    found = count_cells(engine, enrolled.period, cells, f"runs_{name}")
    return {parts: in_months(count, membership.month_rule) for parts, count in found.items()}


def keep_months(engine: Engine, name: str, spans: str, rule: MonthRule, enrolled: Enrolled) -> int | Fraction:
    """Make the tables of a membership's runs of months and of each member's months; return all months."""
    derive_runs(engine, f"runs_{name}", spans, rule, enrolled)
    engine.derive(f"months_{name}", "months_by_member", months=f"runs_{name}")
    return in_months(engine.rows("months_in_all", months=f"runs_{name}")[0][0], rule)


def steps_of_members(engine: Engine, name: str, membership: Membership, members: str) -> list[MonthStep]:
    """Return the months that go with the members left out, for each reason that found some."""
    rows = engine.rows("months_by_reason", months=f"runs_{name}", excluded=members)
    out = {reason: in_months(parts, membership.month_rule) for reason, parts in rows}
    return [
        MonthStep(said, -out[number])
        for number, said in enumerate(membership.exclude.of_members, start=1)
        if number in out
    ]


def member_months(
    engine: Engine,
    name: str,
    membership: Membership,
    enrolled: Enrolled,
    spans: str,
    steps: tuple[MonthStep, ...],
) -> MemberMonths:
    """Return the months of a membership, by month and stratum, with their source."""
    runs, rule = f"runs_{name}", membership.month_rule
    table = by_month_and_stratum(engine.rows("months_by_stratum", months=runs), rule)
    persons, rows = (
        engine.execute(f"SELECT COUNT(*) FROM {each}")[0][0] for each in (f"months_{name}", spans)
    )
    period = enrolled.period
    risk, scored = stratum_scores(engine, membership.risk, runs, enrolled.scores, parts_of_a_month(rule))
    return MemberMonths(
        membership,
        table,
        risk[-1][1],
        persons,
        len(period.months),
        steps,
        risk,
        FactSource(enrolled.files, in_words(membership, period, enrolled.attributed), rows),
        scored,
        attributed=enrolled.attributed,
    )


def in_words(membership: Membership, period: Period, attributed: bool) -> str:
    """Return the rules of a membership in words; `attributed` says whether there is an attribution."""
    counted = FILTERS[membership.attribution] if attributed else NO_ATTRIBUTION
    if membership.month_rule != "any_day":
        both = "enrolled and attributed" if attributed else "enrolled"
        counted = f"with a member {both} {IN_WORDS[membership.month_rule]}"
        if membership.attribution == "whole_year" and attributed:
            counted = (
                f"with a member enrolled {IN_WORDS[membership.month_rule]}, and attributed on any day of it"
            )
    out = (*membership.exclude.of_members, *membership.exclude.of_days)
    said = f"months of {period.start} to {period.end} {counted}"
    return f"{said}; left out: {', '.join(out)}" if out else said


def by_month_and_stratum(
    runs: Iterable[tuple[str, int, int, int]], rule: MonthRule
) -> dict[tuple[date, str], int | Fraction]:
    """Spread runs of months (stratum, first, last, parts of each month) over the calendar."""
    counts: Counter[tuple[int, str]] = Counter()
    for stratum, first, last, parts in runs:
        for month in range(first, last + 1):
            counts[month, stratum] += parts
    return {
        (month_start(month), stratum): in_months(counts[month, stratum], rule)
        for month, stratum in sorted(counts)
    }
