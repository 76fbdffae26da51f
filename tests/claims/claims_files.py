"""Small files for the tests, written as a person would type them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from vbc_cli.claims.detail import By
from vbc_cli.claims.episode_facts import MeasuredEpisodes
from vbc_cli.claims.episode_settings import EpisodeRules
from vbc_cli.claims.facts import Measured
from vbc_cli.claims.measure import measure as measure_files
from vbc_cli.claims.measuring_settings import Measuring
from vbc_cli.claims.settings import Kind, Measure, Period, RateCells, Source, Valuation

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
FINAL = Valuation(as_of=date(2026, 3, 31), run_out_months=3)
ALLOWED = Measure("spending", "allowed_amount")

CLAIMS = """claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount
C1,1,M1,inpatient,2025-02-10,2025-03-01,1000.00
C2,1,M2,office visit,2025-06-01,2025-06-15,200.50
"""
ELIGIBILITY = """member_id,enrollment_start_date,enrollment_end_date
M1,2025-01-01,2025-12-31
M2,2025-01-01,2025-12-31
"""


def write(folder: Path, **files: str | bytes) -> list[Source]:
    """Write one file for each kind and return their sources."""
    sources = []
    for kind, content in files.items():
        path = folder / f"{kind}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        sources.append(Source(kind, (path,)))  # type: ignore[arg-type]
    return sources


def measure(
    sources: Sequence[Source],
    period: Period,
    valuation: Valuation,
    measures: Sequence[Measure],
    episodes: Sequence[EpisodeRules] = (),
    rate_cells: Sequence[RateCells] = (),
    *,
    by: By | None = None,
    **settings: Any,
) -> Measured:
    """Measure files by the settings given; what is not given is as where a contract says nothing of it."""
    spending = tuple(measures), tuple(episodes), tuple(rate_cells)
    return measure_files(Measuring(tuple(sources), period, valuation, *spending, **settings), by)


def settle(
    folder: Path,
    *measures: Measure,
    valuation: Valuation = FINAL,
    period: Period = YEAR,
    sources: Sequence[Source] = (),
    episodes: Sequence[EpisodeRules] = (),
    rate_cells: Sequence[RateCells] = (),
    **files: str | bytes,
) -> Measured:
    """Measure small files; claims and eligibility are the usual ones unless given."""
    given = {source.kind for source in sources}
    usual: dict[Kind, str] = {"claims": CLAIMS, "eligibility": ELIGIBILITY}
    files = {kind: text for kind, text in usual.items() if kind not in given} | files
    wanted = measures or (ALLOWED,)
    return measure(
        [*sources, *write(folder, **files)], period, valuation, wanted, episodes, rate_cells=rate_cells
    )


def settle_episodes(
    folder: Path, rules: EpisodeRules, *, valuation: Valuation = FINAL, **files: str | bytes
) -> MeasuredEpisodes:
    """Measure the episodes of small files by one set of rules."""
    given: dict[str, str | bytes] = {"claims": CLAIMS, "eligibility": ELIGIBILITY, **files}
    measured = measure(write(folder, **given), YEAR, valuation, (), (rules,))
    return measured.episodes[rules.spending.name]
