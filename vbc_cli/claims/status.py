"""Whether claims say which of them were denied, in words.

A denied line does not count. Files without a status have none that are denied, or have the denied ones among
the others: only the contract can say that all are paid, `claim_status: {value: paid}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vbc_cli.claims.corrections import REPLACED
from vbc_cli.claims.facts import Note
from vbc_cli.claims.header import Matched, MatchedFile
from vbc_cli.claims.settings import Made

STATUS = "claim_status"
STATED = "taken as paid"
ASSUMED = (
    "no claim_status is read: every line is taken as paid, none as denied; where that is so, say it: "
    "columns: {claim_status: {value: paid}}"
)


def sound_in_words(matched: Matched, reasons: Iterable[str]) -> tuple[str, ...]:
    """Return in words which lines stand, given the reasons for which lines are left out."""
    read = {status_of(file) for file in matched.files}
    corrected = REPLACED in reasons
    if read == {"read"}:
        return ("not denied, replaced or voided" if corrected else "not denied",)
    said = ["not denied where a status is read"] * ("read" in read) or [STATED] * (read == {"stated"})
    return (*said, *["not replaced or voided"] * corrected)


def status_of(file: MatchedFile) -> str:
    """Say whether a file's status is read from it, stated by the contract for all rows, or neither."""
    if STATUS not in file.places:
        return "unknown"
    behind = file.places[STATUS][0] - len(file.header)
    made = file.made[behind][1] if behind >= 0 else None
    constant = isinstance(made, Made) and not made.cases and not made.first_of
    return "stated" if constant else "read"


def assumed_paid(matched: Matched) -> Iterator[Note]:
    """Yield what is assumed of claims files without a status, one for all that are written alike."""
    for source_no in dict.fromkeys(file.source_no for file in matched.files):
        files = [each for each in matched.files if each.source_no == source_no]
        if any(status_of(each) == "unknown" for each in files):
            yield Note(str(files[0].path), f"assumed: {ASSUMED}")
