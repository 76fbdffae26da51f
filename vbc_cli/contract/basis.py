"""Which amount of a claim a total is in: dollars allowed and dollars paid are never added up.

A stream says on which amount it is settled. The measured cost that its model holds against a target
is in that amount, and so is everything that one fact or one column of a table adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vbc_cli.contract.agreement import Contract, Stream
from vbc_cli.contract.bindings import parts
from vbc_cli.contract.shapes import Complaints


def check_basis(contract: Contract, complaints: Complaints) -> None:
    """Refuse two amounts in one total, and a cost in another amount than its stream is settled on."""
    amounts = {measure.name: measure.amount for measure in contract.measures}
    for stream in contract.streams():
        for fact, sources in _totals(stream):
            found = _amounts(sources, amounts)
            if len(set(found.values())) > 1:
                shown = ", ".join(f"'{name}' is in {amount}" for name, amount in found.items())
                complaints.add(
                    stream.line,
                    f"two bases in one total, '{fact}' of {stream.name}: {shown}",
                    "Measure them in one amount: allowed and paid dollars have no common total.",
                )
        _check_cost(stream, amounts, complaints)


def _check_cost(stream: Stream, amounts: Mapping[str, str], complaints: Complaints) -> None:
    cost = stream.model.luck.get("cost", "")
    for name, amount in _amounts(parts(stream.bindings.get(cost, "")), amounts).items():
        if stream.basis and amount != stream.basis:
            complaints.add(
                stream.line,
                f"{stream.name} is settled on {stream.basis}, its cost '{name}' is in {amount}",
                "Measure the cost in the stream's amount, or correct basis:.",
            )


def _totals(stream: Stream) -> Iterator[tuple[str, list[str]]]:
    """Yield each fact or column that adds several facts up."""
    for fact, source in stream.bindings.items():
        yield fact, parts(source)
    for table, rows in stream.rows.items():
        for column, sources in rows.columns().items():
            yield f"{table}.{column}", sources


def _amounts(sources: Iterable[str], amounts: Mapping[str, str]) -> dict[str, str]:
    names = {source: source.partition(".")[0] for source in sources}
    return {source: amounts[name] for source, name in names.items() if name in amounts}
