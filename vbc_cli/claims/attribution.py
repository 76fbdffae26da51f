"""Members attributed by primary care: who saw whom most, who chose whom, and the reason for each.

The claim lines are read once; services that count are marked as they pass. Who is attributed is found from
the marked lines alone and then joined to all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vbc_cli.claims.attribution_settings import Plurality
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import AttributionReason, Note
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import AMOUNTS
from vbc_cli.claims.matching import in_dollars
from vbc_cli.claims.matching_facts import dollars_in_words
from vbc_cli.claims.months import Enrolled, derive_enrolled, derive_runs
from vbc_cli.claims.primary_care import provider_key
from vbc_cli.claims.settings import Amount

NOBODY = "(SELECT CAST(NULL AS INTEGER) AS member_no, 0 AS own WHERE FALSE)"


def attribute(engine: Engine, plurality: Plurality, enrolled: Enrolled) -> tuple[AttributionReason, ...]:
    """Make the table of attributed days from the claim lines; return how many members there are by reason."""
    amounts = [column.name for column in AMOUNTS if column.name in plurality.amounts]
    engine.derive_view(
        "care_seen",
        "care_seen",
        provider_key=provider_key(plurality.provider),
        sums=", ".join([f"SUM({name}) AS {name}" for name in amounts] or ["0 AS no_amount"]),
    )
    engine.derive(
        "primary_care",
        "primary_care",
        counted_by=plurality.counted_by,
        tie=plurality.tie,
        own_first="DESC" if plurality.tie_goes_to == "own" else "ASC",
        minimum_visits=plurality.minimum_visits,
    )
    if plurality.chosen_until is not None:
        engine.derive("chosen", "chosen", until=plurality.chosen_until)
    engine.derive("assigned", "assigned", chosen=NOBODY if plurality.chosen_until is None else "chosen")
    engine.derive("attributed", "attributed_by_care")
    members = "(SELECT DISTINCT member_no AS member_no FROM attributed)"
    engine.derive_view("lines", "attributed_lines", attributed=members)
    derive_enrolled(engine, True, enrolled.table)
    engine.derive("spans_enrolled", "spans_enrolled")
    derive_runs(engine, "runs_counted", "spans_enrolled", "any_day", enrolled)
    engine.derive("months_enrolled", "months_by_member", months="runs_counted")
    return reasons(engine.rows("attribution_reasons"))


def care_of_nobody(
    engine: Engine, plurality: Plurality, matched: Matched, amounts: Sequence[Amount]
) -> Iterator[Note]:
    """Yield how much primary care names no provider, with its dollars of the amounts measured."""
    key = provider_key(plurality.provider)
    sums = "".join(f", COALESCE(SUM({amount}), 0) AS {amount}" for amount in amounts)
    ((lines, *cents),) = engine.rows("care_of_nobody", provider_key=key, sums=sums)
    if lines:
        of = dollars_in_words(in_dollars(amounts, cents))
        said = ", ".join([f"{lines:,} lines of primary care", *of])
        what = f"{said}, name no {plurality.provider}: they attribute nobody"
        yield Note(str(matched.files[0].path), what)


def reasons(rows: Sequence[tuple[int, int, int, int, int]]) -> tuple[AttributionReason, ...]:
    """Return the reasons in words, with members and months."""
    return tuple(
        AttributionReason(said(own, step, tied), bool(own), int(members), int(months))
        for own, step, tied, members, months in rows
    )


def said(own: int, step: int, tied: int) -> str:
    """Return one reason in words."""
    whom = "the contracted provider" if own else "another provider"
    if step < 0:
        return "no provider with enough primary care"
    if step == 0:
        return f"chose {whom}"
    return f"step {step}: most from {whom}" + ", by the tie-break" * tied
