"""The claims that a stream pays instead of fee for service, such as those under a capitation or a price.

They must be a part of the provider's own claims that the comparison shows as kept, measured alike, and no
claim may be replaced by two streams: a dollar is not paid twice. Own claims within episodes are named as the
part `own` of the episodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from msgspec.structs import replace

from vbc_cli.claims.settings import Measure
from vbc_cli.contract.agreement import Contract, Stream
from vbc_cli.contract.shapes import Complaints
from vbc_cli.formula.check import suggest

OWN = ".own"


def check_replaced(contract: Contract, complaints: Complaints) -> None:
    """Refuse claims replaced that are not the provider's own, not among those kept, or replaced twice."""
    measures = {measure.name: measure for measure in contract.measures}
    kept = measures.get(contract.comparison.get("claims_kept", "").partition(".")[0])
    measures |= {f"{rules.spending.name}{OWN}": rules.spending for rules in contract.measuring.episodes}
    for arrangement in contract.arrangements:
        named = [(stream, name) for stream in arrangement.streams for name in stream.replaces]
        sound = [each for each in named if _is_own_part(each, measures, kept, complaints)]
        for (_, one), (stream, other) in combinations(sound, 2):
            if _may_meet(one, other, measures):
                what = f"'{other}' and '{one}' replace claims of the same categories"
                complaints.add(
                    stream.line, what, "Measure them with categories of their own: include: [...]."
                )


def _is_own_part(
    named: tuple[Stream, str], measures: Mapping[str, Measure], kept: Measure | None, complaints: Complaints
) -> bool:
    stream, name = named
    if name not in measures:
        what = f"{stream.name} replaces '{name}', which is no measured spending"
        complaints.add(stream.line, what, suggest(name, measures))
    elif measures[name].owner != "own" and not name.endswith(OWN):
        what = f"{stream.name} replaces '{name}', which are not only the provider's own claims"
        complaints.add(stream.line, what, "Measure it with owner: own.")
    elif kept is not None and not _within(measures[name], kept):
        what = f"{stream.name} replaces '{name}', which is not a part of '{kept.name}'"
        complaints.add(stream.line, what, f"Measure it like '{kept.name}', but for the categories.")
    else:
        return True
    return False


def _within(part: Measure, whole: Measure) -> bool:
    """Say whether every line of one measure is surely a line of the other."""
    if _but_for_categories(part) != _but_for_categories(whole):
        return False
    if part.include:
        return all(whole.counts_category(each) for each in part.include if part.counts_category(each))
    return not whole.include and set(whole.exclude) <= set(part.exclude)


def _may_meet(one: str, other: str, measures: Mapping[str, Measure]) -> bool:
    """Say whether two measures may count the same line."""
    first, second = measures[one], measures[other]
    named = {*first.include, *second.include}
    if not named:
        return True
    return any(first.counts_category(each) and second.counts_category(each) for each in named)


def _but_for_categories(measure: Measure) -> Measure:
    """Return what two measures must have in common, whatever their categories and what they list."""
    return replace(
        measure,
        name="",
        include=(),
        exclude=(),
        owner="own",
        line=None,
        contract_file="",
        high_cost_from=None,
    )
