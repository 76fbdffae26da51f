"""What holds of every risk corridor, whatever its bands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.settlement.model_worksheet import worksheet

shares = st.integers(0, 100).map(lambda percent: Decimal(percent) / 100)
ends = st.sets(st.integers(1, 300), max_size=5).map(
    lambda found: [Decimal(end) / 100 for end in sorted(found)]
)
dollars = st.integers(0, 30_000_000_00).map(lambda cents: Decimal(cents) / 100)
TARGET = Decimal(10_000_000)


@st.composite
def corridors(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return bands without gap from 0, each with its own share."""
    found = draw(ends)
    starts = [Decimal(0), *found]
    return [
        {"above": above, "up_to": up_to, "share": draw(shares)}
        for above, up_to in zip(starts, [*found, "none"], strict=True)
    ]


def settled(corridor: list[dict[str, Any]], cost: Decimal, held_before_by: str) -> Any:
    terms = {
        "corridor_base": "target",
        "neutral_ratio": 1,
        "held_before_by": held_before_by,
        "shares_are_of": "payee",
        "loss_ratio_floor": "none",
        "loss_ratio_of": "none",
        "payment_rounding": Decimal("0.01"),
        "corridor": corridor,
    }
    return worksheet("risk_corridor", terms, {"target": TARGET, "expenditure": cost})


@given(corridors(), dollars)
def test_both_parties_together_have_all_savings_and_losses(corridor: Any, cost: Decimal) -> None:
    values = settled(corridor, cost, "payer")
    assert values["payee_part"] + values["payer_part"] == TARGET - cost


@given(corridors(), dollars)
def test_a_payee_that_held_the_risk_before_ends_where_one_that_takes_it_on_does(
    corridor: Any, cost: Decimal
) -> None:
    held, taken = settled(corridor, cost, "payee"), settled(corridor, cost, "payer")
    assert (TARGET - cost) + held["corridor_payment"] == taken["corridor_payment"]


@given(corridors(), dollars, dollars)
def test_a_dearer_year_never_pays_the_provider_more(corridor: Any, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    cheap, dear = settled(corridor, low, "payer"), settled(corridor, high, "payer")
    assert cheap["settlement"] >= dear["settlement"]
    assert cheap["settlement"] - dear["settlement"] <= high - low + Decimal("0.01")


@given(corridors(), dollars)
def test_the_payment_lies_between_worst_and_best(corridor: Any, cost: Decimal) -> None:
    values = settled(corridor, cost, "payer")
    assert values["settlement"] <= values["best"]
    assert values["worst"] is None or values["settlement"] >= values["worst"]
