"""A small agreement whose settlement fits on a page: three people, seven claim lines.

Ann is enrolled and attributed all year (12 months), Ben from January to June (6), Cy is enrolled and not
attributed. Of the claims, in dollars allowed / paid by the plan:

    1  Ann  inpatient        Feb   own    1,000 / 900   used
    2  Ann  primary care     May   own      200 / 150   used
    3  Ben  specialist       Apr   other    300 / 250   used
    4  Ben  primary care     Aug   own       80 /  70   Ben has left: not enrolled
    5  Cy   primary care     Mar   own      500 / 400   not attributed
    6  Ann  specialist       Dec   other    400 / 300   paid 2026-05-01, after the cut-off
    7  Ann  pharmacy         Jun   other     60 /  50   category not counted

Cost allowed 1,500 over 18 member months; own claims 1,050 and others' 250 paid by the plan.
"""

from __future__ import annotations

from pathlib import Path

FILES = {
    "claims.csv": """\
claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,billing_npi,allowed_amount,paid_amount,member_liability_amount
1,1,ann,inpatient,2025-02-10,2025-03-01,1000000012,1000.00,900.00,100.00
2,1,ann,primary_care,2025-05-01,2025-05-20,1000000012,200.00,150.00,50.00
3,1,ben,specialist,2025-04-01,2025-04-20,1000000020,300.00,250.00,50.00
4,1,ben,primary_care,2025-08-01,2025-08-20,1000000012,80.00,70.00,10.00
5,1,cy,primary_care,2025-03-01,2025-03-20,1000000012,500.00,400.00,100.00
6,1,ann,specialist,2025-12-20,2026-05-01,1000000020,400.00,300.00,100.00
7,1,ann,pharmacy,2025-06-01,2025-06-02,1000000020,60.00,50.00,10.00
""",
    "eligibility.csv": """\
member_id,enrollment_start_date,enrollment_end_date
ann,2025-01-01,2025-12-31
ben,2025-01-01,2025-06-30
cy,2025-01-01,2025-12-31
""",
    "attribution.csv": """\
member_id,effective_date,end_date
ann,2025-01-01,2025-12-31
ben,2025-01-01,2025-12-31
""",
    "providers.csv": """\
npi,name,owner,role,effective_date,end_date
1000000012,Hospital,own,hospital,2015-01-01,2099-12-31
1000000020,Elsewhere,other,hospital,2015-01-01,2099-12-31
""",
    "payments.csv": """\
payment_date,stream,kind,amount,memo
2025-07-01,fee,fee,70.00,on account
""",
}

CONTRACT = """\
contract: small
title: Small agreement
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data:
  claims: {file: claims.csv, columns: {plan_paid_amount: paid_amount}}
  eligibility: eligibility.csv
  attribution: attribution.csv
  providers: providers.csv
  payments: payments.csv
facts:
  members: {measured: member_months}
  expenditure: {measured: spending, amount: allowed_amount, exclude: [pharmacy]}
  own: {measured: spending, amount: plan_paid_amount, owner: own, exclude: [pharmacy]}
  others: {measured: spending, amount: plan_paid_amount, owner: other, exclude: [pharmacy]}
  everybody: {measured: spending, amount: plan_paid_amount, exclude: [pharmacy]}
  target: {given: 2000, source: Exhibit A}
comparison:
  basis: plan_paid_amount
  claims_kept: own
  claims_of_others: others
  member_months: members
  cost: expenditure
  target: target
arrangements:
  fee for service:
    - {model: fee_for_service, paid: as_claims, facts: {own_claims: own}}
  savings with a fee:
    - as: fee
      model: care_management_fee
      counts_as_cost: FEE_COUNTS
      paid: prospectively
      facts: {months: members.by_month}
      terms:
        fee_pmpm: [{from: 2025-01-01, value: 4.00}, {from: 2025-07-01, value: 5.00, cite: Amendment 2}]
        payment_rounding: 0.01
    - model: shared_savings
      facts: {benchmark: target, attributed_months: members}
      terms:
        minimum_savings_rate: 0.02
        savings_must_be: at_least
        savings_shared_from: first_dollar
        recognised_limit: none
        sharing_rate: 0.50
        savings_need_gate: no
        savings_scaled_by_score: no
        full_share: none
        payment_limit_rate: none
        payment_limit_base: none
        losses: none
        panel_size: none
        sharing_tiers: none
        sequestration: none
        payment_rounding: 0.01
"""


def write_agreement(folder: Path, fee_counts: str = "yes") -> Path:
    """Write the agreement and its files into a folder; return the contract."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    contract = folder / "contract.yaml"
    contract.write_text(CONTRACT.replace("FEE_COUNTS", fee_counts), encoding="utf-8")
    return contract
