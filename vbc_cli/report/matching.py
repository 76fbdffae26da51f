"""What of the files matches nothing, and what of them nobody reads, in print.

Under a settlement stands a line for each join that is not complete, and columns that look as if they decide
whether a row counts; with the facts stands every column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from vbc_cli.claims.facts import Measured
from vbc_cli.claims.matching_facts import Join, in_words, percent, unmatched_problem
from vbc_cli.claims.unread import Unread, unread_lines
from vbc_cli.report.plain import plain


def matching_lines(joins: Sequence[Join]) -> Iterator[str]:
    """Yield a sentence for each join of which something matches nothing, and the share that is accepted."""
    for join in joins:
        if not join.complete:
            yield in_words(join) + accepted(join)


def files_in_short(measured: Measured) -> Iterator[str]:
    """Yield what the reader of a settlement should know of its files."""
    yield from matching_lines(measured.joins)
    yield from unread_lines(measured.unread, others=False)


def unread_json(unread: Sequence[Unread]) -> dict[str, list[str]]:
    """Return the columns that nobody reads by file, telling ones first."""
    return {each.file: [*each.telling, *each.others] for each in unread}


def accepted(join: Join) -> str:
    """Say what share of a join may match nothing, and whether it is more."""
    if not join.rows_unmatched:
        return ""
    refused = " (nothing is settled on this)" if unmatched_problem(join) else ""
    if join.limit is None:
        return refused
    said = "" if join.stated else ", as the contract states no limit"
    return f"; up to {percent(Fraction(join.limit))} is accepted{said}{refused}"


def matching_json(joins: Sequence[Join]) -> list[dict[str, Any]]:
    """Return every join as JSON values, those that match throughout too."""
    return [
        {
            "from": join.source,
            "to": join.target,
            "key": join.key,
            "rows": join.rows,
            "rows_unmatched": join.rows_unmatched,
            "rows_without_key": join.rows_without_key,
            "keys_unmatched": join.keys_unmatched,
            "dollars": dollars_json(join.dollars),
            "dollars_unmatched": dollars_json(join.dollars_unmatched),
            "dollars_without_key": dollars_json(join.dollars_without_key),
            "would_match": [
                {"but_for": each.but_for, "keys": each.keys, "rows": each.rows} for each in join.would_match
            ],
            "limit": plain(join.limit),
            "limit_stated": join.stated,
        }
        for join in joins
    ]


def dollars_json(dollars: Mapping[Any, Decimal]) -> dict[str, Any]:
    """Return dollars by amount as JSON values."""
    return {name: plain(each) for name, each in dollars.items()}
