"""The definition of contract, model and example files: every key, its shape and what it is for.

Reading, messages and the published JSON Schema are all drawn from here.
"""

from __future__ import annotations

from typing import Any

from vbc_cli.contract.attribution import ATTRIBUTION
from vbc_cli.contract.measured import ADJUSTMENT, MEASURED_FIELDS, VALUATION
from vbc_cli.contract.measurement import MEASUREMENT
from vbc_cli.contract.membership import ENROLMENT
from vbc_cli.contract.settlements import SETTLEMENTS
from vbc_cli.contract.shapes import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Field,
    FormulaText,
    ListOf,
    MapOf,
    Raw,
    Record,
    words,
)
from vbc_cli.contract.sources import DATA
from vbc_cli.contract.verification import VERIFICATION
from vbc_cli.formula.units import UNITS

UNIT = words(*UNITS)

CASE = Record(
    {
        "if": Field(FormulaText(), "the condition under which this case is taken"),
        "then": Field(FormulaText(), "the value in this case"),
        "else": Field(FormulaText(), "the value when no case before it applies"),
    }
)

LINE = Record(
    {
        "formula": Field(FormulaText(), "how the line is calculated"),
        "cases": Field(ListOf(CASE), "ordered cases instead of one formula: {if, then} and last {else}"),
        "when": Field(FormulaText(), "the line applies only where this holds"),
        "unit": Field(UNIT, "the unit, where a share becomes a score or the other way round"),
        "cite": Field(TEXT, "the clause this line restates"),
        "doc": Field(TEXT, "what the line is"),
    },
    "one line of a worksheet",
    short=("formula", FormulaText()),
)
LINES = MapOf(LINE, dotted=True)
_VERIFICATION = Field(VERIFICATION, "how it was checked; it holds for everything inside that does not say")
MODEL_LINE = Record({**LINE.fields, "verification": _VERIFICATION}, LINE.doc, LINE.short)

_BOUNDS = {
    "at_least": Field(NUMBER, "the least it may be"),
    "above": Field(NUMBER, "what it must be more than"),
    "at_most": Field(NUMBER, "the most it may be"),
    "below": Field(NUMBER, "what it must be less than"),
}
MODEL_TERM = Record(
    {
        "unit": Field(UNIT, "the unit of the term", required=True),
        **_BOUNDS,
        "doc": Field(TEXT, "what the term means"),
        "may_be": Field(words("none"), "'none' where a contract may agree that there is no such term"),
        "optional": Field(
            FLAG, "yes where only a settlement that it decides needs it, and is refused without it"
        ),
        "one_of": Field(ListOf(TEXT), "the codes a contract may choose from"),
        "by": Field(TEXT, "the table of months in which the term, which may change by month, is a column"),
    },
    "a term that a contract must state",
    short=("unit", UNIT),
)
MODEL_FACT = Record(
    {
        "unit": Field(UNIT, "the unit of the fact", required=True),
        **_BOUNDS,
        "doc": Field(TEXT, "what is measured"),
        "optional": Field(FLAG, "yes where a settlement may be without it"),
    },
    "a fact that the model reads",
    short=("unit", UNIT),
)
MODEL_COLUMN = Record(
    {
        "unit": Field(UNIT, "the unit of the column", required=True),
        **_BOUNDS,
        "optional": Field(FLAG, "yes where a row may be without it"),
        "one_of": Field(ListOf(TEXT), "the codes a row may choose from"),
        "doc": Field(TEXT, "what the column holds"),
    },
    short=("unit", UNIT),
)
MODEL_TABLE = Record(
    {
        "from": Field(words("terms", "facts"), "who states the rows", required=True),
        "key": Field(ListOf(TEXT, or_one=True), "the columns that find a row again"),
        "columns": Field(MapOf(MODEL_COLUMN), "each column and its unit", required=True),
        "bands": Field(
            ListOf(TEXT), "[above, up_to]: columns of bands that must join without gap or overlap"
        ),
        "ascending": Field(TEXT, "a column whose values must rise from row to row"),
        "may_be": Field(words("none"), "'none' where a contract may agree on no rows at all"),
        "optional": Field(FLAG, "yes where a settlement may be without the measured rows"),
        "within": Field(ListOf(TEXT, or_one=True), "columns that split the rows into separate sets of bands"),
        "doc": Field(TEXT, "what the table holds"),
    }
)
CHECK = Record(
    {
        "that": Field(FormulaText(), "what must hold", required=True),
        "say": Field(TEXT, "what is wrong where it does not hold", required=True),
        "of": Field(TEXT, "the table of which every row must hold it, where it is no single condition"),
        "repair": Field(TEXT, "what to do about it, where that is not plain"),
    }
)
CODES = Record(
    {
        "one_sided": Field(TEXT, "the code without risk"),
        "two_sided": Field(TEXT, "the code with risk"),
        "code": Field(TEXT, "the code"),
    },
    short=("code", TEXT),
)
LUCK = Record(
    {
        "cost": Field(TEXT, "the fact that is the measured cost", required=True),
        "target": Field(TEXT, "the fact that is the target", required=True),
        "minimum_rate": Field(TEXT, "the line or term that savings must reach, as a share of the target"),
    }
)
MODEL = Record(
    {
        "model": Field(TEXT, "the model's name, as contracts write it", required=True),
        "title": Field(TEXT, "the model's name in words", required=True),
        "summary": Field(TEXT, "who pays what to whom, in one sentence", required=True),
        "payment_stream": Field(CODES, "HL7 value-based performance reporting code"),
        "lan_category": Field(CODES, "HCP-LAN alternative payment model category"),
        "risk": Field(TEXT, "the provider's financial risk"),
        "suits": Field(TEXT, "whom the model suits"),
        "cite": Field(TEXT, "the regulation or agreement the model restates"),
        "verification": _VERIFICATION,
        "terms": Field(MapOf(MODEL_TERM), "what a contract must state"),
        "clauses": Field(
            MapOf(ListOf(TEXT)),
            "clause: its terms and tables, which a contract without it states as one none",
        ),
        "facts": Field(MapOf(MODEL_FACT), "what must be measured"),
        "tables": Field(MapOf(MODEL_TABLE), "tables that formulas read"),
        "lines": Field(
            MapOf(MODEL_LINE, dotted=True), "the calculation, one line for each clause", required=True
        ),
        "checks": Field(ListOf(CHECK), "what must hold of the terms"),
        "results": Field(MapOf(TEXT), "result: the line that gives it", required=True),
        "columns": Field(ListOf(TEXT), "the lines that a portfolio's table shows"),
        "totals": Field(
            Record(
                {
                    "generated": Field(TEXT, "what was saved or lost before it is shared"),
                    "due": Field(TEXT, "what is paid in the end, where it is not the first result"),
                }
            ),
            "the lines that a summary of several portfolios adds up beside the first result",
        ),
        "account": Field(ListOf(TEXT), "the lines, at most three, whose reasons stand under a comparison"),
        "luck": Field(LUCK, "what is held against what, so that luck can be told from savings"),
    },
    "a payment, benchmark or quality model",
)

TERM_VALUE: dict[str, Any] = {
    "description": "a value, none, {value, cite, verification}, dated [{from, value}], or a table's rows",
    "type": ["string", "number", "boolean", "array", "object"],
}
BINDING: dict[str, Any] = {
    "description": "a fact or result, several that add up (a + b), or the rows of a table",
    "type": ["string", "array"],
}
STREAM = Record(
    {
        "as": Field(TEXT, "the stream's own name, where others read it"),
        "model": Field(TEXT, "a model's name, or the path of a model file", required=True),
        "basis": Field(
            words("allowed_amount", "plan_paid_amount"), "the amount of a claim that the stream is settled on"
        ),
        "counts_as_cost": Field(FLAG, "whether the stream's payments count in the cost of care"),
        "replaces": Field(
            ListOf(TEXT, or_one=True), "measured own claims that the stream pays instead of fee for service"
        ),
        "paid": Field(words("as_claims", "prospectively", "at_settlement"), "when the stream is paid"),
        "payer": Field(TEXT, "who pays where the stream is positive: the contract's payer, if not stated"),
        "payee": Field(TEXT, "who is paid where it is positive: the contract's provider, if not stated"),
        "facts": Field(MapOf(Raw(BINDING)), "model's fact: where it comes from"),
        "terms": Field(MapOf(Raw(TERM_VALUE)), "the values agreed"),
        "lines": Field(LINES, "lines that this agreement replaces or adds"),
        "cite": Field(TEXT, "the clause that agrees this stream"),
        "verification": _VERIFICATION,
    },
    "one payment stream: a model with its terms",
)
FACT = Record(
    {
        **MEASURED_FIELDS,
        "given": Field(
            Raw({"type": ["string", "number", "boolean", "array"]}),
            "the value itself, where it is not measured; a list of rows where it is a table",
        ),
        "source": Field(TEXT, "where a given value comes from"),
        "model": Field(TEXT, "the benchmark or quality model that makes it"),
        "facts": Field(MapOf(Raw(BINDING)), "model's fact: where it comes from"),
        "terms": Field(MapOf(Raw(TERM_VALUE)), "the values agreed for the model"),
        "lines": Field(LINES, "lines that this agreement replaces or adds"),
        "cite": Field(TEXT, "the clause"),
        "verification": _VERIFICATION,
    },
    "something that streams read: measured, given, or made by a model",
)
ARRANGEMENT = Record(
    {
        "streams": Field(ListOf(STREAM), "the payment streams of this way of paying", required=True),
        "cite": Field(TEXT, "the clause that agrees this arrangement"),
        "verification": _VERIFICATION,
    },
    "one way of paying the provider",
    short=("streams", ListOf(STREAM)),
)
PERIOD = Record(
    {
        "start": Field(DATE, "the first day", required=True),
        "end": Field(DATE, "the last day", required=True),
    }
)
READINGS = ("number", "dollars", "percent", "fraction", "share", "out_of", "flag", "code", "date", "us_date")
_CELL = {
    "column": Field(ListOf(TEXT, or_one=True), "the column's header, or alternatives in order"),
    "file": Field(TEXT, "the file it is in, where there are several"),
    "read": Field(words(*READINGS), "how its text is written"),
    "absent": Field(TEXT, "the value where the text is missing; 'none' where the fact is then missing"),
    "texts": Field(MapOf(TEXT, plain_names=False), "special text: the value it stands for"),
    "printed": Field(NUMBER, "the unit of the last printed digit, as in the file, where it is rounded"),
    "may_lack_column": Field(FLAG, "yes where a file may be without the column; then it is absent:"),
    "at_most": Field(
        NUMBER, "of read: share (percents or fractions, whichever the column holds): the largest possible"
    ),
}
COLUMN = Record(
    {
        **_CELL,
        "one_of": Field(
            MapOf(ListOf(TEXT, or_one=True), plain_names=False),
            "code: the flag column that stands for it, or alternatives",
        ),
        "unpublished": Field(FLAG, "yes where the fact exists but no file gives it"),
    },
    "one fact of every row",
    short=("column", ListOf(TEXT, or_one=True)),
)
TEMPLATE = Record(
    _CELL,
    "a column of a table; {measure} in its header stands for the measure of each row",
    short=("column", ListOf(TEXT, or_one=True)),
)
WIDE_ROWS = Record(
    {
        "rows": Field(
            MapOf(ListOf(TEXT, or_one=True)),
            "column: its value in each row; a single value holds for all of them",
            required=True,
        ),
        "file": Field(TEXT, "the file the columns are in, where there are several"),
        "columns": Field(
            MapOf(TEMPLATE), "each other column and the header it is found under", required=True
        ),
        "published": Field(MapOf(TEMPLATE), "published results of computed columns, for comparison"),
    },
    "rows of a table, each read from a set of columns",
)
PORTFOLIO_FILE = Record(
    {
        "file": Field(
            ListOf(TEXT, or_one=True), "its path, or alternatives in order; * stands for anything in a name"
        ),
        "key": Field(ListOf(TEXT, or_one=True), "the column that names the row", required=True),
        "key_read": Field(words("code", "number"), "number where 7, 007 and 7.0 are one key; else code"),
        "encoding": Field(words("utf-8", "latin-1"), "the file's encoding; utf-8 if not stated"),
        "title_lines": Field(WHOLE, "lines above the header"),
        "may_lack_rows": Field(FLAG, "yes where the file need not have every row"),
    },
    "one file of a portfolio",
)
PORTFOLIO = Record(
    {
        "files": Field(
            MapOf(PORTFOLIO_FILE), "each file by a name of your choosing; the first leads", required=True
        ),
        "source": Field(TEXT, "who publishes the files, under which title and address"),
        "missing": Field(ListOf(TEXT), "texts that mean there is no value (an empty cell always does)"),
        "name": Field(ListOf(TEXT, or_one=True), "the column with the row's title"),
        "facts": Field(MapOf(COLUMN), "each fact and its column"),
        "tables": Field(MapOf(ListOf(WIDE_ROWS, or_one=True)), "each table of measures and its columns"),
        "published": Field(MapOf(COLUMN), "published results of lines, for comparison"),
    },
    "files with one settlement a row",
)
COMPARISON = Record(
    {
        "basis": Field(
            words("allowed_amount", "plan_paid_amount"), "the amount that totals are in", required=True
        ),
        "claims_kept": Field(TEXT, "the provider's own claims, paid fee for service", required=True),
        "claims_of_others": Field(TEXT, "everybody else's claims for the same members", required=True),
        "member_months": Field(TEXT, "the member months", required=True),
        "cost": Field(TEXT, "the cost that is held against the target"),
        "target": Field(TEXT, "the target"),
        "quality": Field(TEXT, "the quality score"),
    },
    "which facts the comparison of arrangements shows",
)
DEFINED_WORD = Record(
    {
        "text": Field(TEXT, "the definition as the agreement words it"),
        "is": Field(TEXT, "the fact, result or line of this contract that it names"),
        "cite": Field(TEXT, "the clause that defines it"),
    },
    "a word of the agreement, and what it is here",
)
CONTRACT = Record(
    {
        "contract": Field(TEXT, "the contract's short name", required=True),
        "title": Field(TEXT, "the agreement in words", required=True),
        "payer": Field(TEXT, "the plan or program that pays", required=True),
        "provider": Field(TEXT, "the provider group; not needed for a portfolio"),
        "period": Field(PERIOD, "the performance period", required=True),
        "cite": Field(TEXT, "the agreement or regulation that terms without their own cite come from"),
        "verification": _VERIFICATION,
        "portfolio": Field(PORTFOLIO, "files with one settlement a row"),
        "data": Field(DATA, "the claims, eligibility and quality files"),
        "valuation": Field(VALUATION, "the day and run-out at which claims are cut"),
        "attribution": Field(ATTRIBUTION, "how members are attributed where no roster says it"),
        "measurement": Field(MEASUREMENT, "settings of every measured fact that does not state its own"),
        "enrolment": Field(ENROLMENT, "which enrolment is recognised; as the file says if not stated"),
        "settlements": Field(SETTLEMENTS, "the settlements of the period in order, the final one last"),
        "adjustments": Field(ListOf(ADJUSTMENT), "dollars that are not claim lines"),
        "facts": Field(MapOf(FACT), "what streams read, where it is not a column of a portfolio"),
        "definitions": Field(
            MapOf(DEFINED_WORD, plain_names=False), "the agreement's own words, which explanations print"
        ),
        "rounding": Field(
            MapOf(NUMBER), "payment: 0.01 rounds in every model that has a term payment_rounding"
        ),
        "comparison": Field(COMPARISON, "which facts the comparison of arrangements shows"),
        "arrangements": Field(MapOf(ARRANGEMENT, plain_names=False), "the ways of paying", required=True),
        "examples": Field(Raw({"type": "array"}), "worked examples"),
    },
    "one agreement for one performance period",
)

EXAMPLE = Record(
    {
        "name": Field(TEXT, "what the example shows, as a sentence", required=True),
        "source": Field(TEXT, "where the expected values come from", required=True),
        "terms": Field(MapOf(Raw(TERM_VALUE)), "terms of this example"),
        "facts": Field(
            MapOf(Raw({"type": ["string", "number", "boolean", "array"]})), "its facts", required=True
        ),
        "statistics": Field(
            MapOf(NUMBER, dotted=True), "line: what its statistic over a portfolio comes to, as there is none"
        ),
        "expect": Field(
            MapOf(ListOf(TEXT, or_one=True), dotted=True),
            "line: value; '-' where the line does not apply; a list for a computed column",
        ),
        "refused": Field(TEXT, "words of the refusal, where it cannot be settled; in the place of expect:"),
        "within": Field(NUMBER, "how far a value may be off where the source printed it rounded"),
    }
)
EXAMPLES = Record(
    {
        "model": Field(TEXT, "the model that is shown"),
        "contract": Field(TEXT, "the contract whose terms are used"),
        "period": Field(PERIOD, "the period that dated terms must cover"),
        "terms": Field(MapOf(Raw(TERM_VALUE)), "terms common to the examples"),
        "facts": Field(MapOf(Raw({})), "facts common to the examples"),
        "examples": Field(ListOf(EXAMPLE), "the worked examples", required=True),
    },
    "worked examples of a model or contract",
)
