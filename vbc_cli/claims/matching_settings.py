"""The share of rows whose key matches nothing that a contract accepts.

Files are joined by the ids of members and providers. An id that was damaged on its way looks like somebody
unknown, so that more than a small share of unknown ids is refused unless the contract accepts it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

LimitName = Literal["unmatched_members_limit", "unmatched_providers_limit", "unmatched_roster_limit"]
USUAL_LIMIT = Decimal("0.02")
"""The share accepted where the contract states none, of the joins that have a limit then."""


class UnmatchedLimits(Struct, frozen=True):
    """The shares that a contract states; None where it states none."""

    unmatched_members_limit: Decimal | None = None
    unmatched_providers_limit: Decimal | None = None
    unmatched_roster_limit: Decimal | None = None

    def stated(self, name: LimitName) -> Decimal | None:
        """Return the share that the contract states."""
        found: Decimal | None = getattr(self, name)
        return found
