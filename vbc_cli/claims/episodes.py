"""Episodes found in the claims: what opens one, which lines lie in it, and what each episode costs.

A trigger inside an open episode opens none, so a claim line lies in one episode at most. Members stay in the
database; what leaves it is one sum an episode, owner and reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from vbc_cli.claims.cells import CAPITATED_OUT, CATEGORY_OUT, Filter, filters
from vbc_cli.claims.code_lists import triggers
from vbc_cli.claims.engine import Engine, hashed, literal, statement
from vbc_cli.claims.episode_settings import CodeKind, EpisodeRules, EpisodeType
from vbc_cli.claims.layout import Column
from vbc_cli.claims.settings import Period

Numbers = Mapping[tuple[CodeKind, str], int]
COUNTED_ON = {"anchor_start": "start_day", "anchor_end": "end_day", "episode_end": "last_day"}
CANCELLED_BY_DEATH_UNTIL = {"counts": "NULL", "cancels_in_anchor": "o.end_day", "cancels": "o.last_day"}
COUNTED, BY_DEATH, BY_LOSS_OF_ENROLMENT = 1, 2, 3
KEPT = ("start_date", "end_date", "drg_code", "procedure_no", "billing_npi_key")
DAYS = {
    "start_day": statement("day_number", date="l.start_date").strip(),
    "end_day": statement("day_number", date="l.end_date").strip(),
}
TOLD_BY = {"first_drg": "ASC", "last_drg": "DESC"}


class Found(NamedTuple):
    """One episode: type and trigger by number, the days of its anchor, and whether it counts or why not."""

    episode_no: int
    type_no: int
    code_no: int
    anchor_start: int
    anchor_end: int
    counted: int


class Part(NamedTuple):
    """Lines of one episode alike in owner, place (0 before, 1 in, 2 after the anchor) and fate."""

    episode_no: int
    owner_no: int
    place: int
    fate: int
    rows: int
    cents: int
    cents_inside: int


def columns_needed(rules: Sequence[EpisodeRules]) -> tuple[Column, ...]:
    """Return the columns of the claims file that episodes need beside those of every settlement."""
    if not rules:
        return ()
    types = [each for rule in rules for each in rule.types]
    with_drg = any(each.drgs.codes or each.exclude_drgs.codes for each in types)
    with_procedure = any(each.procedures.codes or each.exclude_procedures.codes for each in types)
    with_facility = any(rule.transfers != "separate" for rule in rules)
    return (
        Column("drg_code", required=with_drg, blank="allowed", usual=(("ms_drg_code",),)),
        Column("hcpcs_code", required=with_procedure, blank="allowed"),
        Column("billing_npi", required=with_facility, blank="allowed"),
    )


def number_codes(engine: Engine, rules: Iterable[EpisodeRules]) -> Numbers:
    """Give every code that a contract names a number, so that claim lines keep numbers and not texts."""
    types = [each for rule in rules for each in rule.types]
    named: set[tuple[CodeKind, str]] = {key for each in types for key in (*triggers(each), *left_out(each))}
    numbers = {key: number for number, key in enumerate(sorted(named), start=1)}
    rows = (f"({literal(kind)}, {literal(code)}, {number})" for (kind, code), number in numbers.items())
    register_rows(engine, "episode_codes", ("kind", "code", "code_no"), list(rows))
    return numbers


def left_out(each: EpisodeType) -> list[tuple[CodeKind, str]]:
    """Return the codes that do not count in a type of episode."""
    drgs: list[tuple[CodeKind, str]] = [("drg", code) for code in each.exclude_drgs.codes]
    return [*drgs, *(("procedure", code) for code in each.exclude_procedures.codes)]


def register_rows(engine: Engine, name: str, columns: Sequence[str], rows: Sequence[str]) -> None:
    """Make a small table of rows written as SQL; the first column is a text where it is quoted."""
    nothing = f"({', '.join('NULL' for _ in columns)})"
    values = ", ".join(rows or [nothing])
    where = "" if rows else " WHERE FALSE"
    engine.register(name, f"SELECT * FROM (VALUES {values}) AS listed({', '.join(columns)}){where}")


def find_episodes(
    engine: Engine, rules: EpisodeRules, numbers: Numbers, categories: Collection[str], period: Period
) -> tuple[list[Found], list[Part], int]:
    """Find the episodes of one measured fact; return them, their lines, and how many triggers there were."""
    conditions = filters(rules.opening, categories)
    register_types(engine, rules, numbers)
    join_stays(engine, rules)
    find_ends(engine, rules)
    seen = open_episodes(engine, rules, opening_condition(conditions), period)
    engine.derive("left_out_stays", "left_out_stays")
    lines = engine.rows(
        "episode_lines",
        amount=rules.spending.amount,
        **DAYS,
        categories=sql_of(conditions, CATEGORY_OUT),
        capitated=sql_of(conditions, CAPITATED_OUT),
        stays_left_out=str(rules.services_in_excluded_stays == "leave_out").upper(),
        prorated=str(rules.crossing_the_end == "prorate_by_days").upper(),
    )
    found = [Found(*row) for row in engine.rows("episodes_found")]
    return found, [Part(*map(int, row)) for row in lines], seen


def register_types(engine: Engine, rules: EpisodeRules, numbers: Numbers) -> None:
    """Make the tables of what opens each type of episode and of what does not count in it."""
    opening, codes_out, categories_out = [], [], []
    for number, each in enumerate(rules.types):
        days = f"{each.look_back_days}, {each.days_after}"
        opening += [f"({number}, {numbers[key]}, {days})" for key in triggers(each)]
        codes_out += [f"({number}, {numbers[key]})" for key in left_out(each)]
        categories_out += [f"({number}, {hashed(literal(name))})" for name in each.exclude_categories]
    register_rows(engine, "episode_types", ("type_no", "code_no", "look_back_days", "days_after"), opening)
    register_rows(engine, "episode_excluded", ("type_no", "code_no"), codes_out)
    register_rows(engine, "episode_categories", ("type_no", "excluded_key"), categories_out)


def join_stays(engine: Engine, rules: EpisodeRules) -> None:
    """Make the table of inpatient stays: overlapping bills of one facility, then transfers, are one stay."""
    engine.derive("bills", "episode_bills", amount=rules.spending.amount, **DAYS)
    together = "member_no, facility_no"
    engine.derive("stays", "episode_stays", stays="bills", together=together, told_by="DESC")
    if rules.transfers != "separate":
        told_by = TOLD_BY[rules.transfers]
        engine.derive("joined_stays", "episode_stays", stays="stays", together="member_no", told_by=told_by)
        engine.register("stays", "SELECT * FROM joined_stays")


def open_episodes(engine: Engine, rules: EpisodeRules, opening: str, period: Period) -> int:
    """Open the episodes, each member's first trigger first, round by round; return the number of triggers."""
    amount = rules.spending.amount
    engine.derive("waiting_0", "episode_triggers", amount=amount, opening=opening, **DAYS)
    seen: int = engine.execute("SELECT COUNT(*) FROM waiting_0")[0][0]
    rounds, waiting = 0, seen
    while waiting or not rounds:
        engine.derive(f"opened_{rounds}", "episode_opened", waiting=f"waiting_{rounds}")
        names = {"waiting": f"waiting_{rounds}", "opened": f"opened_{rounds}"}
        rounds += 1
        engine.derive(f"waiting_{rounds}", "episode_waiting", **names)
        waiting = engine.execute(f"SELECT COUNT(*) FROM waiting_{rounds}")[0][0]
    engine.derive(
        "episodes",
        "episodes",
        opened=" UNION ALL ".join(f"SELECT * FROM opened_{number}" for number in range(rounds)),
        counted_on=COUNTED_ON[rules.counted_by],
        period_start=period.start.toordinal(),
        period_end=period.end.toordinal(),
        cancelled_by_death_until=CANCELLED_BY_DEATH_UNTIL[rules.death],
        needs_enrolment=str(rules.loss_of_enrolment == "cancels").upper(),
    )
    return seen


def find_ends(engine: Engine, rules: EpisodeRules) -> None:
    """Make the tables of members' deaths and of days without enrolment, empty where they cancel nothing."""
    if cancels(rules):
        day = statement("day_number", date="e.death_date").strip()
        engine.derive("episode_deaths", "episode_deaths", death_day=day)
    else:
        register_rows(engine, "episode_deaths", ("member_no", "death_day"), [])
    if rules.loss_of_enrolment == "cancels":
        first, last = (
            statement("day_number", date=f"d.{name}").strip() for name in ("start_date", "end_date")
        )
        engine.derive("days_not_enrolled", "days_not_enrolled", start_day=first, end_day=last)
    else:
        register_rows(engine, "days_not_enrolled", ("member_no", "start_day", "end_day"), [])


def cancels(rules: EpisodeRules) -> bool:
    """Say whether a member's death or loss of enrolment may cancel an episode."""
    return rules.death != "counts" or rules.loss_of_enrolment != "counts"


def opening_condition(conditions: Iterable[Filter]) -> str:
    """Return what must be true of a claim that opens an episode."""
    others = (CATEGORY_OUT, CAPITATED_OUT)
    return " AND ".join(each.sql for each in conditions if each.reason not in others) or "TRUE"


def sql_of(conditions: Iterable[Filter], reason: str) -> str:
    """Return the condition with a reason as SQL; true where the measure has none."""
    return next((each.sql for each in conditions if each.reason == reason), "TRUE")
