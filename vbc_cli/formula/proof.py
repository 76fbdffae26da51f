"""What follows from what: statements that hold or do not, and proofs among them.

A statement is a whole number, its opposite the negative. Each brings along the rules that define it,
so that a proof looks at nothing but what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

Statement = int
TRUE: Statement = 1
FALSE: Statement = -TRUE
Rule = tuple[Statement, ...]
"""Statements of which at least one holds."""


class Proofs:
    """Statements, the rules about them, and what follows."""

    def __init__(self) -> None:
        self._rules: list[list[Rule]] = [[], [(TRUE,)]]
        self._joined: dict[tuple[Statement, ...], Statement] = {}
        self._parts: dict[Statement, tuple[Statement, ...]] = {}
        self._within: dict[Statement, set[Statement]] = {}
        self._proved: set[frozenset[Statement]] = set()
        self._held: list[Statement] = []

    def new(self) -> Statement:
        """Return a statement of which nothing is known yet."""
        self._rules.append([])
        return len(self._rules) - 1

    def rule(self, *statements: Statement) -> None:
        """Say that at least one of some statements holds."""
        if TRUE in statements:
            return
        kept = tuple(dict.fromkeys(each for each in statements if each != FALSE))
        self._held += kept if len(kept) == 1 else ()
        for each in kept or (TRUE,):
            self._rules[abs(each)].append(kept)

    def hold(self, statement: Statement) -> None:
        """Say that a statement holds, also to whoever asks of a part of it."""
        self.rule(statement)
        waiting = [abs(statement)]
        while waiting:
            joined = waiting.pop()
            for part in self._parts.get(joined, ()):
                self._within.setdefault(abs(part), set()).add(joined)
                waiting.append(abs(part))

    def all_of(self, statements: Iterable[Statement]) -> Statement:
        """Return the statement that all of some hold."""
        kept = tuple(sorted({each for each in statements if each != TRUE}))
        if FALSE in kept or any(-each in kept for each in kept):
            return FALSE
        if len(kept) < 2:
            return kept[0] if kept else TRUE
        if kept not in self._joined:
            self._joined[kept] = joined = self.new()
            self._parts[joined] = kept
            own = self._rules[joined]
            own.extend((-joined, each) for each in kept)
            own.append((joined, *(-each for each in kept)))
        return self._joined[kept]

    def any_of(self, statements: Iterable[Statement]) -> Statement:
        """Return the statement that some of several hold."""
        return -self.all_of([-each for each in statements])

    def chosen(self, condition: Statement, then: Statement, otherwise: Statement) -> Statement:
        """Return the statement that is one of two, as a condition holds."""
        return self.all_of([self.any_of([-condition, then]), self.any_of([condition, otherwise])])

    def same(self, one: Statement, other: Statement, where: Statement = TRUE) -> None:
        """Say that two statements hold together, where a third holds."""
        self.rule(-where, -one, other)
        self.rule(-where, one, -other)

    def follows(self, goal: Statement, known: Sequence[Statement]) -> bool:
        """Say whether a statement surely holds where all that is known holds."""
        if goal == TRUE or goal in known or FALSE in known:
            return True
        assumed = frozenset((*known, -goal))
        if assumed not in self._proved and not self._possible(assumed):
            self._proved.add(assumed)
        return assumed in self._proved

    def _possible(self, assumed: frozenset[Statement]) -> bool:
        """Say whether some statements can hold together.

        Most contradictions follow at once, from the rules met on the way; else all rules are looked at.
        """
        if not _conclude([*assumed, *self._held], set(), self._met):
            return False
        rules = self._about(assumed)
        places: dict[Statement, list[Rule]] = {}
        for rule in rules:
            for each in rule:
                places.setdefault(each, []).append(rule)
        first = [*assumed, *(rule[0] for rule in rules if len(rule) == 1)]
        if () in rules:
            return False
        holding: set[Statement] = set()
        if not _conclude(first, holding, lambda each: places.get(each, ())):
            return False
        return _complete(holding, rules, places)

    def _met(self, statement: Statement) -> Iterator[Rule]:
        """Yield the rules that a statement is a part of, and those of what it is a part of."""
        within = (rule for joined in self._within.get(abs(statement), ()) for rule in self._rules[joined])
        return (rule for rule in chain(self._rules[abs(statement)], within) if statement in rule)

    def _about(self, statements: Iterable[Statement]) -> list[Rule]:
        """Return the rules about some statements, and about those that stand in the rules."""
        seen = {abs(each) for each in statements} | {TRUE}
        waiting, found = list(seen), dict[Rule, None]()
        while waiting:
            statement = waiting.pop()
            for joined in self._within.get(statement, ()):
                if joined not in seen:
                    seen.add(joined)
                    waiting.append(joined)
            for rule in self._rules[statement]:
                if rule not in found:
                    found[rule] = None
                    for each in rule:
                        if abs(each) not in seen:
                            seen.add(abs(each))
                            waiting.append(abs(each))
        return list(found)


def _conclude(
    first: Iterable[Statement], holding: set[Statement], rules_of: Callable[[Statement], Iterable[Rule]]
) -> bool:
    """Add all that follows at once; say whether nothing contradicts."""
    waiting = list(first)
    while waiting:
        each = waiting.pop()
        if each in holding:
            continue
        if -each in holding:
            return False
        holding.add(each)
        for rule in rules_of(-each):
            open_ones = [part for part in rule if -part not in holding]
            if not open_ones:
                return False
            if len(open_ones) == 1 and open_ones[0] not in holding:
                waiting.append(open_ones[0])
    return True


def _complete(
    holding: set[Statement], rules: list[Rule], places: Mapping[Statement, list[Rule]], begun: int = 0
) -> bool:
    """Say whether the statements that are still open can be set so that every rule holds.

    The rules before the place `begun` hold already, and go on holding whatever else is set.
    """
    for place in range(begun, len(rules)):
        rule = rules[place]
        if holding.isdisjoint(rule):
            choice = next(each for each in rule if -each not in holding)
            for guess in (choice, -choice):
                trial = set(holding)
                if _conclude((guess,), trial, lambda each: places.get(each, ())) and _complete(
                    trial, rules, places, place
                ):
                    return True
            return False
    return True
