"""Terms that change from year to year: a contract of one year is settled on the value of that year."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.document import parse_document
from vbc_cli.settlement import given_facts, prepare, settle_streams

AGREEMENT = """\
contract: glide
title: A share that rises from year to year
payer: Plan
provider: Group
period: {{start: {year}-01-01, end: {year}-12-31}}
facts: {{own: {{given: 100}}}}
arrangements:
  bonus:
    - model: ./bonus.yaml
      terms:
        share:
          - {{from: 2024-01-01, value: 0.40}}
          - {{from: 2025-01-01, value: 0.50, cite: 3.2}}
          - {{from: 2026-01-01, value: 0.60}}
"""
MODEL = """\
model: bonus
title: A share
summary: A share of what the group earned itself.
terms: {share: rate}
facts: {own: usd}
lines: {bonus: share * own}
results: {settlement: bonus}
"""


@pytest.mark.parametrize(("year", "earned"), [(2024, 40), (2025, 50), (2026, 60)])
def test_a_glide_path_settles_each_year_on_its_own_value(tmp_path: Path, year: int, earned: int) -> None:
    (tmp_path / "bonus.yaml").write_text(MODEL, encoding="utf-8")
    text = AGREEMENT.format(year=year).encode()
    contract = build_contract(parse_document(text, "glide.yaml", tmp_path), {})
    prepared = prepare(contract, contract.arrangements[0])
    assert settle_streams(prepared, given_facts(contract))["bonus"].value("bonus") == earned
