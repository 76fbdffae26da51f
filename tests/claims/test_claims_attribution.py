"""Attribution by primary care: hand-made members, then random ones against a walk over visits in Python."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import FINAL, YEAR, measure, write
from msgspec.structs import replace
from test_claims_oracle import DAY, as_csv, dollars

from vbc_cli.claims.attribution_settings import Plurality, PrimaryCare
from vbc_cli.claims.facts import AttributionReason, Measured
from vbc_cli.claims.settings import Measure

RULES = Plurality(
    start=date(2024, 1, 1),
    end=date(2024, 12, 31),
    steps=(
        PrimaryCare(hcpcs_codes=("99213", "99214"), specialty_codes=("08", "11")),
        PrimaryCare(hcpcs_codes=("99213", "99214")),
    ),
    counted_by="visits",
    provider="billing_npi",
    minimum_visits=1,
    tie="latest_visit",
    tie_goes_to="other",
)
HEADER = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,claim_status,billing_npi,"
    "hcpcs_code,specialty_code,allowed_amount\n"
)
OWNERS = "npi,owner,effective_date,end_date\n1111111111,own,,\n1111111112,own,,\n"
PEOPLE = "member_id,enrollment_start_date,enrollment_end_date\n" + "".join(
    f"M{number},2024-01-01,2025-12-31\n" for number in range(1, 8)
)
LINES = HEADER + (
    # M1 saw two of our doctors once each and another twice: ours together as often, and last.
    "A1,1,M1,office,2024-02-01,2024-02-09,paid,1111111111,99213,08,100.00\n"
    "A2,1,M1,office,2024-09-01,2024-09-09,paid,1111111112,99213,08,100.00\n"
    "A3,1,M1,office,2024-03-01,2024-03-09,paid,2222222222,99213,08,300.00\n"
    "A4,1,M1,office,2024-04-01,2024-04-09,paid,2222222222,99214,11,300.00\n"
    # M2 saw another more often: two lines of one day are one visit.
    "B1,1,M2,office,2024-02-01,2024-02-09,paid,1111111111,99213,08,100.00\n"
    "B1,2,M2,office,2024-02-01,2024-02-09,paid,1111111111,99214,08,100.00\n"
    "B2,1,M2,office,2024-03-01,2024-03-09,paid,2222222222,99213,08,10.00\n"
    "B3,1,M2,office,2024-04-01,2024-04-09,paid,2222222222,99213,08,10.00\n"
    # M3 saw no primary-care specialty, but ours for primary care: the second step.
    "C1,1,M3,office,2024-02-01,2024-02-09,paid,1111111111,99213,02,100.00\n"
    # M4's only visit to another was reversed, another was denied, a third is too late; ours none.
    "D1,1,M4,office,2024-02-01,2024-02-09,paid,2222222222,99213,08,100.00\n"
    "D2,1,M4,office,2024-02-01,2024-03-09,reversal,2222222222,99213,08,-100.00\n"
    "D3,1,M4,office,2024-05-01,2024-05-09,denied,2222222222,99213,08,100.00\n"
    "D4,1,M4,office,2025-01-02,2025-01-09,paid,2222222222,99213,08,100.00\n"
    # M5 saw each once on the same day: the tie goes to the other.
    "E1,1,M5,office,2024-02-01,2024-02-09,paid,1111111111,99213,08,100.00\n"
    "E2,1,M5,office,2024-02-01,2024-02-09,paid,2222222222,99213,08,50.00\n"
    # M6 saw us, and chose another; M7 saw another, and chose us.
    "F1,1,M6,office,2024-02-01,2024-02-09,paid,1111111111,99213,08,100.00\n"
    "G1,1,M7,office,2024-02-01,2024-02-09,paid,2222222222,99213,08,100.00\n"
    # The year that is settled.
    "S1,1,M1,inpatient,2025-02-01,2025-02-09,paid,3333333333,,,1000.00\n"
    "S2,1,M2,inpatient,2025-02-01,2025-02-09,paid,3333333333,,,2000.00\n"
    "S3,1,M3,inpatient,2025-02-01,2025-02-09,paid,1111111111,,,3000.00\n"
)
CHOICES = """member_id,npi,effective_date
M6,1111111111,2024-03-01
M6,2222222222,2024-10-01
M7,1111111112,2024-12-31
M5,1111111111,2025-01-01
"""


def attributed(folder: Path, rules: Plurality, **files: str) -> Measured:
    """Measure the small files with members attributed by primary care."""
    given = {"claims": LINES, "eligibility": PEOPLE, "providers": OWNERS} | files
    spending = Measure("spending", "allowed_amount")
    return measure(write(folder, **given), YEAR, FINAL, (spending,), plurality=rules)


def test_members_belong_to_whom_they_saw_most_in_the_first_step_that_decides(tmp_path: Path) -> None:
    measured = attributed(tmp_path, RULES)
    us, them = "from the contracted provider", "from another provider"
    assert measured.attribution == (
        AttributionReason("no provider with enough primary care", False, 1, 12),  # M4
        AttributionReason(f"step 1: most {us}", True, 1, 12),  # M6
        AttributionReason(f"step 1: most {us}, by the tie-break", True, 1, 12),  # M1
        AttributionReason(f"step 1: most {them}", False, 2, 24),  # M2, M7
        AttributionReason(f"step 1: most {them}, by the tie-break", False, 1, 12),  # M5
        AttributionReason(f"step 2: most {us}", True, 1, 12),  # M3
    )
    assert measured.member_months["while_attributed"].total == 36
    cost = measured.costs["spending"]
    assert cost.total == Decimal("4000.00")  # M1 and M3; their care of 2024 is outside the period
    assert [(line.what, line.rows) for line in cost.control_totals.left_out] == [
        ("denied", 1),
        ("service date outside the period", 15),
        ("not attributed on the service date", 2),  # D4 and S2
    ]


def test_everybody_enrolled_is_told_why_with_the_care_that_decided(tmp_path: Path) -> None:
    files = write(tmp_path, claims=LINES, eligibility=PEOPLE, providers=OWNERS, voluntary_alignment=CHOICES)
    spending = Measure("spending", "allowed_amount")

    def told(rules: Plurality) -> list[tuple[str, ...]]:
        rows = measure(files, YEAR, FINAL, (spending,), plurality=rules, by="member").detail
        return [
            (*row.keys.values(), *map(str, row.care.values()), str(row.costs["spending"])) for row in rows
        ]

    us, them = "step 1: most from the contracted provider", "step 1: most from another provider"
    assert told(RULES) == [
        ("M1", "yes", f"{us}, by the tie-break", "2", "2", "1000.00"),
        ("M2", "no", them, "1", "2", "0.00"),
        ("M3", "yes", "step 2: most from the contracted provider", "1", "0", "3000.00"),
        ("M4", "no", "no provider with enough primary care", "None", "None", "0.00"),
        ("M5", "no", f"{them}, by the tie-break", "1", "1", "0.00"),
        ("M6", "yes", us, "1", "0", "0.00"),
        ("M7", "no", them, "0", "1", "0.00"),
    ]
    # M1 cost 200 with us and 600 elsewhere; M7 chose us.
    by_dollars = replace(RULES, counted_by="allowed_amount", tie="visits", chosen_until=date(2024, 12, 31))
    found = told(by_dollars)
    assert found[0] == ("M1", "no", them, "200.00", "600.00", "0.00")
    assert found[6] == ("M7", "yes", "chose the contracted provider", "None", "None", "0.00")


def test_dollars_and_another_tie_break_decide_otherwise(tmp_path: Path) -> None:
    by_dollars = replace(RULES, counted_by="allowed_amount", tie="visits")
    reasons = attributed(tmp_path, by_dollars).attribution
    # M1 cost 200 with us and 600 elsewhere; M2 200 and 20; M5 100 and 50.
    assert sum(each.members for each in reasons if each.attributed) == 4  # M2, M3, M5, M6
    to_own = replace(RULES, tie_goes_to="own")
    assert sum(each.members for each in attributed(tmp_path, to_own).attribution if each.attributed) == 4


def test_a_provider_with_too_few_visits_does_not_count(tmp_path: Path) -> None:
    reasons = attributed(tmp_path, replace(RULES, minimum_visits=2)).attribution
    # Only M1 (2 and 2) and M2 (another, 2) have such a provider.
    assert [(each.attributed, each.members) for each in reasons] == [(False, 5), (True, 1), (False, 1)]


def test_a_members_own_choice_goes_first_and_the_latest_one_up_to_the_day_counts(tmp_path: Path) -> None:
    chosen = replace(RULES, chosen_until=date(2024, 12, 31))
    reasons = attributed(tmp_path, chosen, voluntary_alignment=CHOICES).attribution
    assert [each for each in reasons if each.what.startswith("chose")] == [
        AttributionReason("chose the contracted provider", True, 1, 12),
        AttributionReason("chose another provider", False, 1, 12),
    ]


def draw(rng: random.Random) -> tuple[list[dict[str, str]], Plurality]:
    """Draw visits and the rules of attribution."""
    lines = []
    for number in range(rng.randint(5, 80)):
        day = date(2023, 11, 1) + rng.randint(0, 450) * DAY
        status = rng.choices(["paid", "denied", "reversal"], [8, 1, 2])[0]
        lines.append(
            {
                "claim_id": f"C{number}",
                "claim_line_number": "1",
                "member_id": f"M{rng.randint(1, 8)}",
                "service_category": rng.choice(["office", "lab"]),
                "claim_start_date": str(rng.choice([day, date(2024, 6, 1)])),
                "paid_date": str(rng.choice([day, date(2026, 5, 1)]) if rng.random() < 0.2 else day),
                "claim_status": status,
                "billing_npi": rng.choice(["1111111111", "1111111112", "2222222222", "3333333333"]),
                "hcpcs_code": rng.choice(["99213", "99214", "80053"]),
                "specialty_code": rng.choice(["08", "02"]),
                "allowed_amount": dollars(rng.randint(1, 4) * (-100 if status == "reversal" else 100)),
            }
        )
    rules = replace(
        RULES,
        counted_by=rng.choice(["visits", "allowed_amount"]),
        tie=rng.choice(["latest_visit", "visits", "allowed_amount"]),
        tie_goes_to=rng.choice(["own", "other"]),
        minimum_visits=rng.randint(1, 2),
        steps=rng.choice([RULES.steps, (PrimaryCare(categories=("office",)),)]),
    )
    return lines, rules


def owned_by_walking(lines: list[dict[str, str]], rules: Plurality) -> set[str]:
    """Return the members who belong to the contracted provider."""
    owned = set()
    for member in {f"M{number}" for number in range(1, 8)}:
        for step in range(1, len(rules.steps) + 1):
            found = providers_seen([line for line in lines if line["member_id"] == member], rules, step)
            if found:
                ranked = sorted(found, key=lambda each: (each[rules.counted_by], each[rules.tie]))
                best = [e for e in found if all(e[k] == ranked[-1][k] for k in (rules.counted_by, rules.tie))]
                ours = {each["own"] for each in best}
                if ours == {True} or (ours == {True, False} and rules.tie_goes_to == "own"):
                    owned.add(member)
                break
    return owned


def providers_seen(lines: list[dict[str, str]], rules: Plurality, step: int) -> list[dict]:
    """Return visits, dollars and latest visit of every provider with enough visits in a step."""
    days: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for line in lines:
        if step_of(line, rules) == step:
            who = "us" if line["billing_npi"].startswith("111111111") else line["billing_npi"]
            day = days[who][line["claim_start_date"]]
            day[0] += -1 if line["claim_status"] == "reversal" else 1
            day[1] += int(Decimal(line["allowed_amount"]) * 100)
    found = []
    for who, each in days.items():
        visits = [day for day, (net, _) in each.items() if net > 0]
        if len(visits) >= rules.minimum_visits:
            cents = sum(cents for _, cents in each.values())
            seen = {"visits": len(visits), "allowed_amount": cents, "latest_visit": max(visits)}
            found.append({"own": who == "us", **seen})
    return found


def step_of(line: dict[str, str], rules: Plurality) -> int:
    """Return the step a line counts for, 0 for none."""
    if line["claim_status"] == "denied" or line["paid_date"] > "2026-03-31":
        return 0
    if not "2024-01-01" <= line["claim_start_date"] <= "2024-12-31":
        return 0
    for number, step in enumerate(rules.steps, start=1):
        lists = (
            (step.hcpcs_codes, line["hcpcs_code"]),
            (step.specialty_codes, line["specialty_code"]),
            (step.categories, line["service_category"]),
        )
        if all(value in codes for codes, value in lists if codes):
            return number
    return 0


@pytest.mark.parametrize("seed", range(40))
def test_random_visits_are_attributed_as_a_walk_over_them_says(tmp_path: Path, seed: int) -> None:
    lines, rules = draw(random.Random(seed))
    measured = attributed(tmp_path, rules, claims=as_csv(lines))
    owned = owned_by_walking(lines, rules)
    assert sum(each.members for each in measured.attribution if each.attributed) == len(owned)
    assert sum(each.members for each in measured.attribution) == 7
    assert measured.member_months["while_attributed"].total == 12 * len(owned)
    used = [
        line
        for line in lines
        if line["member_id"] in owned
        and line["claim_start_date"] >= "2025-01-01"
        and line["paid_date"] <= "2026-03-31"
        and line["claim_status"] != "denied"
    ]
    assert measured.costs["spending"].control_totals.used.rows == len(used)
