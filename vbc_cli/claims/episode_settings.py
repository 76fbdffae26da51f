"""How the episodes of a contract are found: what opens one, how long it lasts, what does not count in it.

Plain values that the contract reader builds. Codes may stand in the contract or in a list that it names,
such as the lists that CMS publishes; nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.settings import Measure

CodeKind = Literal["drg", "procedure"]
PercentileMethod = Literal["inclusive", "exclusive", "nearest_rank"]
Death = Literal["counts", "cancels_in_anchor", "cancels"]
LossOfEnrolment = Literal["counts", "cancels"]
MOST_EPISODES = 100_000
"""The most rows of a table that models read."""


class CodeList(Struct, frozen=True):
    """Codes as the contract states them, or the column of a file that holds them.

    `where` keeps the rows of the file whose columns hold these texts.
    """

    codes: tuple[str, ...] = ()
    file: Path | None = None
    column: str = ""
    where: Mapping[str, str] | None = None


NO_CODES = CodeList()


class TypesFile(Struct, frozen=True):
    """A file with one trigger a row: the type of episode, and the DRG that opens it."""

    file: Path
    type_column: str
    drg_column: str


class OutlierCap(Struct, frozen=True):
    """The most, and perhaps the least, that one episode counts: an amount, or percentiles of the episodes.

    Percentiles are taken over all counted episodes of the type, or of the trigger where `within` says so.
    """

    at: Decimal | None = None
    percentile: Decimal | None = None
    lowest_percentile: Decimal | None = None
    method: PercentileMethod = "inclusive"
    within: Literal["type", "trigger"] = "type"


class EpisodeType(Struct, frozen=True):
    """One type of episode; a code that opens it opens no other type."""

    name: str
    drgs: CodeList
    procedures: CodeList
    look_back_days: int
    days_after: int
    cap: OutlierCap | None
    case_mix: Mapping[str, Decimal] | None
    exclude_drgs: CodeList
    exclude_procedures: CodeList
    exclude_categories: tuple[str, ...]
    line: int | None = None


class EpisodeRules(Struct, frozen=True):
    """The rules of one measured fact, beside the categories and amount of its `spending`.

    `opened_by` says whose claim may open an episode, `counted_by` which of its days must lie in the period,
    `transfers` whether stays in two facilities a day apart are one, and which of them names the DRG. `death`
    and `loss_of_enrolment` say whether an episode is cancelled whose member dies, in the anchor or on any of
    its days, or is not enrolled on each of its days while alive.
    """

    spending: Measure
    opened_by: Literal["own", "other", "all"]
    counted_by: Literal["anchor_start", "anchor_end", "episode_end"]
    transfers: Literal["separate", "first_drg", "last_drg"]
    crossing_the_end: Literal["prorate_by_days", "count_whole"]
    services_in_excluded_stays: Literal["leave_out", "count"]
    types: tuple[EpisodeType, ...]
    types_file: TypesFile | None = None
    types_from_file: EpisodeType | None = None
    death: Death = "counts"
    loss_of_enrolment: LossOfEnrolment = "counts"

    @property
    def opening(self) -> Measure:
        """Return the settings that a claim which opens an episode must meet."""
        return replace(self.spending, owner=self.opened_by)
