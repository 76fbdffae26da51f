"""What holds of incentives, withholds, rebates and budgets, whatever their terms and facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.settlement.model_worksheet import worksheet

percent = st.integers(0, 100).map(lambda number: Decimal(number) / 100)
dollars = st.integers(0, 50_000_000_00).map(lambda cents: Decimal(cents) / 100)
CENT = Decimal("0.01")


@given(percent, percent, st.booleans(), st.booleans(), dollars, st.sampled_from((1, Decimal("1.25"))))
def test_a_withhold_is_worth_the_same_however_the_payments_are_counted(
    withheld: Decimal, earned: Decimal, needs_gate: bool, gate: bool, paid: Decimal, most: Any
) -> None:
    terms = {
        "withhold_rate": withheld * Decimal("0.9"),
        "release_needs_gate": needs_gate,
        "most_released_rate": most,
        "interest_rate": 0,
        "payment_rounding": CENT,
    }
    facts = {"payments_before_withhold": paid, "earned_factor": earned * 2, "quality_gate_met": gate}
    before, after = (
        worksheet("withhold_earned_back", {**terms, "claims_shown": shown}, facts)
        for shown in ("before_withhold", "after_withhold")
    )
    assert before["released"] == after["released"]
    assert abs(paid + before["settlement"] - (paid - before["withheld"] + after["settlement"])) <= CENT
    for values in (before, after):
        assert values["least"] <= values["settlement"] <= values["most"]
    if needs_gate and not gate:
        assert after["settlement"] == 0


@given(st.lists(percent, min_size=2, max_size=4, unique=True), percent, percent, dollars, st.booleans())
def test_more_is_never_kept_of_a_fee_than_was_paid_and_better_results_keep_no_less(
    results: list[Decimal], one: Decimal, other: Decimal, fees: Decimal, straight: bool
) -> None:
    steps = sorted(results)
    terms = {
        "retained_between": "straight_line" if straight else "step",
        "retention_needs_gate": False,
        "payment_rounding": CENT,
        "parts": [{"part": "all", "weight": 1}],
        "ladder": [
            {"part": "all", "result": at, "retained": Decimal(place) / len(steps)}
            for place, at in enumerate(steps, start=1)
        ],
    }
    low, high = (
        worksheet(
            "fee_retention",
            terms,
            {"fees_paid": fees, "results_of_year": [{"part": "all", "result": result}]},
        )["settlement"]
        for result in sorted((one, other))
    )
    assert -fees <= low <= high <= 0


def rebate(spent: Decimal, premium: int, months: int) -> Decimal:
    terms = {
        "standard_rate": Decimal("0.85"),
        "ratio_rounding": "none",
        "size_unit_months": 12,
        "adjustment_lost_after_years": "none",
        "payment_rounding": CENT,
        "credibility": [{"size": 1000, "adjustment": Decimal("0.08")}, {"size": 75000, "adjustment": 0}],
        "deductible_factors": "none",
    }
    year = {
        "year": 2025,
        "incurred_claims": spent,
        "quality_improvement": 0,
        "premium": premium,
        "taxes_and_fees": 0,
        "member_months": months,
    }
    return worksheet("medical_loss_ratio", terms, {"reporting_year": 2025, "years": [year]})["rebate"]


@given(dollars, dollars, st.integers(1, 1_200_000))
def test_a_plan_that_spends_more_never_owes_a_larger_rebate(
    one: Decimal, other: Decimal, months: int
) -> None:
    less, more = sorted((one, other))
    of_less, of_more = rebate(less, 40_000_000, months), rebate(more, 40_000_000, months)
    assert 0 <= of_more <= of_less <= Decimal("0.85") * 40_000_000
    if months < 12_000 or more >= Decimal("0.85") * 40_000_000:
        assert of_more == 0


@given(dollars, st.sampled_from(("paid", "carried")))
def test_a_hospital_never_ends_above_its_budget_and_never_gains_by_charging_more(
    charged: Decimal, difference_is: str
) -> None:
    terms = {
        "update_rate": Decimal("0.03"),
        "demographic_rate": 0,
        "other_rate": 0,
        "market_shift_rate": 0,
        "volume_corridor": "none",
        "collected_by": "charges",
        "price_corridor_rate": Decimal("0.05"),
        "difference_is": difference_is,
        "over_corridor_rate": Decimal("0.01"),
        "over_penalty_rate": Decimal("0.40"),
        "under_corridor_rate": Decimal("0.02"),
        "under_forfeit_rate": Decimal("0.50"),
        "payment_rounding": CENT,
        "base_weights": "none",
        "quality_programs": "none",
    }
    facts = {
        "prior_budget": 25_000_000,
        "market_shift_revenue": 0,
        "one_time_amount": 0,
        "carried_in": 0,
        "revenue_at_approved_prices": 25_000_000,
        "revenue_charged": charged,
    }
    values = worksheet("global_budget", terms, facts)
    assert charged + values["difference"] <= values["approved_budget"]
    assert values["settlement"] == (values["difference"] if difference_is == "paid" else 0)
    assert values["penalty"] == 0 or values["forfeited"] == 0
