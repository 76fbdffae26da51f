"""Everything that decides how a contract's facts are measured from its files: one value.

The files, the period, the valuation and the settings of every measured fact. Two contracts whose values are
equal are measured alike, from one reading; nothing else of a contract has a part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from vbc_cli.claims.attribution_settings import Plurality
from vbc_cli.claims.benchmark_settings import BenchmarkFile
from vbc_cli.claims.episode_settings import EpisodeRules
from vbc_cli.claims.membership_settings import AS_STATED, Enrolment, Membership
from vbc_cli.claims.settings import Amount, Measure, Period, RateCells, Source, Valuation

NO_MEMBERSHIPS: Mapping[str, Membership] = MappingProxyType({})


class Measuring(Struct, frozen=True, dict=True):
    """What is measured, from which files and how.

    `memberships` are those that facts name, beside the plain ones; `base_year_models` are the risk models of
    the base years, by year, of each fact that names them. `valuation` is None where nothing is measured.
    """

    sources: tuple[Source, ...]
    period: Period
    valuation: Valuation | None
    measures: tuple[Measure, ...] = ()
    episodes: tuple[EpisodeRules, ...] = ()
    rate_cells: tuple[RateCells, ...] = ()
    memberships: Mapping[str, Membership] = NO_MEMBERSHIPS
    enrolment: Enrolment = AS_STATED
    plurality: Plurality | None = None
    benchmark_files: tuple[BenchmarkFile, ...] = ()
    base_year_models: tuple[Mapping[int, str], ...] = ()

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Return the amounts of claim lines that some fact adds up, each once."""
        spending = (*self.measures, *(each.spending for each in self.episodes))
        return tuple(dict.fromkeys(each.amount for each in spending))

    @property
    def recognised(self) -> Enrolment:
        """Return which enrolment is recognised; of death a file speaks where the contract is silent."""
        said = (each.after_death for each in self.sources if each.kind == "eligibility")
        after_death = self.enrolment.after_death or next(filter(None, said), None)
        return replace(self.enrolment, after_death=after_death or "does_not_count")
