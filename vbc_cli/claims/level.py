"""Amounts that are the whole claim's and stand on each of its lines: they count once.

Files of hospital claims often repeat the claim's payment on every revenue line. Where the contract says so,
the first line keeps it and the others are left out as repeats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vbc_cli.claims.corrections import IDENTICAL, reasons_left_out
from vbc_cli.claims.engine import Engine, hashed, statement
from vbc_cli.claims.header import Matched
from vbc_cli.claims.keys import clean_text
from vbc_cli.claims.layout import LEFT_OUT
from vbc_cli.claims.locate import Record
from vbc_cli.claims.refusals import Place, at, found_at, numbered
from vbc_cli.claims.settings import LINE_LEVEL
from vbc_cli.claims.typed import file_query
from vbc_cli.claims.whole import OWN_ROWS, SAID, Depends, whole_claims
from vbc_cli.problems import Problem

HEAD = 50_000
MOST_LISTED, MOST_LINES = 20, 2_000


def claims_query(matched: Matched, depends: Depends, numbered: Iterable[str] = ()) -> str:
    """Return the query over all claims, `repeated` where a line only repeats its claim's amount.

    `numbered` are queries over the files, in order, whose rows have their place.
    """
    queries = list(numbered)
    files = queries or [file_query(matched, number) for number in range(len(matched.files))]
    more = ("row_no",) if queries else ()
    query = " UNION ALL ".join(
        source_query(matched, number, files, depends, more) for number in sorted(numbers(matched))
    )
    return statement("claims_with_corrections", claims=query) if matched.corrects else query


def left_out_sql(matched: Matched) -> str:
    """Return the number of the contract's reason to leave a line out as SQL, '' where there is none."""
    if matched.corrects:
        return "COALESCE(NULLIF(c.left_out, ''), c.corrected, '')"
    return "COALESCE(c.left_out, '')" if matched.leaves_out else "''"


def numbers(matched: Matched) -> set[int]:
    """Return the numbers of the sources."""
    return {file.source_no for file in matched.files}


def source_query(
    matched: Matched, source_no: int, files: Sequence[str], depends: Depends, more: Sequence[str]
) -> str:
    """Return the query over the claims of one source, given those over all files."""
    mine = [number for number, file in enumerate(matched.files) if file.source_no == source_no]
    query, source = " UNION ALL ".join(files[number] for number in mine), matched.files[mine[0]].source
    if source.identical_rows == "once":
        query = once_each(matched, query, more)
    if source.amount_level == LINE_LEVEL:
        marks = "".join(f"{sql} AS {name}, " for name, sql in depends.marks.items())
        return f"SELECT c.*, {marks}0 AS repeated FROM ({query}) AS c"
    return whole_claims(matched, source, query, depends, more)


def once_each(matched: Matched, query: str, more: Sequence[str]) -> str:
    """Return the query over the claims of a source, the rows that are alike left out but for the first."""
    names = [column.name for column in matched.layout if column.name != LEFT_OUT.name]
    alike = ", ".join(f"c.{name}" for name in (*names, "faulty", LEFT_OUT.name))
    return statement(
        "identical_rows",
        claims=query,
        columns=", ".join(f"c.{name}" for name in (*names, *OWN_ROWS, *more)),
        alike=alike,
        reason=reasons_left_out(matched.sources).index(IDENTICAL),
    )


def read_first_lines(matched: Matched, engine: Engine) -> None:
    """Make the table `first_lines` of the lines at the head of each file, all of them known to be sound."""
    columns = ("service_category",)
    heads = (
        f"SELECT * FROM (SELECT service_category FROM ({file_query(matched, number, columns)}) LIMIT {HEAD})"
        for number in range(len(matched.files))
    )
    engine.register("first_lines", " UNION ALL ".join(heads))


def name_categories(matched: Matched, engine: Engine) -> None:
    """Make the table `categories` of the names behind the keys that lines keep.

    The first lines name them as a rule; all lines are asked where one is not among them.
    """
    query = f"SELECT DISTINCT {hashed('service_category')} AS category_key, service_category AS category FROM"
    engine.register("categories", f"{query} first_lines")
    if engine.rows("unnamed_categories"):
        files = (file_query(matched, number, ("service_category",)) for number in range(len(matched.files)))
        engine.register("categories", f"{query} ({' UNION ALL '.join(files)})")


def disagreeing_claims(matched: Matched, depends: Depends, engine: Engine) -> list[Problem]:
    """Return a problem for claims whose lines disagree on what money depends on, where each begins."""
    files = [numbered(file_query(matched, number)) for number in range(len(matched.files))]
    rows = engine.rows("disagreeing_claims", claims=claims_query(matched, depends, files), most=MOST_LINES)
    claims: dict[tuple[int, str, str], tuple[int, list[Place]]] = {}
    for why, file_no, row_no, claim_id, *key in rows:
        claims.setdefault((*key, claim_id), (why, []))[1].append((file_no, row_no))
    listed = list(claims.items())[:MOST_LISTED]
    records = found_at(matched, (place for _, (_, places) in listed for place in places), engine)
    problems = []
    for (*_, claim_id), (why, places) in listed:
        what, repair = SAID[why]
        file = matched.files[places[0][0]]
        names = sorted({category(matched, place, records[place]) for place in places})
        said = {"claim": claim_id, "first": names[0], "last": names[-1]}
        problems.append(at(file, records[places[0]], what.format(**said), repair.format(**said)))
    if len(claims) > len(listed):
        others = f"{len(claims) - len(listed):,} more claims have lines that disagree"
        problems.append(Problem(str(matched.files[0].path), None, others, "Repair these first."))
    return problems


def category(matched: Matched, place: Place, record: Record) -> str:
    """Return the category of a line as it is read."""
    file = matched.files[place[0]]
    column = next(each for each in matched.layout if each.name == "service_category")
    return clean_text(column, file.with_made(record.fields)[file.places[column.name][0]], file.source)
