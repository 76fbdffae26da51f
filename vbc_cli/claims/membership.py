"""The memberships of a contract: their months, whom they leave out, and the claim lines that go with it.

Each measured cost names one. They share one reading of the claims: what a membership leaves out is written on
the lines as they are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.cells import Cell
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.exclusions import all_reasons, leaving_out, mark_lines
from vbc_cli.claims.facts import MemberMonths
from vbc_cli.claims.header import Matched
from vbc_cli.claims.lines import Cut, count_lines
from vbc_cli.claims.membership_settings import Care, Enrolment, Membership
from vbc_cli.claims.months import Enrolled, count_months, derive_member_days, prepare_members
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.scores import make_scores
from vbc_cli.claims.secondary import secondary_lines
from vbc_cli.claims.settings import PLAIN, Kind, Measure, Period, RateCells


class Counted(Struct, frozen=True):
    """The claim lines of all measures: the relation they are in, and their counts."""

    relation: str
    cells: list[Cell]


def memberships_used(
    measures: Iterable[Measure], memberships: Mapping[str, Membership]
) -> dict[str, Membership]:
    """Return the memberships that a contract states or a measure uses, and the plainest."""
    plain = {each.membership for each in measures} - memberships.keys() | {"while_attributed"}
    return {name: PLAIN[name] for name in sorted(plain, key=list(PLAIN).index)} | dict(memberships)


def prepare(
    engine: Engine,
    loaded: Mapping[Kind, Loaded],
    cut: Cut,
    enrolment: Enrolment,
    memberships: Mapping[str, Membership],
    by_care: bool,
    days: Period,
) -> Enrolled | None:
    """Make the tables of members and their days; None where there is no eligibility file.

    `days` are those on which claims are asked about.
    """
    if "eligibility" not in loaded:
        return None
    used = [each for kind, each in loaded.items() if kind in ("eligibility", "attribution")]
    files = tuple(str(file.path) for each in used for file in each.matched.files)
    matched = loaded["eligibility"].matched
    wanted = memberships.values()
    roster = "attribution" in loaded
    attributed = roster or by_care
    enrolled = prepare_members(engine, cut, roster, attributed, enrolment, wanted, matched, files)
    derive_member_days(engine, enrolled.table, roster, days)
    return replace(enrolled, scores=make_scores(engine, loaded, cut.period, wanted))


def member_months(
    engine: Engine,
    enrolled: Enrolled | None,
    memberships: Mapping[str, Membership],
    care: Sequence[Care],
    rate_cells: Sequence[RateCells],
) -> tuple[dict[str, MemberMonths], dict[str, str]]:
    """Count the member months of every membership; return them with the tables of members left out."""
    months: dict[str, MemberMonths] = {}
    members: dict[str, str] = {}
    for name, membership in memberships.items() if enrolled is not None else ():
        assert enrolled is not None
        cells = [each for each in rate_cells if each.membership == name]
        months[name], members[name] = count_months(engine, name, membership, enrolled, care, cells)
    return months, members


def count_claims(
    engine: Engine,
    matched: Matched,
    memberships: Mapping[str, Membership],
    members: Mapping[str, str],
    measures: Iterable[Measure],
) -> Counted:
    """Count the claim lines, with what every membership leaves out and by whom another payer came first."""
    relation = "lines"
    if leaving_out(memberships):
        relation = "counted_lines"
        if any(each.exclude.newborn_days is not None for each in memberships.values()):
            engine.derive("born", "born")
        mark_lines(engine, memberships, members)
    marks = all_reasons(memberships) | secondary_lines(measures)
    return Counted(relation, count_lines(matched, engine, relation, marks))
