"""The files a contract measures, and how their columns are read.

A kind has one source, or several that are written differently, such as medical and pharmacy claims. A source
may name a format, a mapping that is written once for everybody; what the contract says itself goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from os.path import normpath
from pathlib import Path
from typing import Any

from vbc_cli.claims.settings import (
    LINE_LEVEL,
    MISSING,
    OTHERS,
    Case,
    Codes,
    CorrectedClaims,
    LeftOut,
    Made,
    Mapped,
    RateReading,
    Source,
    Valuation,
)
from vbc_cli.contract.document import Document, List, Map, Node, read_document
from vbc_cli.contract.shapes import (
    BROKEN,
    NUMBER,
    TEXT,
    WHOLE,
    Broken,
    Complaints,
    Field,
    Fields,
    ListOf,
    MapOf,
    Record,
    Scalar,
    words,
)
from vbc_cli.contract.unmatched import LIMIT_FIELDS
from vbc_cli.formula.check import suggest

PATHS = ListOf(TEXT, or_one=True)
KINDS = (
    "claims",
    "eligibility",
    "attribution",
    "voluntary_alignment",
    "providers",
    "quality",
    "payments",
    "base_years",
    "revenue",
    "risk_scores",
)
OF_CLAIMS = (
    "amount_level",
    "claim_category",
    "negative_where",
    "corrected_claims",
    "amounts_add_up_within",
    "key",
    "identical_rows",
)
SETTING_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(OF_CLAIMS, ("claims",)),
    "ends": ("eligibility", "attribution", "providers", "risk_scores"),
    "overlaps": ("eligibility", "attribution"),
    "rows": ("eligibility", "attribution"),
    "read": ("quality",),
    "after_death": ("eligibility",),
}
"""The kinds of files that a setting is of."""
OVER, DIVISOR = " / ", r"[0-9]{1,6}([.][0-9]{1,6})?"
AMOUNT = "amount"
"""How the names of all columns of dollars end."""
MARK = Scalar(str, {"type": "string"}, "one character, or tab")
TABS = {"tab": "\t", "\\t": "\t"}
IDS = ("claim_id", "claim_line_number")
LEVELS = ("line", "header", "header_repeated")
FORMATS = Path(__file__).parents[1] / "claims" / "formats"

CODES = MapOf(ListOf(TEXT, or_one=True), plain_names=False)
CASE = Record(
    {
        "if": Field(CODES, "the file's column: its codes, such as 45, 45*, 0450..0459, blank or filled"),
        "then": Field(TEXT, "the text in this case"),
        "else": Field(TEXT, "the text when no case before it applies"),
    }
)
COLUMN = Record(
    {
        "column": Field(
            PATHS, "the file's header, or several that add up; A * B, A / 0.98, -A are taken too"
        ),
        "first_of": Field(PATHS, "headers of which the first that is filled in counts"),
        "cases": Field(ListOf(CASE), "ordered cases {if, then} and last {else}"),
        "value": Field(TEXT, "the same text in every row"),
        "else": Field(TEXT, "the text where nothing is filled in, such as 0 for an amount"),
    },
    "how one of our columns is read",
    short=("column", PATHS),
)
LEVEL = Record(
    {"cases": Field(ListOf(CASE), "ordered cases {if, then} and last {else}", required=True)},
    "what an amount belongs to",
    short=("value", words(*LEVELS)),
)
LEAVE_OUT = Record(
    {
        "if": Field(CODES, "the file's column: its codes", required=True),
        "reason": Field(TEXT, "why these rows do not count", required=True),
    },
    "rows that do not count",
)
CORRECTED = Record(
    {
        "become": Field(
            words("left_out", "netted"),
            "left_out, or netted where the file takes them back by negative lines and all lines stand",
            required=True,
        ),
        "denied_corrections": Field(
            words("correct", "correct_nothing"),
            "whether a replacement or void that was denied as a whole still takes the claim's place",
        ),
    },
    "what becomes of claims that a later claim replaces or voids (claim_frequency_code 7 or 8)",
    short=("become", words("left_out", "netted")),
)
RATE = words("fraction", "percent", "share", "ratio")


class RatesRead:
    """How rates are written: one word for all, or a word for each measure and for the others."""

    def read(self, node: Node, label: str, complaints: Complaints) -> Mapping[str, RateReading] | Broken:
        if isinstance(node, Map):
            found: Fields | Broken = MapOf(RATE, plain_names=False).read(node, label, complaints)
            return BROKEN if isinstance(found, Broken) or found.broken else dict(found)
        one = RATE.read(node, label, complaints)
        return BROKEN if isinstance(one, Broken) else {OTHERS: one}

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [RATE.schema(), MapOf(RATE, plain_names=False).schema()]}


READING = {
    "columns": Field(MapOf(COLUMN), "our name: the file's header, several that add up, or how it is made"),
    "date_format": Field(
        words("iso", "yyyymmdd", "mm/dd/yyyy", "dd/mm/yyyy", "dd-mon-yyyy"),
        "how dates are written; a time behind them is not looked at, dd-mon-yyyy is also 10FEB2025",
    ),
    "time_zone": Field(
        TEXT, "whose days moments are that a Parquet file stores with a zone, such as America/New_York"
    ),
    "delimiter": Field(MARK, "what separates cells: one character, or tab; a comma if not stated"),
    "decimal": Field(
        words("point", "comma"), "the decimal mark of amounts and numbers; a point if not stated"
    ),
    "missing": Field(
        ListOf(TEXT, or_one=True),
        "texts that stand for nothing; NULL, null, \\N and . if not stated",
    ),
    "after_death": Field(
        words("counts", "does_not_count"),
        "whether months after the month of death count, where enrolment: does not say",
    ),
    "title_lines": Field(WHOLE, "how many lines stand above the header; none if not stated"),
    "encoding": Field(words("utf-8", "latin-1", "utf-16"), "the files' encoding; utf-8 if not stated"),
    "amount_level": Field(
        LEVEL, "whether an amount is the line's, the claim's on one row, or the claim's repeated on its lines"
    ),
    "claim_category": Field(
        PATHS, "of the categories on the lines of a claim whose amount stands once, the first is the claim's"
    ),
    "negative_where": Field(CODES, "rows whose amounts are taken as negative, by the file's codes"),
    "leave_out": Field(ListOf(LEAVE_OUT), "rows that do not count, and why"),
    "ends": Field(
        words("inclusive", "exclusive"), "exclusive where the end of a span is the day after its last day"
    ),
    "rows": Field(
        words("spans", "one_a_month"),
        "one_a_month where a row is a member's month and its start a day of it, or a month such as 202501; "
        "spans with an end if not stated",
    ),
    "overlaps": Field(
        words("refuse", "merge"),
        "merge makes one of overlapping spans of a member that agree in all columns that are read; "
        "refused if not stated",
    ),
    "amounts_add_up_within": Field(
        NUMBER,
        "refuses claim lines whose allowed amount is off plan paid, member liability and other payers by "
        "more dollars than this; said and not refused if not stated",
    ),
    "key": Field(
        ListOf(TEXT),
        "what tells claim lines apart: claim_id and claim_line_number with further columns of the file; "
        "those of the claim (a data source) before claim_line_number, of the line (a version) behind it",
    ),
    "identical_rows": Field(
        words("refuse", "once"),
        "once counts rows once that are alike in every column that is read; refused if not stated",
    ),
    "corrected_claims": Field(CORRECTED, "claims that a later claim replaces or voids"),
    "read": Field(
        RatesRead(),
        "how quality rates are written: fraction, percent, share (one of the two, told by the file) or ratio "
        "(no share, such as observed over expected); by measure: {PCR: ratio, others: percent}",
    ),
}
DATA_FILE = Record(
    {
        "file": Field(PATHS, "the path, or several of one kind", required=True),
        "format": Field(TEXT, "a format's name, or the path of a format file"),
        **READING,
    },
    "the files of one kind",
    short=("file", PATHS),
)
FORMAT = Record(
    {
        "format": Field(TEXT, "the format's name, as contracts write it", required=True),
        "title": Field(TEXT, "the format in words", required=True),
        "source": Field(TEXT, "where the columns are described", required=True),
        **{kind: Field(Record(READING), f"how its {kind.replace('_', ' ')} are read") for kind in KINDS},
    },
    "how files of one format are read",
)


class Sources:
    """One source, or a list of sources that are written differently; paths alone are one source."""

    def read(self, node: Node, label: str, complaints: Complaints) -> tuple[Fields, ...] | Broken:
        if isinstance(node, List) and any(isinstance(item, Map) for item in node.items):
            found: tuple[Fields, ...] | Broken = ListOf(DATA_FILE).read(node, label, complaints)
            return found
        one = DATA_FILE.read(node, label, complaints)
        return one if isinstance(one, Broken) else (one,)

    def schema(self) -> dict[str, Any]:
        one = DATA_FILE.schema()
        return {"anyOf": [one, {"type": "array", "items": one}]}


DATA = Record(
    {kind: Field(Sources(), f"the {kind.replace('_', ' ')} file") for kind in KINDS} | LIMIT_FIELDS,
    "the files that are measured",
)


def build_sources(got: Fields, document: Document, complaints: Complaints) -> tuple[Source, ...]:
    """Build the files to read; their paths are relative to the contract."""
    return tuple(
        build_source(kind, fields, document, complaints) for kind in KINDS for fields in got.get(kind, ())
    )


def build_source(kind: str, fields: Fields, document: Document, complaints: Complaints) -> Source:
    """Build one source: what its format says, and before it what the contract says."""
    for file in fields.get("file", ()):
        if Path(file).is_absolute():
            complaints.add(fields.line, f"the absolute path '{file}'", "Write a path relative to this file.")
    said = {**read_format(kind, fields, document, complaints), **fields}
    for name, kinds in SETTING_OF.items():
        if name in said and kind not in kinds:
            repair = f"It is a setting of {', '.join(kinds)}."
            complaints.add(fields.line, f"'{name}' of {kind}", repair)
    level = build_level(said.get("amount_level"), complaints)
    if "claim_category" in fields and "header_repeated" not in levels_of(level):
        what = "claim_category without amount_level: header_repeated"
        complaints.add(fields.lines["claim_category"], what, "Leave it out: each line has its own category.")
    claim_parts, line_parts = build_key(fields, said, complaints)
    own, by_format = build_columns(fields, complaints), said.get("format_columns", {})
    return Source(
        kind=kind,  # type: ignore[arg-type]
        files=tuple(Path(normpath(document.folder / file)) for file in fields.get("file", ())),
        columns={**by_format, **own},
        contract_file=document.file,
        line=fields.line,
        date_format=said.get("date_format", "iso"),
        time_zone=said.get("time_zone"),
        decimal=said.get("decimal", "point"),
        missing=said.get("missing", MISSING),
        title_lines=int(said.get("title_lines", 0)),
        after_death=said.get("after_death"),
        delimiter=build_delimiter(fields, said, complaints),
        encoding=said.get("encoding", "utf-8"),
        amount_level=level,
        level_stated="amount_level" in said,
        claim_category=tuple(said.get("claim_category", ())),
        negative_where=build_codes(said.get("negative_where", {})),
        leave_out=tuple(
            LeftOut(build_codes(each["if"]), each["reason"])
            for each in said.get("leave_out", ())
            if not each.broken
        ),
        ends=said.get("ends", "inclusive"),
        rows=said.get("rows", "spans"),
        overlaps=said.get("overlaps", "refuse"),
        amounts_add_up_within=build_within(fields, said, complaints),
        claim_parts=claim_parts,
        line_parts=line_parts,
        identical_rows=said.get("identical_rows", "refuse"),
        corrected_claims=build_corrected(said.get("corrected_claims"), complaints),
        by_format=frozenset(by_format) - own.keys(),
        rates_read=said.get("read", {}),
    )


def build_within(fields: Fields, said: Mapping[str, Any], complaints: Complaints) -> Decimal | None:
    """Build by how many dollars amounts may be off; fewer than none would refuse every line."""
    name = "amounts_add_up_within"
    within: Decimal | None = said.get(name)
    if within is not None and within < 0:
        line = fields.lines.get(name, fields.line)
        complaints.add(line, f"'{name}' is {within}", "Write dollars, such as 0.01, or 0 for not at all.")
    return within


def build_key(
    fields: Fields, said: Mapping[str, Any], complaints: Complaints
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Build the columns that are part of a claim's id, and those that are part of a line's number."""
    key: tuple[str, ...] = said.get("key", IDS)
    wrong = [name for name in IDS if key.count(name) != 1] or key.index(IDS[0]) > key.index(IDS[1])
    if wrong:
        line = fields.lines.get("key", fields.line)
        repair = (
            "Write it as [claim_id, claim_line_number, version], or "
            "[data_source, claim_id, claim_line_number]."
        )
        complaints.add(line, f"'key' is {', '.join(key) or 'empty'}", repair)
        return (), ()
    place = key.index(IDS[1])
    return tuple(name for name in key[:place] if name != IDS[0]), key[place + 1 :]


def build_delimiter(fields: Fields, said: Mapping[str, Any], complaints: Complaints) -> str:
    """Build what separates cells: one character that does not belong to a cell."""
    stated: str = said.get("delimiter", ",")
    delimiter = TABS.get(stated, stated)
    if len(delimiter) == 1 and delimiter not in '"\r\n' and not delimiter.isalnum():
        return delimiter
    line = fields.lines.get("delimiter", fields.line)
    complaints.add(line, f"the delimiter {stated!r}", "Write one character, such as ',' or '|', or tab.")
    return ","


def read_format(kind: str, fields: Fields, document: Document, complaints: Complaints) -> dict[str, Any]:
    """Return what a source's format says of its kind; its own faults are listed with the contract's."""
    name = fields.get("format")
    if name is None:
        return {}
    known = sorted(path.stem for path in FORMATS.glob("*.yaml"))
    own = name.endswith((".yaml", ".yml"))
    if not own and name not in known:
        repair = suggest(name, known) + " A format of your own is a path: ./name.yaml."
        complaints.add(fields.lines["format"], f"unknown format '{name}'", repair)
        return {}
    path = document.folder / name if own else FORMATS / f"{name}.yaml"
    shown = normpath(Path(document.file).parent / name) if own else f"vbc_cli/claims/formats/{name}.yaml"
    found = read_document(path, shown)
    faults = Complaints(found.file, list(found.problems))
    read = FORMAT.read(found.root, "a format", faults)
    section = {} if isinstance(read, Broken) else read.get(kind, {})
    columns = build_columns(section, faults)
    complaints.problems.extend(faults.problems)
    if not section and not faults.problems:
        has = [each for each in KINDS if not isinstance(read, Broken) and each in read]
        complaints.add(
            fields.lines["format"], f"the format '{name}' reads no {kind}", f"It reads {', '.join(has)}."
        )
    return {**section, "format_columns": columns}


def build_columns(section: Mapping[str, Any], complaints: Complaints) -> dict[str, Mapped]:
    """Build how each of our columns is read."""
    stated: Mapping[str, Fields] = section.get("columns", {})
    return {name: build_column(name, got, complaints) for name, got in stated.items()}


def build_column(name: str, got: Fields, complaints: Complaints) -> Mapped:
    """Build how one column is read, which is said in one way."""
    ways = [way for way in ("column", "first_of", "cases", "value") if way in got]
    if len(ways) != 1 and not got.broken:
        said = f" by {' and '.join(ways)}" if ways else " in no way"
        complaints.add(
            got.line, f"the column '{name}' is read{said}", "Say one: column, first_of, cases or value."
        )
    if "else" in got and ways not in (["column"], ["first_of"]):
        repair = "It goes with column or first_of; cases end in {else: ...}."
        complaints.add(got.line, f"'else' of the column '{name}'", repair)
    if "column" in got:
        return build_sum(name, got, complaints)
    cases, otherwise = build_cases(got.get("cases", ()), complaints)
    return Made(got.get("first_of", ()), cases, got.get("value", got.get("else", otherwise)))


def build_sum(name: str, got: Fields, complaints: Complaints) -> Mapped:
    """Build one column of the file, or several that add up; a product is of two, `-A` is taken off."""
    ways = {" * ": "a product", OVER: "a quotient"}
    made = [said for mark, said in ways.items() if mark in got["column"][0]]
    made += ["a column that is taken off"] * got["column"][0].startswith("-")
    if not name.endswith(AMOUNT) and (len(got["column"]) > 1 or made):
        adds = "several columns" if len(got["column"]) > 1 else made[0]
        complaints.add(
            got.line,
            f"'{name}' is read from {adds}, and only amounts add up and multiply",
            "Name one column, or {first_of: [A, B]} for the first that is filled in; of several that tell "
            "claim lines apart say key: [claim_id, claim_line_number, version].",
        )
    for each in got["column"]:
        if each.count(" * ") > 1:
            complaints.add(got.line, f"the product '{each}'", "Multiply two columns.")
    parts = tuple(build_part(each, got, complaints) for each in got["column"])
    return parts[0] if len(parts) == 1 else parts


def build_part(text: str, got: Fields, complaints: Complaints) -> str | Made:
    """Build one column of a sum: as it stands, taken off, or divided by a number."""
    column, over, divisor = text.removeprefix("-").strip().partition(OVER)
    if over and (" * " in column or not re.fullmatch(DIVISOR, divisor) or not Decimal(divisor)):
        repair = "Divide one column by a plain number above 0, such as plan_paid_amount / 0.98."
        complaints.add(got.line, f"the quotient '{text}'", repair)
        return text
    if text.startswith("-") and " * " in column:
        complaints.add(got.line, f"the product '{text}'", "Take off one column; a product is added.")
    if not over and not text.startswith("-") and "else" not in got:
        return text
    return Made(
        (column.strip(),),
        otherwise=got.get("else", ""),
        divided_by=divisor,
        negated=text.startswith("-"),
    )


def build_cases(got: tuple[Fields, ...], complaints: Complaints) -> tuple[tuple[Case, ...], str]:
    """Build ordered cases; the last of them says what holds otherwise."""
    for number, each in enumerate(got, start=1):
        wanted = {"else"} if number == len(got) else {"if", "then"}
        if set(each) != wanted and not each.broken:
            repair = "Write {if: {COLUMN: codes}, then: text}, and last {else: text}."
            said = " and ".join(each)
            complaints.add(each.line, f"case {number} of {len(got)} says {said or 'nothing'}", repair)
    cases = (Case(build_codes(each["if"]), each["then"]) for each in got if "if" in each and "then" in each)
    return tuple(cases), got[-1].get("else", "") if got else ""


def build_level(got: Fields | None, complaints: Complaints) -> Made:
    """Build what an amount belongs to: the line, or the claim."""
    if got is None or got.broken:
        return LINE_LEVEL
    if "value" in got:
        return Made(otherwise=got["value"])
    cases, otherwise = build_cases(got["cases"], complaints)
    found = Made(cases=cases, otherwise=otherwise)
    for level in levels_of(found):
        if level not in LEVELS:
            complaints.add(got.line, f"the amount level '{level}'", suggest(level, LEVELS))
    return found


def levels_of(level: Made) -> tuple[str, ...]:
    """Return every level that some row may have."""
    return (*(case.then for case in level.cases), level.otherwise)


def build_corrected(got: Fields | None, complaints: Complaints) -> CorrectedClaims | None:
    """Build what becomes of corrected claims; leaving them out needs a word on denied corrections."""
    if got is None or got.broken:
        return None
    if (got["become"] == "left_out") != ("denied_corrections" in got):
        said = "does not say" if got["become"] == "left_out" else "nets them and says"
        what = f"corrected_claims {said} what becomes of denied corrections"
        repair = "Write {become: left_out, denied_corrections: correct or correct_nothing}, or netted."
        complaints.add(got.line, what, repair)
        return None
    return CorrectedClaims(got["become"], got.get("denied_corrections", "correct"))


def build_codes(got: Mapping[str, tuple[str, ...]]) -> Codes:
    """Build which codes the file's columns may have."""
    return {name: tuple(codes) for name, codes in got.items()}


def check_corrected(sources: Iterable[Source], valuation: Valuation | None, complaints: Complaints) -> None:
    """Refuse late claims that replace some which the year before counted."""
    for source in sources:
        if source.corrects and valuation is not None and valuation.late_claims == "next_period":
            complaints.add(
                source.line or 1,
                "late claims of the year before count, and claims that they replace are left out",
                "The year before counted those: say late_claims: ignore, or corrected_claims: netted.",
            )
