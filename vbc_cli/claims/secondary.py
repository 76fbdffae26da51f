"""Claim lines whose first payer is another one: known by what that payer paid, or by the member's coverage.

A measured cost may leave such lines out, or count them net of what the other payer paid; member months stay
as they are, unless the membership leaves out days with other coverage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vbc_cli.claims.exclusions import BASE
from vbc_cli.claims.settings import KnownBy, Measure

SECONDARY: dict[KnownBy, int] = {"other_payer_amount": 1, "other_coverage": 2}
"""The ways in which a line is known, each with its mark, so that a line may have both."""


def secondary_sql(known_by: KnownBy) -> str:
    """Return the condition of a claim line that is known in one way, as SQL.

    A reversal takes back what the other payer paid, so that the amount may be below zero.
    """
    return "other_payer_amount <> 0" if known_by == "other_payer_amount" else "other_coverage = 1"


def secondary_lines(measures: Iterable[Measure], place: int) -> Sequence[str]:
    """Return the marks that lines have for any measure, as SQL; `place` is behind those of memberships."""
    wanted = {known_by for each in measures for known_by in each.secondary}
    return [
        f"CASE WHEN l.{secondary_sql(each)} THEN CAST({mark * BASE**place} AS BIGINT) ELSE 0 END"
        for each, mark in SECONDARY.items()
        if each in wanted
    ]
