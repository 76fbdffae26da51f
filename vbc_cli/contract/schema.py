"""JSON Schema of contract, model and example files, and of the JSON output."""

from __future__ import annotations

from typing import Any

from vbc_cli.contract.definition import CONTRACT, EXAMPLES, MODEL

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_NUMBER = {"type": ["string", "null"], "description": "an exact decimal as text; null where there is none"}
_VALUE = {
    "type": ["string", "boolean", "null"],
    "description": "an exact decimal, code or date as text; null: does not apply",
}


def json_schema(of: str) -> dict[str, Any]:
    """Return the schema of a contract, a model, examples or the output."""
    made = {
        "contract": CONTRACT.schema,
        "model": MODEL.schema,
        "examples": EXAMPLES.schema,
        "output": _output,
    }[of]()
    return {"$schema": _DRAFT, "title": f"vbc {of}", **made}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _output() -> dict[str, Any]:
    line = _object(
        {
            "name": _TEXT,
            "value": _VALUE,
            "unit": _TEXT,
            "formula": _TEXT,
            "numbers": _TEXT,
            "decided_by": _TEXT,
            "cite": _TEXT,
            "source": _TEXT,
            "doc": _TEXT,
            "amended": {"type": "boolean"},
            "rows": _list(_object({"key": _TEXT, "value": _VALUE})),
        }
    )
    results = {"type": "object", "additionalProperties": _VALUE}
    stream = _object({"stream": _TEXT, "model": _TEXT, "results": results, "lines": _list(line)})
    difference = _object(
        {
            "key": _TEXT,
            "settled": _NUMBER,
            "published": _NUMBER,
            "low": _NUMBER,
            "high": _NUMBER,
            "outside": {"type": "boolean"},
        }
    )
    count = {"type": "integer", "minimum": 0}
    place = {"type": ["integer", "null"]}
    expectation = _object(
        {
            "line": _TEXT,
            "column": _TEXT,
            "within": _NUMBER,
            "agree": count,
            "without_published_value": count,
            "outside": count,
            "differences": _list(difference),
        }
    )
    contract = _object(
        {
            "contract": _TEXT,
            "title": _TEXT,
            "file": _TEXT,
            "period": _object({"start": _TEXT, "end": _TEXT}),
            "inputs": _list(_object({"file": _TEXT, "sha256": _TEXT, "rows": count})),
            "shares_read": {"type": "object", "additionalProperties": {"enum": ["percent", "fraction"]}},
            "rows": _list(_object({"key": _TEXT, "name": _TEXT, "lines": results})),
            "left_out": _list(_object({"key": _TEXT, "file": _TEXT, "line": place, "reason": _TEXT})),
            "arrangements": _list(_object({"arrangement": _TEXT, "streams": _list(stream)})),
            "expectations": _list(expectation),
            **_measured(),
            "comparison": _list(_compared()),
        },
        optional=(
            "shares_read",
            "rows",
            "left_out",
            "arrangements",
            "expectations",
            "comparison",
            *_measured(),
        ),
    )
    summary = _object(
        {
            "contract": _TEXT,
            "rows": count,
            **dict.fromkeys(("generated", "earned", "owed", "due"), _NUMBER),
            **dict.fromkeys(("agree", "compared", "outside"), count),
        }
    )
    return _object(
        {
            "version": _TEXT,
            "contracts": _list(contract),
            "summary": _list(summary),
            "not_settled": _list(_object(dict.fromkeys(("file", "why", "repair"), _TEXT))),
        },
        optional=("contracts", "summary", "not_settled"),
    )


def _measured() -> dict[str, Any]:
    rows = {"type": "integer", "minimum": 0}
    line = _object({"what": _TEXT, "rows": rows, "dollars": _TEXT})
    totals = _object(
        {"amount": _TEXT, "read": line, "used": line, "prior_period": line, "left_out": _list(line)}
    )
    bridge = _object({"steps": _list(_object({"what": _TEXT, "dollars": _TEXT})), "total": _TEXT})
    step = _object({"what": _TEXT, "months": _TEXT})
    months = _object(
        {
            "total": _TEXT,
            "persons": rows,
            "steps": _list(step),
            "risk": _list({"type": "object"}),
            "filter": _TEXT,
        }
    )
    return {
        "control_totals": {"type": "object", "additionalProperties": totals},
        "bridge": {"type": "object", "additionalProperties": bridge},
        "completion": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": _TEXT},
        },
        "member_months": {"type": "object", "additionalProperties": months},
        "attribution": _list(
            _object({"what": _TEXT, "attributed": {"type": "boolean"}, "members": rows, "months": rows})
        ),
        "facts": {"type": "object", "additionalProperties": _VALUE},
        "matching": _list(_join()),
        "columns_not_read": {"type": "object", "additionalProperties": _list(_TEXT)},
        "notes": _list(_TEXT),
        "assumed": _list(_object(dict.fromkeys(("fact", "setting", "value", "means"), _TEXT))),
    }


def _join() -> dict[str, Any]:
    rows = {"type": "integer", "minimum": 0}
    dollars = {"type": "object", "additionalProperties": _TEXT}
    return _object(
        {
            **dict.fromkeys(("from", "to", "key"), _TEXT),
            **dict.fromkeys(("rows", "rows_unmatched", "rows_without_key", "keys_unmatched"), rows),
            **dict.fromkeys(("dollars", "dollars_unmatched", "dollars_without_key"), dollars),
            "would_match": _list(_object({"but_for": _TEXT, "keys": rows, "rows": rows})),
            "limit": _NUMBER,
            "limit_stated": {"type": "boolean"},
        }
    )


def _compared() -> dict[str, Any]:
    amounts = (
        "claims_kept",
        "claims_replaced",
        "prospective",
        "settlement",
        "with_others",
        "total",
        "against_first",
        "worst",
        "best",
        "worst_shown",
        "best_shown",
        "paid_up_to_pmpm",
        "owes_above_pmpm",
        "below_target",
        "plan_to_others",
        "kept_by_plan",
        "due",
        "due_from_others",
        "paid_before",
    )
    stream: dict[str, Any] = dict.fromkeys(("stream", "payer", "payee", "paid"), _TEXT)
    stream |= dict.fromkeys(("earned", "in_advance", "paid_already", "accrue", "due"), _NUMBER)
    return _object(
        {
            "arrangement": _TEXT,
            **dict.fromkeys(amounts, _NUMBER),
            "open_because": {"type": ["string", "null"]},
            "accounts": {"type": "object", "additionalProperties": _TEXT},
            "streams": _list(_object(stream)),
        }
    )
