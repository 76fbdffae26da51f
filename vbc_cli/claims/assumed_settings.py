"""A setting of measurement that moves money and that nobody stated: what was taken, and what that means."""

from __future__ import annotations

from msgspec import Struct


class Assumed(Struct, frozen=True):
    """A setting of a fact that is not stated, the value taken for it, and its meaning in the field's words.

    `fact` is a measured fact, or the section of the contract that the setting stands in. Where `needs` names
    columns, the setting moves money only in files that have one of them. `line` is where to state it.
    """

    fact: str
    setting: str
    value: str
    means: str
    needs: tuple[str, ...] = ()
    line: int | None = None
