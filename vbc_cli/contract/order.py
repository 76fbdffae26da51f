"""The order in which streams are settled: each after those whose results it reads.

A limit over a bonus and savings is settled after both; whatever is held against costs comes after the
streams that count as cost. Streams that need each other have no order and are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from vbc_cli.contract.agreement import COUNTED_AS_COST, Contract, Stream
from vbc_cli.contract.shapes import Complaints


class CircularStreams(Exception):
    """Streams that need each other; `circle` starts and ends with the same stream."""

    def __init__(self, circle: Sequence[str]) -> None:
        super().__init__(" -> ".join(circle))
        self.circle = circle


def in_order_of_use(streams: Sequence[Stream]) -> list[Stream]:
    """Return the streams so that each comes after those whose results it reads; raise `CircularStreams`."""
    by_name = {stream.name: stream for stream in streams}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for stream in streams:
        sources = [source for _, source, _ in stream.reads()]
        read = {source.partition(".")[0] for source in sources if "." in source}
        if COUNTED_AS_COST in sources:
            read |= {other.name for other in streams if other.counts_as_cost}
        sorter.add(stream.name, *(name for name in by_name if name in read))
    try:
        return [by_name[name] for name in sorter.static_order()]
    except CycleError as error:
        raise CircularStreams(tuple(reversed(error.args[1]))) from None


def check_order(contract: Contract, complaints: Complaints) -> None:
    """Refuse streams that need each other."""
    for arrangement in contract.arrangements:
        streams = (*contract.makers, *arrangement.streams)
        try:
            in_order_of_use(streams)
        except CircularStreams as error:
            line = next(stream.line for stream in streams if stream.name == error.circle[0])
            repair = "One of them must not read the next."
            complaints.add(line, f"streams need each other: {error}", repair)
