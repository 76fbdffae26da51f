"""Amounts that are the whole claim's and stand on each of its lines: they count once.

Files of hospital claims often repeat the claim's payment on every revenue line. Where the contract says so,
the first line keeps it and the others are left out as repeats; where it does not and the data look so, a note
says it.
"""

from __future__ import annotations

from collections.abc import Iterable

from vbc_cli.claims.engine import Engine, hashed, statement
from vbc_cli.claims.facts import Note
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import AMOUNTS
from vbc_cli.claims.settings import LINE_LEVEL
from vbc_cli.claims.typed import file_query
from vbc_cli.problems import Problem

HEAD = 50_000
FEWEST_CLAIMS, FEWEST_REPEATS = 3, 10
MOST_LISTED = 20


def claims_query(matched: Matched) -> str:
    """Return the query over all claims, `repeated` where a line only repeats its claim's amount."""
    query = " UNION ALL ".join(source_query(matched, number) for number in sorted(numbers(matched)))
    return statement("claims_with_corrections", claims=query) if matched.corrects else query


def left_out_sql(matched: Matched) -> str:
    """Return the number of the contract's reason to leave a line out as SQL, '' where there is none."""
    if matched.corrects:
        return "COALESCE(NULLIF(c.left_out, ''), c.corrected, '')"
    return "COALESCE(c.left_out, '')" if matched.leaves_out else "''"


def numbers(matched: Matched) -> set[int]:
    """Return the numbers of the sources."""
    return {file.source_no for file in matched.files}


def source_query(matched: Matched, source_no: int) -> str:
    """Return the query over the claims of one source."""
    files = [number for number, file in enumerate(matched.files) if file.source_no == source_no]
    query = " UNION ALL ".join(file_query(matched, number) for number in files)
    if matched.files[files[0]].source.amount_level == LINE_LEVEL:
        return f"SELECT *, 0 AS repeated FROM ({query})"
    window = "OVER (PARTITION BY c.claim_id, c.left_out, c.amount_level, c.faulty)"
    unequal = (
        f"MIN(c.{column.name}) {window} <> MAX(c.{column.name}) {window}"
        for column in AMOUNTS
        if matched.has(column.name)
    )
    return statement("once_a_claim", claims=query, unequal=" OR ".join(unequal) or "FALSE")


def read_first_lines(matched: Matched, engine: Engine) -> None:
    """Make the table `first_lines` of the lines at the head of each file, all of them known to be sound."""
    columns = ("claim_id", "service_category", first_amount(matched))
    kept = f"SELECT file_no, claim_id, service_category, {columns[-1]} AS amount"
    heads = (
        f"SELECT * FROM ({kept} FROM ({file_query(matched, number, columns)}) LIMIT {HEAD})"
        for number in range(len(matched.files))
    )
    engine.register("first_lines", " UNION ALL ".join(heads))


def first_amount(matched: Matched) -> str:
    """Return the name of the first amount that all files have."""
    return next((column.name for column in AMOUNTS if matched.has(column.name)), "0")


def name_categories(matched: Matched, engine: Engine) -> None:
    """Make the table `categories` of the names behind the keys that lines keep.

    The first lines name them as a rule; all lines are asked where one is not among them.
    """
    query = f"SELECT DISTINCT {hashed('service_category')} AS category_key, service_category AS category FROM"
    engine.register("categories", f"{query} first_lines")
    if engine.rows("unnamed_categories"):
        files = (file_query(matched, number, ("service_category",)) for number in range(len(matched.files)))
        engine.register("categories", f"{query} ({' UNION ALL '.join(files)})")


def unequal_claims(matched: Matched, engine: Engine) -> list[Problem]:
    """Return a problem for claims whose lines carry different amounts, said to be the claim's."""
    rows = engine.rows("unequal_claims", claims=claims_query(matched), most=MOST_LISTED)
    return [
        Problem(
            str(matched.files[file_no].path),
            None,
            f"the lines of claim {claim_id} carry different amounts, and amount_level is header_repeated",
            "Say amount_level: line where the amounts are the lines' own.",
        )
        for file_no, claim_id in rows
    ]


def looks_repeated(matched: Matched, engine: Engine) -> Iterable[Note]:
    """Yield a note for each file in which a category's claims carry one amount on all of their lines."""
    amount = first_amount(matched)
    for number, file in enumerate(matched.files):
        if file.source.amount_level != LINE_LEVEL:
            continue
        rows = engine.rows(
            "looks_repeated",
            file_no=number,
            claims_at_least=FEWEST_CLAIMS,
            repeats_at_least=FEWEST_REPEATS,
        )
        for category, claims in rows:
            said = (
                f"all {claims:,} claims of {category} with several lines have one {amount} on all of "
                "them; if it is the whole claim's, set amount_level: header_repeated"
            )
            yield Note(str(file.path), said)
