"""A made-up year of a provider group and a health plan: claims, eligibility, quality and payments.

Lakeside Health Partners and Northern Health Plan PPO do not exist, and neither do their members; what the
members cost and use is believable, so that contracts can be tried out and shown. The files of one seed are
the same on every machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vbc_cli.problems import refuse
from vbc_cli.sample import advances, claims, providers, roster, summaries
from vbc_cli.sample.benefits import Benefits
from vbc_cli.sample.care import Care
from vbc_cli.sample.claims import Billing
from vbc_cli.sample.draw import Draw
from vbc_cli.sample.files import staged, table, write_table
from vbc_cli.sample.people import Population
from vbc_cli.sample.referrals import Referrals

__all__ = ["FILES", "write_sample"]

FILES: Final = (
    "claims.csv.gz",
    "eligibility.csv",
    "attribution.csv",
    "providers.csv",
    "quality.csv",
    "payments.csv",
    "payments_in_advance.csv",
    "revenue.csv",
    "base_years.csv",
)
FEWEST: Final = 100
MOST: Final = 1_000_000


def write_sample(
    folder: Path, members: int = 5450, seed: int = 2025, *, bad_year: bool = False
) -> list[Path]:
    """Write the sample files of so many members into the folder, replacing files of the same names.

    `members` is the number of people ever enrolled in 2025, 100 to 1,000,000. In a bad year the same
    people's medical care costs 7 percent more. Raises InputRefused if the size or the folder will not do.
    """
    if not FEWEST <= members <= MOST:
        raise refuse(
            "", None, f"a sample of {members:,} members", f"Choose from {FEWEST} to {MOST:,} members."
        )
    _refuse_what_is_in_the_way(folder)
    with staged(folder) as stage:
        months, tiers = _write_people(stage, members, Draw(seed), bad_year)
        write_table(stage / "providers.csv", providers.HEADER, providers.provider_rows())
        write_table(stage / "quality.csv", summaries.QUALITY_HEADER, summaries.quality_rows(members))
        write_table(stage / "payments.csv", summaries.PAYMENTS_HEADER, summaries.payment_rows(months))
        write_table(
            stage / "payments_in_advance.csv", summaries.PAYMENTS_HEADER, advances.advance_rows(months, tiers)
        )
        write_table(stage / "revenue.csv", advances.REVENUE_HEADER, advances.revenue_rows(months))
        write_table(stage / "base_years.csv", summaries.BASE_YEARS_HEADER, summaries.base_year_rows(members))
    return [folder / name for name in FILES]


def _refuse_what_is_in_the_way(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise refuse(str(folder), None, "is a file", "Name a folder; it is made if it does not exist.")
    for file in (folder / name for name in FILES):
        if file.is_dir():
            raise refuse(str(file), None, "is a folder where a file is to be written", "Move it away.")


def _write_people(stage: Path, members: int, draw: Draw, bad_year: bool) -> tuple[list[int], list[list[int]]]:
    """Write claims, eligibility and attribution; return each month's attributed members and tiers."""
    care, billing, referrals = Care(draw), Billing(draw, bad_year=bad_year), Referrals(draw)
    months = [0] * 12
    tiers = [[0] * roster.TIERS for _ in months]
    with (
        table(stage / "claims.csv.gz", claims.HEADER) as claim_table,
        table(stage / "eligibility.csv", roster.ELIGIBILITY_HEADER) as eligibility,
        table(stage / "attribution.csv", roster.ATTRIBUTION_HEADER) as attribution,
    ):
        for person in Population(draw, members):
            this_year = Benefits(has_other_payer=person.other_coverage)
            year_before = Benefits(has_other_payer=person.other_coverage, deductible=0)
            claim_table.writerows(billing.rows(person, care.late_of(person), year_before))
            claim_table.writerows(billing.rows(person, care.year_of(person), this_year))
            eligibility.writerows(roster.eligibility_rows(person))
            attribution.writerows(roster.attribution_rows(person, referrals.usual_physician(person)))
            for month in roster.attributed_months(person):
                months[month - 1] += 1
                tiers[month - 1][roster.risk_tier(person) - 1] += 1
    return months, tiers
