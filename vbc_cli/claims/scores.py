"""Members' risk scores by month: from a file of their own, or from the eligibility file.

A row of the score file counts in the calendar months that it touches, the earlier of two that touch one. A
score of the eligibility file, that of the member's latest span with one, counts in every month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.membership_settings import Membership
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.settings import Kind, Period

NO_SCORES_HERE = (
    "SELECT CAST(NULL AS INTEGER) AS member_no, CAST(NULL AS SMALLINT) AS stratum_no, '' AS risk_model, "
    "CAST(NULL AS BIGINT) AS millionths, CAST(0 AS BIGINT) AS first_month, CAST(0 AS BIGINT) AS last_month "
    "WHERE FALSE"
)


class Scores(Struct, frozen=True):
    """Where the scores are from: the files, whether of scores alone, and the models that those say."""

    files: tuple[str, ...] = ()
    of_their_own: bool = False
    models: tuple[str, ...] = ()


NO_SCORES = Scores()


def make_scores(
    engine: Engine, loaded: Mapping[Kind, Loaded], period: Period, memberships: Iterable[Membership]
) -> Scores:
    """Make the tables of members' scores by month, and of their demographic scores."""
    if any(each.risk.unscored == "demographic" for each in memberships):
        engine.derive("demographic", "demographic_scores")
    else:
        engine.register("demographic", NO_SCORES_HERE)
    if "risk_scores" in loaded:
        engine.derive("scores", "scores_of_file", start=period.start, end=period.end)
        models = engine.execute("SELECT DISTINCT risk_model FROM scores ORDER BY risk_model")
        files = loaded["risk_scores"].matched.files
        return Scores(tuple(str(file.path) for file in files), True, tuple(name for (name,) in models))
    eligibility = loaded["eligibility"].matched
    if any("risk_score" in file.places for file in eligibility.files):
        named = any(column.name == "risk_model" for column in eligibility.layout)
        model = "e.risk_model" if named else "''"
        engine.derive("scores", "scores_of_spans", model=model)
    else:
        engine.register("scores", NO_SCORES_HERE)
    return Scores(tuple(str(file.path) for file in eligibility.files))
