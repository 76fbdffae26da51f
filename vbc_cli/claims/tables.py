"""The small tables of facts: quality measures, payments already made, base years.

Counts of a quality measure are added over its rows, so that one row a measure and one row a member both work;
rows of members who have no eligibility are left out of the second kind.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import BaseYear, FactSource, Payment, QualityResult
from vbc_cli.claims.quality_problems import as_fraction, rates_found, sources_of, written_as
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.rounding import dollars


def files_of(loaded: Loaded) -> tuple[str, ...]:
    """Return the names of a source's files."""
    return tuple(str(file.path) for file in loaded.matched.files)


def plain(number: Decimal | None) -> Decimal | None:
    """Return a number without trailing zeros, as a person wrote it."""
    if number is None:
        return None
    return Decimal(f"{number:f}".rstrip("0").rstrip(".")) if number % 1 else Decimal(int(number))


def quality(engine: Engine, loaded: Loaded | None, members_known: bool) -> tuple[QualityResult, ...]:
    """Return every quality measure of the file, in the order of their ids."""
    if loaded is None:
        return ()
    by_member = loaded.matched.has("member_id") and members_known
    members = "q.member_id IN (SELECT member_id FROM members)" if by_member else "TRUE"
    said = "rows of eligible members" if by_member else "all rows"
    sources, rates = sources_of(loaded.matched), rates_found(engine)
    return tuple(
        QualityResult(
            measure_id,
            name or measure_id,
            plain(numerator),
            plain(denominator) or Decimal(0),
            None
            if rate is None
            else plain(as_fraction(rate, written_as(sources[source_no], measure_id, rates, source_no))),
            FactSource(files_of(loaded), f"{said} of measure {measure_id}", rows),
        )
        for measure_id, name, numerator, denominator, rate, rows, source_no in engine.rows(
            "quality", members=members
        )
    )


def payments(engine: Engine, loaded: Loaded | None, as_of: date) -> tuple[Payment, ...]:
    """Return what was paid up to the valuation day, by stream and kind."""
    if loaded is None:
        return ()
    return tuple(
        Payment(
            stream,
            kind,
            dollars(cents),
            FactSource(files_of(loaded), f"{kind} payments of {stream} up to {as_of}", rows, dollars(cents)),
        )
        for stream, kind, cents, rows in engine.rows("payments", as_of=as_of)
    )


def base_years(engine: Engine, loaded: Loaded | None) -> tuple[BaseYear, ...]:
    """Return the rows of the base-year table, by year and stratum."""
    if loaded is None:
        return ()
    return tuple(
        BaseYear(int(year), stratum or "", plain(months), plain(pmpm), plain(risk))
        for year, stratum, months, pmpm, risk in engine.rows("base_years")
    )
