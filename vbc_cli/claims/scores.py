"""Members' risk scores by month: from a file of their own, or from the eligibility file.

A row of the score file counts in the calendar months that it touches, the earlier of two that touch one. A
score of the eligibility file, that of the member's latest span with one, counts in every month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.membership_settings import Membership
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.settings import Kind, Period

NOBODY = "SELECT CAST(NULL AS INTEGER) AS member_no, CAST(NULL AS BIGINT) AS millionths WHERE FALSE"


@dataclass(frozen=True)
class Scores:
    """Where the scores are from: the files, how many rows hold for the period, and the models they say."""

    files: tuple[str, ...] = ()
    rows: int = 0
    of_their_own: bool = False
    models: tuple[str, ...] = ()


NO_SCORES = Scores()


def make_scores(
    engine: Engine, loaded: Mapping[Kind, Loaded], period: Period, memberships: Iterable[Membership]
) -> Scores:
    """Make the tables of members' scores by month, and of their demographic scores."""
    demographic = any(each.risk.unscored == "demographic" for each in memberships)
    if demographic:
        engine.derive("demographic", "demographic_scores")
    else:
        engine.register("demographic", NOBODY)
    kind: Kind = "risk_scores" if "risk_scores" in loaded else "eligibility"
    matched = loaded[kind].matched
    if kind == "risk_scores":
        engine.derive("scores", "scores_of_file", start=period.start, end=period.end)
    else:
        model = "e.risk_model" if matched.has("risk_model") else "''"
        engine.derive("scores", "scores_of_spans", model=model)
    rows = engine.execute("SELECT COUNT(*) FROM scores")[0][0]
    models = engine.execute("SELECT DISTINCT risk_model FROM scores ORDER BY risk_model")
    files = tuple(str(file.path) for file in matched.files)
    return Scores(files, rows, kind == "risk_scores", tuple(name for (name,) in models))
