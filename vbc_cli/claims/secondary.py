"""Claim lines whose first payer is another one: known by what that payer paid, or by the member's coverage.

A measured cost may leave such lines out, or count them net of what the other payer paid; member months stay
as they are, unless the membership leaves out days with other coverage.
"""

from __future__ import annotations

from collections.abc import Iterable

from vbc_cli.claims.settings import KnownBy, Measure


def secondary_sql(known_by: KnownBy) -> str:
    """Return the condition of a claim line that is known in one way, as SQL.

    A reversal takes back what the other payer paid, so that the amount may be below zero.
    """
    return "other_payer_amount <> 0" if known_by == "other_payer_amount" else "other_coverage = 1"


def secondary_by(known_by: KnownBy) -> str:
    """Return the name of the column that is 1 where a line is known in this way."""
    return f"secondary_by_{known_by}"


def secondary_lines(measures: Iterable[Measure]) -> dict[str, str]:
    """Return the columns with the marks that lines have for any measure, each with its SQL."""
    wanted = dict.fromkeys(known_by for each in measures for known_by in each.secondary)
    return {secondary_by(each): f"CASE WHEN l.{secondary_sql(each)} THEN 1 ELSE 0 END" for each in wanted}
