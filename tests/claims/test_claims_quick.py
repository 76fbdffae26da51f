"""The quick reading of claims: what it takes is what the thorough reading takes, and of sound files all."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from claims_files import CLAIMS, FINAL, write

from vbc_cli.claims.engine import Engine, Row
from vbc_cli.claims.header import Matched, match_headers
from vbc_cli.claims.layout import claims_layout
from vbc_cli.claims.quick import quick_query
from vbc_cli.claims.settings import Measure
from vbc_cli.claims.typed import typed_query

PLAIN = ("0", "1", "-12.34", "1000.00", "+200.5", ".5", "5.", "200.50000000000003", "9999999999.99")
DOUBTFUL = (
    "",
    " ",
    " 1 ",
    "1e3",
    "1E-2",
    "1.5e",
    "10.015",
    "0.005",
    "99999999999",
    "NaN",
    "0x10",
    "-",
)
DAYS = ("2025-06-01", "2025-6-1", "2025/06/01", "2025-06-01 00:00:00", "2025-06-01T00:00:00")
NO_DAYS = ("", " ", "2025-06-01xyz", "2025-02-30", "20250601", "infinity", "0025-06-01", "06/13/2025")


def matched(folder: Path, text: str, engine: Engine) -> Matched:
    """Return a claims file of this text with its columns matched."""
    layout = claims_layout(FINAL, (Measure("spending", "allowed_amount"),), with_owner=False)
    return match_headers(write(folder, claims=text)[0], layout, engine)[0]


def quick_rows(claims: Matched, engine: Engine) -> list[Row]:
    """Return what the quick reading takes; nothing where it is in doubt."""
    try:
        rows = engine.execute(quick_query(claims))
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return []
    faulty = len(claims.layout)
    return [] if any(row[faulty] for row in rows) else rows


@pytest.mark.parametrize("text", [*PLAIN, *DOUBTFUL])
def test_an_amount_taken_quickly_is_the_amount_taken_thoroughly(tmp_path: Path, text: str) -> None:
    with Engine() as engine:
        claims = matched(tmp_path, CLAIMS.replace("200.50", text), engine)
        found = quick_rows(claims, engine)
        assert bool(found) == (text in PLAIN)
        assert found in ([], engine.execute(typed_query(claims)))


@pytest.mark.parametrize("text", [*DAYS, *NO_DAYS])
def test_a_day_taken_quickly_is_the_day_taken_thoroughly(tmp_path: Path, text: str) -> None:
    with Engine() as engine:
        claims = matched(tmp_path, CLAIMS.replace("2025-06-01", text), engine)
        found = quick_rows(claims, engine)
        assert bool(found) == (text in DAYS)
        assert found in ([], engine.execute(typed_query(claims)))
