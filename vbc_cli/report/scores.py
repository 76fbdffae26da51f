"""Risk scores made from diagnoses: the file that contracts read, and what was made in a few words."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from vbc_cli.api import DiagnosedScores
from vbc_cli.report.plain import plain


def scores_csv(found: DiagnosedScores) -> str:
    """Return one row a member, in the columns of `data: risk_scores`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("member_id", "risk_score", "payment_year", "risk_model"))
    writer.writerows(
        (each.member_id, plain(each.risk_score), found.payment_year, found.model) for each in found.members
    )
    return out.getvalue()


def scores_summary(found: DiagnosedScores, output: Path) -> str:
    """Say how many members were scored, by what, and what the scores leave out."""
    ill = sum(each.conditions > 0 for each in found.members)
    lines = [
        f"{output}: {len(found.members):,} members, {ill:,} of them with conditions of the model",
        f"{found.model}, payment year {found.payment_year}, diagnoses of {found.payment_year - 1}; "
        "raw, before normalisation and coding intensity",
        "Nobody is scored as institutional or with kidney failure (ESRD models).",
    ]
    if not found.new_enrollees_known:
        lines.append("No column new_enrollee: nobody is scored as a new enrollee.")
    return "\n".join(lines)
