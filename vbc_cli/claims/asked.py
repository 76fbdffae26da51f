"""What a contract asks of its files: which days, which facts, and the columns and marks they need.

A plain value made once from the contract's settings; every step of measuring reads from it what concerns it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from vbc_cli.claims.completion import has_ladder
from vbc_cli.claims.detail import By
from vbc_cli.claims.episodes import KEPT
from vbc_cli.claims.episodes import columns_needed as episode_columns
from vbc_cli.claims.exclusions import care_named
from vbc_cli.claims.layout import (
    CORRECTIONS,
    OWNER,
    PARTS_OF_KEYS,
    Column,
    care_columns,
    claims_layout,
    eligibility_layout,
    with_model,
)
from vbc_cli.claims.lines import PAID_DATE, Also, Cut
from vbc_cli.claims.measuring_settings import Measuring
from vbc_cli.claims.membership_settings import Care
from vbc_cli.claims.primary_care import columns_needed as primary_care_columns
from vbc_cli.claims.reach import reach
from vbc_cli.claims.settings import Kind, Measure, Period, Valuation
from vbc_cli.claims.told_apart import depends_on
from vbc_cli.claims.whole import Depends


class Asked(Measuring, frozen=True, dict=True, kw_only=True):
    """The settings of one measurement, the codes of its episodes in place.

    `memberships` are all that a measure uses; `by` is a breakdown of costs that a person asked for.
    """

    valuation: Valuation
    by: By | None

    @cached_property
    def cut(self) -> Cut:
        """Return the days that decide what becomes of a claim line."""
        years = reach(self.period, self.measures, bool(self.episodes))
        return Cut.of(self.period, self.valuation, years)

    @cached_property
    def days(self) -> Period:
        """Return the first and the last day on which a claim line is asked for its member."""
        spans = [*self.cut.years]
        if self.plurality is not None:
            spans.append(Period(self.plurality.start, self.plurality.end))
        return Period(min(each.start for each in spans), max(each.end for each in spans))

    @cached_property
    def care(self) -> tuple[Care, ...]:
        """Return the services whose patients some membership leaves out."""
        return tuple(care_named(self.memberships.values()))

    @property
    def attributed(self) -> bool:
        """Say whether anything says who is attributed: a roster, or primary care."""
        return self.plurality is not None or self.has("attribution")

    @property
    def coverage(self) -> bool:
        """Say whether other coverage of a member leaves claim lines out of some measure."""
        return any("other_coverage" in each.secondary for each in self.measures)

    @property
    def deaths(self) -> Literal["needed", "help"]:
        """Say whether episodes need the day on which members died, which helps in any case."""
        return "needed" if any(each.death != "counts" for each in self.episodes) else "help"

    def layouts(self) -> dict[Kind, tuple[Column, ...]]:
        """Return the columns of claims and eligibility files that these settings need."""
        owned = self.by == "provider" or self.has("providers")
        more = [*[OWNER] * owned, *episode_columns(self.episodes), *care_columns(self.care)]
        more += primary_care_columns(self.plurality)
        more += [*CORRECTIONS] * any(source.corrects for source in self.sources)
        more += [*PARTS_OF_KEYS] * any(source.claim_parts or source.line_parts for source in self.sources)
        amounts = self.plurality.amounts if self.plurality else ()
        counted = (Measure("attribution", amount) for amount in amounts)
        spending = (*self.measures, *(each.spending for each in self.episodes), *counted)
        return {
            "claims": claims_layout(self.valuation, spending, more),
            "eligibility": eligibility_layout(
                self.enrolment,
                self.memberships.values(),
                not self.has("risk_scores"),
                self.coverage,
                self.deaths,
            ),
            "risk_scores": with_model("risk_scores", bool(self.risk_models)),
            "base_years": with_model("base_years", bool(self.base_year_models)),
        }

    def has(self, kind: Kind) -> bool:
        """Say whether the contract names files of a kind."""
        return any(source.kind == kind for source in self.sources)

    @cached_property
    def risk_models(self) -> tuple[str, ...]:
        """Return the risk models of the performance period that the contract names, each once."""
        return tuple(dict.fromkeys(name for each in self.memberships.values() for name in each.risk.models))

    def also(self) -> Also:
        """Return what lines keep beside their amounts."""
        columns = [*(KEPT if self.episodes else ()), *[PAID_DATE] * any(map(has_ladder, self.measures))]
        columns += ["provider"] * (self.by == "provider")
        days = self.coverage or any(each.reasons for each in self.memberships.values())
        late = self.enrolment.additions_limit_days is not None
        return Also(tuple(columns), self.care, days, late, self.plurality, self.depends)

    @property
    def depends(self) -> Depends:
        """Return what money depends on of a claim whose amount stands once."""
        return depends_on(
            self.cut,
            self.measures,
            self.episodes,
            self.care,
            self.plurality,
            self.has("providers"),
            self.by == "provider",
        )
