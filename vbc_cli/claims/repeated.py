"""Amounts of lines that look as if they were the whole claim's, though nothing says so.

A line has its own amount unless the contract or the format says otherwise. Where the lines of nearly all
claims carry one amount that is measured, a note says it; where nothing is said of the level and hardly any
doubt is left, the claims are refused until the contract says which it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import Note
from vbc_cli.claims.header import Matched, MatchedFile
from vbc_cli.claims.layout import AMOUNTS
from vbc_cli.claims.whole import asked
from vbc_cli.problems import Problem

FEWEST_CLAIMS, FEWEST_REPEATS, NO_CHANCE = 3, 10, 10
LOOKED_AT_BYTES, PACKED = 5_000_000, {".gz", ".zst", ".parquet", ".pq"}


class Evidence(Struct, frozen=True):
    """The claims of several lines of a file, of one category or of all, and how many repeat an amount.

    `lines` and `amounts` are those of the claims that do: how many lines, and how many different amounts. One
    claim in so many was looked at.
    """

    file: MatchedFile
    amount: str
    category: str
    one_in: int
    claims: int
    repeating: int
    lines: int
    amounts: int

    @property
    def looks_repeated(self) -> bool:
        """Say whether claims repeat an amount, but for one of them or one in ten."""
        enough = self.repeating >= FEWEST_CLAIMS and self.lines - self.repeating >= FEWEST_REPEATS
        return enough and self.claims - self.repeating <= max(1, self.claims // 10)

    @property
    def beyond_doubt(self) -> bool:
        """Say whether claims of three lines and more repeat amounts of their own: no price of a unit does."""
        long, own = self.lines >= 3 * self.repeating, 2 * self.amounts >= self.repeating
        return self.looks_repeated and self.repeating >= NO_CHANCE and long and own

    @property
    def said(self) -> str:
        """Return it in words."""
        of_category = f" of {self.category}" * bool(self.category)
        sampled = f", of one claim in {self.one_in:,} looked at" * (self.one_in > 1)
        return (
            f"{self.repeating:,} of {self.claims:,} claims{of_category} of several lines repeat one "
            f"{self.amount} on every line{sampled}"
        )


def claim_key(matched: Matched) -> str:
    """Return the key of a claim as SQL, of one claim in so many; NULL where it is not looked at."""
    sampled = f"hash(c.claim_id) % {looked_at(matched)} = 0"
    key = f"CAST(hash(c.claim_id, c.member_id) % {2**31 - 1} AS INTEGER)"
    return f"CASE WHEN c.amount_level = 'header_repeated' THEN NULL WHEN {sampled} THEN {key} END"


def looked_at(matched: Matched) -> int:
    """Return of how many claims one is looked at: every one of files of some size."""
    sizes = (
        file.path.stat().st_size * (1 if file.path.suffix.lower() not in PACKED else 8)
        for file in matched.files
    )
    return 1 + sum(sizes) // LOOKED_AT_BYTES


def repeated_amounts(matched: Matched, engine: Engine) -> Iterator[Evidence]:
    """Yield for each measured amount and file the categories that repeat it, or that all together do."""
    one_in = looked_at(matched)
    for name in (column.name for column in AMOUNTS if asked(matched, column.name)):
        rows = engine.rows("looks_repeated", amount=name)
        for file_no, mine in groupby(rows, key=itemgetter(0)):
            file = matched.files[file_no]
            each_and_all = [
                Evidence(file, name, category or "", one_in, *map(int, counts))
                for _, category, *counts in mine
            ]
            found = [each for each in each_and_all if each.looks_repeated]
            yield from [each for each in found if each.category] or found


def looks_repeated(matched: Matched, engine: Engine) -> Iterable[Note]:
    """Yield a note for each file in which claims carry one amount on all of their lines."""
    for each in repeated_amounts(matched, engine):
        said = f"{each.said}; if it is the whole claim's, set amount_level: header_repeated"
        yield Note(str(each.file.path), said)


def unsaid_levels(matched: Matched, engine: Engine) -> Iterator[Problem]:
    """Yield the problem of files whose amounts are repeated beyond doubt while nothing says what they are."""
    for each in repeated_amounts(matched, engine):
        source = each.file.source
        if each.beyond_doubt and not source.level_stated:
            yield Problem(
                source.contract_file,
                source.line,
                f"{each.said} in {each.file.path.name}, and nothing says whether it is the whole claim's",
                "Say amount_level: header_repeated where it is, or amount_level: line.",
            )
