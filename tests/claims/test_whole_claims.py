"""Claims whose amount stands on each of their lines: what a claim is, by all of its lines."""

from datetime import date
from decimal import Decimal

import pytest
from claims_files import FINAL, YEAR, measure, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.attribution_settings import Plurality, PrimaryCare
from vbc_cli.claims.facts import Measured
from vbc_cli.claims.membership_settings import Care, Exclusions, Membership
from vbc_cli.claims.settings import Made, Measure, Source
from vbc_cli.problems import InputRefused

COLUMNS = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,claim_end_date,paid_date,"
    "claim_status,billing_npi,hcpcs_code,allowed_amount,plan_paid_amount"
)
ELIGIBILITY = "member_id,enrollment_start_date,enrollment_end_date\n" + "".join(
    f"M{number},2024-01-01,2025-12-31\n" for number in (1, 2, 3)
)
PROVIDERS = "npi,owner\nOWN1,own\nOWN2,own\nELSE,other\n"
COST = Measure("cost", "plan_paid_amount")
NO_DRUGS = replace(COST, exclude=("pharmacy",))
REPEATED = "the claim's amount, repeated on another line"


class Line(Struct, frozen=True):
    """One line as the tests write it."""

    claim: str = "A"
    number: int = 1
    member: str = "M1"
    category: str = "inpatient"
    start: str = "2025-02-10"
    end: str = "2025-02-12"
    paid: str = "2025-03-01"
    status: str = "paid"
    npi: str = "OWN1"
    code: str = ""
    amount: int = 900

    def text(self) -> str:
        dates = f"{self.start},{self.end},{self.paid}"
        return (
            f"{self.claim},{self.number},{self.member},{self.category},{dates},{self.status},{self.npi},"
            f"{self.code},,{self.amount}.00\n"
        )


def measured(folder, lines, *measures: Measure, category=(), providers=True, **more) -> Measured:
    (folder / "lines.csv").write_text(f"{COLUMNS}\n" + "".join(line.text() for line in lines))
    claims = Source(
        "claims",
        (folder / "lines.csv",),
        amount_level=Made(otherwise="header_repeated"),
        claim_category=category,
    )
    files = {"eligibility": ELIGIBILITY} | ({"providers": PROVIDERS} if providers else {})
    return measure([claims, *write(folder, **files)], YEAR, FINAL, measures or (COST,), **more)


def total(*args, **more) -> int:
    found = measured(*args, **more).costs["cost"]
    assert found.control_totals.foots and found.bridge.foots
    return int(found.total)


def refused(*args, **more) -> list[tuple[int | None, str]]:
    with pytest.raises(InputRefused) as refusal:
        measured(*args, **more)
    return [(problem.line, problem.what) for problem in refusal.value.problems]


def stay(**changes: str) -> list[Line]:
    """Return a claim of three lines; the second of them is changed."""
    return [Line(number=1), replace(Line(number=2), **changes), Line(number=3)]


def test_a_claim_is_denied_only_where_all_of_its_lines_are(tmp_path):
    lines = [replace(line, status="denied") for line in stay()]
    assert total(tmp_path, [lines[0], *stay()[1:]]) == 900
    assert total(tmp_path, [*stay()[:1], *lines[1:]]) == 900
    assert total(tmp_path, lines) == 0


def test_a_denied_line_may_carry_another_amount_than_its_claim(tmp_path):
    lines = [Line(number=1, status="denied", amount=0), Line(number=2), Line(number=3)]
    found = measured(tmp_path, lines).costs["cost"]
    left_out = {line.what: (line.rows, int(line.dollars)) for line in found.control_totals.left_out}
    assert int(found.total) == 900
    assert left_out == {"denied": (1, 0), REPEATED: (1, 900)}


def test_two_members_under_one_claim_number_have_two_claims(tmp_path):
    twice = [*stay(), *(replace(line, member="M2") for line in stay())]
    assert total(tmp_path, twice) == 1_800
    assert total(tmp_path, [replace(line, number=place) for place, line in enumerate(twice)]) == 1_800


def test_a_claim_on_both_sides_of_the_year_s_end_is_of_the_year_in_which_it_began(tmp_path):
    before = {"start": "2024-12-30", "end": "2024-12-31"}
    assert total(tmp_path, stay(**before)) == 0
    assert total(tmp_path, stay(start="2026-01-02", end="2026-01-03")) == 900
    by_end = replace(FINAL, year_by="claim_end_date")
    (tmp_path / "lines.csv").write_text(f"{COLUMNS}\n" + "".join(each.text() for each in stay(**before)))
    level = Made(otherwise="header_repeated")
    claims = Source("claims", (tmp_path / "lines.csv",), amount_level=level)
    files = write(tmp_path, eligibility=ELIGIBILITY)
    assert measure([claims, *files], YEAR, by_end, (COST,)).costs["cost"].total == 900


def test_lines_of_several_categories_are_refused_where_the_contract_tells_them_apart(tmp_path):
    lines = [replace(line, category="pharmacy") if line.number == 1 else line for line in stay()]
    assert total(tmp_path, lines) == 900
    said = (
        "the lines of claim A are of categories that the contract tells apart (inpatient, pharmacy), and its "
        "amount counts once"
    )
    for one in (NO_DRUGS, replace(COST, include=("inpatient",)), replace(COST, by_category=True)):
        assert refused(tmp_path, lines, one) == [(2, said)]
        assert refused(tmp_path, lines[::-1], one) == [(2, said)]
    assert total(tmp_path, lines, replace(COST, exclude=("hospice",))) == 900
    assert total(tmp_path, lines, NO_DRUGS, category=("inpatient", "pharmacy")) == 900
    assert total(tmp_path, lines, NO_DRUGS, category=("pharmacy", "inpatient")) == 0
    misspelt = "claim_category names 'inpatent', which the claims do not have"
    assert refused(tmp_path, lines, NO_DRUGS, category=("inpatent", "pharmacy")) == [(None, misspelt)]


def test_lines_that_the_cut_off_parts_are_refused(tmp_path):
    assert total(tmp_path, stay(paid="2025-04-01")) == 900
    assert refused(tmp_path, stay(paid="2026-04-01")) == [
        (2, "the lines of claim A were decided on days that the cut-off parts, and its amount counts once")
    ]


def test_lines_of_several_providers_are_refused_where_their_owners_differ(tmp_path):
    own = replace(COST, owner="own")
    said = (2, "the lines of claim A name different providers, and its amount counts once")
    assert total(tmp_path, stay(npi="OWN2"), own) == 900
    assert total(tmp_path, stay(npi=""), own) == 900
    assert total(tmp_path, [replace(Line(), npi=""), Line(number=2)], own) == 900
    assert total(tmp_path, stay(npi="ELSE"), providers=False) == 900
    assert refused(tmp_path, stay(npi="ELSE")) == [said]
    assert refused(tmp_path, stay(npi="OWN2"), own, by="provider") == [said]


def test_a_claim_reversed_on_all_of_its_lines_comes_to_nothing(tmp_path):
    back = [Line(number=number, status="reversal", amount=-900) for number in (4, 5, 6)]
    assert total(tmp_path, [*stay(), *back]) == 0
    again = [Line(number=number) for number in (7, 8, 9)]
    said = "claim A has not as many lines reversed as paid, and its amount counts once"
    for lines in ([*stay(), *back[:1]], [*stay(), *back, *again]):
        assert {what for _, what in refused(tmp_path, lines)} == {said}


def test_a_service_on_any_line_is_the_claim_s(tmp_path):
    members = {
        "while_attributed": Membership(exclude=Exclusions(care=(Care("transplants", hcpcs_codes=("X9",)),)))
    }
    for number in (0, 1, 2):
        lines = [replace(line, code="X9") if place == number else line for place, line in enumerate(stay())]
        assert total(tmp_path, lines, memberships=members) == 0


def test_primary_care_on_any_line_is_one_visit_with_the_claim_s_dollars(tmp_path):
    care = PrimaryCare(hcpcs_codes=("99213",))
    rules = Plurality(
        date(2025, 1, 1), date(2025, 12, 31), (care,), "plan_paid_amount", "billing_npi", 1, "visits", "other"
    )
    elsewhere = Line(claim="B", npi="ELSE", code="99213", amount=1_000)
    for place in (0, 2):
        mine = [
            replace(line, code="99213") if number == place else line for number, line in enumerate(stay())
        ]
        assert total(tmp_path, [*mine, elsewhere], plurality=rules) == 0
        mine = [replace(line, code="99213") for line in mine]
        assert total(tmp_path, [*mine, elsewhere], plurality=rules) == 0
        assert total(tmp_path, [*mine, replace(elsewhere, amount=800)], plurality=rules) == 1_700


CLAIMS = st.lists(
    st.tuples(
        st.sampled_from(["M1", "M2", "M3", "nobody"]),
        st.sampled_from(["A", "B"]),
        st.sampled_from([0, 1, 250, 900, -99]),
        st.lists(
            st.builds(
                Line,
                category=st.sampled_from(["inpatient", "inpatient", "outpatient", "pharmacy"]),
                start=st.sampled_from(["2024-12-30", "2025-01-01", "2025-06-05"]),
                end=st.sampled_from(["2025-06-05", "2025-06-30", "2026-01-02"]),
                paid=st.sampled_from(["2025-07-01", "2026-03-31", "2026-04-01"]),
                status=st.sampled_from(["paid", "paid", "denied"]),
                npi=st.sampled_from(["OWN1", "OWN1", "OWN2", "", "ELSE"]),
            ),
            min_size=1,
            max_size=4,
        ),
    ),
    unique_by=lambda claim: claim[:2],
    min_size=1,
    max_size=5,
)


def by_hand(claims, one: Measure, category: tuple[str, ...]) -> int | None:
    """Return what the claims come to, one after another; None where they must be refused."""
    found = 0
    for member, _, amount, lines in claims:
        if all(line.status == "denied" for line in lines):
            continue
        names = {line.category for line in lines}
        ranked = [name for name in category if name in names]
        if not ranked and len({one.counts_category(name) for name in names}) > 1:
            return None
        late = {line.paid > "2026-03-31" for line in lines}
        known = {line.npi for line in lines} - {""}
        if len(late) > 1 or ("ELSE" in known and len(known) > 1):
            return None
        began = min(line.start for line in lines)
        counts = one.counts_category(ranked[0] if ranked else min(names))
        mine = one.owner == "all" or bool(known & {"OWN1", "OWN2"})
        if began >= "2025" and late == {False} and member != "nobody" and counts and mine:
            found += amount
    return found


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    CLAIMS,
    st.sampled_from([COST, NO_DRUGS, replace(COST, owner="own"), replace(NO_DRUGS, owner="own")]),
    st.sampled_from([(), ("inpatient",), ("pharmacy", "inpatient")]),
    st.data(),
)
def test_random_claims_come_to_what_they_come_to_one_by_one_in_any_order(
    tmp_path, claims, one, category, data
):
    lines = [
        replace(line, claim=claim, member=member, number=number, amount=amount)
        for member, claim, amount, of_claim in claims
        for number, line in enumerate(of_claim, start=1)
    ]
    # Those of a denied line need not be the claim's.
    lines = [replace(line, amount=7) if line.status == "denied" else line for line in lines]
    expected = by_hand(claims, one, category)
    if expected is None:
        refused(tmp_path, lines, one, category=category)
        return
    first = measured(tmp_path, lines, one, category=category)
    assert first.costs["cost"].total == Decimal(expected)
    assert first.costs["cost"].control_totals.foots
    shuffled = data.draw(st.permutations(lines))
    numbers = data.draw(st.permutations(range(1, len(lines) + 1)))
    shuffled = [replace(line, number=number) for line, number in zip(shuffled, numbers, strict=True)]
    again = measured(tmp_path, shuffled, one, category=category)
    assert again.costs == first.costs
