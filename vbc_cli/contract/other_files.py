"""Files to read in place of those that a contract names, by kind.

They are read as the contract says of its own: another year's claims, another plan's members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from vbc_cli.claims.settings import Source
from vbc_cli.contract.agreement import Contract
from vbc_cli.problems import InputRefused, Problem

DataFiles = Mapping[str, Sequence[str | Path] | str | Path]
"""Files by kind: one, or several."""


def with_files(contract: Contract, data: DataFiles) -> Contract:
    """Return a contract with other files of some kinds.

    A kind that is written in several ways takes one file for each of them, in their order.
    """
    own: dict[str, list[Source]] = {}
    for source in contract.sources:
        own.setdefault(source.kind, []).append(source)
    problems = [
        Problem(
            contract.file, None, f"names no {kind} file to replace", f"It names: {', '.join(own) or 'none'}."
        )
        for kind in data
        if kind not in own
    ]
    for kind, sources in own.items():
        given = data.get(kind, ())
        files = [Path(file) for file in ([given] if isinstance(given, str | Path) else given)]
        if len(sources) > 1 and files and len(files) != len(sources):
            what = f"reads {kind} in {len(sources)} ways, and {len(files)} files are to replace them"
            problems.append(
                Problem(contract.file, sources[0].line, what, "Give one file for each, in order.")
            )
        elif files:
            own[kind] = in_place(sources, files)
    if problems:
        raise InputRefused(problems)
    files_in_place = tuple(source for sources in own.values() for source in sources)
    return replace(contract, measuring=replace(contract.measuring, sources=files_in_place))


def in_place(sources: Sequence[Source], files: Sequence[Path]) -> list[Source]:
    """Return the sources of a kind with other files: one source with all of them, or each with its own."""
    if len(sources) == 1:
        return [replace(sources[0], files=tuple(files))]
    return [replace(source, files=(file,)) for source, file in zip(sources, files, strict=True)]
