"""Who gives the care: the provider's own hospital and physicians, and the others its members also see.

Names and identifiers are made up. Every NPI has ten digits and the check digit that the national standard
asks for: Luhn's, with 80840 before the number. Others' claims now and then come from far away, from NPIs
that the provider file does not list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Final

from msgspec import Struct

from vbc_cli.sample.files import Row

HEADER: Final = ("npi", "name", "owner", "role", "effective_date", "end_date")
OPEN_END: Final = "2099-12-31"
ARRIVAL: Final = date(2025, 4, 1)  # of the last physician of each list
DEPARTURE: Final = date(2025, 9, 30)  # of the last but one
OUT_OF_AREA_FROM: Final = 50_000  # serial numbers that are never written to the file


def npi(serial: int) -> str:
    """Return the ten-digit NPI of a serial number, check digit last."""
    nine = f"1{serial:08d}"
    return nine + str(check_digit(nine))


def check_digit(nine: str) -> int:
    """Return the Luhn check digit of the nine digits, counted with 80840 before them."""
    digits = [int(digit) for digit in reversed("80840" + nine)]
    return -(sum(digits[1::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])) % 10


class Group(Struct, frozen=True, dict=True):
    """Providers of one owner and role; their NPIs are consecutive serial numbers from `first`."""

    owner: str
    role: str
    name: str
    count: int
    first: int

    @cached_property
    def npis(self) -> tuple[str, ...]:
        """Return the group's NPIs, in order."""
        return tuple(npi(serial) for serial in range(self.first, self.first + self.count))


GROUPS: Final = (
    Group("own", "hospital", "Lakeside Hospital", 1, 1),
    Group("own", "medical_group", "Lakeside Medical Group", 1, 2),
    Group("own", "home_care", "Lakeside Home Care", 1, 3),
    Group("own", "primary_care", "Physician", 45, 101),
    Group("own", "specialist", "Physician", 90, 201),
    Group("other", "hospital", "Regional Hospital", 4, 1001),
    Group("other", "medical_group", "Community Practice", 6, 1101),
    Group("other", "home_care", "Home and Equipment Supplier", 7, 1201),
    Group("other", "primary_care", "Physician", 30, 1301),
    Group("other", "specialist", "Physician", 60, 1401),
    Group("other", "pharmacy", "Pharmacy", 8, 1501),
)


def provider_rows() -> Iterator[Row]:
    """Yield the rows of providers.csv; a few physicians came or went during 2025."""
    for members in GROUPS:
        for position, number in enumerate(members.npis):
            name = members.name if members.count == 1 else f"{members.name} {members.first + position:03d}"
            yield number, name, members.owner, members.role, *_contract(members, position)


def _contract(members: Group, position: int) -> tuple[str, str]:
    if members.role not in {"primary_care", "specialist"}:
        return "2015-01-01", OPEN_END
    if position == members.count - 1:
        return ARRIVAL.isoformat(), OPEN_END
    if position == members.count - 2:
        return "2019-07-01", DEPARTURE.isoformat()
    return f"{2016 + position % 8}-07-01", OPEN_END


def on_duty(members: Group, position: int, day: int) -> str:
    """Return the NPI of the physician at this position, or of one who stands in for the absent."""
    newest, leaving = members.count - 1, members.count - 2
    absent = (position == newest and day < ARRIVAL.toordinal()) or (
        position == leaving and day > DEPARTURE.toordinal()
    )
    return members.npis[position - 2 if absent else position]
