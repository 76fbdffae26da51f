"""Values as JSON and CSV have them: exact decimals as text, dates as text, nothing rounded."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from vbc_cli.formula.numbers import canonical


def plain(value: Any) -> Any:
    """Return a value as JSON has it; None and flags stay what they are."""
    match value:
        case Decimal():
            return canonical(value)
        case datetime.date():
            return value.isoformat()
        case _:
            return value
