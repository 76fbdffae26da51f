"""Member months by rate cell, members of high cost, and premium: hand-made cases and a plain loop."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import ALLOWED, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vbc_cli.claims.rate_cells import names
from vbc_cli.claims.settings import Measure, RateCells
from vbc_cli.problems import InputRefused

PEOPLE = """member_id,enrollment_start_date,enrollment_end_date,stratum,birth_date,sex
M1,2025-01-01,2025-12-31,adult,2007-06-15,F
M2,2025-03-01,2025-12-31,child,2025-03-09,M
M3,2025-01-01,2025-06-30,adult,,F
"""
ROSTER = """member_id,effective_date,end_date,risk_tier
M1,2025-01-01,2025-04-10,1
M1,2025-04-11,2025-12-31,3
M2,2024-01-01,,2
M3,2025-01-01,2025-12-31,
"""


def cells(*by: str, **more: object) -> RateCells:
    return RateCells("members", "while_attributed", by, **more)  # type: ignore[arg-type]


def counted(folder: Path, wanted: RateCells, **files: str) -> dict[tuple[str, ...], int]:
    usual = {"eligibility": PEOPLE, "attribution": ROSTER}
    measured = settle(folder, ALLOWED, rate_cells=[wanted], **(usual | files))
    return dict(measured.member_months["while_attributed"].by_cell["members"])


def test_a_member_ages_in_the_month_after_a_birthday_that_is_not_on_the_first(tmp_path: Path) -> None:
    # M1 turns 18 on 15 June: on 1 June still 17, so January to June is 6 months of 0-17 and the rest 18-44.
    # M2 is born on 9 March and is 0 in March. Of M3 no birth date is known.
    wanted = cells("age_band", "sex", age_bands=(0, 18, 45))
    assert counted(tmp_path, wanted) == {
        ("0-17", "F"): 6,
        ("0-17", "M"): 10,
        ("18-44", "F"): 6,
        ("unknown", "F"): 6,
    }


@pytest.mark.parametrize(("age_on", "minor"), [("start_of_period", 12), ("end_of_period", 0)])
def test_age_is_counted_on_the_day_that_the_contract_names(tmp_path: Path, age_on: str, minor: int) -> None:
    found = counted(tmp_path, cells("sex", "age_band", age_bands=(0, 18, 45), age_on=age_on))
    assert found.get(("F", "0-17"), 0) == minor


def test_a_tier_is_that_of_the_roster_row_which_touches_the_month_first(tmp_path: Path) -> None:
    # M1 changes from 1 to 3 within April, so April is still 1: 4 months of 1 and 8 of 3.
    assert counted(tmp_path, cells("risk_tier")) == {("1",): 4, ("2",): 10, ("3",): 8, ("unknown",): 6}


def test_cells_by_stratum_are_the_strata(tmp_path: Path) -> None:
    assert counted(tmp_path, cells("stratum")) == {("adult",): 18, ("child",): 10}


def test_bands_of_one_year_and_the_last_band_have_names() -> None:
    assert names((0, 1, 18, 65)) == ["0", "1-17", "18-64", "65+"]
    assert names(()) == []


@pytest.mark.parametrize(
    ("by", "files", "what"),
    [
        (
            "sex",
            {"eligibility": PEOPLE.replace(",sex", ",gender")},
            "the eligibility file has no column 'sex'",
        ),
        ("risk_tier", {"attribution": ROSTER.replace("risk_tier", "tier")}, "no column 'risk_tier'"),
    ],
)
def test_cells_by_what_no_file_holds_are_refused(
    tmp_path: Path, by: str, files: dict[str, str], what: str
) -> None:
    with pytest.raises(InputRefused, match=what):
        counted(tmp_path, cells(by), **files)


def test_cells_by_tier_without_a_roster_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="counts by risk_tier, and there is no attribution file"):
        settle(tmp_path, ALLOWED, rate_cells=[cells("risk_tier")], eligibility=PEOPLE)


days = st.dates(date(2024, 6, 1), date(2026, 3, 31))
people = st.lists(
    st.tuples(
        st.dates(date(1940, 1, 1), date(2025, 12, 31)),
        st.sampled_from("FM"),
        st.tuples(days, days).map(sorted),
        st.lists(
            st.tuples(days, st.sampled_from("123")), min_size=1, max_size=3, unique_by=lambda row: row[0]
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people)
def test_random_members_are_counted_as_a_plain_loop_counts_them(tmp_path: Path, population: list) -> None:
    eligibility, roster = [PEOPLE.split("\n")[0]], [ROSTER.split("\n")[0]]
    expected: Counter[tuple[str, ...]] = Counter()
    for number, (birth, sex, (start, end), rows) in enumerate(population):
        eligibility.append(f"M{number},{start},{end},x,{birth},{sex}")
        rows = sorted(rows)
        ends = [after - timedelta(days=1) for after, _ in rows[1:]] + [None]
        spans = [(first, last, tier) for (first, tier), last in zip(rows, ends, strict=True)]
        roster += [f"M{number},{first},{last or ''},{tier}" for first, last, tier in spans]
        for month in range(1, 13):
            inside = [date(2025, month, 1) + timedelta(days=day) for day in range(31)]
            inside = [day for day in inside if day.month == month and start <= day <= end]
            found = [
                tier
                for day in inside
                for first, last, tier in spans
                if first <= day and (last is None or day <= last)
            ]
            if found:
                first_of_month = date(2025, month, 1)
                years = first_of_month.year - birth.year
                years -= (first_of_month.month, first_of_month.day) < (birth.month, birth.day)
                band = "0-17" if years < 18 else "18-44" if years < 45 else "45+"
                expected[band, sex, touching(spans, first_of_month)] += 1
    wanted = cells("age_band", "sex", "risk_tier", age_bands=(0, 18, 45))
    assert counted(
        tmp_path, wanted, eligibility="\n".join(eligibility) + "\n", attribution="\n".join(roster) + "\n"
    ) == dict(expected)


def touching(spans: list, first_of_month: date) -> str:
    """Return the tier of the first roster row that has a day in the month."""
    following = (first_of_month + timedelta(days=31)).replace(day=1)
    return next(
        tier for first, last, tier in spans if first < following and (last is None or last >= first_of_month)
    )


def test_members_of_high_cost_are_listed_dearest_first_without_ids(tmp_path: Path) -> None:
    spending = Measure("spending", "allowed_amount", high_cost_from=Decimal("200.50"))
    cost = settle(tmp_path, spending).costs["spending"]
    # C1 is 1,000 of M1; C2 is 200.50 of M2, which is not above 200.50.
    assert [(each.member_months, each.dollars) for each in cost.high_cost] == [(12, Decimal("1000.00"))]


def test_more_members_of_high_cost_than_a_model_may_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vbc_cli.claims.limit.MOST_HIGH_COST", 1)
    with pytest.raises(InputRefused, match="more than 1 members above 5 in 'spending'"):
        settle(tmp_path, Measure("spending", "allowed_amount", high_cost_from=Decimal(5)))


PREMIUM = "month,stratum,premium_amount,taxes_amount\n" + "".join(
    f"2025-{month:02}-01,adult,1000.00,30.00\n2025-{month:02}-15,child,100.00,0.00\n"
    for month in range(1, 13)
)


def test_premium_of_the_period_is_added_up_with_its_parts(tmp_path: Path) -> None:
    later = PREMIUM + "2026-01-01,adult,999.00,9.00\n"  # outside the period
    found = settle(tmp_path, ALLOWED, revenue=later).revenue
    assert found is not None
    assert found.source.dollars == 12 * 1100
    assert found.source.rows == 24
    assert {row[2]["taxes"] for row in found.rows} == {30, 0}
    assert all("commissions" not in row[2] for row in found.rows)


def test_a_month_without_premium_is_refused(tmp_path: Path) -> None:
    lines = [line for line in PREMIUM.splitlines() if not line.startswith("2025-07")]
    with pytest.raises(InputRefused, match="no premium for 2025-07"):
        settle(tmp_path, ALLOWED, revenue="\n".join(lines) + "\n")


def test_premium_without_months_is_of_the_whole_period(tmp_path: Path) -> None:
    found = settle(tmp_path, ALLOWED, revenue="premium_amount\n13200.00\n").revenue
    assert found is not None
    assert found.source.dollars == 13200
