"""Finding the keys of one file that no row of the file they lead to has.

Keys are counted once each, with their rows and, of claims, their cents. Each that matches nothing is compared
with all that are known in a brief form of both, without zeros, capitals and punctuation, so that one which is
only written otherwise is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from vbc_cli.claims.cells import NEVER_ELIGIBLE, OF_THE_PERIOD, PRIOR, USED, Cell
from vbc_cli.claims.engine import Engine, Row, hashed, statement
from vbc_cli.claims.matching_facts import Join, WouldMatch
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.rounding import dollars
from vbc_cli.claims.settings import Amount, Kind
from vbc_cli.claims.unknown import is_known

PUNCTUATION = "[^\\p{L}\\p{N}]+"
LEADING: tuple[Kind, ...] = ("attribution", "voluntary_alignment", "risk_scores", "quality")
"""The small files whose rows are of members."""


class Key(Struct, frozen=True):
    """A key: the file it leads to, the table of what is known, its column there and in the claims."""

    target: Kind
    table: str
    column: str
    of_claims: str

    @property
    def briefs(self) -> str:
        """Return the name of the table of what is left of each key in whatever way it is written."""
        return f"{self.target}_briefs"


MEMBER = Key("eligibility", "members", "member_id", "member_id")
PROVIDER = Key("providers", "(SELECT DISTINCT npi AS npi FROM providers)", "npi", "billing_npi")


def know_keys(engine: Engine, loaded: Mapping[Kind, Loaded]) -> None:
    """Make the tables of the members and providers that are known, to be found however they are written."""
    for key in (MEMBER, PROVIDER):
        if key.target in loaded:
            known = brief(f"k.{key.column}")
            engine.derive(key.briefs, "briefs", key=key.column, known=key.table, brief=known)


def small_joins(engine: Engine, loaded: Mapping[Kind, Loaded]) -> Iterator[Join]:
    """Yield what the keys of every file other than claims match."""
    for kind in LEADING if "eligibility" in loaded else ():
        if kind in loaded and loaded[kind].matched.has(MEMBER.column):
            yield join_of_rows(engine, loaded[kind], MEMBER)
    for key in (MEMBER, PROVIDER):
        if key.target in loaded:
            yield from written_otherwise(engine, loaded[key.target], key)
    if "voluntary_alignment" in loaded and "providers" in loaded:
        yield join_of_rows(engine, loaded["voluntary_alignment"], PROVIDER)


def join_of_rows(engine: Engine, loaded: Loaded, key: Key) -> Join:
    """Return what a key of a small file matches."""
    kind, column = loaded.matched.kind, key.column
    table = statement("roster_asked") if kind == "attribution" else f"SELECT * FROM {kind}"
    engine.derive("unmatched_keys", "unmatched_rows", table=table, key=column, known=key.table)
    (keys, rows), (_, without) = counted(engine, ())
    return Join(
        kind,
        key.target,
        column,
        first_file(loaded),
        int(engine.execute(f"SELECT COUNT(*) FROM ({table}) AS a")[0][0]),
        int(rows),
        int(keys),
        would_match(engine, key) if keys else (),
        rows_without_key=int(without),
    )


def written_otherwise(engine: Engine, loaded: Loaded, key: Key) -> Iterator[Join]:
    """Yield the keys of one file that are those of others but for the way of writing, if there are any."""
    found = engine.rows("written_alike", briefs=key.briefs, ways=ways("p.one", "p.other"), several=len(FORMS))
    if found:
        keys = engine.execute(f"SELECT COUNT(*) FROM {key.table} AS k")[0][0]
        alike = named_ways(found)
        yield Join(key.target, key.target, key.column, first_file(loaded), int(keys), 0, 0, alike)


def claims_joins(
    engine: Engine, loaded: Mapping[Kind, Loaded], cells: Sequence[Cell], amounts: Sequence[Amount]
) -> Iterator[Join]:
    """Yield what members and providers of the claim lines match: lines that count but for their member."""
    asked = [cell for cell in cells if cell.standing in OF_THE_PERIOD]
    yield join_of_lines(engine, loaded["claims"], MEMBER, (NEVER_ELIGIBLE,), asked, amounts)
    if "providers" in loaded:
        asked = [cell for cell in cells if cell.standing in (USED, PRIOR)]
        yield join_of_lines(engine, loaded["claims"], PROVIDER, (USED, PRIOR), asked, amounts)


def join_of_lines(
    engine: Engine,
    loaded: Loaded,
    key: Key,
    standings: Sequence[int],
    cells: Sequence[Cell],
    amounts: Sequence[Amount],
) -> Join:
    """Return what a key of claim lines matches, given the standings of lines that may match nothing."""
    engine.derive(
        "unmatched_keys",
        "unmatched_lines",
        standings=", ".join(map(str, standings)),
        key=key.column,
        known=key.table,
        is_known="TRUE" if key is MEMBER else is_known("l.unmatched"),
        sums="".join(f", SUM(l.{amount}) AS {amount}" for amount in amounts),
        amounts="".join(f", u.{amount} AS {amount}" for amount in amounts),
    )
    (keys, rows, *cents), (_, without, *cents_without) = counted(engine, amounts)
    return Join(
        "claims",
        key.target,
        key.of_claims,
        first_file(loaded),
        sum(cell.rows for cell in cells),
        int(rows),
        int(keys),
        would_match(engine, key) if keys else (),
        in_dollars(amounts, (sum(cell.cents(amount) for cell in cells) for amount in amounts)),
        in_dollars(amounts, cents),
        int(without),
        in_dollars(amounts, cents_without),
    )


def counted(engine: Engine, amounts: Sequence[Amount]) -> list[tuple[int, ...]]:
    """Return keys, rows and cents of what matches nothing, and the same of rows that have no key."""
    sums = ", ".join(f"COALESCE(SUM({name}), 0)" for name in ("line_count", *amounts))
    return [
        engine.execute(f"SELECT COUNT(*), {sums} FROM unmatched_keys WHERE key_text {condition} ''")[0]
        for condition in ("<>", "=")
    ]


def in_dollars(amounts: Sequence[Amount], cents: Iterable[int]) -> dict[Amount, Decimal]:
    """Return cents as dollars, by amount."""
    return {amount: dollars(each) for amount, each in zip(amounts, cents, strict=True)}


def first_file(loaded: Loaded) -> str:
    """Return the name of a source's first file."""
    return str(loaded.matched.files[0].path)


def would_match(engine: Engine, key: Key) -> tuple[WouldMatch, ...]:
    """Return which of the `unmatched_keys` would match, by the first way of writing that suffices."""
    found = engine.rows(
        "would_match",
        briefs=key.briefs,
        brief=brief("u.key_text"),
        ways=ways("w.key_text", "k.key_text"),
        several=len(FORMS),
    )
    return named_ways(found)


def ways(one: str, other: str) -> str:
    """Return the cases that find the first way of writing in which two keys are the same, as SQL."""
    return " ".join(f"WHEN {form(one)} = {form(other)} THEN {place}" for place, (_, form) in enumerate(FORMS))


def named_ways(found: Iterable[Row]) -> tuple[WouldMatch, ...]:
    """Return keys and rows by the name of the way of writing."""
    names = (*(name for name, _ in FORMS), "several ways of writing")
    return tuple(WouldMatch(names[way], int(keys), int(lines)) for way, keys, lines in found)


def without_zeros(text: str) -> str:
    """Return a key without its leading zeros, as SQL."""
    return f"TRIM(LEADING '0' FROM {text})"


def without_decimals(text: str) -> str:
    """Return a key without a .0 behind it, as SQL."""
    return f"CASE WHEN {text} LIKE '%.0' THEN SUBSTR({text}, 1, LENGTH({text}) - 2) ELSE {text} END"


def in_capitals(text: str) -> str:
    """Return a key in capital letters, as SQL."""
    return f"UPPER({text})"


def without_punctuation(text: str) -> str:
    """Return a key without blanks and punctuation, as SQL."""
    return f"REGEXP_REPLACE({text}, '{PUNCTUATION}', '', 'g')"


def without_blanks(text: str) -> str:
    """Return a key without blanks around it, as SQL."""
    return f"TRIM({text})"


FORMS = (
    ("blanks around", without_blanks),
    ("leading zeros", without_zeros),
    ("a trailing .0", without_decimals),
    ("capital letters", in_capitals),
    ("blanks and punctuation", without_punctuation),
)


def brief(text: str) -> str:
    """Return as a number what is left of a key in whatever way it is written, NULL for nothing, as SQL."""
    left = without_zeros(without_punctuation(in_capitals(without_decimals(text))))
    return f"CASE WHEN {left} <> '' THEN {hashed(left)} END"
