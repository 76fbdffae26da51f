"""What becomes of claims where another payer came first: counted, left out, or counted net of its payments.

Four lines of 2025: M1 has other coverage in the first half of the year.
  A  M1 February   allowed 100.00 = plan 60.00 + member 0.00 + other payer 40.00    both signs
  B  M1 March      allowed  50.00 = plan 50.00                                      coverage alone
  C  M2 April      allowed  30.00 = plan 10.00 + other payer 20.00                  amount alone
  D  M2 April      allowed -30.00, the reversal of C                                amount alone
  E  M1 August     allowed  70.00 = plan 70.00                                      neither
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from claims_files import FINAL, YEAR, measure, settle, write

from vbc_cli.claims.completion_settings import ChainLadder, Completion, by_factors
from vbc_cli.claims.facts import MeasuredCost
from vbc_cli.claims.settings import Measure, TruncateAt
from vbc_cli.problems import InputRefused

CLAIMS = """claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,\
claim_status,allowed_amount,plan_paid_amount,member_liability_amount,other_payer_amount
A,1,M1,inpatient,2025-02-10,2025-03-01,paid,100.00,60.00,0.00,40.00
B,1,M1,inpatient,2025-03-10,2025-04-01,paid,50.00,50.00,0.00,0.00
C,1,M2,office,2025-04-10,2025-05-01,paid,30.00,10.00,0.00,20.00
D,1,M2,office,2025-04-10,2025-05-09,reversal,-30.00,-10.00,0.00,-20.00
E,1,M1,office,2025-08-10,2025-09-01,paid,70.00,70.00,0.00,0.00
"""
ELIGIBILITY = """member_id,enrollment_start_date,enrollment_end_date,other_coverage
M1,2025-01-01,2025-06-30,yes
M1,2025-07-01,2025-12-31,no
M2,2025-01-01,2025-12-31,no
"""
PAID_FIRST, COVERED = "another payer paid first", "member had other coverage on the service date"
OTHERS = "what other payers paid of the lines used"


def cost(folder, claims: str = CLAIMS, **settings) -> MeasuredCost:
    spending = Measure("spending", **{"amount": "allowed_amount", **settings})
    measured = settle(folder, spending, claims=claims, eligibility=ELIGIBILITY)
    assert measured.member_months["while_attributed"].total == 24  # months stay as they are
    found = measured.costs["spending"]
    assert found.control_totals.foots and found.bridge.foots
    return found


@pytest.mark.parametrize(
    ("known_by", "used", "left_out"),
    [
        ((), 220, {}),
        (("other_payer_amount",), 120, {PAID_FIRST: (3, 100)}),
        (("other_coverage",), 70, {COVERED: (2, 150)}),
        (("other_payer_amount", "other_coverage"), 70, {PAID_FIRST: (3, 100), COVERED: (1, 50)}),
    ],
)
def test_claims_of_another_first_payer_are_left_out_as_they_are_known(tmp_path, known_by, used, left_out):
    found = cost(tmp_path, secondary=known_by)
    assert found.total == used
    assert {each.what: (each.rows, each.dollars) for each in found.control_totals.left_out} == left_out
    assert all(reason in found.source.filter for reason in left_out)


def test_what_another_payer_paid_is_taken_off_before_limit_and_completion(tmp_path):
    # M1 60 + 50 + 70 = 180, cut at 150; M2 10 - 10 = 0; completed 150 x 1.02 = 153.
    found = cost(
        tmp_path,
        net_of_other_payer=True,
        truncate=TruncateAt(Decimal(150)),
        complete=by_factors(Decimal("1.02")),
    )
    assert (found.claims, found.total) == (180, 153)
    (others,) = found.control_totals.left_out
    assert (others.what, others.rows, others.dollars) == (OTHERS, 0, 40)
    assert found.owner_unknown.allowed_amount == found.owner_unknown.plan_paid_amount == 180
    assert found.source.filter.partition("; ")[2].startswith("net of what other payers paid")
    assert sum(found.by_month.values()) == sum(found.by_category_and_owner.values()) == 180


def test_providers_and_triangles_are_net_of_what_another_payer_paid_too(tmp_path):
    # Everything is paid by December: the triangle's last column is the 180 of the test above.
    header, *rows = CLAIMS.splitlines()
    claims = "\n".join([f"{header},billing_npi", *(f"{row},1111111111" for row in rows)]) + "\n"
    ladder = ChainLadder("volume_weighted", 12, None, Decimal(1), "all_categories", None)
    net = Measure(
        "spending",
        "allowed_amount",
        net_of_other_payer=True,
        complete=Completion(chain_ladder=ladder),
    )
    sources = write(tmp_path, claims=claims, eligibility=ELIGIBILITY)
    found = measure(sources, YEAR, FINAL, (net,), by="provider")
    assert [row.costs for row in found.detail] == [{"spending": Decimal(180)}]
    (triangle,) = found.costs["spending"].triangles.values()
    assert sum(row[-1] for row in triangle.paid.values()) == 180
    assert sum(each.within_limit for each in triangle.completed) == 180


def test_an_amount_of_other_payers_that_is_asked_for_must_be_there_on_every_line(tmp_path):
    with pytest.raises(InputRefused) as refusal:
        cost(tmp_path, CLAIMS.replace("70.00,0.00,0.00\n", "70.00,0.00,\n"), net_of_other_payer=True)
    (problem,) = refusal.value.problems
    assert (problem.line, problem.what) == (6, "other_payer_amount is empty")


def test_coverage_that_is_asked_for_must_be_in_the_eligibility_file(tmp_path):
    eligibility = "\n".join(line.rpartition(",")[0] for line in ELIGIBILITY.splitlines()) + "\n"
    spending = Measure("spending", "allowed_amount", secondary=("other_coverage",))
    with pytest.raises(InputRefused) as refusal:
        settle(tmp_path, spending, claims=CLAIMS, eligibility=eligibility)
    assert [each.what for each in refusal.value.problems] == ["there is no column 'other_coverage'"]
