"""What the SQL files may say, and what importing this room costs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import resources

import pytest

from vbc_cli.claims.engine import statement
from vbc_cli.claims.rounding import spread

FORBIDDEN = {
    "division, which is a float in one engine": r"(?<![/*])/(?!/)",
    "whole division outside its placeholder": r"//|(?<!\{)\bDIV\b",
    "rounding": r"\bROUND\b",
    "floats": r"\b(DOUBLE|FLOAT|REAL)\b",
    "words of one engine": r"\b(ASOF|QUALIFY|HUGEINT|LIST|EXCLUDE|FILTER|ILIKE|UNNEST)\b",
    "lists in order": r"ORDER BY[^)]*\)\s*\]",
    "subtracted dates": r"_date\s*-\s*\w*_date",
}
STEPS = sorted(
    path.name.removesuffix(".sql") for path in resources.files("vbc_cli.claims").joinpath("sql").iterdir()
)


@pytest.mark.parametrize("step", STEPS)
def test_an_sql_file_says_nothing_that_engines_read_differently(step: str) -> None:
    text = resources.files("vbc_cli.claims").joinpath("sql", f"{step}.sql").read_text()
    code = re.sub(r"--.*", "", text)
    assert [why for why, pattern in FORBIDDEN.items() if re.search(pattern, code, re.IGNORECASE)] == []


def test_whole_division_is_the_one_word_that_differs_between_engines() -> None:
    assert "100 * months * 2 + 12 * 1) // (24 * 1)" in statement(
        "annualised_limit", "duckdb", cents=100, parts=1
    )
    assert "100 * months * 2 + 12 * 1) DIV (24 * 1)" in statement(
        "annualised_limit", "spark", cents=100, parts=1
    )


@pytest.mark.parametrize("module", ["settings", "episode_settings", "facts", "layout"])
def test_the_settings_are_imported_without_the_database(module: str) -> None:
    code = f"import sys, vbc_cli.claims.{module}; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_cents_are_spread_in_proportion_and_none_is_lost() -> None:
    # 100 cents over 1:1:1 reach 33.3, 66.7 and 100: 33, 67 and 100.
    assert spread(100, {"a": 1, "b": 1, "c": 1}) == {"a": 33, "b": 34, "c": 33}
    assert sum(spread(7, {"a": 300, "b": -100, "c": 50}).values()) == 7
