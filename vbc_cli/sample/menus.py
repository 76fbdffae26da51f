"""What is billed in each service category: codes, how common they are, and their price to each other.

The everyday services of a population; rarer courses of care are in the tables of conditions. Prices are
relative, made up after common fee schedules: each menu is scaled to the average its category must have.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Service(Struct, frozen=True):
    """A procedure or stay: its code, relative frequency and price, and the diagnosis billed with it."""

    code: str  # DRG of a stay, HCPCS of the rest, nothing for drugs
    weight: int
    price: float
    diagnosis: str
    ages: str = "cao"  # c child, a adult 18 to 44, o 45 to 64
    women_only: bool = False


# fmt: off
MENUS: Final = {
    "inpatient_facility": (
        Service("885", 20, 1.4, "F332"), Service("399", 10, 1.15, "K3580"),
        Service("392", 12, 0.8, "K5792", "ao"), Service("194", 8, 0.85, "J189"),
        Service("872", 10, 1.05, "A419", "ao"), Service("291", 6, 1.3, "I5023", "o"),
        Service("309", 5, 0.75, "I4891", "o"), Service("638", 6, 0.9, "E1065"),
        Service("203", 10, 0.7, "J4541", "c"), Service("419", 6, 1.4, "K8010", "ao"),
        Service("621", 4, 1.5, "E6601", "ao"), Service("743", 4, 1.25, "D259", "ao", women_only=True),
        Service("897", 6, 0.9, "F10239", "ao"),
    ),
    "emergency": (
        Service("99282", 12, 0.35, "J069"), Service("99283", 40, 0.75, "S61219A"),
        Service("99284", 33, 1.3, "R1084"), Service("99285", 15, 2.1, "R079", "ao"),
    ),
    "outpatient_surgery": (
        Service("47562", 12, 1.5, "K8020", "ao"), Service("29881", 14, 0.9, "S83241A", "ao"),
        Service("66984", 10, 0.55, "H2513", "o"), Service("49505", 10, 1.0, "K4090"),
        Service("42820", 20, 0.6, "J353", "c"), Service("64483", 14, 0.3, "M5416", "ao"),
        Service("43239", 16, 0.35, "K219", "ao"), Service("29827", 8, 1.6, "M75121", "o"),
        Service("58571", 5, 2.0, "D259", "ao", women_only=True), Service("69436", 12, 0.5, "H6523", "c"),
        Service("63030", 4, 2.2, "M5126", "ao"), Service("93458", 5, 1.4, "I2510", "o"),
    ),
    "outpatient_imaging_lab": (
        Service("80053", 26, 0.12, "Z0000"), Service("85025", 24, 0.08, "Z0000"),
        Service("80061", 14, 0.14, "E785", "ao"), Service("83036", 9, 0.1, "E119", "ao"),
        Service("77067", 10, 1.1, "Z1231", "o", women_only=True), Service("71046", 8, 0.7, "R059"),
        Service("70553", 5, 7.0, "G43909"), Service("73721", 5, 5.2, "M25561"),
        Service("74177", 6, 5.5, "R1084", "ao"), Service("93306", 4, 4.6, "R0602", "ao"),
    ),
    "outpatient_infusion": (
        Service("96413", 30, 0.6, "C8330", "ao"), Service("96365", 35, 0.5, "D509"),
        Service("J1439", 20, 1.6, "D509"), Service("J1745", 15, 2.6, "K5090"),
    ),
    "outpatient_other": (
        Service("G0463", 50, 0.6, "I10"), Service("97597", 10, 1.1, "L97509", "ao"),
        Service("94640", 15, 0.7, "J4520"), Service("95810", 8, 4.2, "G4733", "ao"),
        Service("93005", 17, 0.5, "R002"),
    ),
    "primary_care": (
        Service("99213", 38, 1.0, "J069"), Service("99214", 30, 1.42, "I10", "ao"),
        Service("99396", 12, 1.65, "Z0000", "o"), Service("99395", 11, 1.5, "Z0000", "a"),
        Service("99392", 14, 1.35, "Z00129", "c"), Service("99393", 14, 1.4, "Z00129", "c"),
        Service("99203", 6, 1.25, "M545"), Service("99214", 12, 1.42, "E119", "o"),
    ),
    "specialist": (
        Service("99213", 30, 0.85, "M25561"), Service("99214", 30, 1.2, "I2510", "ao"),
        Service("99204", 12, 1.6, "K219"), Service("92014", 10, 1.1, "H5213"),
        Service("11102", 8, 1.0, "L570", "ao"), Service("95004", 6, 0.9, "J309"),
    ),
    "professional_surgery": (
        Service("20610", 30, 0.2, "M1711", "ao"), Service("47562", 8, 1.6, "K8020", "ao"),
        Service("29881", 10, 1.3, "S83241A", "ao"), Service("66984", 8, 1.2, "H2513", "o"),
        Service("49505", 8, 1.2, "K4090"), Service("42820", 14, 0.8, "J353", "c"),
        Service("43239", 14, 0.5, "K219", "ao"), Service("69436", 10, 0.5, "H6523", "c"),
        Service("12001", 14, 0.35, "S61219A"), Service("29827", 6, 2.4, "M75121", "o"),
    ),
    "behavioral_health": (
        Service("90837", 55, 1.1, "F411"), Service("90834", 30, 0.85, "F331"),
        Service("90791", 8, 1.3, "F4323"), Service("99214", 7, 1.0, "F902"),
    ),
    "professional_imaging": (
        Service("71046", 18, 0.35, "R059"), Service("77067", 16, 1.0, "Z1231", "o", women_only=True),
        Service("73030", 14, 0.45, "M25511"), Service("70553", 8, 2.4, "G43909"),
        Service("76830", 10, 1.2, "N939", "ao", women_only=True), Service("88305", 22, 0.9, "D225"),
        Service("93306", 8, 1.7, "R0602", "ao"),
    ),
    "therapy": (
        Service("97110", 50, 1.0, "M545"), Service("97140", 25, 0.95, "M542"),
        Service("97530", 15, 1.1, "M25511"), Service("98941", 10, 0.7, "M9903", "ao"),
    ),
    "professional_other": (
        Service("99283", 26, 0.9, "S61219A"), Service("99284", 18, 1.4, "R1084"),
        Service("99232", 18, 0.9, "A419"), Service("00811", 10, 2.2, "K635", "ao"),
        Service("99223", 8, 1.9, "A419"), Service("94060", 10, 0.6, "J4520"),
        Service("95117", 22, 0.35, "J309"),
    ),
    "ancillary": (
        Service("E0601", 22, 0.9, "G4733", "ao"), Service("A0427", 16, 1.7, "R55"),
        Service("G0299", 20, 1.1, "Z4789", "ao"), Service("L1833", 18, 0.7, "S83241A"),
        Service("A4253", 24, 0.3, "E109"),
    ),
    "pharmacy": (
        Service("", 34, 0.25, ""), Service("", 30, 0.4, ""), Service("", 18, 0.8, ""),
        Service("", 8, 1.5, ""), Service("", 6, 4.5, ""), Service("", 4, 8.0, "", "ao"),
    ),
}
# fmt: on

PREVENTIVE: Final = frozenset({"Z0000", "Z00129", "Z1231", "Z1211", "Z3480", "Z3800"})
