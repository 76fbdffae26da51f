"""Member months in print: how many of whom, by which rules, and what each rule adds or takes away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from vbc_cli.claims.facts import AttributionReason, MemberMonths, ScoredMonths, as_decimal
from vbc_cli.claims.settings import PLAIN
from vbc_cli.report.columns import Part, TextColumn
from vbc_cli.report.numbers import DASH, fixed
from vbc_cli.report.plain import plain

PLACES = 4


def month_lines(name: str, months: MemberMonths) -> Iterator[Part]:
    """Yield the member months of one membership, with the way from those enrolled to those counted."""
    named = name if months.attributed or name not in PLAIN else "enrolled"
    yield f"{shown(months.total)} member months of {months.persons:,} people, {named.replace('_', ' ')}"
    yield f"  {months.source.filter}"
    if len(months.steps) > 1:
        yield ""
        yield [
            TextColumn(
                "from enrolment to months",
                [step.what for step in months.steps],
                number=False,
                footer="months counted",
            ),
            TextColumn("months", [shown(step.months) for step in months.steps], footer=shown(months.total)),
        ]


def risk_lines(months: MemberMonths) -> Iterator[Part]:
    """Yield how many months are scored, and each stratum's score after each step, where there are steps."""
    if months.scored is not None:
        yield ""
        yield scored_words(months.scored)
    if len(months.risk_steps) < 2:
        return
    strata = list(months.risk_by_stratum)
    yield ""
    yield [
        TextColumn("risk score after", [called for called, _ in months.risk_steps], number=False),
        *(
            TextColumn(stratum or "all", [score_shown(scores, stratum) for _, scores in months.risk_steps])
            for stratum in strata
        ),
    ]


def scored_words(scored: ScoredMonths) -> str:
    """Say how many member months have a risk score, from which files."""
    source = scored.source
    return (
        f"{source.filter}: {shown(scored.scored)} months with and {shown(scored.unscored)} without a score, "
        f"from {source.rows:,} rows of {', '.join(source.files)}"
    )


def score_shown(scores: Mapping[str, Decimal], stratum: str) -> str:
    """Return a stratum's score as printed; of a model that nobody in it has a score of, a dash."""
    return fixed(scores[stratum], 6) if stratum in scores else DASH


def attribution_lines(reasons: Sequence[AttributionReason]) -> Iterator[Part]:
    """Yield how many enrolled members are attributed, or not, for which reason."""
    if not reasons:
        return
    totals = [sum(counts) for counts in zip(*((each.members, each.months) for each in reasons), strict=True)]
    yield [
        TextColumn("attribution", [each.what for each in reasons], number=False, footer="enrolled"),
        TextColumn("attributed", ["yes" if each.attributed else "no" for each in reasons], number=False),
        TextColumn("members", [f"{each.members:,}" for each in reasons], footer=f"{totals[0]:,}"),
        TextColumn("months", [f"{each.months:,}" for each in reasons], footer=f"{totals[1]:,}"),
    ]
    yield ""


def attribution_json(reasons: Sequence[AttributionReason]) -> list[dict[str, Any]]:
    """Return the reasons of attribution as JSON values."""
    return [
        {"what": each.what, "attributed": each.attributed, "members": each.members, "months": each.months}
        for each in reasons
    ]


def months_json(months: MemberMonths) -> dict[str, Any]:
    """Return the member months of one membership as JSON values."""
    return {
        "total": plain(as_decimal(months.total)),
        "persons": months.persons,
        "steps": [{"what": step.what, "months": plain(as_decimal(step.months))} for step in months.steps],
        "risk": [
            {"after": called, **{stratum or "all": plain(score) for stratum, score in scores.items()}}
            for called, scores in months.risk_steps
        ],
        "filter": months.source.filter,
        **({} if months.scored is None else {"scored": scored_json(months.scored)}),
    }


def scored_json(scored: ScoredMonths) -> dict[str, Any]:
    """Return how many member months have a risk score, and the source, as JSON values."""
    return {
        "months": plain(as_decimal(scored.scored)),
        "without": plain(as_decimal(scored.unscored)),
        "files": list(scored.source.files),
        "rows": scored.source.rows,
        "filter": scored.source.filter,
    }


def shown(months: int | Fraction) -> str:
    """Return member months as printed: fractions with four places."""
    return f"{months:,}" if isinstance(months, int) else fixed(as_decimal(months), PLACES)
