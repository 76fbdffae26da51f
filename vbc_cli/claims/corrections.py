"""Claims that a later claim replaces or voids, found before the lines are read.

A claim of frequency 7 takes the place of the claim it names, one of frequency 8 cancels it and pays nothing
itself. A correction decided up to the cut-off leaves out the claim it names and every claim that this one
corrects in turn: of a chain the last claim stands, and of a replacement that was voided nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count

from msgspec.structs import replace

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import Note
from vbc_cli.claims.header import Matched, MatchedFile
from vbc_cli.claims.layout import CORRECTIONS, Column
from vbc_cli.claims.settings import Source
from vbc_cli.claims.typed import file_query
from vbc_cli.problems import Problem

REPLACED, VOIDED, A_VOID = (
    "replaced by a later claim",
    "voided by a later claim",
    "a void, which pays nothing",
)
REASONS = (REPLACED, VOIDED, A_VOID)
IDENTICAL = "a row that stands in the files already"
OF_NOTHING = {
    "7": "replacements of claims that are not in the files: {claims:,}; they are used",
    "8": "voids of claims that are not in the files: {claims:,}; they take nothing back",
}


def columns_of_source(source: Source, layout: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that a source needs; those of corrections where it leaves corrected claims out."""
    if not source.corrects:
        return layout
    return tuple(replace(each, required=each.required or each in CORRECTIONS) for each in layout)


def unsaid_corrections(source: Source, files: Sequence[MatchedFile]) -> list[Problem]:
    """Return a problem where claims say that they correct others and the contract says nothing of it."""
    name = CORRECTIONS[0].name
    if source.kind != "claims" or source.corrected_claims is not None:
        return []
    if name not in source.columns and not any(name in file.header for file in files):
        return []
    what = f"the claims have a {name}, and nothing says what becomes of corrected claims"
    repair = (
        "Add corrected_claims: netted where negative lines take them back; otherwise "
        "{become: left_out, denied_corrections: correct or correct_nothing}."
    )
    return [Problem(source.contract_file, source.line, what, repair)]


def find_corrections(matched: Matched, cut_on: str, cut_off: date, engine: Engine) -> None:
    """Make the table `corrected_claims` of claims that do not count, each with the number of its reason."""
    if not matched.corrects:
        return
    correcting = sorted({file.source_no for file in matched.files if file.source.corrects})
    files = [number for number, file in enumerate(matched.files) if file.source_no in correcting]
    claims = " UNION ALL ".join(file_query(matched, number) for number in files)
    engine.derive("corrections", "corrections", claims=claims, sources=", ".join(map(str, correcting)))
    day = f"DATE '{cut_off}'" if cut_on == "none" else f"c.{cut_on}"
    engine.derive("claims_in_corrections", "claims_in_corrections", claims=claims, cut_on=day)
    engine.derive(
        "corrections_made",
        "corrections_made",
        cut_off=cut_off,
        denied_correct_nothing=denied_correct_nothing(matched),
    )
    follow_chains(engine)
    reasons = reasons_left_out(matched.sources)
    numbers = {
        name: reasons.index(said)
        for name, said in (("replaced", REPLACED), ("voided", VOIDED), ("void", A_VOID))
    }
    engine.derive("corrected_claims", "corrected_claims", **numbers)


def denied_correct_nothing(matched: Matched) -> str:
    """Return the numbers of the sources whose denied corrections correct nothing, as SQL."""
    numbers = {
        file.source_no
        for file in matched.files
        if file.source.corrected_claims is not None
        and file.source.corrected_claims.denied_corrections == "correct_nothing"
    }
    return ", ".join(map(str, sorted(numbers))) or "-1"


def follow_chains(engine: Engine) -> None:
    """Make the table `corrected`, link by link where a correction in between is not in force itself."""
    engine.derive("corrected", "corrected_first")
    for place in count(1):
        engine.derive("corrected_further", "corrected_next", place=place)
        if not engine.execute("INSERT INTO corrected SELECT * FROM corrected_further")[0][0]:
            return


def corrections_of_nothing(matched: Matched, engine: Engine) -> Iterable[Note]:
    """Yield how many replacements and voids name no claim that is in the files."""
    if matched.corrects:
        for code, claims in engine.rows("corrections_of_nothing"):
            yield Note(str(matched.files[0].path), OF_NOTHING[code].format(claims=claims))


def reasons_left_out(sources: Iterable[Source]) -> tuple[str, ...]:
    """Return the reasons for which contracts and formats leave lines of these sources out, each once."""
    stated = tuple(sources)
    said = [each.reason for source in stated for each in source.leave_out]
    once = [IDENTICAL] * any(each.identical_rows == "once" for each in stated)
    return tuple(dict.fromkeys((*said, *once, *(REASONS if any(each.corrects for each in stated) else ()))))
