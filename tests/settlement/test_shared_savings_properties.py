"""What holds of every shared-savings agreement, whatever its terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.settlement.model_worksheet import worksheet

BENCHMARK = Decimal(10_000_000)
percent = st.integers(0, 100).map(lambda number: Decimal(number) / 100)
few_percent = st.integers(0, 20).map(lambda number: Decimal(number) / 100)
maybe = few_percent | st.just("none")
dollars = st.integers(5_000_000_00, 15_000_000_00).map(lambda cents: Decimal(cents) / 100)


@st.composite
def sharing(draw: st.DrawFn) -> dict[str, Any]:
    """Return one rate, or tiers whose shares do not fall."""
    if draw(st.booleans()):
        return {"sharing_rate": draw(percent), "sharing_tiers": "none"}
    shares = sorted(draw(st.lists(percent, min_size=1, max_size=4)))
    ends = [Decimal(place) / 50 for place in range(1, len(shares))]
    rows = [
        {"above": above, "up_to": up_to, "share": share}
        for above, up_to, share in zip([Decimal(0), *ends], [*ends, "none"], shares, strict=True)
    ]
    applies = draw(st.sampled_from(("all_savings", "its_band")))
    return {"sharing_rate": "none", "tier_applies_to": applies, "savings_tiers": rows}


@st.composite
def agreements(draw: st.DrawFn) -> dict[str, Any]:
    """Return the terms of an agreement; scores scale savings, losses and limits come and go."""
    loss_rate = draw(percent | st.just("none"))
    two_sided = loss_rate != "none"
    sequestered = draw(few_percent | st.just("none"))
    return {
        **draw(sharing()),
        "minimum_savings_rate": draw(few_percent),
        "savings_must_be": draw(st.sampled_from(("at_least", "more_than"))),
        "savings_shared_from": draw(st.sampled_from(("first_dollar", "beyond_minimum"))),
        "recognised_savings_limit_rate": draw(maybe),
        "recognised_savings_limit_base": "benchmark",
        "savings_need_gate": draw(st.booleans()),
        "savings_scaled_by_score": draw(st.booleans()),
        "full_share": "none",
        "payment_limit_rate": draw(maybe),
        "payment_limit_base": "benchmark",
        "loss_sharing_rate": loss_rate,
        "minimum_loss_rate": draw(few_percent) if two_sided else "none",
        "losses_must_be": "at_least",
        "losses_shared_from": draw(st.sampled_from(("first_dollar", "beyond_minimum"))),
        "recognised_losses_limit_rate": draw(maybe) if two_sided else "none",
        "recognised_losses_limit_base": "benchmark",
        "loss_rate_from": "none",
        "lowest_loss_sharing_rate": "none",
        "loss_rate_falls_from_score": "none",
        "loss_rate_falls_to_score": "none",
        "loss_limit_rate": draw(maybe) if two_sided else "none",
        "loss_limit_base": "benchmark",
        "smallest_panel": draw(st.sampled_from((5_000, "none"))),
        "small_panel_rule": draw(st.sampled_from(("no_settlement", "no_losses"))),
        "minimum_rates_by_panel": "none",
        "minimum_rates_between": "none",
        "sequestration_rate": sequestered,
        "sequestration_taken": draw(st.sampled_from(("before_limit", "after_limit"))),
        "payment_rounding": Decimal("0.01"),
    }


def settled(terms: dict[str, Any], cost: Decimal) -> Any:
    facts = {
        "benchmark": BENCHMARK,
        "expenditure": cost,
        "attributed_months": 20_000,
        "quality_score": Decimal("0.83"),
        "quality_gate_met": True,
        "panel": 4_000,
    }
    return worksheet("shared_savings", terms, facts)


@given(agreements(), dollars)
def test_the_payment_lies_between_worst_and_best(terms: Any, cost: Decimal) -> None:
    values = settled(terms, cost)
    paid = values["savings_or_losses_shared"]
    assert values["best"] is None or paid <= values["best"]
    assert values["worst"] is None or paid >= values["worst"]


@given(agreements(), dollars)
def test_nothing_is_paid_short_of_the_minimum_and_never_the_wrong_way(terms: Any, cost: Decimal) -> None:
    values = settled(terms, cost)
    paid, savings = values["savings_or_losses_shared"], BENCHMARK - cost
    assert paid * savings >= 0
    assert abs(paid) <= abs(savings) + Decimal("0.01")
    if 0 <= savings < terms["minimum_savings_rate"] * BENCHMARK:
        assert paid == 0


@given(agreements(), dollars, dollars)
def test_a_dearer_year_never_pays_the_provider_more(terms: Any, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    cheap, dear = settled(terms, low), settled(terms, high)
    assert cheap["savings_or_losses_shared"] >= dear["savings_or_losses_shared"]
