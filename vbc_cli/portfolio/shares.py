"""Whether a column of shares holds percents or fractions, decided for the whole column at once.

Programs print the same share as 0.0646, 6.46 or 6.46% in different years. A column whose largest number is
beyond what a share can be holds percents; one whose largest number would be too small as a percent holds
fractions. What neither tells is refused. `at_most:` in the contract says how large a share can be.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from vbc_cli.contract.mapping import Reading
from vbc_cli.formula.numbers import EXACT, ONE, ZERO, canonical
from vbc_cli.portfolio.cells import HUNDRED, Unreadable, plain_number


class Undecided(ValueError):
    """A column of which nobody can say how its shares are written; carries what and the repair."""

    def __init__(self, what: str, repair: str) -> None:
        super().__init__(what)
        self.what = what
        self.repair = repair


def decided(reading: Reading, texts: Iterable[str]) -> Reading:
    """Return the reading as `percent` or `fraction`, whichever the column's texts are; raise `Undecided`."""
    if not _are_percents(list(texts), reading.at_most or ONE):
        return replace(reading, read="fraction")
    printed = None if reading.printed is None else EXACT.multiply(reading.printed, HUNDRED)
    return replace(reading, read="percent", printed=printed)


def _are_percents(texts: list[str], at_most: Decimal) -> bool:
    signs, plain = _numbers(texts)
    if signs:
        if any(plain):
            raise Undecided("has shares with and without %", "Write all of them in one way.")
        return True
    largest = max(map(EXACT.abs, plain), default=ZERO)
    bound = EXACT.multiply(at_most, HUNDRED)
    if largest > bound:
        what = f"holds {canonical(largest)}, more than {canonical(bound)} percent"
        raise Undecided(what, "Correct the cell, or at_most: in the contract.")
    if ZERO < largest <= EXACT.divide(at_most, HUNDRED):
        what = f"holds no share above {canonical(largest)}, which may be a fraction or a percent"
        raise Undecided(what, "Say which in the contract, read: fraction or read: percent.")
    return largest > at_most


def _numbers(texts: Iterable[str]) -> tuple[list[Decimal], list[Decimal]]:
    """Return the numbers with % and those without; what is no number is complained of where it is read."""
    signs: list[Decimal] = []
    plain: list[Decimal] = []
    for text in texts:
        try:
            number = plain_number(text.removesuffix("%").rstrip())
        except Unreadable:
            continue
        (signs if text.endswith("%") else plain).append(number)
    return signs, plain
