"""Tables and sentences that are wider than the terminal."""

from __future__ import annotations

from vbc_cli.report.columns import TextColumn, laid_out

REASONS = ["step 1: most from the contracted provider, by the tie-break", "chose another provider"]
COSTS = [TextColumn(f"cost {number} $", [f"{number},000,000.00", "0.00"]) for number in range(1, 6)]
MEMBERS = TextColumn("member", ["M1", "M2"], number=False)
TABLE = [MEMBERS, TextColumn("reason", REASONS, number=False), *COSTS]


def test_a_table_folds_its_texts_before_it_leaves_out_columns() -> None:
    lines = list(laid_out([TABLE[:4]], 70))
    assert max(map(len, lines)) <= 70
    # The members' column takes 6, each cost 12, and three gaps 6: 34 are left for the reason.
    assert [line.rstrip() for line in lines[2:]] == [
        "M1      step 1: most from the contracted    1,000,000.00  2,000,000.00",
        "        provider, by the tie-break",
        "M2      chose another provider                      0.00          0.00",
    ]


def test_a_footer_stays_in_line_where_the_cells_over_it_are_folded() -> None:
    steps = TextColumn("steps", REASONS, number=False, footer="cost in the settlement")
    *_, footer = laid_out([[steps, TextColumn("$", ["1.00", "20.00"], footer="21.00")]], 30)
    assert footer == "cost in the settlement   21.00"


def test_what_does_not_fit_is_named_and_no_number_is_cut() -> None:
    # 6 for the member, 20 at least for the reason, 12 for each of two costs and 6 for the gaps are 56.
    lines = list(laid_out([TABLE], 69))
    assert max(map(len, lines)) <= 69
    text = " ".join(" ".join(lines).split())
    said = "Left out at 69 columns: cost 3 $, cost 4 $, cost 5 $. --format json has every column."
    assert text.endswith(said)
    assert "2,000,000.00" in text
    assert "3,000,000.00" not in text


def test_in_a_pipe_everything_stands_on_its_line() -> None:
    lines = list(laid_out([TABLE, "  A sentence " + "of many words " * 20], None))
    assert len(lines) == 5
    assert "5,000,000.00" in lines[2]


def test_a_sentence_is_folded_under_itself() -> None:
    assert list(laid_out(["  allowed_amount of lines paid in time"], 24)) == [
        "  allowed_amount of",
        "    lines paid in time",
    ]
