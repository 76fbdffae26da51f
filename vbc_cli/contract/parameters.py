"""Every parameter of a contract with what stands behind it: the clause, and how it was checked.

Terms, tables, columns and cells that say so themselves, values that the contract gives, and the lines of its
models that hold a parameter: what `vbc check` counts and lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from vbc_cli.contract.agreement import Contract, Stream
from vbc_cli.contract.model import Model
from vbc_cli.contract.terms import Rows, show
from vbc_cli.contract.verification import Backing


class Parameter(Struct, frozen=True):
    """One value that money depends on, the place it is stated, and what stands behind it."""

    name: str
    file: str
    line: int
    backing: Backing


def parameters(contract: Contract) -> Iterator[Parameter]:
    """Yield the parameters of a contract, in file order of its streams; then those of its models."""
    streams = [*contract.makers, *(stream for each in contract.arrangements for stream in each.streams)]
    for name, given in contract.given.items():
        if given.verification.mark:  # a made-up amount to try a contract with is no parameter
            yield Parameter(name, contract.file, given.line, Backing(given.source, given.verification))
    for stream in streams:
        yield from _of_stream(stream, contract.file)
    for model in {stream.model.file: stream.model for stream in streams}.values():
        yield from parameters_of_model(model)


def parameters_of_model(model: Model) -> Iterator[Parameter]:
    """Yield the lines of a model that hold a parameter of their own."""
    for line in model.lines:
        if line.name in model.verified:
            backing = Backing(line.cite or model.cite, model.verified[line.name])
            yield Parameter(line.name, *line.source, backing)


def count_marks(found: Iterable[Parameter]) -> dict[str, int]:
    """Return how many parameters have each mark, most first; '' where nobody said."""
    counts: dict[str, int] = {}
    for each in found:
        mark = each.backing.verification.mark.replace("_", " ")
        counts[mark] = counts.get(mark, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _of_stream(stream: Stream, file: str) -> Iterator[Parameter]:
    absent = stream.absent_clauses()
    for clause, members in absent.items():
        stated = [*(stream.terms.get(name) or stream.tables[name] for name in members)]
        yield Parameter(clause, file, stated[0].line, stated[0].backing)
    left_out = {name for members in absent.values() for name in members}
    for term in stream.terms.values():
        if term.name in left_out:
            continue
        if not term.dated:
            yield Parameter(term.name, file, term.line, term.backing)
        for part in term.dated:
            yield Parameter(f"{term.name} from {part.start}", file, part.line, part.backing)
    for table in stream.tables.values():
        if table.name in left_out:
            continue
        yield Parameter(table.name, file, table.line, table.backing)
        yield from parts_of_table(stream, table, file)


def parts_of_table(stream: Stream, table: Rows, file: str) -> Iterator[Parameter]:
    """Yield the columns and cells of a table that state themselves what stands behind them."""
    for column, backing in table.columns.items():
        yield Parameter(f"{table.name}.{column}", file, table.line, backing)
    shape = stream.model.tables[table.name].shape
    for row, line, cells in zip(table.rows, table.lines, table.cells, strict=False):
        key = ", ".join(show(row[column]) for column in shape.key)
        for column, backing in cells.items():
            yield Parameter(f"{table.name}[{key or line}].{column}", file, line, backing)
