"""What a commercial PPO population costs and uses: the table the sample is made to meet.

All levels are made up, after what commercial preferred-provider plans typically show. Dollars are
allowed amounts per member per month, use is a year per 1,000 members. The amounts hold for the whole
population; who has the cost is said by the curves, with members ranked from the healthiest (0) to the
sickest (1).
"""

from __future__ import annotations

from math import fsum
from typing import Final, NamedTuple

from msgspec import Struct

from vbc_cli.sample.draw import Curve

YEAR: Final = 2025
PEOPLE: Final = 5_450  # the size at which counts of cases are stated
MEMBER_YEARS: Final = 4_970  # what these people come to, at 10.94 months each

STRATA: Final = ("child", "adult_18_44", "adult_45_64")
STRATUM_SHARE: Final = (0.24, 0.40, 0.36)  # of member months
AGES: Final = ((1, 17), (18, 44), (45, 64))  # at 31 December; the newborn come on top

ByStratum = tuple[float, float, float]

# Use of care by rank: visits are widespread, procedures and drugs less so, stays and infusions fall on few,
# and severe illness may strike anybody.
VISITS: Final = Curve((0, 0), (0.08, 0), (0.30, 0.35), (0.6, 0.9), (0.8, 1.5), (0.95, 3.1), (1, 5), mean=1)
ACUTE: Final = Curve((0, 0), (0.12, 0), (0.40, 0.2), (0.7, 0.7), (0.88, 2.0), (0.96, 5), (1, 10), mean=1)
ANYBODY: Final = Curve((0, 0.2), (0.5, 0.6), (0.9, 2), (1, 4), mean=1)
DRUGS: Final = Curve((0, 0), (0.2, 0), (0.4, 0.3), (0.7, 1.2), (0.9, 2.4), (1, 4), mean=1)
HEAVY: Final = Curve((0, 0), (0.45, 0), (0.75, 0.4), (0.9, 2), (0.96, 8), (1, 22), mean=1)
USE_BY_RANK: Final = (VISITS, ACUTE, ANYBODY, DRUGS, HEAVY)

# Days from the end of a service to payment, before the wait for the weekly payment run.
SLOW: Final = Curve((0, 8), (0.1, 14), (0.5, 31), (0.75, 50), (0.86, 92), (0.95, 140), (1, 170))
MEDIUM: Final = Curve((0, 3), (0.1, 7), (0.5, 18), (0.75, 34), (0.89, 88), (0.96, 140), (1, 170))
PROMPT: Final = Curve((0, 2), (0.1, 6), (0.5, 15), (0.75, 29), (0.91, 82), (0.97, 135), (1, 170))
QUICK: Final = Curve((0, 0), (0.8, 3), (1, 12))

# Amounts around their average: as a fee schedule has them, of a procedure, of a stay.
FEE: Final = Curve((0, 0.92), (1, 1.08), mean=1)
LUMPY: Final = Curve((0, 0.45), (0.25, 0.72), (0.5, 0.92), (0.75, 1.2), (0.95, 1.8), (1, 2.6), mean=1)
STAY: Final = Curve((0, 0.5), (0.25, 0.75), (0.5, 0.93), (0.75, 1.18), (0.95, 1.6), (1, 2.2), mean=1)


class Form(NamedTuple):
    """How a service is billed; hospitals state a bill type, everybody else a place of service."""

    claim_type: str
    place_of_service: str
    bill_type: str


BILL_111: Final = Form("institutional", "", "111")
BILL_131: Final = Form("institutional", "", "131")
POS_11: Final = Form("professional", "11", "")
POS_22: Final = Form("professional", "22", "")
POS_12: Final = Form("professional", "12", "")
POS_01: Final = Form("pharmacy", "01", "")


class Level(Struct, frozen=True):
    """One service category: what it costs, how often it is used, and how its claims look."""

    category: str
    pmpm_cents: int
    use_per_1000: float
    own_share: float  # of allowed dollars
    charge_percent: int  # of the allowed amount
    rank: Curve
    ages: ByStratum  # use beyond the courses of care, relative to each other
    amounts: Curve
    lag: Curve
    form: Form


# fmt: off
LEVELS: Final = (
    Level("inpatient_facility",     11790, 52,   0.62, 290, HEAVY,  (0.6, 0.8, 1.6), STAY,  SLOW,   BILL_111),
    Level("emergency",              2600,  185,  0.64, 340, ACUTE,  (0.9, 1.0, 1.1), LUMPY, MEDIUM, BILL_131),
    Level("outpatient_surgery",     5720,  120,  0.64, 300, ACUTE,  (0.4, 0.8, 1.7), LUMPY, MEDIUM, BILL_131),
    Level("outpatient_imaging_lab", 4080,  1600, 0.72, 280, VISITS, (0.4, 0.9, 1.5), LUMPY, MEDIUM, BILL_131),
    Level("outpatient_infusion",    2740,  110,  0.62, 260, HEAVY,  (0.3, 0.8, 1.7), LUMPY, MEDIUM, BILL_131),
    Level("outpatient_other",       2200,  500,  0.66, 270, VISITS, (0.6, 0.9, 1.4), LUMPY, MEDIUM, BILL_131),
    Level("primary_care",           3320,  1900, 0.80, 170, VISITS, (1.2, 0.8, 1.1), FEE,   PROMPT, POS_11),
    Level("specialist",             3670,  2400, 0.70, 180, VISITS, (0.5, 0.9, 1.4), FEE,   PROMPT, POS_11),
    Level("professional_surgery",   3300,  420,  0.70, 230, ACUTE,  (0.4, 0.8, 1.6), LUMPY, PROMPT, POS_22),
    Level("behavioral_health",      1760,  1300, 0.40, 150, VISITS, (1.0, 1.3, 0.7), FEE,   PROMPT, POS_11),
    Level("professional_imaging",   1710,  1500, 0.74, 240, VISITS, (0.4, 0.9, 1.5), FEE,   PROMPT, POS_22),
    Level("therapy",                1120,  1300, 0.60, 160, VISITS, (0.6, 0.9, 1.4), FEE,   PROMPT, POS_11),
    Level("professional_other",     1300,  1100, 0.66, 220, VISITS, (0.6, 0.9, 1.4), FEE,   PROMPT, POS_22),
    Level("ancillary",              1440,  220,  0.15, 200, ACUTE,  (0.5, 0.7, 1.7), LUMPY, MEDIUM, POS_12),
    Level("pharmacy",               13800, 9500, 0.00, 125, DRUGS,  (0.4, 0.8, 1.6), FEE,   QUICK,  POS_01),
)
# fmt: on

STAYS: Final = "inpatient_facility"  # reviewed before payment: never denied, always corrected
DENIED_SHARE: Final = 0.01  # of the claims but stays
REVERSED_SHARE: Final = 0.02
CORRECTED_SHARE: Final = 0.75  # of the claims reversed: paid again, a little lower
CORRECTED_PERCENT: Final = 96
CAPITATED_SHARE: Final = 0.02  # of primary care visits: encounters, paid nothing
OUT_OF_AREA_SHARE: Final = 0.06  # of the claims of other providers
LATE_MONTHS: Final = 0.15  # last year's late claims, in months of use
BAD_YEAR_PERCENT: Final = 107


def per_capita(ages: ByStratum) -> ByStratum:
    """Return relative use by stratum, scaled so that the whole population uses 1."""
    mean = fsum(share * age for share, age in zip(STRATUM_SHARE, ages, strict=True))
    return ages[0] / mean, ages[1] / mean, ages[2] / mean


def kept_share(level: Level) -> float:
    """Return the share of billed dollars that denials, reversals and encounters leave."""
    if level.category == STAYS:
        return 1 - REVERSED_SHARE * (1 - CORRECTED_PERCENT / 100)
    taken_back = REVERSED_SHARE * (1 - CORRECTED_SHARE * CORRECTED_PERCENT / 100)
    encounters = CAPITATED_SHARE if level.category == "primary_care" else 0.0
    return (1 - DENIED_SHARE) * (1 - taken_back) * (1 - encounters)
