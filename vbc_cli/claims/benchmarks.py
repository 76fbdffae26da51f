"""Quality benchmarks in the format of CMS's Quality Payment Program, from the file that a contract names.

Up to 2022 a benchmark prints where deciles begin, falling where lower is better; from 2023 it prints
percentiles, always rising, and says which measures are inverse. Both become the rates at which deciles 2 to
10 begin.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from vbc_cli.claims.benchmark_settings import BenchmarkFile
from vbc_cli.claims.facts import FileInput
from vbc_cli.claims.files import fingerprint
from vbc_cli.problems import InputRefused, Problem, refuse

TENS = tuple(str(share) for share in range(10, 100, 10))
DECILES = 9


class Benchmark(Struct, frozen=True):
    """One measure's benchmark: `steps` are the rates, as printed, at which deciles 2 to 10 begin."""

    measure: str
    method: str
    year: int
    higher_is_better: bool
    topped_out: bool
    steps: tuple[Decimal, ...]

    @property
    def key(self) -> tuple[str, str, int]:
        """Return what finds the benchmark: the same measure has others by other methods."""
        return self.measure, self.method, self.year


Benchmarks = Mapping[str, tuple[Benchmark, ...]]


def read_benchmarks(files: Iterable[BenchmarkFile]) -> tuple[Benchmarks, tuple[FileInput, ...]]:
    """Return the benchmarks of each fact and the files they come from; refuse what is wrong with any."""
    found: dict[str, tuple[Benchmark, ...]] = {}
    inputs = []
    for each in files:
        entries = _entries(each)
        found[each.name] = _benchmarks(entries, str(each.file))
        inputs.append(FileInput("benchmarks", str(each.file), fingerprint(each.file), len(entries)))
    return found, tuple(inputs)


def _entries(each: BenchmarkFile) -> list[Any]:
    """Return the list in the file, numbers as they are printed."""
    try:
        text = each.file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        what = f"the benchmark file '{each.file}' cannot be read"
        raise refuse(
            each.contract_file, each.line, what, "Correct the path, relative to the contract."
        ) from None
    try:
        entries = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list) or not entries:
        repair = "Name a file of the Quality Payment Program's benchmarks: a JSON list."
        raise refuse(str(each.file), None, "this is no list of benchmarks", repair)
    return entries


def _benchmarks(entries: Iterable[Any], file: str) -> tuple[Benchmark, ...]:
    found: dict[tuple[str, str, int], Benchmark] = {}
    problems = []
    for number, entry in enumerate(entries, start=1):
        made = _benchmark(entry) if isinstance(entry, dict) else "is no benchmark"
        if isinstance(made, Benchmark) and made.key in found:
            made = f"({made.measure}, {made.method}, {made.year}) stands in the file twice"
        if isinstance(made, str):
            problems.append(Problem(file, None, f"entry {number} {made}", "Download the file again."))
        else:
            found[made.key] = made
    if problems:
        raise InputRefused(problems)
    return tuple(found.values())


def _benchmark(entry: Mapping[str, Any]) -> Benchmark | str:
    """Return the benchmark of one entry, or what is wrong with it."""
    missing = [name for name in ("measureId", "submissionMethod", "performanceYear") if name not in entry]
    if missing:
        return f"has no {' and no '.join(missing)}"
    steps = _steps(entry)
    if steps is None:
        return f"({entry['measureId']}) has neither nine or ten deciles nor percentiles from 10 to 90"
    return Benchmark(
        str(entry["measureId"]),
        str(entry["submissionMethod"]),
        int(entry["performanceYear"]),
        not entry["isInverse"] if "isInverse" in entry else steps[0] <= steps[-1],
        bool(entry.get("isToppedOutByProgram", False)),
        steps,
    )


def _steps(entry: Mapping[str, Any]) -> tuple[Decimal, ...] | None:
    """Return where deciles 2 to 10 begin; of ten deciles the first only says where the worst rate lies."""
    deciles, percentiles = entry.get("deciles"), entry.get("percentiles")
    if isinstance(deciles, list) and len(deciles) in (DECILES, DECILES + 1):
        steps = tuple(deciles[-DECILES:])
    elif isinstance(percentiles, dict) and set(TENS) <= percentiles.keys():
        rising = tuple(percentiles[share] for share in TENS)
        steps = rising[::-1] if entry.get("isInverse") else rising
    else:
        return None
    return steps if all(isinstance(each, Decimal) for each in steps) else None
