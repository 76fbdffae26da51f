"""The frequent courses of care: births, joints, stents, colonoscopies, and costly drugs.

The first four are what a bundled payment is agreed for; their dollars are the whole course of care.
"""

from __future__ import annotations

from typing import Final

from vbc_cli.sample.conditions import ADULT, CHILD, OLDER, Condition, Part
from vbc_cli.sample.levels import ACUTE, VISITS

# fmt: off
_PREGNANCY: Final = (
    Part("professional_imaging", 950, "76805", 4, (-200, -20)),
    Part("outpatient_imaging_lab", 700, "80055", 3, (-200, -20)),
)
VAGINAL_DELIVERY: Final = Condition("vaginal delivery", 52, ADULT, "O80", parts=(
    Part("inpatient_facility", 12_600, "807"),
    Part("professional_surgery", 4_700, "59400"),
    Part("professional_other", 950, "01967"),
    *_PREGNANCY,
))
CESAREAN_DELIVERY: Final = Condition("cesarean delivery", 12, ADULT, "O82", parts=(
    Part("inpatient_facility", 17_500, "788"),
    Part("professional_surgery", 5_300, "59510"),
    Part("professional_other", 1_200, "01961"),
    *_PREGNANCY,
))
NEWBORN: Final = Condition("newborn", 61, CHILD, "Z3800", parts=(
    Part("inpatient_facility", 3_600, "795"),
    Part("primary_care", 420, "99460", 2, (0, 3)),
    Part("outpatient_imaging_lab", 90, "36416"),
))

EPISODES: Final = (
    Condition("joint replacement", 13, OLDER, "M1711", rank=ACUTE, parts=(
        Part("inpatient_facility", 28_400, "470"),
        Part("professional_surgery", 3_800, "27447"),
        Part("ancillary", 2_300, "G0299", 6, (4, 30)),
        Part("therapy", 1_300, "97110", 12, (10, 80)),
        Part("professional_other", 1_150, "01402"),
        Part("outpatient_imaging_lab", 900, "73560", 2, (1, 80)),
        Part("specialist", 700, "99214", 3, (10, 85)),
    )),
    Condition("coronary stent", 5.5, OLDER, "I2510", parts=(
        Part("inpatient_facility", 37_500, "322"),
        Part("professional_surgery", 3_300, "92928"),
        Part("emergency", 2_600, "99285"),
        Part("therapy", 2_200, "93798", 20, (15, 85)),
        Part("specialist", 900, "99214", 4, (10, 85)),
        Part("outpatient_imaging_lab", 900, "93306", 1, (5, 60)),
    )),
    Condition("coronary stent after a heart attack", 1.5, OLDER, "I214", parts=(
        Part("inpatient_facility", 46_000, "321"),
        Part("professional_surgery", 3_300, "92941"),
        Part("emergency", 2_900, "99285"),
        Part("therapy", 2_200, "93798", 20, (15, 85)),
        Part("specialist", 900, "99214", 4, (10, 85)),
    )),
    Condition("screening colonoscopy", 92, OLDER, "Z1211", rank=VISITS, parts=(
        Part("outpatient_surgery", 1_560, "45378"),
        Part("professional_surgery", 400, "45378"),
        Part("professional_other", 240, "00812"),
    )),
    Condition("colonoscopy with biopsy", 76, (0.0, 0.5, 1.6), "K635", rank=VISITS, parts=(
        Part("outpatient_surgery", 1_900, "45380"),
        Part("professional_surgery", 480, "45380"),
        Part("professional_other", 240, "00811"),
        Part("professional_imaging", 170, "88305"),
    )),
    Condition("self-injected biologic", 72, (0.2, 1.0, 1.5), "M0579", rank=ACUTE, is_chronic=True, parts=(
        Part("pharmacy", 52_000, "", 10, (0, 330)),
        Part("specialist", 750, "99214", 4, (0, 330)),
    )),
    Condition("oral cancer drug", 8, OLDER, "C9110", is_chronic=True, parts=(
        Part("pharmacy", 120_000, "", 9, (0, 300)),
        Part("specialist", 1_000, "99214", 5, (0, 300)),
    )),
    Condition("weight-loss injection", 150, (0.0, 1.0, 1.2), "E6601", rank=VISITS, is_chronic=True, parts=(
        Part("pharmacy", 8_400, "", 9, (0, 330)),
    )),
)
# fmt: on
