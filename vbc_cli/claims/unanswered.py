"""What a measure asks that the files cannot answer: no file for it, or no such category in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches

from vbc_cli.claims.completion_settings import Completion
from vbc_cli.claims.settings import Kind, Measure, Source
from vbc_cli.problems import Problem


def unanswerable(measures: Iterable[Measure], given: set[Kind]) -> list[Problem]:
    """Return a problem for every measure that lacks a file it needs."""
    problems = []
    for each in measures:
        needed = ["claims", "eligibility"] + ["providers"] * (each.owner != "all")
        problems += [
            Problem(
                each.contract_file,
                each.line,
                f"'{each.name}' cannot be measured without {kind}",
                f"Name the {kind} file under data.",
            )
            for kind in needed
            if kind not in given
        ]
    return problems


def unknown_categories(each: Measure, categories: Sequence[str]) -> Iterable[Problem]:
    """Yield categories that a measure misspells, and those it gives no completion factor."""
    for name in (*each.include, *each.exclude):
        near = get_close_matches(name, categories, n=1, cutoff=0.75)
        if name not in categories and near:
            what = f"'{each.name}' names the category '{name}', which the claims do not have"
            yield Problem(each.contract_file, each.line, what, f"Did you mean '{near[0]}'?")
    for name in filter(each.counts_category, categories):
        if lacks_a_factor(each.complete, name):
            what = f"'{each.name}' has no completion factor for the category '{name}'"
            yield Problem(each.contract_file, each.line, what, "Add one; 1 where nothing is to be added.")


def misspelt_claim_categories(sources: Iterable[Source], known: Sequence[str]) -> Iterable[Problem]:
    """Yield categories that are said to be a claim's and that are nearly one of the lines'."""
    for source in sources:
        for name in source.claim_category:
            near = get_close_matches(name, known, n=1, cutoff=0.75)
            if name not in known and near:
                what = f"claim_category names '{name}', which the claims do not have"
                yield Problem(source.contract_file, source.line, what, f"Did you mean '{near[0]}'?")


def lacks_a_factor(completion: Completion | None, category: str) -> bool:
    """Say whether a completion gives factors by category and leaves this one out."""
    factors = None if completion is None else completion.factors
    return any(not isinstance(each, Decimal) and category not in each for each in (factors or {}).values())
