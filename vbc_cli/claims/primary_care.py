"""Which claim lines are primary care that counts for attribution, and whose.

A line counts for the first step whose lists it meets, in the window, paid in time and not denied. A reversal
takes a visit back.
"""

from __future__ import annotations

from collections.abc import Iterator

from vbc_cli.claims.attribution_settings import Plurality, PrimaryCare
from vbc_cli.claims.engine import hashed, literal
from vbc_cli.claims.layout import Column
from vbc_cli.claims.unknown import is_known

MET = "care_met"
LISTS = (
    ("hcpcs_code", "hcpcs_codes"),
    ("specialty_code", "specialty_codes"),
    ("service_category", "categories"),
)


def columns_needed(plurality: Plurality | None) -> Iterator[Column]:
    """Yield the columns of claims that attribution needs beside the usual."""
    if plurality is None:
        return
    yield Column(plurality.provider, blank="allowed")
    for column, name in LISTS[:2]:
        if any(getattr(step, name) for step in plurality.steps):
            yield Column(column, blank="allowed")


def care_columns(plurality: Plurality | None, day: str, paid: str) -> dict[str, str]:
    """Return the marks of primary care on a line as SQL: its step, below 0 for a reversal, and whose.

    `day` is the line's date and `paid` the condition of a line that was paid in time, both as SQL.
    """
    if plurality is None:
        return {}
    days = f"{day} BETWEEN DATE '{plurality.start}' AND DATE '{plurality.end}'"
    counts = f"{days} AND {paid} AND COALESCE(c.claim_status, 'paid') <> 'denied'"
    sign = "CASE WHEN COALESCE(c.claim_status, 'paid') = 'reversal' THEN -1 ELSE 1 END"
    step = f"{sign} * ({len(plurality.steps) + 1} - c.{MET})"
    counts += f" AND c.{MET} > 0 AND c.repeated < 2"
    return {
        "care_step": f"CAST(CASE WHEN {counts} THEN {step} ELSE 0 END AS TINYINT)",
        provider_key(plurality.provider): key_if_known(f"c.{plurality.provider}"),
    }


def care_met(plurality: Plurality | None) -> dict[str, str]:
    """Return the mark of a line that is primary care as SQL: the higher, the earlier the step it meets."""
    if plurality is None:
        return {}
    last = len(plurality.steps)
    cases = (f"WHEN {meets(step)} THEN {last - number}" for number, step in enumerate(plurality.steps))
    return {MET: f"CASE {' '.join(cases)} ELSE 0 END"}


def key_if_known(provider: str) -> str:
    """Return the key of a provider who is known, as SQL."""
    return f"CASE WHEN {is_known(provider)} THEN {hashed(provider)} END"


def provider_key(column: str) -> str:
    """Return the name of the column that keeps the key of a provider."""
    return f"{column}_key"


def meets(step: PrimaryCare) -> str:
    """Return the condition of a claim line of a step, as SQL."""
    lists = ((column, getattr(step, name)) for column, name in LISTS)
    return " AND ".join(
        f"c.{column} IN ({', '.join(map(literal, codes))})" for column, codes in lists if codes
    )
