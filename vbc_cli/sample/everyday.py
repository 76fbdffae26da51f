"""The everyday services of a category: how many a member uses, and at which price.

They fill up what the courses of care leave of the category's use and cost, so the table of levels is met
by construction: use is dealt out by need, and prices are scaled once, before anybody is drawn.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, chain
from math import fsum
from typing import Final

from vbc_cli.sample.conditions import load_per_1000
from vbc_cli.sample.draw import STEPS, Draw, Even, Quota
from vbc_cli.sample.episodes import CESAREAN_DELIVERY, EPISODES, NEWBORN, VAGINAL_DELIVERY
from vbc_cli.sample.levels import Level, kept_share, per_capita
from vbc_cli.sample.menus import MENUS, Service
from vbc_cli.sample.people import Person
from vbc_cli.sample.severe import CATASTROPHIC, MAJOR, PREMATURE

BIRTHS: Final = (VAGINAL_DELIVERY, CESAREAN_DELIVERY, NEWBORN, PREMATURE)
COURSES: Final = (CATASTROPHIC, MAJOR, EPISODES)  # in groups of about the same weight


class Everyday:
    """The services of one category beyond the courses of care: how many, and at which price."""

    def __init__(self, draw: Draw, level: Level) -> None:
        claims, cents = load_per_1000((*BIRTHS, *chain(*COURSES)), level.category)
        self._draw = draw
        self.level = level
        self._uses_a_month = (level.use_per_1000 - claims) / 12_000
        billed = level.pmpm_cents * 12_000 / kept_share(level)
        self._average = (billed - cents) / (level.use_per_1000 - claims)
        self._ages = per_capita(level.ages)
        self._quota = Quota(draw)
        self._kinds = Even(draw, STEPS[0])
        self._menus = [
            [_Menu(level.category, letter, is_woman) for is_woman in (False, True)] for letter in "cao"
        ]

    def services(self, person: Person, months: float) -> list[tuple[Service, int]]:
        """Return the services that this member uses in so many months, each with its price in cents."""
        expected = self._uses_a_month * months * self._ages[person.stratum] * person.needs[self.level.rank]
        menu = self._menus[person.stratum][person.is_woman]
        return [self._service(menu) for _ in range(self._quota.take(expected))]

    def _service(self, menu: _Menu) -> tuple[Service, int]:
        service = menu.at(self._kinds.next())
        around = self._draw.spread(self.level.amounts)
        return service, max(100, int(self._average / menu.mean_price * service.price * around + 0.5))


class _Menu:
    """The services open to one stratum and sex."""

    def __init__(self, category: str, age: str, is_woman: bool) -> None:
        self.services = [
            service
            for service in MENUS[category]
            if age in service.ages and (is_woman or not service.women_only)
        ]
        self._running_weights = list(accumulate(service.weight for service in self.services))
        priced = fsum(service.price * service.weight for service in self.services)
        self.mean_price = priced / self._running_weights[-1]

    def at(self, place: float) -> Service:
        """Return the service at a place between 0 and 1, each as wide as its weight."""
        return self.services[bisect_right(self._running_weights, place * self._running_weights[-1])]
