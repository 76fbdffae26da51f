"""How Parquet files store columns, and which of it cannot stand for what we read.

A moment with a time zone is another day elsewhere, so somebody must say whose days they are. A list is not
one value, and a truth or a short float is no id.
"""

from __future__ import annotations

from vbc_cli.claims.layout import Column
from vbc_cli.claims.settings import Source

ZONED = "TIMESTAMP WITH TIME ZONE"
FRACTIONS = frozenset({"DOUBLE"})
NO_IDS = ("BOOLEAN", "FLOAT", "TIME", "DATE", "INTERVAL")


def storage_fault(column: Column, stored: str, source: Source) -> tuple[str, str] | None:
    """Return what is wrong with how a column is stored, and the repair; None where it will do."""
    if stored.endswith("]") or stored.startswith(("STRUCT", "MAP", "UNION")):
        return "as a list or structure and not as one value", "Store one value a row."
    if stored == ZONED and column.type == "date":
        if source.time_zone is not None:
            return None
        repair = "Say in whose zone its days are, such as time_zone: UTC, or store days without a zone."
        return "as moments with a time zone, and the contract does not say whose days they are", repair
    if column.key and stored.startswith(NO_IDS):
        return f"as {stored}, which holds no ids", "Store ids as text."
    return None
