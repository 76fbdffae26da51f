"""Settlements in the format that was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from vbc_cli.api import Settlement
from vbc_cli.expect import Comparison
from vbc_cli.report.arrangements import arrangement_lines
from vbc_cli.report.portfolio import comparison_lines, portfolio_lines

PLAIN_WIDTH = 100


def as_table(
    settled: Sequence[Settlement],
    comparisons: Mapping[str, Sequence[Comparison]],
    top: int | None,
    worksheet: bool,
    width: int | None,
    accounts: bool = False,
) -> str:
    """Return what people read: `width` None is a pipe, which gets no colour and nothing left out."""
    parts = [part for each in settled for part in _parts(each, top, worksheet, width, accounts)]
    found = expectation_lines(settled, comparisons)
    if found:
        parts.append("\n".join(found) + "\n")
    return "\n".join(parts)


def expectation_lines(
    settled: Sequence[Settlement], comparisons: Mapping[str, Sequence[Comparison]]
) -> list[str]:
    """Return what the comparison with published columns found, for all contracts."""
    return [line for each in settled for line in comparison_lines(comparisons.get(each.contract.file, ()))]


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
        yield "\n".join(arrangement_lines(settlement)) + "\n"
    if worksheet:
        from vbc_cli.report.explain import explanation_lines

        for settled in settlement.arrangements:
            for row in settled.rows:
                lines = explanation_lines(
                    settlement, settled.arrangement.name, row, None, width or PLAIN_WIDTH
                )
                yield "\n".join(lines) + "\n"
