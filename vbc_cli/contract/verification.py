"""How a value was checked against the source it is cited from.

A mark says no more than what was seen: the clause itself was read, the value reproduces published results
(how many rows), it was read second-hand, or nobody checked it. It holds for everything inside the part of
the file that states it, until a part inside says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from vbc_cli.contract.document import Map
from vbc_cli.contract.shapes import TEXT, WHOLE, Broken, Complaints, Field, Fields, Record, Scalar
from vbc_cli.formula.check import suggest
from vbc_cli.formula.numbers import NotANumber

REPRODUCED = "reproduced"
UNVERIFIED = "unverified"
_WORDS = ("text_read", "secondary", UNVERIFIED)


class Verification(Struct, frozen=True):
    """One mark; `rows` of `of` published results are reproduced. Without a mark nobody has said."""

    mark: str = ""
    rows: int = 0
    of: int = 0

    def in_words(self) -> str:
        """Return the mark as a sentence says it."""
        if self.mark != REPRODUCED:
            return self.mark.replace("_", " ")
        total = f" of {self.of:,}" if self.of > self.rows else ""
        rows = "row" if max(self.rows, self.of) == 1 else "rows"
        return f"reproduced on {self.rows:,}{total} published {rows}"


class Backing(Struct, frozen=True):
    """What stands behind a value: the clause it comes from, and how it was checked against it."""

    cite: str = ""
    verification: Verification = Verification()


def _word(text: str) -> str:
    if text == REPRODUCED:
        raise NotANumber("Say on how many published rows: {reproduced: 372, of: 548}.")
    if text not in _WORDS:
        raise NotANumber(suggest(text, _WORDS, f"Write {', '.join(_WORDS)} or {{reproduced: ROWS}}."))
    return text


MARK = Scalar(_word, {"enum": list(_WORDS)}, "a mark")
VERIFICATION = Record(
    {
        REPRODUCED: Field(WHOLE, "how many published results it reproduces", required=True),
        "of": Field(WHOLE, "how many were compared, where some differ"),
    },
    "how it was checked against its source",
    short=("mark", MARK),
)


def build_verification(got: Fields | None) -> Verification:
    """Build the mark that a part of a file states, or none."""
    if got is None:
        return Verification()
    if "mark" in got:
        return Verification(got["mark"])
    rows = got.get(REPRODUCED, 0)
    return Verification(REPRODUCED, rows, got.get("of", rows))


def backing(got: Mapping[str, Any], around: Backing) -> Backing:
    """Return what stands behind a part of a contract; it takes from `around` what it does not state."""
    mark = build_verification(got["verification"]) if "verification" in got else around.verification
    return Backing(got.get("cite", around.cite), mark)


def backing_of(node: Map, around: Backing, complaints: Complaints) -> Backing:
    """Return what stands behind a value written as {value, cite, verification}."""
    got: dict[str, Any] = {}
    for key, shape in (("cite", TEXT), ("verification", VERIFICATION)):
        if key in node.entries:
            read = shape.read(node.entries[key], f"'{key}'", complaints)
            if not isinstance(read, Broken):
                got[key] = read
    return backing(got, around)
