"""Who pays whom: the parties of every payment stream, and the direction of its money.

A stream is positive to its payee. Every total over streams is one party's: what it receives less what it
pays. Names of parties are the same where they are written the same; one that is nearly the payer's or the
provider's name would make a third party of it in silence, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Protocol

from msgspec.structs import replace

from vbc_cli.contract.agreement import Arrangement, Contract, Stream
from vbc_cli.contract.bindings import parts
from vbc_cli.contract.shapes import Complaints

SETTLEMENT = ".settlement"
AS_CLAIMS = "as_claims"
ROLES = {"payer": "payer", "plan": "payer", "payee": "provider", "provider": "provider"}
"""Words for a party's role, and the name of the contract that is meant."""
FORMS = ("the", "and", "inc", "llc", "ltd", "lp", "llp", "plc", "corp", "co", "company", "pc", "pllc")
"""Words that make no other party of a name."""
SHORTEST = 4
"""Letters from which a word may have a slip; `Hospital A` and `Hospital B` are two parties."""


class Paid(Protocol):
    """Money between two parties, positive to the payee."""

    @property
    def payer(self) -> str: ...
    @property
    def payee(self) -> str: ...


def direction(paid: Paid, party: str) -> int:
    """Return 1 where a party receives what is positive, -1 where it pays it, 0 where it is neither."""
    return (paid.payee == party) - (paid.payer == party)


def check_parties(contract: Contract, complaints: Complaints) -> None:
    """Refuse names that are nearly a party's, streams that pay themselves, and costs that nobody bears."""
    names = [name for name in (contract.payer, contract.provider) if name]
    if len(set(names)) < len(names):
        what = f"'{contract.payer}' is payer and provider"
        complaints.add(1, what, "Name the two parties of the agreement.")
        return
    if contract.comparison and not contract.provider:
        complaints.add(1, "compares arrangements, and has no provider:", "Add provider: the provider group.")
    for arrangement in (None, *contract.arrangements):
        streams = contract.makers if arrangement is None else arrangement.streams
        paying = [stream for stream in streams if "settlement" in stream.model.results]
        summed = bool(contract.comparison) or len(paying) > 1
        for stream in paying:
            _check_names(contract, stream, names, summed, complaints)
        if arrangement is not None:
            _check_sums(arrangement, complaints)


def _check_names(
    contract: Contract, stream: Stream, names: list[str], summed: bool, complaints: Complaints
) -> None:
    """Hold a stream's parties against the names known before it, to which those of others are added."""
    for role, party in (("payer", stream.payer), ("payee", stream.payee)):
        near = next((name for name in names if party != name and nearly(party, name)), None)
        meant = ROLES.get(party.casefold())
        if party in names:
            continue
        if near is not None:
            what = f"{role} '{party}' of {stream.name} is nearly '{near}', and would be another party"
            repair = f"Did you mean '{near}'? Another party needs a name less alike."
            complaints.add(stream.line, what, repair)
        elif summed and meant is not None:
            name = contract.payer if meant == "payer" else contract.provider
            what = f"{role} '{party}' of {stream.name} is no name, and would be a third party"
            complaints.add(stream.line, what, f"Write the party's name: '{name}'.")
        elif party:
            names.append(party)
    if stream.payer and stream.payer == stream.payee:
        what = f"{stream.name} is paid by '{stream.payer}' to itself"
        complaints.add(stream.line, what, "Name two parties: payer: and payee:.")
    elif stream.counts_as_cost and not direction(stream, contract.payer):
        what = f"{stream.name} counts as cost, and '{contract.payer}' neither pays nor receives it"
        complaints.add(
            stream.line, what, "Write counts_as_cost: no, or name the plan as its payer: or payee:."
        )
    elif (
        contract.comparison
        and stream.paid == AS_CLAIMS
        and (stream.payer, stream.payee) != (contract.payer, contract.provider)
    ):
        what = f"{stream.name} is paid as claims, from '{stream.payer}' to '{stream.payee}'"
        complaints.add(stream.line, what, "Claims by fee go from the contract's payer to its provider.")


def _check_sums(arrangement: Arrangement, complaints: Complaints) -> None:
    """What several streams come to together is one party's: one that pays or receives each of them."""
    by_name = {stream.name: stream for stream in arrangement.streams}
    for stream in arrangement.streams:
        for fact, source in stream.bindings.items():
            added = _settlements(source, by_name)
            if len({(each.payer, each.payee) for each in added}) > 1 and _common(stream, added) is None:
                shown = ", ".join(f"{each.name}: {each.payer} pays {each.payee}" for each in added)
                what = f"'{fact}' of {stream.name} adds streams without a party in common with it: {shown}"
                repair = f"Add streams of '{stream.payee}' alone, or of '{stream.payer}' alone."
                complaints.add(stream.line, what, repair)


def with_directions(contract: Contract) -> Contract:
    """Return the contract with each stream saying what it subtracts of what it adds up, and what is cost."""
    return replace(
        contract,
        makers=tuple(_directed(stream, contract.payer, ()) for stream in contract.makers),
        arrangements=tuple(_all_directed(each, contract.payer) for each in contract.arrangements),
    )


def _all_directed(arrangement: Arrangement, plan: str) -> Arrangement:
    streams = arrangement.streams
    return replace(arrangement, streams=tuple(_directed(stream, plan, streams) for stream in streams))


def _directed(stream: Stream, plan: str, streams: Iterable[Stream]) -> Stream:
    by_name = {each.name: each for each in streams}
    subtracted = set()
    for source in stream.bindings.values():
        added = _settlements(source, by_name)
        party = _common(stream, added) if len({(each.payer, each.payee) for each in added}) > 1 else None
        if party is not None:
            own = direction(stream, party)
            subtracted |= {f"{each.name}{SETTLEMENT}" for each in added if direction(each, party) != own}
    received = direction(stream, plan) > 0
    return replace(stream, subtracted=frozenset(subtracted), lowers_cost=received)


def _settlements(source: str, by_name: dict[str, Stream]) -> list[Stream]:
    """Return the streams whose settlements a source adds up."""
    names = [part.removesuffix(SETTLEMENT) for part in parts(source) if part.endswith(SETTLEMENT)]
    return [by_name[name] for name in names if name in by_name]


def _common(stream: Stream, added: Sequence[Stream]) -> str | None:
    """Return the party of a stream, its payee first, that pays or receives each of some streams."""
    for party in (stream.payee, stream.payer):
        if all(direction(each, party) for each in added):
            return party
    return None


def nearly(one: str, other: str) -> bool:
    """Say whether a name is another one but for case, blanks, signs, its legal form, or a slip in a word."""
    first, second = _words(one), _words(other)
    if "".join(first) == "".join(second):
        return True
    if len(first) != len(second):
        return False
    differing = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    return all(max(map(len, pair)) >= SHORTEST and _alike(*pair) for pair in differing)


def _alike(one: str, other: str) -> bool:
    """Say whether four of five letters are the same, in order."""
    same = sum(block.size for block in SequenceMatcher(None, one, other, False).get_matching_blocks())
    return 5 * 2 * same >= 4 * (len(one) + len(other))


def _words(name: str) -> list[str]:
    found = re.findall(r"\w+", name.casefold().replace("'", ""))
    return [word for word in found if word not in FORMS] or found
