"""No dollar of a member is both cut off at a limit and insured.

A limit on one member's cost takes the dollars above it out of a comparison for nothing; stop-loss pays them
back for a premium. In one arrangement a dollar may use one of the two.
"""

from __future__ import annotations

from vbc_cli.contract.agreement import Arrangement, Contract, Stream
from vbc_cli.contract.shapes import Complaints

HIGH_COST_MEMBERS = "high_cost_members"


def check_insured_once(contract: Contract, complaints: Complaints) -> None:
    """Refuse stop-loss over costs in an arrangement that settles a cost with a limit on each member."""
    limited = {measure.name for measure in contract.measures if measure.truncate is not None}
    for arrangement in contract.arrangements:
        for stream, name in _insured(arrangement):
            cut = [fact for each in arrangement.streams for fact in _read(each) if fact in limited]
            if cut:
                what = f"{stream.name} insures members of '{name}', and '{cut[0]}' is cut at a limit"
                complaints.add(
                    stream.line, what, f"One dollar may not use both: measure '{cut[0]}' without truncate:."
                )


def _insured(arrangement: Arrangement) -> list[tuple[Stream, str]]:
    named = [(stream, source) for stream in arrangement.streams for _, source, _ in stream.reads()]
    return [
        (stream, source.partition(".")[0])
        for stream, source in named
        if source.partition(".")[2] == HIGH_COST_MEMBERS
    ]


def _read(stream: Stream) -> list[str]:
    """Return the measured facts that a stream reads, but for what is only said of them."""
    return [source.partition(".")[0] for _, source, _ in stream.reads()]
