"""What the lines of one claim must agree on where its amount stands once: all that a contract tells apart.

Two lines of a claim may be written differently as long as no dollar moves by it. Which columns and days
matter follows from the contract's own facts: their categories, their providers, their cut-off, their codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from vbc_cli.claims.attribution_settings import Plurality
from vbc_cli.claims.completion import has_ladder
from vbc_cli.claims.completion_settings import Completion
from vbc_cli.claims.engine import literal, statement
from vbc_cli.claims.episode_settings import EpisodeRules
from vbc_cli.claims.exclusions import marked
from vbc_cli.claims.lines import Cut
from vbc_cli.claims.membership_settings import Care
from vbc_cli.claims.primary_care import care_met
from vbc_cli.claims.settings import Measure
from vbc_cli.claims.whole import CAPITATED, CATEGORY, CODE, CUT, PROVIDER, Depends


def depends_on(
    cut: Cut,
    measures: Sequence[Measure],
    episodes: Sequence[EpisodeRules],
    care: Sequence[Care],
    plurality: Plurality | None,
    owners: bool,
    by_provider: bool,
) -> Depends:
    """Return what money depends on of a claim, given all that is measured from the claims."""
    spending = (*measures, *(each.spending for each in episodes))
    marks = {
        f"care_{number}": f"CASE WHEN {marked(each)} THEN 1 ELSE 0 END" for number, each in enumerate(care)
    }
    marks |= care_met(plurality)
    codes = [f"NULLIF({drg_sql()}, '')"] * bool(episodes or any(each.drg_codes for each in care))
    procedures = sorted({code for rules in episodes for code in procedures_of(rules)})
    if procedures:
        codes.append(
            f"CASE WHEN c.hcpcs_code IN ({', '.join(map(literal, procedures))}) THEN c.hcpcs_code END"
        )
    providers = ["NULLIF(c.billing_npi, '')"] * bool(episodes or by_provider)
    providers += [f"NULLIF(c.{plurality.provider}, '')"] if plurality is not None else []
    leaves_out = any(each.capitated_encounters == "leave_out" for each in spending)
    apart = {
        CATEGORY: tuple(dict.fromkeys(categories_told_apart(measures, episodes))),
        CUT: tuple(days_told_apart(cut, any(map(has_ladder, measures)))),
        PROVIDER: tuple(dict.fromkeys(providers)),
        CAPITATED: (one_if("c.paid_under = 'capitated'"),) * leaves_out,
        CODE: tuple(codes),
    }
    return Depends(
        marks, {number: told_by for number, told_by in apart.items() if told_by}, procedures, owners
    )


def drg_sql() -> str:
    """Return a line's DRG as SQL, without the zeros before it."""
    return "TRIM(LEADING '0' FROM c.drg_code)"


def procedures_of(rules: EpisodeRules) -> Iterator[str]:
    """Yield the procedures that a contract's episodes name."""
    for each in rules.types:
        yield from (*each.procedures.codes, *each.exclude_procedures.codes)


def categories_told_apart(measures: Sequence[Measure], episodes: Sequence[EpisodeRules]) -> Iterator[str]:
    """Yield what tells one service category from another in some cost, as SQL."""
    for each in (*measures, *(rules.spending for rules in episodes)):
        if each.include:
            yield one_of(each.include)
        if each.exclude:
            yield one_of(each.exclude)
        if each.by_category or completed_by_category(each.complete):
            yield "c.service_category"
    excluded = (names.exclude_categories for rules in episodes for names in rules.types)
    yield from (one_of(names) for names in excluded if names)


def one_of(categories: Sequence[str]) -> str:
    """Return as SQL whether a line's category is one of some."""
    return one_if(f"c.service_category IN ({', '.join(map(literal, categories))})")


def one_if(condition: str) -> str:
    """Return 1 where a line meets a condition and 0 where not, as SQL."""
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def completed_by_category(completion: Completion | None) -> bool:
    """Say whether categories are completed each by its own factor."""
    if completion is None:
        return False
    if completion.chain_ladder is not None:
        return completion.chain_ladder.by == "category"
    return any(not isinstance(each, Decimal) for each in (completion.factors or {}).values())


def days_told_apart(cut: Cut, ladder: bool) -> Iterator[str]:
    """Yield what tells one day of payment from another, as SQL."""
    if cut.cut_on == "none":
        return
    day = f"c.{cut.cut_on}"
    for last in dict.fromkeys((cut.cut_off, cut.prior_cut_off) if cut.late else (cut.cut_off,)):
        yield one_if(f"{day} > DATE '{last}'")
    if ladder:
        yield statement("month_number", date=day).strip()
