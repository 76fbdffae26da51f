"""What a contract says of claims not yet paid: factors, a chain ladder, or dollars PMPM, and the case.

`complete: 1.012` and `complete: {inpatient: 1.025, ...}` are factors without a range; the longer form names
low, best and high values and the one that the settlement uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from vbc_cli.claims.completion_settings import CASES, Case, ChainLadder, Completion, Factors, by_factors
from vbc_cli.contract.document import List, Map, Node, Text
from vbc_cli.contract.shapes import (
    BROKEN,
    NUMBER,
    WHOLE,
    Broken,
    Complaints,
    Field,
    Fields,
    MapOf,
    Raw,
    Record,
    Scalar,
    words,
)

FACTORS = {"anyOf": [NUMBER.schema(), MapOf(NUMBER, plain_names=False).schema()]}
PER_CASE = {"type": "object", "propertyNames": {"enum": list(CASES)}}


def or_word(word: str, number: Scalar) -> Scalar:
    """Return the shape of a number, or of a word that stands for None."""

    def read(text: str) -> Any:
        return None if text == word else number.reader(text)

    return Scalar(read, {"anyOf": [{"const": word}, dict(number.json)]}, f"{number.called} or {word}")


LADDER = Record(
    {
        "average": Field(words("volume_weighted", "simple"), "how factors are averaged", required=True),
        "experience_months": Field(
            WHOLE, "months of service that are read, the period's own included", required=True
        ),
        "latest_months": Field(
            or_word("all", WHOLE), "how many of the latest months make each factor, or all", required=True
        ),
        "tail_factor": Field(NUMBER, "the factor for what is paid later than any month seen", required=True),
        "by": Field(
            words("category", "all_categories"), "whether each category has its own triangle", required=True
        ),
        "standard_errors": Field(
            or_word("none", NUMBER),
            "how many standard errors low and high lie from best, or none",
            required=True,
        ),
    },
    "a chain ladder over the claims' own triangle",
)
COMPLETION = Record(
    {
        "factors": Field(Raw(FACTORS), "one factor or one by category; or {low, best, high} of these"),
        "ibnr_pmpm": Field(Raw(NUMBER.schema()), "dollars PMPM, or {low, best, high} of them"),
        "chain_ladder": Field(LADDER, "a chain ladder over the claims' own triangle"),
        "case": Field(words(*CASES), "the case that the settlement uses", required=True),
    },
    "claims incurred and not yet paid",
)
WAYS = ("factors", "ibnr_pmpm", "chain_ladder")


class CompletionShape(Struct, frozen=True):
    """Reads `complete:` in its short and its long form."""

    def read(self, node: Node, label: str, complaints: Complaints) -> Completion | Broken:
        if not isinstance(node, Map) or not {*WAYS, "case"} & set(node.entries):
            factors = read_factors(node, label, complaints)
            return BROKEN if isinstance(factors, Broken) else by_factors(factors)
        got = COMPLETION.read(node, label, complaints)
        return BROKEN if isinstance(got, Broken) or got.broken else _completion(got, label, complaints)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [*FACTORS["anyOf"], COMPLETION.schema()]}


def _completion(got: Fields, label: str, complaints: Complaints) -> Completion | Broken:
    """Build the long form; it names one way, and its case is one that the way knows."""
    if sum(way in got for way in WAYS) != 1:
        return complaints.add(
            got.line, f"{label} in more than one way or in none", f"Name one of {', '.join(WAYS)}."
        )
    factors = _by_case(got.get("factors"), read_factors, complaints)
    pmpm = _by_case(got.get("ibnr_pmpm"), _pmpm, complaints)
    ladder: Fields | None = got.get("chain_ladder")
    if isinstance(factors, Broken) or isinstance(pmpm, Broken) or (ladder is not None and ladder.broken):
        return BROKEN
    made = Completion(factors, pmpm, None if ladder is None else ChainLadder(**ladder), got["case"])
    if made.case not in made.cases():
        what = f"{label} uses the case {made.case}, which it does not give"
        return complaints.add(got.lines["case"], what, f"It gives: {', '.join(made.cases()) or 'none'}.")
    return made


Reader = Callable[[Node, str, Complaints], Any]


def _by_case(node: Node | None, read: Reader, complaints: Complaints) -> Any:
    """Read one value, which is best, or a value for each case."""
    if node is None:
        return None
    if not isinstance(node, Map) or not set(CASES) & set(node.entries):
        value = read(node, "'best'", complaints)
        return BROKEN if isinstance(value, Broken) else {"best": value}
    found: dict[Case, Any] = {}
    for name, each in node.items():
        if name not in CASES:
            return complaints.add(node.lines[name], f"the case '{name}'", f"Known: {', '.join(CASES)}.")
        found[name] = read(each, f"'{name}'", complaints)
    return BROKEN if any(isinstance(value, Broken) for value in found.values()) else found


def read_factors(node: Node, label: str, complaints: Complaints) -> Factors | Broken:
    """Read one completion factor, or a factor for each category."""
    if isinstance(node, Text):
        return _factor(node, label, complaints)
    if isinstance(node, List):
        return complaints.add(node.line, f"{label} is a list", "Write one factor, or category: factor.")
    found: Mapping[str, Decimal | Broken] = {
        category: _factor(each, f"'{category}'", complaints) for category, each in node.items()
    }
    factors = {name: value for name, value in found.items() if isinstance(value, Decimal)}
    return factors if len(factors) == len(found) else BROKEN


def _factor(node: Node, label: str, complaints: Complaints) -> Decimal | Broken:
    factor = NUMBER.read(node, label, complaints)
    if isinstance(factor, Decimal) and factor < 1 and isinstance(node, Text):
        repair = "A factor is 1 or more: 1.015 adds 1.5 percent."
        return complaints.add(node.line, f"the completion factor {node.text}", repair)
    return factor  # type: ignore[no-any-return]


def _pmpm(node: Node, label: str, complaints: Complaints) -> Any:
    return NUMBER.read(node, label, complaints)
