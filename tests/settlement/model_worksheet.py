"""One stream settled over given facts, for properties that hold whatever was agreed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.document import parse_document
from vbc_cli.contract.model import Shelf
from vbc_cli.settlement import given_facts, prepare, settle_streams


@cache
def shelf() -> Shelf:
    return {}


def worksheet(model: str, terms: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return every line's value of a contract with one stream; raise `InputRefused` for refused terms."""
    agreement = {
        "contract": "property",
        "title": "Property",
        "payer": "Plan",
        "provider": "Group",
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
        "facts": {name: {"given": value} for name, value in facts.items()},
        "arrangements": {"only": [{"model": model, "terms": terms}]},
    }
    text = json.dumps(agreement, default=_plain).replace('"none"', "none")  # `none` is written without quotes
    contract = build_contract(parse_document(text.encode(), "property.yaml", Path()), shelf())
    prepared = prepare(contract, contract.arrangements[0])
    return settle_streams(prepared, given_facts(contract))[model].run.values


def _plain(value: Decimal) -> str:
    return f"{value:f}"
