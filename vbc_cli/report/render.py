"""Settlements in the format that was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from vbc_cli.api import Settlement
from vbc_cli.expect import Comparison
from vbc_cli.report.arrangements import arrangement_lines
from vbc_cli.report.portfolio import comparison_lines, left_out_in_words, portfolio_lines, shares_read
from vbc_cli.report.summary import summarise, summary_lines

PLAIN_WIDTH = 100


def as_table(
    settled: Sequence[Settlement],
    comparisons: Mapping[str, Sequence[Comparison]],
    top: int | None,
    worksheet: bool,
    width: int | None,
    accounts: bool = False,
) -> str:
    """Return what people read: `width` None is a pipe, which gets no colour and nothing left out.

    Several portfolios are summarised; their rows are shown only where `top` or `worksheet` asks for them.
    """
    rows = summarise(settled, comparisons) if len(settled) > 1 else []
    brief = bool(rows) and top is None and not worksheet
    shown = [each for each in settled if not brief or each.contract.portfolio is None]
    parts = [part for each in shown for part in _parts(each, top, worksheet, width, accounts)]
    if rows:
        parts.append("\n".join([*summary_lines(rows), *_shares(settled)]) + "\n")
    found = expectation_lines(settled, comparisons, brief)
    if found:
        parts.append("\n".join(found) + "\n")
    return "\n".join(parts)


def summary_table(settled: Sequence[Settlement], comparisons: Mapping[str, Sequence[Comparison]]) -> str:
    """Return one row for each contract that settles a portfolio, and what contradicts published columns."""
    lines = [*summary_lines(summarise(settled, comparisons)), *_shares(settled)]
    found = expectation_lines(settled, comparisons, brief=True)
    return "\n".join([*lines, "", *found] if found else lines) + "\n"


def _shares(settled: Sequence[Settlement]) -> list[str]:
    """Return how shares were read in each portfolio where the contract left it open."""
    return [f"{each.contract.name}: {line}" for each in settled for line in shares_read(each)]


def expectation_lines(
    settled: Sequence[Settlement], comparisons: Mapping[str, Sequence[Comparison]], brief: bool = False
) -> list[str]:
    """Return what the comparison with published columns found; `brief`, only what contradicts them."""
    lines = []
    for each in settled:
        label = f"{each.contract.name}: " if len(settled) > 1 else ""
        found = comparison_lines(comparisons.get(each.contract.file, ()), brief)
        lines += [line if line.startswith(" ") else f"{label}{line}" for line in found]
    return lines


def left_out_lines(settled: Sequence[Settlement]) -> list[str]:
    """Return the rows of each portfolio that were left out as faulty, by cause."""
    return [f"{each.contract.name}: {line}" for each in settled for line in left_out_in_words(each.left_out)]


def _parts(
    settlement: Settlement, top: int | None, worksheet: bool, width: int | None, accounts: bool
) -> Iterator[str]:
    if settlement.contract.portfolio is not None:
        yield "\n".join(portfolio_lines(settlement, width, top)) + "\n"
    elif settlement.comparison is not None:
        # Rich takes longer to load than a portfolio takes to settle.
        from vbc_cli.report.comparison import comparison_text

        yield comparison_text(settlement, width, width is not None and "NO_COLOR" not in os.environ)
        if accounts:
            from vbc_cli.report.ledger import ledger_lines

            yield "\n".join(ledger_lines(settlement, width)) + "\n"
    else:
        yield "\n".join(arrangement_lines(settlement, width)) + "\n"
    if worksheet:
        from vbc_cli.report.explain import explanation_lines

        for settled in settlement.arrangements:
            for row in settled.rows:
                lines = explanation_lines(
                    settlement, settled.arrangement.name, row, None, width or PLAIN_WIDTH
                )
                yield "\n".join(lines) + "\n"
