"""The file of published quality benchmarks that a contract names."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class BenchmarkFile(Struct, frozen=True):
    """One measured fact's benchmark file, and where the contract names it."""

    name: str
    file: Path
    contract_file: str = ""
    line: int | None = None
