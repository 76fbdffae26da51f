"""Who sees whom: the providers that render and bill each service.

Members keep to their usual physician. Hospitals, home care and pharmacies render what they bill;
physicians are billed for by their group.
"""

from __future__ import annotations

from typing import Final

from vbc_cli.sample.care import Event
from vbc_cli.sample.draw import Draw
from vbc_cli.sample.levels import OUT_OF_AREA_SHARE
from vbc_cli.sample.people import Person
from vbc_cli.sample.providers import GROUPS, OUT_OF_AREA_FROM, npi, on_duty

USUAL_PHYSICIAN_SHARE: Final = 0.85  # of own primary care visits
FACILITIES: Final = {"institutional": "hospital", "pharmacy": "pharmacy"}
OUT_OF_AREA: Final = tuple(npi(OUT_OF_AREA_FROM + serial) for serial in range(24))


class Referrals:
    """Draws the providers of one event after the other."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._groups = {(members.owner, members.role): members for members in GROUPS}

    def npis(self, person: Person, event: Event) -> tuple[str, str]:
        """Return the rendering and the billing NPI."""
        owner = "own" if event.own else "other"
        if not event.own and self._draw.chance(OUT_OF_AREA_SHARE):
            far_away = self._draw.pick(OUT_OF_AREA)
            return far_away, far_away
        role = (
            "home_care"
            if event.level.category == "ancillary"
            else FACILITIES.get(event.level.form.claim_type)
        )
        if role:
            facility = self._draw.pick(self._groups[owner, role].npis)
            return facility, facility
        return self._physician(person, event, owner), self._draw.pick(
            self._groups[owner, "medical_group"].npis
        )

    def usual_physician(self, person: Person) -> str:
        """Return the NPI of the own primary care physician that the member is attributed to."""
        stable = self._groups["own", "primary_care"].npis[:-2]
        return stable[person.physician % len(stable)]

    def _physician(self, person: Person, event: Event, owner: str) -> str:
        is_primary = event.level.category == "primary_care"
        if is_primary and event.own and self._draw.chance(USUAL_PHYSICIAN_SHARE):
            return self.usual_physician(person)
        members = self._groups[owner, "primary_care" if is_primary else "specialist"]
        return on_duty(members, self._draw.below(members.count), event.day)
