"""What the episodes of one measured fact cost, with every claim line's fate and the way to the total.

Episodes are held to their outlier caps, lines are used or left out for one reason, and the bridge from the
file's total to the cost of the episodes must foot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from vbc_cli.claims.cells import CAPITATED_OUT, CATEGORY_OUT, Cell
from vbc_cli.claims.cost import UnbalancedError
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.episode_facts import Episode, MeasuredEpisodes
from vbc_cli.claims.episode_settings import (
    MOST_EPISODES,
    Death,
    EpisodeRules,
    EpisodeType,
    LossOfEnrolment,
    OutlierCap,
)
from vbc_cli.claims.episodes import (
    BY_DEATH,
    BY_LOSS_OF_ENROLMENT,
    COUNTED,
    Found,
    Numbers,
    Part,
    find_episodes,
)
from vbc_cli.claims.facts import EXACT, Bridge, BridgeStep, ControlLine, ControlTotals, FactSource
from vbc_cli.claims.lines import Cut
from vbc_cli.claims.percentile import percentile
from vbc_cli.claims.read import refuse_if
from vbc_cli.claims.rounding import dollars
from vbc_cli.problems import Problem

NO_EPISODE = "in no episode"
FATES = {
    1: "in an episode outside the period",
    8: "in an episode that the member's death cancels",
    9: "in an episode that loss of enrolment cancels",
    2: CATEGORY_OUT,
    3: CAPITATED_OUT,
    4: "category not counted in the type of episode",
    5: "DRG not counted in the type of episode",
    6: "procedure not counted in the type of episode",
    7: "during a stay that is not counted",
}
PLACES = ("before the anchor", "from the first to the last day of the anchor", "after the anchor")
OWN, OTHER = 1, 2
CANCELLED: Mapping[Death, str] = {
    "counts": "",
    "cancels_in_anchor": ", who did not die in the anchor",
    "cancels": ", who did not die in the episode",
}
CANCELLED_BY_LOSS: Mapping[LossOfEnrolment, str] = {
    "counts": "",
    "cancels": ", enrolled on each of its days while alive",
}


class Claims(Struct, frozen=True):
    """The claims that were read: counted by fate, cut at these days, from these files."""

    cells: Sequence[Cell]
    cut: Cut
    standings: Mapping[int, str]
    sound: Sequence[str]
    owner_known: bool
    files: tuple[str, ...]


def measure_episodes(
    engine: Engine, rules: EpisodeRules, numbers: Numbers, claims: Claims
) -> MeasuredEpisodes:
    """Measure the episodes of one fact and prove that they conserve every dollar."""
    categories = sorted({cell.category for cell in claims.cells if cell.category is not None})
    refuse_if(unknown_categories(rules, categories))
    found, parts, seen = find_episodes(engine, rules, numbers, categories, claims.cut.period)
    counted = [each for each in found if each.counted == COUNTED]
    refuse_if(too_many(rules, len(counted)))
    used = [part for part in parts if part.fate == 0]
    actual = cents_by_episode(used)
    capped = held_to_caps(rules, counted, actual)
    totals = control_totals(rules, parts, claims)
    made = MeasuredEpisodes(
        name=rules.spending.name,
        amount=rules.spending.amount,
        types=tuple(each.name for each in rules.types),
        episodes=rows(rules, numbers, counted, used, capped, claims.owner_known),
        triggers=tuple(fates_of_triggers(rules, found, seen)),
        by_place=tuple(
            line(what, [part for part in used if part.place == place]) for place, what in enumerate(PLACES)
        ),
        control_totals=totals,
        bridge=make_bridge(totals, used, sum(actual.values()), sum(capped.values())),
        source=FactSource(claims.files, in_words(rules, claims.sound), totals.used.rows, totals.used.dollars),
    )
    prove(made)
    return made


def too_many(rules: EpisodeRules, episodes: int) -> Iterable[Problem]:
    """Yield the problem of a table longer than models read."""
    if episodes > MOST_EPISODES:
        what = f"'{rules.spending.name}' finds {episodes:,} episodes, more than {MOST_EPISODES:,}"
        repair = "Name fewer types in one fact."
        yield Problem(rules.spending.contract_file, rules.spending.line, what, repair)


def cents_by_episode(parts: Iterable[Part]) -> dict[int, int]:
    """Return the cents inside each episode that has any lines."""
    sums: dict[int, int] = {}
    for part in parts:
        sums[part.episode_no] = sums.get(part.episode_no, 0) + part.cents_inside
    return sums


def held_to_caps(rules: EpisodeRules, counted: Iterable[Found], actual: Mapping[int, int]) -> dict[int, int]:
    """Return what each episode counts after the outlier cap of its type."""
    groups: dict[tuple[int, int], list[int]] = {}
    for each in counted:
        cap = rules.types[each.type_no].cap
        trigger = each.code_no if cap is not None and cap.within == "trigger" else 0
        groups.setdefault((each.type_no, trigger), []).append(each.episode_no)
    held = {}
    for (type_no, _), members in groups.items():
        costs = {number: actual.get(number, 0) for number in members}
        least, most = limits(rules.types[type_no].cap, list(costs.values()))
        for number, cents in costs.items():
            raised = cents if least is None else max(cents, least)
            held[number] = raised if most is None else min(raised, most)
    return held


def limits(cap: OutlierCap | None, cents: Sequence[int]) -> tuple[int | None, int | None]:
    """Return the least and the most that an episode of a group counts, None where there is no such limit."""
    if cap is None:
        return None, None
    if cap.at is not None:
        return None, int(cap.at.scaleb(2, EXACT))
    bounds = (cap.lowest_percentile, cap.percentile)
    least, most = (None if share is None else percentile(cents, share, cap.method) for share in bounds)
    return least, most


def rows(
    rules: EpisodeRules,
    numbers: Numbers,
    counted: Iterable[Found],
    used: Sequence[Part],
    capped: Mapping[int, int],
    owner_known: bool,
) -> tuple[Episode, ...]:
    """Return the counted episodes in an order that says nothing of their members."""
    codes = {number: code.zfill(3) for (_, code), number in numbers.items()}
    actual, own, other = (
        cents_by_episode(part for part in used if part.owner_no in owners)
        for owners in ((0, OWN, OTHER), (OWN,), (OTHER,))
    )
    made = [
        Episode(
            episode_type=rules.types[each.type_no].name,
            trigger=codes[each.code_no],
            anchor_start=date.fromordinal(each.anchor_start),
            anchor_end=date.fromordinal(each.anchor_end),
            case_mix=case_mix(rules.types[each.type_no], codes[each.code_no]),
            actual=dollars(actual.get(each.episode_no, 0)),
            capped=dollars(capped[each.episode_no]),
            own=dollars(own.get(each.episode_no, 0)) if owner_known else None,
            other=dollars(other.get(each.episode_no, 0)) if owner_known else None,
        )
        for each in counted
    ]
    order = {each.name: number for number, each in enumerate(rules.types)}
    return tuple(sorted(made, key=lambda each: (order[each.episode_type], *each.sort_key)))


def case_mix(type_: EpisodeType, trigger: str) -> Decimal:
    """Return the relative cost of a trigger within its type; 1 where the contract states none."""
    return Decimal(1) if type_.case_mix is None else type_.case_mix[trigger.lstrip("0")]


def control_totals(rules: EpisodeRules, parts: Iterable[Part], claims: Claims) -> ControlTotals:
    """Give every line its one fate; what is in no episode is what remains."""
    amount = rules.spending.amount
    out: dict[int | None, list[tuple[int, int]]] = {}
    for cell in claims.cells:
        out.setdefault(fate_of(cell), []).append((cell.rows, cell.cents(amount)))
    fates: dict[int, list[Part]] = {}
    for part in parts:
        fates.setdefault(part.fate, []).append(part)
    inside = [(-part.rows, -part.cents) for each in fates.values() for part in each]
    left = [
        *(sum_of(said, out.get(standing, ())) for standing, said in claims.standings.items()),
        sum_of(NO_EPISODE, [*out.get(None, ()), *inside]),
        *(line(said, fates.get(fate, ())) for fate, said in FATES.items()),
    ]
    return ControlTotals(
        amount=amount,
        read=sum_of("claim lines read", [pair for pairs in out.values() for pair in pairs]),
        used=line("used, in an episode", fates.get(0, ())),
        prior_period=sum_of("used, late claims of the year before", ()),
        left_out=tuple(each for each in left if each.rows),
    )


def fate_of(cell: Cell) -> int | None:
    """Return the standing that keeps a cell's lines out of every episode; None where they may be in one."""
    return None if cell.category is not None else cell.standing


def sum_of(what: str, pairs: Iterable[tuple[int, int]]) -> ControlLine:
    """Return the rows and dollars of some pairs of both."""
    found = list(pairs)
    return ControlLine(what, sum(rows for rows, _ in found), dollars(sum(cents for _, cents in found)))


def line(what: str, parts: Iterable[Part]) -> ControlLine:
    """Return the rows and dollars of lines in episodes, those of a claim that crosses the end in full."""
    return sum_of(what, [(part.rows, part.cents) for part in parts])


def fates_of_triggers(rules: EpisodeRules, found: Sequence[Found], seen: int) -> Iterator[tuple[str, int]]:
    """Yield what became of every stay or procedure that could open an episode."""
    fates = Counter(each.counted for each in found)
    yield "open an episode of the period", fates[COUNTED]
    if rules.death != "counts":
        yield "open an episode that the member's death cancels", fates[BY_DEATH]
    if rules.loss_of_enrolment != "counts":
        yield "open an episode that loss of enrolment cancels", fates[BY_LOSS_OF_ENROLMENT]
    yield "open an episode outside the period", fates[0]
    yield "lie inside an open episode", seen - len(found)


def make_bridge(totals: ControlTotals, used: Iterable[Part], actual: int, capped: int) -> Bridge:
    """Lead from the file's total to the cost of the episodes."""
    steps = [BridgeStep("claim lines read", totals.read.dollars)]
    steps += [BridgeStep(f"left out: {each.what}", EXACT.minus(each.dollars)) for each in totals.left_out]
    behind = sum(part.cents_inside - part.cents for part in used)
    if behind:
        steps.append(BridgeStep("behind the last day of the episode, by days", dollars(behind)))
    if capped != actual:
        steps.append(BridgeStep("over the outlier caps", dollars(capped - actual)))
    return Bridge(tuple(steps), (), dollars(capped))


def prove(made: MeasuredEpisodes) -> None:
    """Stop where dollars were lost or made on the way."""
    if not made.control_totals.foots:
        raise UnbalancedError(
            f"{made.name}: the claim lines in and out of episodes are not those that were read"
        )
    if not made.bridge.foots or made.bridge.total != made.total:
        raise UnbalancedError(f"{made.name}: the bridge does not lead from the file's total to the episodes")


def in_words(rules: EpisodeRules, sound: Sequence[str]) -> str:
    """Return the rules in words."""
    whose = "" if rules.opened_by == "all" else f" of {rules.opened_by} claims"
    day = rules.counted_by.replace("_", " ")
    said = ", ".join(("paid in time", *sound, "of members enrolled on the service date"))
    return (
        f"{rules.spending.amount} of lines in episodes{whose} whose {day} lies in the period, {said}"
        f"{CANCELLED[rules.death]}{CANCELLED_BY_LOSS[rules.loss_of_enrolment]}"
    )


def unknown_categories(rules: EpisodeRules, categories: Sequence[str]) -> Iterable[Problem]:
    """Yield categories that a type of episode leaves out and the claims do not have."""
    for each in rules.types:
        for name in each.exclude_categories:
            if name not in categories:
                what = f"'{each.name}' leaves out the category '{name}', which the claims do not have"
                repair = f"The claims have: {', '.join(categories)}."
                yield Problem(rules.spending.contract_file, each.line, what, repair)
