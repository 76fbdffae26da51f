"""Members and days that a membership leaves out, and the claim lines that go with them.

A member is left out of the whole period for the first reason that applies; other coverage and the first days
of life leave out days. Every reason has a number, so that each claim line can say why it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vbc_cli.claims.engine import Engine, literal
from vbc_cli.claims.membership_settings import Care, Exclusions, Membership
from vbc_cli.claims.settings import Period

NOBODY = "(SELECT CAST(NULL AS INTEGER) AS member_no, 0 AS reason WHERE FALSE)"
EVERYBODY = "1 = 1"
FIRST_DAY = "COALESCE(CAST(s.birth_date + INTERVAL {days} DAY AS DATE), s.start_date)"


def care_named(memberships: Iterable[Membership]) -> tuple[Care, ...]:
    """Return all services whose members some membership leaves out, each once."""
    return tuple(dict.fromkeys(care for each in memberships for care in each.exclude.care))


def marked(care: Care) -> str:
    """Return the condition of a claim line with one of the codes, as SQL."""
    lists = (("drg_code", care.drg_codes), ("hcpcs_code", care.hcpcs_codes))
    conditions = (f"c.{column} IN ({', '.join(map(literal, codes))})" for column, codes in lists if codes)
    return " OR ".join(conditions)


def exclude_members(
    engine: Engine, excluded: Exclusions, months: str, care: Sequence[Care], period: Period, parts: int
) -> str:
    """Make the table of the members left out of some months, each with its first reason; return its name."""
    if not excluded.of_members:
        return NOBODY
    queries = member_queries(excluded, months, care, period, parts)
    reasons = (
        f"SELECT member_no, {number} AS reason FROM ({query}) AS q" for number, query in enumerate(queries, 1)
    )
    engine.derive(f"{months}_excluded", "first_reasons", reasons=" UNION ALL ".join(reasons))
    return f"{months}_excluded"


def member_queries(
    excluded: Exclusions, months: str, care: Sequence[Care], period: Period, parts: int
) -> Iterator[str]:
    """Yield a query for the members of each reason, in the order of the reasons."""
    days = f"DATE '{period.start}' AND DATE '{period.end}'"
    deaths = f"SELECT member_id FROM enrolment WHERE death_date BETWEEN {days}"
    for each in excluded.care:
        yield f"SELECT member_no FROM lines WHERE standing = 0 AND care_{care.index(each)} = 1"
    for flag in excluded.flagged:
        yield numbers_of(f"SELECT member_id FROM eligibility WHERE flags = {literal(flag)}")
    if excluded.died:
        yield numbers_of(deaths)
    if excluded.left:
        dead = numbers_of(deaths)
        yield (
            f"SELECT member_no FROM enrolled WHERE year_no = 0 AND member_no NOT IN ({dead}) "
            f"GROUP BY member_no HAVING MAX(end_date) < DATE '{period.end}'"
        )
    if excluded.months_below is not None:
        yield f"SELECT member_no FROM {months} WHERE months < {excluded.months_below * parts}"


def numbers_of(members: str) -> str:
    """Return the query for the numbers of members found by their ids."""
    return f"SELECT m.member_no FROM members AS m WHERE m.member_id IN ({members})"


def exclude_days(engine: Engine, excluded: Exclusions, spans: str, members: str) -> Iterator[tuple[str, str]]:
    """Make spans without what is left out, step by step; yield each reason with its table of spans."""
    engine.derive(
        f"{spans}_0",
        "spans_left",
        spans=spans,
        excluded=members,
        most_coverage=1,
        first_day="s.start_date",
        stays=EVERYBODY,
    )
    yield "members left out", f"{spans}_0"
    steps = [(0, "s.start_date", EVERYBODY)] * excluded.other_coverage
    if excluded.newborn_days is not None:
        steps.append((1, FIRST_DAY.format(days=excluded.newborn_days), EVERYBODY))
    if excluded.all_strata_but:
        steps.append((1, "s.start_date", f"s.stratum_no IN ({strata_named(excluded.all_strata_but)})"))
    for number, ((coverage, first, stays), reason) in enumerate(zip(steps, excluded.of_days, strict=True)):
        before, after = f"{spans}_{number}", f"{spans}_{number + 1}"
        engine.derive(
            after,
            "spans_left",
            spans=before,
            excluded=NOBODY,
            most_coverage=coverage,
            first_day=first,
            stays=stays,
        )
        yield reason, after


def strata_named(names: Sequence[str]) -> str:
    """Return the query for the numbers of strata."""
    return f"SELECT n.stratum_no FROM strata AS n WHERE n.stratum IN ({', '.join(map(literal, names))})"


def mark_lines(engine: Engine, memberships: Mapping[str, Membership], members: Mapping[str, str]) -> None:
    """Make the view `counted_lines` of the lines, with the reason each membership leaves a line out for."""
    joins: list[str] = []
    columns: list[str] = []
    for number, name in leaving_out(memberships):
        joins += line_joins(number, name, memberships[name], members[name])
        columns.append(f"{line_reason(number, memberships[name])} AS {left_out_by(number)}")
    engine.derive_view("counted_lines", "counted_lines", columns=", ".join(columns), joins="\n".join(joins))


def leaving_out(memberships: Mapping[str, Membership]) -> list[tuple[int, str]]:
    """Return the memberships that leave out claim lines, by name, each with its place among all."""
    return [(number, name) for number, name in enumerate(memberships) if memberships[name].reasons]


def left_out_by(number: int) -> str:
    """Return the name of the column with a membership's reason for leaving out a line, 0 where it counts."""
    return f"left_out_{number}"


def all_reasons(memberships: Mapping[str, Membership]) -> dict[str, str]:
    """Return the columns with the memberships' reasons for a line, each with its SQL."""
    columns = (left_out_by(number) for number, _ in leaving_out(memberships))
    return {column: f"l.{column}" for column in columns}


def line_joins(number: int, name: str, membership: Membership, members: str) -> Iterator[str]:
    """Yield what a claim line is joined to, to say why a membership leaves it out."""
    yield f"LEFT JOIN {members} AS x{number} ON x{number}.member_no = l.member_no"
    if membership.exclude.newborn_days is not None:
        yield f"LEFT JOIN born AS b{number} ON b{number}.member_no = l.member_no"
    if membership.claims_counted == "in_counted_months":
        months = f"SELECT DISTINCT member_no, first_month, last_month FROM runs_{name}"
        yield (
            f"LEFT JOIN ({months}) AS r{number} ON r{number}.member_no = l.member_no "
            f"AND l.service_month >= r{number}.first_month AND l.service_month <= r{number}.last_month"
        )


def line_reason(number: int, membership: Membership) -> str:
    """Return the number of the first reason that leaves a line out, 0 where it counts, as SQL.

    Members are left out of the period only, not of the late claims of the year before it.
    """
    excluded, place = membership.exclude, len(membership.exclude.of_members)
    cases = [f"WHEN l.standing = 0 AND x{number}.member_no IS NOT NULL THEN x{number}.reason"]
    if excluded.other_coverage:
        place += 1
        cases.append(f"WHEN l.other_coverage = 1 THEN {place}")
    if excluded.newborn_days is not None:
        place += 1
        born = f"CAST(b{number}.birth_date + INTERVAL {excluded.newborn_days} DAY AS DATE)"
        cases.append(f"WHEN l.service_date < {born} THEN {place}")
    if excluded.all_strata_but:
        place += 1
        cases.append(f"WHEN l.stratum_no NOT IN ({strata_named(excluded.all_strata_but)}) THEN {place}")
    if membership.claims_counted == "in_counted_months":
        cases.append(f"WHEN l.standing = 0 AND r{number}.member_no IS NULL THEN {place + 1}")
    return f"CAST(CASE {' '.join(cases)} ELSE 0 END AS BIGINT)"
