"""Why a line could not be settled, in the words of whoever must correct the facts or the terms."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from vbc_cli.contract.agreement import Stream
from vbc_cli.contract.bounds import OutOfBounds, outside, repair_of
from vbc_cli.contract.model import CheckFailed
from vbc_cli.contract.terms import show
from vbc_cli.formula.compiled import NO_PORTFOLIO, LineFault, NoRow, NoValue
from vbc_cli.formula.exact import NO_DIVISOR, NoResult
from vbc_cli.formula.tree import Call, Name
from vbc_cli.formula.words import grouped, in_words


def explain_fault(fault: LineFault, stream: Stream) -> tuple[str, str]:
    """Say in words why a line could not be settled, and what to do about it."""
    line, cause = fault.line, fault.cause
    if isinstance(cause, OutOfBounds):
        source = stream.bindings.get(line.name, line.name)
        whence = f" It comes from '{source}'." if source != line.name else ""
        what = outside(cause.name, cause.value, cause.bounds)
        return f"{stream.name}: {what}", repair_of(cause.value, cause.unit, cause.bounds) + whence
    where = f"line '{line.name}' of {stream.name}"
    used = {node.name: fault.known.get(node.name) for node in line.nodes if isinstance(node, Name)}
    numbers = ", ".join(f"{name} = {_shown(value)}" for name, value in used.items())
    if isinstance(cause, CheckFailed):
        said = f"{stream.name}: {cause.key}: {cause}" if cause.key else f"{stream.name}: {cause}"
        repair = cause.check.repair or "Correct the facts or the terms."
        return said + (f" ({numbers})" if numbers else ""), repair
    if isinstance(cause, NoRow):
        key = ", ".join(_shown(value) for value in cause.key)
        return (
            f"{where}: the table '{cause.table}' has no row '{key}'",
            "Correct the value, or add the row to the terms.",
        )
    if isinstance(cause, NoValue):
        return f"{where} reads '{cause.name}', {_why_absent(cause.name, stream)}", (
            "State when the line applies (when:), or ask is_present first."
        )
    if isinstance(cause, NoResult) and str(cause) == NO_PORTFOLIO:
        return f"{where}: {cause}", "Settle it with the portfolio: of a contract, or give the value."
    what = str(cause) if isinstance(cause, NoResult) else "a number too large to calculate with"
    return f"{where}: {what}" + (f" ({numbers})" if numbers else ""), "Correct the facts or the terms."


def why_uncomputed(fault: LineFault, stream: Stream) -> str:
    """Say in a few words why a line that only informs has no value."""
    cause = fault.cause
    if isinstance(cause, NoValue):
        return f"{cause.name} is {_why_absent(cause.name, stream).removeprefix('which ')}"
    if isinstance(cause, NoRow):
        return f"the table {cause.table} has no row {', '.join(_shown(value) for value in cause.key)}"
    if str(cause) == NO_DIVISOR:
        divisors = [
            node.arguments[1] for node in fault.line.nodes if isinstance(node, Call) and node.function == "/"
        ]
        zero = [each for each in divisors if isinstance(each, Name) and fault.known.get(each.name) == 0]
        shown = in_words((zero or divisors)[0]) if len(divisors) == 1 or zero else "what"
        return f"divides by {shown}, which is 0"
    return str(cause) if isinstance(cause, NoResult) else "a number too large to calculate with"


def _why_absent(name: str, stream: Stream) -> str:
    if name in stream.model.terms:
        return "a term that is agreed as none" if name in stream.terms else "a term that is not stated"
    if name in stream.model.facts:
        return "a fact that is missing"
    return "which does not apply here" if "." not in name else "a cell that is empty"


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return grouped(value)
    if value is None or isinstance(value, bool | str | datetime.date):
        return show(value)
    return str(value)
