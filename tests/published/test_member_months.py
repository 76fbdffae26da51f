"""Member months of the Tuva Project's demonstration members, counted by the calendar months they touch.

The file is not part of the project: it is read from `claims` of tests/shared.py.
"""

import csv
from datetime import date

from tests.shared import CLAIMS, needs
from vbc_cli.claims.measure import measure
from vbc_cli.claims.measuring_settings import Measuring
from vbc_cli.claims.membership_settings import Membership
from vbc_cli.claims.settings import Period, Source, Valuation

FILE = CLAIMS / "tuva-demo-100" / "eligibility.csv"

pytestmark = needs(FILE)


def test_the_hundred_members_have_3044_member_months_by_any_day_and_fewer_by_stricter_rules():
    with FILE.open(newline="") as file:
        spans = list(csv.DictReader(file))
    first = min(date.fromisoformat(span["enrollment_start_date"]) for span in spans)
    last = max(date.fromisoformat(span["enrollment_end_date"]) for span in spans)
    source = Source("eligibility", (FILE,), {"member_id": "patient_id"}, after_death="counts")
    rules = {rule: Membership(month_rule=rule) for rule in ("any_day", "whole_month", "first_of_month")}
    asked = Measuring((source,), Period(first, last), Valuation(last, 0), memberships=rules)
    measured = measure(asked).member_months
    assert measured["any_day"].total == 3044
    assert measured["any_day"].persons == len({span["patient_id"] for span in spans}) == 100
    # A member's months are whole but for those of death: by days the file has as many starts on the first.
    begun_later = sum(1 for span in spans if not span["enrollment_start_date"].endswith("-01"))
    assert measured["first_of_month"].total == 3044 - begun_later
    assert measured["whole_month"].total <= measured["first_of_month"].total
