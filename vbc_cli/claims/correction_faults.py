"""Replacements and voids of which nobody can say what they leave: refused at the line where they stand.

Such are two replacements of one claim, a claim that replaces itself, claims that replace one another in a
circle, corrections of a void, and corrections under a number that several members share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vbc_cli.claims.engine import Engine, literal
from vbc_cli.claims.header import Matched
from vbc_cli.claims.refusals import Place, at, found_at, numbered
from vbc_cli.claims.typed import file_query
from vbc_cli.problems import Problem

MOST_LISTED = 20
ASK = "Ask the payer which of the claims stands, and take the other out."
SAID = {
    "code": (
        "'{other}' of claim {claim} is no claim frequency code",
        "Write one character, or a type of bill that ends in it; map words to 7 and 8 by cases.",
    ),
    "both": ("claim {claim} is a replacement on one line and a void on another", ASK),
    "two": (
        "the lines of claim {claim} name different claims that it corrects, {other} and another",
        "Name one claim on all of its lines.",
    ),
    "itself": (
        "claim {claim} replaces or voids itself",
        "Name the claim it corrects; where versions share an id, make the version a part of claim_id.",
    ),
    "members": (
        "claim {claim} corrects claim {other}, and several members have claims of that number",
        "Make the member's number a part of claim_id and of original_claim_id.",
    ),
    "void": (
        "claim {claim} corrects claim {other}, which is a void",
        "Name the claim that stood before the void, or send the service as a new claim (code 1).",
    ),
    "again": ("claim {claim} replaces a claim that claim {other} replaces already", ASK),
    "circle": ("claim {claim} corrects claim {other}, and so on back to claim {claim}", ASK),
}
Fault = tuple[str, int, str, str]


def correction_problems(matched: Matched, engine: Engine) -> list[Problem]:
    """Return a problem for every correction that contradicts itself or another one."""
    if not matched.corrects:
        return []
    faults = [*engine.rows("correction_faults"), *circles(engine.rows("corrections_of_corrections"))]
    listed = faults[:MOST_LISTED]
    places = places_of(matched, listed, engine)
    records = found_at(matched, places.values(), engine)
    problems = []
    for place, fault, claim, other in sorted((places[each[1:3]], *each[:1], *each[2:]) for each in listed):
        what, repair = SAID[fault]
        said = what.format(claim=claim, other=other)
        problems.append(at(matched.files[place[0]], records[place], said, repair))
    if len(faults) > len(listed):
        others = f"{len(faults) - len(listed):,} more claims have faults in what they correct"
        problems.append(Problem(str(matched.files[0].path), None, others, "Repair these first."))
    return problems


def circles(corrections: Iterable[tuple[int, str, str]]) -> Iterator[Fault]:
    """Yield each circle of claims that correct one another, at the first of its claims by id."""
    named = {(source_no, claim): original for source_no, claim, original in corrections}
    seen: set[tuple[int, str]] = set()
    for source_no, claim in named:
        path: dict[str, None] = {}
        at_claim: str | None = claim
        while at_claim is not None and at_claim not in path and (source_no, at_claim) not in seen:
            path[at_claim] = None
            at_claim = named.get((source_no, at_claim))
        seen |= {(source_no, each) for each in path}
        if at_claim in path:
            walked = list(path)
            circle = walked[walked.index(str(at_claim)) :]
            first = min(circle)
            yield "circle", source_no, first, named[source_no, first]


def places_of(matched: Matched, faults: Iterable[Fault], engine: Engine) -> Mapping[tuple[int, str], Place]:
    """Return where the claims of some faults first stand, by source and claim."""
    wanted = {(source_no, claim) for _, source_no, claim, _ in faults}
    found: dict[tuple[int, str], Place] = {}
    for number, file in enumerate(matched.files):
        mine = sorted(literal(claim) for source_no, claim in wanted if source_no == file.source_no)
        if mine:
            rows = engine.execute(
                f"SELECT claim_id, MIN(row_no) FROM ({numbered(file_query(matched, number))}) "
                f"WHERE claim_id IN ({', '.join(mine)}) GROUP BY claim_id ORDER BY claim_id"
            )
            for claim, row in rows:
                found.setdefault((file.source_no, claim), (number, row))
    return found
