"""What a contract says once for all its measured facts, where a fact does not say it itself."""

from __future__ import annotations

from dataclasses import replace

from vbc_cli.contract.measured import MEASURED_FIELDS
from vbc_cli.contract.shapes import Fields, Record

OF_KIND = {
    "member_months": ("month_rule", "claims_counted", "attribution"),
    "spending": ("attribution", "capitated_encounters", "secondary_claims"),
    "episodes": ("attribution", "capitated_encounters"),
}
"""The settings of each kind of fact that may be stated once for all."""
MEASUREMENT = Record(
    {
        name: MEASURED_FIELDS[name]
        for name in dict.fromkeys(name for names in OF_KIND.values() for name in names)
    },
    "settings of every measured fact that does not state its own",
)


def with_measurement(fields: Fields) -> Fields:
    """Return a contract's fields in which every measured fact states what is said once for all of them."""
    common: Fields | None = fields.get("measurement")
    facts: Fields | None = fields.get("facts")
    if common is None or facts is None:
        return fields
    said = replace(facts, found={name: _stated(fact, common) for name, fact in facts.items()})
    return replace(fields, found={**fields.found, "facts": said})


def _stated(fact: Fields, common: Fields) -> Fields:
    """Return a fact with what is said for all; whose members count is said by the fact that it names."""
    own = {"attribution"} if "members" in fact else set()
    found = {
        name: common[name]
        for name in OF_KIND.get(fact.get("measured", ""), ())
        if name in common and name not in fact and name not in fact.broken and name not in own
    }
    lines = {name: common.lines[name] for name in found}
    return replace(fact, found={**found, **fact.found}, lines={**lines, **fact.lines})
