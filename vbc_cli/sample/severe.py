"""The severe courses of care: about twenty people above $150,000 and thirty more near $90,000.

One in a hundred members has over a quarter of the cost, so these few rows decide the skew.
"""

from __future__ import annotations

from typing import Final

from vbc_cli.sample.conditions import ADULT, CHILD, HARDLY, MIXED, OLDER, Condition, Part

# fmt: off
PREMATURE: Final = Condition(
    "premature infant", 1, CHILD, "P0731", elsewhere=True, parts=(
        Part("inpatient_facility", 268_000, "790"),
        Part("professional_other", 32_000, "99469", 20, (1, 60)),
        Part("ancillary", 9_000, "G0299", 6, (60, 120)),
        Part("outpatient_imaging_lab", 3_000, "93306", 4, (1, 60)),
    ))

CATASTROPHIC: Final = (
    Condition("leukaemia, cell therapy", 1, OLDER, "C9100", amounts=HARDLY, elsewhere=True, parts=(
        Part("inpatient_facility", 464_000, "018"),
        Part("outpatient_infusion", 92_000, "J9039", 8, (-120, -10)),
        Part("outpatient_imaging_lab", 36_000, "85025", 30, (-120, 120)),
        Part("professional_other", 16_000, "99233", 20, (0, 20)),
        Part("specialist", 7_000, "99215", 14, (-120, 150)),
        Part("professional_surgery", 4_000, "38241", 1, (0, 4)),
    )),
    Condition("liver transplant", 1, ADULT, "K7469", amounts=HARDLY, elsewhere=True, parts=(
        Part("inpatient_facility", 232_000, "005"),
        Part("professional_surgery", 22_000, "47135", 2),
        Part("outpatient_imaging_lab", 20_000, "80053", 24, (-60, 160)),
        Part("professional_other", 12_000, "99233", 14, (0, 25)),
        Part("specialist", 3_000, "99215", 10, (-60, 200)),
        Part("pharmacy", 14_000, "", 9, (20, 250)),
    )),
    Condition("metastatic cancer", 6, OLDER, "C787", is_chronic=True, parts=(
        Part("outpatient_infusion", 90_000, "J9271", 14, (10, 300)),
        Part("inpatient_facility", 40_000, "374", days=(30, 200)),
        Part("outpatient_imaging_lab", 16_000, "74177", 12, (0, 300)),
        Part("outpatient_surgery", 9_000, "36561", days=(5, 15)),
        Part("specialist", 4_000, "99215", 16, (0, 300)),
        Part("professional_surgery", 4_000, "36561", days=(5, 15)),
        Part("professional_imaging", 2_500, "88305", 8, (0, 200)),
        Part("professional_other", 3_000, "99233", 8, (30, 200)),
    )),
    Condition("sepsis on a ventilator", 3, MIXED, "A4151", parts=(
        Part("inpatient_facility", 140_000, "207"),
        Part("professional_other", 15_000, "99291", 20, (0, 20)),
        Part("ancillary", 12_000, "G0299", 10, (25, 60)),
        Part("emergency", 3_000, "99285"),
        Part("therapy", 2_500, "97110", 20, (30, 120)),
    )),
    Condition("heart valve replacement", 3, OLDER, "I350", parts=(
        Part("inpatient_facility", 146_000, "219"),
        Part("professional_surgery", 11_000, "33405", 2),
        Part("professional_other", 8_000, "00562", 4),
        Part("outpatient_imaging_lab", 5_000, "93306", 4, (-30, 60)),
        Part("therapy", 3_000, "93798", 24, (20, 110)),
    )),
    Condition("multiple trauma", 3, ADULT, "S069X9A", parts=(
        Part("inpatient_facility", 134_000, "957"),
        Part("professional_surgery", 12_000, "61312", 3, (0, 6)),
        Part("ancillary", 11_000, "A0431", 2),
        Part("emergency", 9_000, "99285"),
        Part("therapy", 4_500, "97110", 40, (30, 150)),
        Part("professional_other", 5_000, "99291", 6, (0, 10)),
    )),
    Condition("kidney failure, dialysis", 3, OLDER, "N186", is_chronic=True, parts=(
        Part("outpatient_other", 92_000, "90999", 110, (0, 330)),
        Part("inpatient_facility", 42_000, "683"),
        Part("outpatient_surgery", 16_000, "36821", days=(20, 60)),
        Part("specialist", 3_500, "90960", 10, (0, 330)),
        Part("ancillary", 7_000, "A0428", 10, (0, 200)),
        Part("outpatient_imaging_lab", 7_000, "80053", 12, (0, 330)),
    )),
)

MAJOR: Final = (
    Condition("bladder cancer, first course", 11, (0.0, 0.6, 2.0), "C679", is_chronic=True, parts=(
        Part("outpatient_infusion", 34_000, "J9271", 10, (20, 240)),
        Part("outpatient_surgery", 17_000, "52240", 2, (10, 60)),
        Part("outpatient_other", 12_000, "77385", 22, (60, 200)),
        Part("outpatient_imaging_lab", 8_000, "74178", 8, (0, 250)),
        Part("professional_surgery", 4_500, "52240", 2, (10, 60)),
        Part("professional_imaging", 2_500, "88305", 8, (0, 120)),
        Part("specialist", 2_500, "99215", 12, (0, 300)),
    )),
    Condition("spinal fusion", 7, OLDER, "M4316", parts=(
        Part("inpatient_facility", 61_000, "402"),
        Part("professional_surgery", 9_000, "22633", 2),
        Part("outpatient_imaging_lab", 3_500, "72148", 3, (-60, 60)),
        Part("therapy", 2_000, "97110", 18, (30, 120)),
        Part("professional_other", 2_000, "00670"),
    )),
    Condition("bowel surgery with infection", 6, MIXED, "K5720", parts=(
        Part("inpatient_facility", 70_000, "329"),
        Part("professional_other", 5_000, "99233", 10, (0, 12)),
        Part("professional_surgery", 4_500, "44140"),
        Part("ancillary", 3_500, "G0299", 8, (12, 40)),
        Part("emergency", 2_500, "99285"),
    )),
    Condition("coronary bypass", 4, OLDER, "I2510", parts=(
        Part("inpatient_facility", 78_000, "236"),
        Part("professional_surgery", 8_000, "33533", 2),
        Part("professional_other", 4_000, "00567", 2),
        Part("therapy", 2_500, "93798", 20, (20, 110)),
    )),
    Condition("brain tumour surgery", 3, ADULT, "D320", parts=(
        Part("inpatient_facility", 80_000, "025"),
        Part("professional_surgery", 9_000, "61510", 2),
        Part("outpatient_imaging_lab", 9_000, "70553", 5, (-30, 200)),
        Part("therapy", 2_000, "97112", 16, (30, 120)),
    )),
    Condition("infused biologic", 13, (0.3, 1.2, 1.2), "G35", is_chronic=True, parts=(
        Part("outpatient_infusion", 25_000, "J2350", 6, (0, 330)),
        Part("specialist", 900, "99214", 4, (0, 330)),
        Part("outpatient_imaging_lab", 2_500, "70553", 2, (0, 300)),
    )),
)
# fmt: on
