"""The printed comparison: it fits the terminal, keeps what matters, and is plain in a pipe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vbc_cli as vbc
from tests.settlement.small_agreement import write_agreement
from vbc_cli.api import Settlement
from vbc_cli.report.comparison import comparison_text
from vbc_cli.report.ledger import ledger_lines

ESCAPE = "\x1b["


@pytest.fixture(scope="module")
def settlement(tmp_path_factory: pytest.TempPathFactory) -> Settlement:
    return vbc.settle(write_agreement(tmp_path_factory.mktemp("small")))


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_the_terminal(settlement: Settlement, width: int) -> None:
    file = settlement.contract.file  # a temporary folder's name may be long; everything else must fit
    lines = comparison_text(settlement, width, colour=False).splitlines()
    assert [line for line in lines if len(line) > width and file not in line] == []


def test_a_narrow_terminal_drops_the_first_two_amounts_and_what_bounds_it(settlement: Settlement) -> None:
    narrow, full = (comparison_text(settlement, width, colour=False) for width in (56, 100))
    for heading in ("FFS kept", "Prospective", "What bounds it"):
        assert heading in full
        assert heading not in narrow
    for heading in ("Settlement", "Total", "vs first", "Worst", "Best", "Due now", "Kept by the plan"):
        assert heading in narrow


def test_the_figures_are_those_of_the_hand_calculation(settlement: Settlement) -> None:
    text = comparison_text(settlement, 100, colour=False)
    (row,) = re.findall(r"^savings with a fee +1,050.*$", text, re.MULTILINE)
    assert row.split()[4:] == ["1,050", "78", "+211", "1,339", "+289", "+27.5%"]
    (kept,) = re.findall(r"^savings with a fee +\+500.*$", text, re.MULTILINE)
    # 211 kept over 18 member months is 11.72 PMPM
    assert kept.split()[4:] == ["+500", "+289", "+211", "+11.72"]


def test_a_terminal_gets_colour_and_a_pipe_gets_none(
    settlement: Settlement, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ESCAPE in comparison_text(settlement, 100, colour=True)
    assert ESCAPE not in comparison_text(settlement, None, colour=False)
    assert comparison_text(settlement, None, colour=False) == comparison_text(settlement, 100, colour=False)


def test_an_open_side_is_shown_with_claims_five_percent_dearer_or_cheaper(settlement: Settlement) -> None:
    text = comparison_text(settlement, 100, colour=False)
    # cheaper: cost 1,425 + fee 78 leaves 497 of 2,000, half of it is 248.50, with the fee 326.50
    (stakes,) = re.findall(r"^savings with a fee .*open.*$", text, re.MULTILINE)
    amounts, bounds = stakes.split("  best ")
    assert amounts.split()[4:] == ["+78", "+327"]
    said = "open; no limit on shared savings; shown: claims ±5%"
    assert bounds.split() == [*said.split(), "+219"]


def test_the_gate_stands_first_with_both_numbers_and_the_distance(settlement: Settlement) -> None:
    text = comparison_text(settlement, 100, colour=False)
    # 2,000 - 1,578 = 422 against 2 % of 2,000
    gate = "minimum savings met: yes, savings or losses $422 against minimum savings $40, $382 above"
    assert f"savings with a fee\n  {gate}\n" in text


def test_break_even_is_the_cost_that_just_reaches_the_minimum(settlement: Settlement) -> None:
    text = comparison_text(settlement, 100, colour=False)
    # 2,000 - 40 - fee 78 = 1,882 over 18 member months is 104.55 and a half cent; 1,500 over 18 is 83.33
    assert "the provider is paid up to $104.55 PMPM (actual $83.33)" in " ".join(text.split())


def test_every_claim_line_is_accounted_for_at_the_foot(settlement: Settlement) -> None:
    text = comparison_text(settlement, 100, colour=False)
    assert "expenditure: 7 claim lines read = 3 used + 4 left out; $1,500.00" in text


def test_the_printed_output_names_no_member(settlement: Settlement, tmp_path: Path) -> None:
    text = comparison_text(settlement, 160, colour=False)
    assert not re.search(r"\b(ann|ben|cy)\b", text)


def test_the_books_show_earned_paid_accrued_and_due_and_what_each_party_gains(settlement: Settlement) -> None:
    text = "\n".join(ledger_lines(settlement, 80))
    (fee,) = re.findall(r"^fee .*$", text, re.MULTILINE)
    assert fee.split() == ["fee", "in", "advance", "78", "70", "8", "8"]
    assert re.findall(r"^total .*$", text, re.MULTILINE)[0].split() == ["total", "289", "70", "219", "219"]
    assert "Plan pays Group. Gained: Group +289, Plan -289; sum 0." in text
