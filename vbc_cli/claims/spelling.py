"""The names of a file's columns: whether they are names, and how the header spells the ones that are wanted.

Names that differ in capitals alone are the same, as warehouses write them, and so are names that differ in
blanks, dashes and underscores where no other column is meant. Columns that nobody wants may be nameless or
doubled.
"""

from __future__ import annotations

import re

A_NAME = re.compile(r"[^\W\d][\w .,:;#/&%$()'+*?<>=@\[\]-]{0,99}")
MOST_SHOWN = 40
DATA = re.compile(r"\d{5}|\d{4}-\d|\d[/-]\d+[/-]\d|\d[.,]\d")
"""What names of columns do not hold: long numbers, dates, amounts."""


def looks_like_a_header(names: tuple[str, ...]) -> bool:
    """Say whether a first row may be names of columns; a row of somebody's data must not be shown."""
    filled = [name for name in names if name]
    return bool(filled) and all(map(is_a_name, filled))


def is_a_name(text: str) -> bool:
    """Say whether a cell of a first row may be the name of a column and nobody's data."""
    return A_NAME.fullmatch(text) is not None and not DATA.search(text)


def shown_names(names: tuple[str, ...]) -> list[str]:
    """Return the names in a header that may be shown, no more than a person reads."""
    shown = [name for name in names if is_a_name(name)]
    return [*shown[:MOST_SHOWN], *[f"and {len(shown) - MOST_SHOWN} more"] * (len(shown) > MOST_SHOWN)]


def bare(name: str) -> str:
    """Return a name without what its spelling may vary in."""
    return re.sub(r"[\W_]", "", name).casefold()


class Spelling:
    """The names in one header, and the same told apart, as a database needs them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        told_apart: list[str] = []
        seen: set[str] = set()
        for place, name in enumerate(names, start=1):
            own = name or f"column {place}"
            while own.casefold() in seen:
                own = f"{own} again"
            seen.add(own.casefold())
            told_apart.append(own)
        self.told_apart = tuple(told_apart)

    def find(self, name: str, ours: bool = False) -> list[str]:
        """Return the columns that a name stands for: more than one where it is not certain which.

        A name of `ours` may be written with other blanks and dashes; one that the contract states may not.
        """
        for loosened in (str.casefold, bare) if ours else (str.casefold,):
            found = [
                own
                for written, own in zip(self.names, self.told_apart, strict=True)
                if written and loosened(written) == loosened(name)
            ]
            if found:
                return found
        return []
