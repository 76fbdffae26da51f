"""Reading the claims once: every line with its standing, its member, its owner and its cents.

The lines are kept without names: a member is a number, a claim line a 64-bit key. Two lines with one key are
looked up in the file and compared before anything is said about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import duckdb
from msgspec import Struct

from vbc_cli.claims.attribution_settings import Plurality
from vbc_cli.claims.cells import AMOUNTS, FAULTY, Cell
from vbc_cli.claims.corrections import IDENTICAL, find_corrections, reasons_left_out
from vbc_cli.claims.engine import Engine, hashed
from vbc_cli.claims.header import Matched
from vbc_cli.claims.keys import clean_text
from vbc_cli.claims.layout import JOINED_TO, MEMBER
from vbc_cli.claims.level import claims_query, left_out_sql, name_categories, read_first_lines
from vbc_cli.claims.membership_settings import Care
from vbc_cli.claims.primary_care import care_columns
from vbc_cli.claims.read import rejects
from vbc_cli.claims.refusals import MOST_LISTED, Place, at, found_at, numbered, unreadable, where
from vbc_cli.claims.repeated import claim_key
from vbc_cli.claims.settings import LINE_LEVEL, Period, Valuation
from vbc_cli.claims.typed import file_query
from vbc_cli.claims.whole import NOTHING, Depends
from vbc_cli.problems import InputRefused, Problem

KEYS_AT_A_TIME = 6_000_000
NO_SPANS = "DATE '1900-01-01' AS start_date, DATE '1900-01-01' AS end_date WHERE FALSE"
NOBODY = f"(SELECT NULL AS member_no, {NO_SPANS})"
NO_PROVIDERS = f"(SELECT '' AS npi, '' AS owner, {NO_SPANS})"
PAID_DATE = "paid_date"
KEPT = {
    "provider": "c.billing_npi",
    "start_date": "c.claim_start_date",
    "end_date": "COALESCE(c.claim_end_date, c.claim_start_date)",
    "drg_code": "CASE WHEN c.drg_code > '' THEN TRIM(LEADING '0' FROM c.drg_code) END",
    "procedure_no": "p.code_no",
    "billing_npi_key": hashed("c.billing_npi"),
}
IDS = ("claim_id", "claim_line_number")
STANDS_TWICE = (
    "Take one out; a correction reverses the line with its amounts negative. identical_rows: once drops rows "
    "that are alike, key: [claim_id, claim_line_number, COLUMN] tells lines apart by a further column."
)
PROCEDURES = "LEFT JOIN episode_codes AS p ON p.kind = 'procedure' AND p.code = c.hcpcs_code"


class Cut(Struct, frozen=True):
    """The days that decide a line's standing: the period, the year before it, and what is paid in time."""

    period: Period
    cut_off: date
    prior_start: date
    prior_cut_off: date
    cut_on: str
    year_by: str
    month_by: str
    reach: tuple[Period, ...] = ()
    late: bool = False

    @staticmethod
    def of(period: Period, valuation: Valuation, reach: tuple[Period, ...] = ()) -> Cut:
        """Return the days for a period and a valuation; without late claims the prior year is empty.

        `reach` are the days before and after the period in which lines are kept with their member too.
        """
        late = valuation.late_claims == "next_period"
        prior = year_before(period).start if late else period.start
        cut_off = valuation.cut_off(period)
        year_by, month_by = valuation.year_by, valuation.month_by or valuation.year_by
        before = valuation.prior_cut_off(period)
        return Cut(period, cut_off, prior, before, valuation.cut_on, year_by, month_by, reach, late)

    @property
    def years(self) -> tuple[Period, ...]:
        """Return the period and, where late claims count or episodes reach, the years around it."""
        around = list(self.reach)
        if self.prior_start < min((self.period.start, *(year.start for year in around))):
            around.append(Period(self.prior_start, self.period.start - timedelta(days=1)))
        return self.period, *around


def year_before(period: Period) -> Period:
    """Return the twelve months before a period."""
    end = period.start - timedelta(days=1)
    following = period.start
    day = 28 if (following.month, following.day) == (2, 29) else following.day
    return Period(following.replace(year=following.year - 1, day=day), end)


class Also(Struct, frozen=True):
    """What lines keep beside the amounts: columns by name, marks of services, days, late enrolment."""

    columns: Sequence[str] = ()
    care: Sequence[Care] = ()
    days: bool = False
    late: bool = False
    plurality: Plurality | None = None
    depends: Depends = NOTHING


def read_lines(
    matched: Matched, cut: Cut, engine: Engine, attributed: bool, providers: bool, also: Also
) -> bool:
    """Read all claim lines into the table `lines`; say whether every line is sound."""
    try:
        make_lines(matched, cut, engine, attributed, providers, also)
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        raise InputRefused([unreadable(matched, engine, error)]) from error
    if any_faulty(engine) or rejects(matched, engine):
        return False
    read_first_lines(matched, engine)
    name_categories(matched, engine)
    return True


def any_faulty(engine: Engine) -> bool:
    """Say whether any line that was read is faulty."""
    return bool(engine.execute(f"SELECT 1 FROM lines WHERE standing = {FAULTY} LIMIT 1"))


def make_lines(
    matched: Matched, cut: Cut, engine: Engine, attributed: bool, providers: bool, also: Also
) -> None:
    """Make the table `lines`, the order of the file not kept."""
    cut_on = f"DATE '{cut.cut_off}'" if cut.cut_on == "none" else f"c.{cut.cut_on}"
    find_corrections(matched, cut.cut_on, cut.cut_off, engine)
    left_out = left_out_sql(matched)
    paid = f"{cut_on} <= DATE '{cut.cut_off}' AND {left_out} = ''"
    cared = care_columns(also.plurality, f"c.{cut.year_by}", paid)
    columns = kept_columns(matched, also, cut) | cared
    kept = [*columns, *["service_date"] * (also.days or bool(cared)), *["other_coverage"] * also.days]
    engine.keep_order(False)
    try:
        engine.derive(
            "lines_read" if cared else "lines",
            "lines",
            claims=claims_query(matched, also.depends),
            key=key_of_first(matched, left_out),
            category=hashed("c.service_category"),
            left_out=left_out,
            year_by=f"c.{cut.year_by}",
            month_by=f"c.{cut.month_by}",
            start=cut.period.start,
            end=cut.period.end,
            cut_on=cut_on,
            cut_off=cut.cut_off,
            prior_start=cut.prior_start,
            prior_cut_off=cut.prior_cut_off,
            everyone_attributed="FALSE" if attributed else "TRUE",
            attributed="attributed" if attributed else NOBODY,
            late="late_enrolment" if also.late else NOBODY,
            is_care="care_step <> 0" if cared else "FALSE",
            attributed_as="attributed_before" if cared else "attributed",
            npi="c.billing_npi" if providers else "NULL",
            columns=", ".join(f"{sql} AS {name}" for name, sql in columns.items()),
            kept_columns=", ".join(
                [*(f"l.{name} AS {name}" for name in kept), *["l.known_no AS patient_no"] * bool(cared)]
            ),
            within_reach=between("c.claim_start_date", cut.reach),
            procedures=PROCEDURES if "procedure_no" in columns else "",
            owner_unknown="FALSE" if providers else "TRUE",
            providers="provider_spans" if providers else NO_PROVIDERS,
        )
        if cared:
            engine.derive_view("lines", "attributed_lines", attributed=NOBODY)
    finally:
        engine.keep_order(True)


def kept_columns(matched: Matched, also: Also, cut: Cut) -> dict[str, str]:
    """Return the columns that the lines keep, each with its SQL."""
    columns: dict[str, str] = {amount: f"c.{amount}" for amount in AMOUNTS if matched.has(amount)}
    columns |= {name: f"c.{cut.cut_on}" if name == PAID_DATE else KEPT[name] for name in also.columns}
    columns["claim_key"] = claim_key(matched)
    for number, _ in enumerate(also.care):
        columns[f"care_{number}"] = f"c.care_{number}"
    return columns


def between(column: str, spans: Iterable[Period]) -> str:
    """Return the condition that a date lies in one of some spans of days."""
    conditions = (f"{column} BETWEEN DATE '{span.start}' AND DATE '{span.end}'" for span in spans)
    return f"({' OR '.join(conditions) or 'FALSE'})"


def count_lines(matched: Matched, engine: Engine, lines: str, marks: Mapping[str, str]) -> list[Cell]:
    """Count the lines by everything a measure may ask for; an amount that not all lines have is None.

    `marks` are further columns by which lines are told apart, each with its SQL.
    """
    sums = (
        f"CASE WHEN COUNT(l.{name}) = COUNT(*) THEN SUM(l.{name}) END AS {name}"
        if matched.has(name)
        else f"NULL AS {name}"
        for name in AMOUNTS
    )
    amounts = ", ".join(f"l.{name} AS {name}" for name in AMOUNTS)
    rows = engine.rows(
        "cells",
        sums=", ".join(sums),
        amounts=amounts,
        lines=lines,
        marks="".join(f", l.{name} AS {name}" for name in marks),
        marked="".join(f"{sql} AS {name}, " for name, sql in marks.items()),
        by_marks="".join(f", {sql}" for sql in marks.values()),
    )
    known = len(Cell._fields) - 1
    return [Cell._make((*row[:known], dict(zip(marks, row[known:], strict=True)))) for row in rows]


def duplicates(matched: Matched, engine: Engine, lines: int) -> list[Problem]:
    """Return a problem for every claim line that stands in the files again."""
    parts = 1 + lines // KEYS_AT_A_TIME
    amounts = [f"l.{name}" for name in AMOUNTS if matched.has(name)]
    sign = f"CASE WHEN LEAST({', '.join([*amounts, '0'])}) < 0 THEN -1 ELSE 1 END"
    found = (
        engine.rows(
            "repeated_keys",
            parts=parts,
            part=part,
            sign=sign,
            sizes=", ".join(f"{each} * {sign}" for each in amounts) or "l.line_key",
        )
        for part in range(parts)
    )
    keys = [key for rows in found for (key,) in rows]
    problems = confirmed(matched, keys[:MOST_LISTED], engine) if keys else []
    if len(keys) > MOST_LISTED:
        others = f"{len(keys) - MOST_LISTED:,} more claim lines may stand twice"
        problems.append(Problem(str(matched.files[0].path), None, others, "Repair these first."))
    return problems


def confirmed(matched: Matched, keys: list[int], engine: Engine) -> list[Problem]:
    """Return the lines with these keys whose claim and line number really are the same."""
    places = [
        place for number in range(len(matched.files)) for place in places_of(matched, number, keys, engine)
    ]
    ids = [column for column in matched.layout if column.name in IDS]
    first: dict[tuple[int | str, ...], Place] = {}
    problems = []
    records = found_at(matched, places, engine)
    for place in places:
        file, record = matched.files[place[0]], records[place]
        texts = file.with_made(record.fields)
        line = [clean_text(each, texts[file.places[each.name][0]], file.source) for each in ids]
        parts = [
            texts[file.places[name][0]] for name in map(JOINED_TO.__getitem__, IDS) if name in file.places
        ]
        level = file.places.get("amount_level", ())
        whole = any(texts[place] == "header_repeated" for place in level)
        member = [clean_text(MEMBER, texts[file.places["member_id"][0]], file.source)] * whole
        earlier = first.setdefault((file.source_no, *line, *parts, *member), place)
        if earlier != place and all(line):
            stands = where(matched.files[earlier[0]], records[earlier], file)
            what = f"claim {line[0]} line {line[1]} stands {stands} already"
            problems.append(at(file, record, what, STANDS_TWICE))
    return problems


def key(matched: Matched, table: str) -> str:
    """Return the key of a claim line as SQL; claims of two sources may have the same ids.

    Of two members too, where an amount is the whole claim's and a claim is a member's.
    """
    source = [f"{table}source_no"] * (len(matched.sources) > 1)
    whole = any(each.amount_level != LINE_LEVEL for each in matched.sources)
    member = [f"CASE WHEN {table}amount_level = 'header_repeated' THEN {table}member_id ELSE '' END"] * whole
    return hashed(f"{table}claim_id", f"{table}claim_line_number", *source, *member)


def key_of_first(matched: Matched, left_out: str) -> str:
    """Return the key of a claim line as SQL; a row that is alike in everything and counts once has none."""
    reasons = reasons_left_out(matched.sources)
    if IDENTICAL not in reasons:
        return key(matched, "c.")
    return f"CASE WHEN {left_out} <> '{reasons.index(IDENTICAL)}' THEN {key(matched, 'c.')} END"


def places_of(matched: Matched, number: int, keys: list[int], engine: Engine) -> list[Place]:
    """Return where the lines with these keys stand in one file."""
    query = numbered(file_query(matched, number))
    wanted = ", ".join(map(str, keys))
    rows = engine.execute(
        f"SELECT row_no FROM ({query}) WHERE {key(matched, '')} IN ({wanted}) ORDER BY row_no"
    )
    return [(number, row) for (row,) in rows]
