"""Which enrolment is recognised: spans as the file states them, newborns from birth, late changes in limits.

A change that became known after its limit is not recognised for the days beyond it: an addition begins later,
a deletion ends later, never over the member's next span or after death.
"""

from __future__ import annotations

from msgspec.structs import replace

from vbc_cli.claims.engine import Engine, statement
from vbc_cli.claims.header import Matched
from vbc_cli.claims.membership_settings import Enrolment

AS_THE_FILE_SAYS = "enrolled, as the file says"
AFTER_DEATH = "after the month of death"
NO_DATE = "CAST(NULL AS DATE)"
AS_STATED = (
    "(SELECT e.member_id AS member_id, COALESCE(e.stratum, '') AS stratum, "
    "e.enrollment_start_date AS start_date, "
    "COALESCE(e.enrollment_end_date, DATE '9999-12-31') AS end_date, "
    f"{NO_DATE} AS birth_date, {NO_DATE} AS death_date, 0 AS other_coverage FROM eligibility AS e)"
)


def recognise(engine: Engine, enrolment: Enrolment, matched: Matched) -> None:
    """Make the table `enrolment` of the spans that count, with what the file says of the member."""

    def column(name: str, needed: bool = True, absent: str = NO_DATE) -> str:
        return f"e.{name}" if needed and matched.has(name) else absent

    newborns = enrolment.newborns
    engine.derive(
        "enrolment",
        "enrolment",
        birth_date=column("birth_date"),
        death_date=column("death_date"),
        start_known_date=column("start_known_date", enrolment.additions_limit_days is not None),
        end_known_date=column("end_known_date", enrolment.deletions_limit_days is not None),
        other_coverage=column("other_coverage", absent="''"),
        newborn_days=0 if newborns is None else newborns.enrolled_within_days,
        additions_days=enrolment.additions_limit_days or 0,
        deletions_days=(enrolment.deletions_limit_days or 0) + 1,
        counts_after_death=str(enrolment.after_death == "counts").upper(),
    )


def open_after_death(engine: Engine, matched: Matched) -> bool:
    """Say whether the file keeps anybody enrolled after the month of death."""
    return matched.has("death_date") and bool(engine.execute(statement("enrolled_after_death")))


def stages(enrolment: Enrolment, after_death: bool) -> list[tuple[str, Enrolment]]:
    """Return the rules one after the other, each with what it does to the months.

    `after_death` says whether the file has months after death, which do not count.
    """
    first = Enrolment(after_death="counts" if after_death else enrolment.after_death)
    found = [(AS_THE_FILE_SAYS, first)]
    stated = Enrolment(after_death=enrolment.after_death)
    if after_death:
        found.append((AFTER_DEATH, stated))
    if enrolment.newborns is not None:
        found.append(("newborns from birth", replace(stated, newborns=enrolment.newborns)))
    if enrolment.additions_limit_days is not None:
        found.append(("added too late", replace(enrolment, deletions_limit_days=None)))
    if enrolment.deletions_limit_days is not None:
        found.append(("taken away too late", enrolment))
    return found
