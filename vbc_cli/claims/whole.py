"""A claim whose amount stands on each of its lines, as one thing: what it is by all of its lines.

A claim is a member's, of one source, and a reversal is a claim of its own. It is denied where all of its
lines are, it lasts from their first day to their last, and it was paid on the last day on which one of them
was. Its category is the first that the contract's `claim_category` names and a line has. Lines that disagree
on what money depends on are refused; neither the order of lines nor their numbers decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from vbc_cli.claims.engine import literal, statement
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import AMOUNTS
from vbc_cli.claims.settings import Source

CLAIM = "c.member_id, c.claim_id, c.left_out, c.amount_level, c.faulty"
VERSION = f"{CLAIM}, c.reversed"
DATES = {"claim_start_date": "MIN", "admission_date": "MIN"} | dict.fromkeys(
    ("discharge_date", "paid_date", "received_date"), "MAX"
)
TEXTS = (
    "service_category",
    "billing_npi",
    "rendering_npi",
    "billing_tin",
    "specialty_code",
    "drg_code",
    "hcpcs_code",
    "paid_under",
)
ALL_LINES = {
    **{name: f"{which}(c.{name}) {{over}}" for name, which in DATES.items()},
    "claim_end_date": "MAX(COALESCE(c.claim_end_date, c.claim_start_date)) {over}",
    **{name: f"MIN(NULLIF(c.{name}, '')) {{over}}" for name in TEXTS},
}
"""What a column says of the whole claim; of texts that differ without effect, the first by name."""
STATUS = (
    "CASE WHEN c.all_denied = 1 THEN 'denied' WHEN c.reversed = 1 THEN 'reversal' "
    "WHEN c.claim_status IS NOT NULL THEN 'paid' END"
)
OWN_ROWS = ("faulty", "file_no", "source_no")
OWNERS = (
    "LEFT JOIN (SELECT npi AS npi, MIN(CASE WHEN owner = 'own' THEN 1 ELSE 0 END) AS least, "
    "MAX(CASE WHEN owner = 'own' THEN 1 ELSE 0 END) AS most FROM provider_spans GROUP BY npi) AS o "
    "ON o.npi = c.billing_npi"
)
AMOUNT, CATEGORY, CUT, PROVIDER, CAPITATED, CODE, REVERSED = range(3, 10)
SAID = {
    AMOUNT: (
        "the lines of claim {claim} carry different amounts, and amount_level is header_repeated",
        "Say amount_level: line where the amounts are the lines' own.",
    ),
    CATEGORY: (
        "the lines of claim {claim} are of categories that the contract tells apart ({first}, {last}), "
        "and its amount counts once",
        "Say claim_category: [{first}, {last}], in your order: the first that a line has is the claim's.",
    ),
    CUT: (
        "the lines of claim {claim} were decided on days that the cut-off parts, and its amount counts once",
        "Write the day on which the claim was decided on all of its lines.",
    ),
    PROVIDER: (
        "the lines of claim {claim} name different providers, and its amount counts once",
        "Map the provider from what is said of the whole claim.",
    ),
    CAPITATED: (
        "some lines of claim {claim} are capitated and others are not, and its amount counts once",
        "Write the claim's paid_under on all of its lines.",
    ),
    CODE: (
        "the lines of claim {claim} have different codes that the contract names, and its amount counts once",
        "Write the claim's DRG on all of its lines, and its procedure of the contract on one.",
    ),
    REVERSED: (
        "claim {claim} has not as many lines reversed as paid, and its amount counts once",
        "Reverse the claim on all of its lines, or give each version of it a claim id of its own.",
    ),
}


class Depends(Struct, frozen=True):
    """What a contract asks of a claim as a whole, as SQL of a line `c`: marks, and what tells lines apart.

    `marks` are 1 or above on a claim that has a line with the mark, `apart` are the disagreements that are
    refused, each number with the expressions that must be alike on all lines.
    """

    marks: Mapping[str, str]
    apart: Mapping[int, Sequence[str]]
    procedures: Sequence[str] = ()
    owners: bool = False


NOTHING = Depends({}, {})


def whole_claims(
    matched: Matched, source: Source, claims: str, depends: Depends, more: Iterable[str] = ()
) -> str:
    """Return the query over the lines of a source some of whose claims have their amount on each line.

    `more` are columns that the claims have beside those of the layout.
    """
    measured = [column.name for column in AMOUNTS if asked(matched, column.name)]
    unequal = " OR ".join(f"c.lowest_{name} <> c.highest_{name}" for name in measured) or "FALSE"
    other = " OR ".join(f"c.{name} <> c.lowest_{name}" for name in measured) or "FALSE"
    apart = f"(c.denied = 1 AND CASE WHEN c.all_denied = 1 THEN {unequal} ELSE {other} END)"
    found = dict(of_claim(matched, source, depends))
    columns = [
        f"CASE WHEN c.whole = 1 AND NOT COALESCE({apart}, FALSE) THEN {found[column.name]} "
        f"ELSE c.{column.name} END AS {column.name}"
        if column.name in found
        else f"c.{column.name} AS {column.name}"
        for column in matched.layout
    ]
    columns += [f"c.{name} AS {name}" for name in (*OWN_ROWS, *more)]
    columns += [
        f"CASE WHEN c.whole = 1 THEN c.all_{name} ELSE c.{name} END AS {name}" for name in depends.marks
    ]
    refused = {AMOUNT: unequal, **{number: f"c.differ_{number} = 1" for number in differing(depends)}}
    if source.claim_category and CATEGORY in refused:
        refused[CATEGORY] += " AND c.category_rank IS NULL"
    return statement(
        "once_a_claim",
        columns=", ".join(columns),
        apart=f"COALESCE({apart}, FALSE)",
        disagreements="\n".join(
            f"WHEN c.all_denied = 0 AND ({said}) THEN {number}" for number, said in refused.items()
        ),
        of_claim=", ".join(f"{sql} AS {name}" for sql, name in windows(matched, source, depends)),
        of_line="".join(f", {sql} AS {name}" for sql, name in of_line(depends)),
        claim=VERSION,
        claims=claims,
        owners=OWNERS if depends.owners else "",
    )


def asked(matched: Matched, name: str) -> bool:
    """Say whether a column of all files is one that something measured needs."""
    return matched.has(name) and any(column.name == name and column.required for column in matched.layout)


def differing(depends: Depends) -> Iterator[int]:
    """Yield the numbers of what lines may disagree on beside their amounts."""
    yield from sorted({*depends.apart, *[PROVIDER] * depends.owners, REVERSED})


def of_line(depends: Depends) -> Iterator[tuple[str, str]]:
    """Yield what each line says by itself, as SQL, with its name."""
    yield from ((sql, name) for name, sql in depends.marks.items())
    for number, told_by in depends.apart.items():
        yield from ((sql, f"told_{number}_{place}") for place, sql in enumerate(told_by))
    if depends.owners:
        for word in ("least", "most"):
            yield f"CASE WHEN c.billing_npi > '' THEN COALESCE(o.{word}, 0) END", f"{word}_own"


def of_claim(matched: Matched, source: Source, depends: Depends) -> Iterator[tuple[str, str]]:
    """Yield what each column says of the whole claim, as SQL, by the name of the column."""
    for name in ALL_LINES:
        yield name, f"c.all_{name}"
    for column in AMOUNTS:
        name = column.name
        one = f"CASE WHEN c.lowest_{name} = c.highest_{name} THEN c.lowest_{name} END"
        yield name, f"CASE WHEN c.place = 1 THEN {one} ELSE c.{name} END"
    yield "claim_status", STATUS
    if depends.procedures:
        yield "hcpcs_code", "COALESCE(c.procedure_code, c.all_hcpcs_code)"
    if source.claim_category:
        names = (f"WHEN {rank} THEN {literal(name)}" for rank, name in enumerate(source.claim_category))
        yield "service_category", f"CASE c.category_rank {' '.join(names)} ELSE c.all_service_category END"


def windows(matched: Matched, source: Source, depends: Depends) -> Iterator[tuple[str, str]]:
    """Yield what all lines of a claim say together, as SQL, with its name."""
    over = f"OVER (PARTITION BY {VERSION})"
    yield f"MIN(c.denied) {over}", "all_denied"
    for column in AMOUNTS:
        standing = f"CASE WHEN c.denied = 0 THEN c.{column.name} END"
        for word, least in (("lowest", "MIN"), ("highest", "MAX")):
            either = f"COALESCE({least}({standing}) {over}, {least}(c.{column.name}) {over})"
            yield either, f"{word}_{column.name}"
    for name, sql in ALL_LINES.items():
        if any(column.name == name for column in matched.layout):
            yield sql.format(over=over), f"all_{name}"
    if depends.procedures:
        yield f"MIN({listed_code('c.hcpcs_code', depends.procedures)}) {over}", "procedure_code"
    if source.claim_category:
        ranks = (f"WHEN {literal(name)} THEN {rank}" for rank, name in enumerate(source.claim_category))
        yield f"MIN(CASE c.service_category {' '.join(ranks)} END) {over}", "category_rank"
    yield from ((f"MAX(c.{name}) {over}", f"all_{name}") for name in depends.marks)
    for number in differing(depends):
        unlike = " OR ".join(disagreements(number, depends, over))
        yield f"CASE WHEN {unlike} THEN 1 ELSE 0 END", f"differ_{number}"


def disagreements(number: int, depends: Depends, over: str) -> Iterator[str]:
    """Yield as SQL in what ways the lines of a claim may disagree on one thing."""
    for place in range(len(depends.apart.get(number, ()))):
        told = f"c.told_{number}_{place}"
        yield f"MIN({told}) {over} <> MAX({told}) {over}"
    if number == PROVIDER and depends.owners:
        npi = "NULLIF(c.billing_npi, '')"
        yield (
            f"(MIN({npi}) {over} <> MAX({npi}) {over} AND MIN(c.least_own) {over} <> MAX(c.most_own) {over})"
        )
    if number == REVERSED:
        both = f"OVER (PARTITION BY {CLAIM})"
        reversals, lines = f"SUM(c.reversed) {both}", f"COUNT(*) {both}"
        yield f"({reversals} NOT IN (0, {lines}) AND 2 * {reversals} <> {lines})"


def listed_code(code: str, codes: Iterable[str]) -> str:
    """Return a line's code where it is one of some, as SQL."""
    return f"CASE WHEN {code} IN ({', '.join(map(literal, codes))}) THEN {code} END"
