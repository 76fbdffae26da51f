"""From files to facts: everything a contract's settlement needs, measured in one reading.

The small files come first, then the claims, once for all measures. Whatever is wrong with any file is refused
together; what is measured conserves every dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import asdict

from vbc_cli.claims.asked import Asked
from vbc_cli.claims.attribution import attribute, care_of_nobody
from vbc_cli.claims.benchmarks import read_benchmarks
from vbc_cli.claims.cells import AMOUNTS, PRIOR, UNEQUAL, USED, Cell, Filter, filters, standing_reasons
from vbc_cli.claims.code_lists import resolve_all
from vbc_cli.claims.completion import read_ladders, without_paid_dates
from vbc_cli.claims.correction_faults import correction_problems
from vbc_cli.claims.corrections import reasons_left_out
from vbc_cli.claims.cost import measure_cost
from vbc_cli.claims.detail import By, detail
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.episode_cost import Claims, measure_episodes
from vbc_cli.claims.episode_facts import MeasuredEpisodes
from vbc_cli.claims.episodes import Numbers, number_codes
from vbc_cli.claims.facts import DetailRow, Measured, MeasuredCost, MemberMonths, Roster
from vbc_cli.claims.files import threads_for
from vbc_cli.claims.header import Matched
from vbc_cli.claims.level import disagreeing_claims
from vbc_cli.claims.limit import keep_within_limit, prepare_costs
from vbc_cli.claims.lines import Also, Cut, duplicates, read_lines
from vbc_cli.claims.matching import claims_joins, know_keys, small_joins
from vbc_cli.claims.matching_facts import Join
from vbc_cli.claims.measuring_settings import Measuring
from vbc_cli.claims.membership import count_claims, member_months, memberships_used, prepare
from vbc_cli.claims.months import parts_of_a_month
from vbc_cli.claims.notes import notes
from vbc_cli.claims.quality_problems import quality_problems
from vbc_cli.claims.rate_cells import uncountable
from vbc_cli.claims.read import (
    Loaded,
    load_small,
    match_sources,
    refuse_if,
)
from vbc_cli.claims.refusals import faulty_rows
from vbc_cli.claims.repeated import unsaid_levels
from vbc_cli.claims.revenue import revenue, revenue_problems
from vbc_cli.claims.rosters import read_roster
from vbc_cli.claims.rows import no_rows
from vbc_cli.claims.score_problems import score_problems
from vbc_cli.claims.settings import Kind, month_number
from vbc_cli.claims.status import sound_in_words
from vbc_cli.claims.tables import base_years, files_of, payments, quality
from vbc_cli.claims.unanswered import misspelt_claim_categories, unanswerable, unknown_categories
from vbc_cli.claims.unread import Unread, unread_columns


def measure(measuring: Measuring, by: By | None = None) -> Measured:
    """Measure all facts of one contract, and its costs by member or by provider where that is asked for.

    Raises InputRefused with every fault of every file, and with measures that the files cannot answer.
    """
    wanted, valuation, plurality = measuring.measures, measuring.valuation, measuring.plurality
    assert valuation is not None
    opening = [each.opening for each in measuring.episodes]
    refuse_if(unanswerable([*wanted, *opening], {each.kind for each in measuring.sources}))
    refuse_if(without_paid_dates(wanted, valuation))
    rules, listed = resolve_all(measuring.episodes)
    benchmarks, published = read_benchmarks(measuring.benchmark_files)
    used = memberships_used(wanted, measuring.memberships)
    enrolment = measuring.recognised
    asked = Asked(
        **{**asdict(measuring), "episodes": rules, "memberships": used, "by": by, "enrolment": enrolment}
    )
    with Engine(threads=threads_for(asked.sources)) as engine:
        loaded, claims = read_files(engine, asked)
        enrolled = prepare(
            engine, loaded, asked.cut, asked.enrolment, used, plurality is not None, asked.days
        )
        know_keys(engine, loaded)
        numbers = number_codes(engine, rules) if rules else {}
        if claims is not None:
            loaded["claims"] = load_claims(claims, asked.cut, engine, loaded, asked.also())
        reasons = attribute(engine, plurality, enrolled) if plurality and enrolled else ()
        care = (
            care_of_nobody(engine, plurality, loaded["claims"].matched, asked.amounts)
            if reasons and plurality
            else ()
        )
        months, members = member_months(engine, enrolled, used, asked.care, asked.rate_cells)
        spent = NOTHING_SPENT
        if claims is not None:
            spent = measure_claims(engine, asked, loaded, months, members, numbers)
        return Measured(
            inputs=(*(file for each in loaded.values() for file in each.inputs), *listed, *published),
            notes=(*notes(engine, loaded, valuation), *care),
            owner_known="providers" in loaded,
            member_months=months,
            costs=spent.costs,
            quality=quality(engine, loaded.get("quality"), "eligibility" in loaded),
            payments=payments(engine, loaded.get("payments"), valuation.as_of),
            base_years=base_years(engine, loaded.get("base_years")),
            episodes=spent.episodes,
            benchmarks=benchmarks,
            revenue=revenue(engine, loaded.get("revenue"), asked.period),
            attribution=reasons,
            roster=read_roster(engine, "attribution" in loaded) if by == "member" and enrolled else Roster(),
            detail=spent.detail,
            joins=(*spent.joins, *small_joins(engine, loaded)),
            unread=unread_columns(each.matched for each in loaded.values()),
            columns=frozenset(columns_read(loaded.values())),
        )


def read_headers(measuring: Measuring) -> tuple[Unread, ...]:
    """Return the columns that nobody reads, from the headers of those files that are sound."""
    asked = Asked(**asdict(measuring), by=None)
    with Engine(threads=1) as engine:
        matched, _ = match_sources(asked.sources, asked.layouts(), engine)
    return unread_columns(matched.values())


def columns_read(loaded: Iterable[Loaded]) -> Iterator[str]:
    """Yield the names of the columns of all files: those of their headers, and ours that stand for some."""
    for each in loaded:
        for file in each.matched.files:
            yield from file.header
            yield from file.places
            yield from file.source.columns


def read_files(engine: Engine, asked: Asked) -> tuple[dict[Kind, Loaded], Matched | None]:
    """Read all files but the claims; return them and the claims files, still to be read.

    Raises InputRefused with the faults of all files, those of the claims among them.
    """
    matched, problems = match_sources(asked.sources, asked.layouts(), engine)
    claims = matched.pop("claims", None)
    loaded: dict[Kind, Loaded] = {}
    for kind, files in matched.items():
        loaded[kind], found = load_small(files, engine)
        problems += found
    if problems and claims is not None:
        problems += faulty_rows(claims, engine)
    refuse_if(problems)
    unusable = revenue_problems(engine, loaded.get("revenue"), asked.period)
    scores = score_problems(engine, asked, loaded)
    rates = quality_problems(engine, loaded["quality"].matched if "quality" in loaded else None)
    refuse_if([*uncountable(asked.rate_cells, loaded), *unusable, *scores, *rates])
    return loaded, claims


def load_claims(matched: Matched, cut: Cut, engine: Engine, loaded: dict[Kind, Loaded], also: Also) -> Loaded:
    """Read the claims; refuse them with all their faults."""
    if "providers" in loaded:
        engine.derive("provider_spans", "provider_spans")
    sound = read_lines(matched, cut, engine, "attribution" in loaded, "providers" in loaded, also)
    counts = engine.execute(
        f"SELECT file_no, COUNT(*), BOOL_OR(standing = {UNEQUAL}) FROM lines GROUP BY file_no"
    )
    rows = {file_no: count for file_no, count, _ in counts}
    read = tuple(rows.get(number, 0) for number in range(len(matched.files)))
    empty, said = no_rows(matched, read, may_lack=False)
    claims = Loaded(matched, read, tuple(said))
    problems = empty if sound else faulty_rows(matched, engine)
    if any(unequal for *_, unequal in counts):
        problems += disagreeing_claims(matched, also.depends, engine)
    repeated = duplicates(matched, engine, sum(rows.values()))
    refuse_if([*problems, *repeated, *correction_problems(matched, engine)])
    refuse_if(unsaid_levels(matched, engine))
    return claims


class Spent(Struct, frozen=True):
    """What is measured from the claims: costs, the same by member or provider, episodes, and what matches."""

    costs: Mapping[str, MeasuredCost]
    detail: tuple[DetailRow, ...]
    episodes: Mapping[str, MeasuredEpisodes]
    joins: tuple[Join, ...] = ()


NOTHING_SPENT = Spent({}, (), {})


def measure_claims(
    engine: Engine,
    asked: Asked,
    loaded: Mapping[Kind, Loaded],
    months: Mapping[str, MemberMonths],
    members: Mapping[str, str],
    numbers: Numbers,
) -> Spent:
    """Measure everything that the claim lines tell, once they are read."""
    lines = count_claims(engine, loaded["claims"].matched, asked.memberships, members, asked.measures)
    left_out = reasons_left_out(each for each in asked.sources if each.kind == "claims")
    standings = standing_reasons(asked.valuation, left_out)
    sound = sound_in_words(loaded["claims"].matched, left_out)
    files = files_of(loaded["claims"])
    claims = Claims(lines.cells, asked.cut, standings, sound, "providers" in loaded, files)
    categories = categories_of(lines.cells)
    named = [name for (name,) in engine.execute("SELECT category FROM categories")]
    refuse_if(misspelt_claim_categories(asked.sources, named))
    refuse_if(problem for each in asked.measures for problem in unknown_categories(each, categories))
    conditions = [
        filters(each, categories, asked.memberships, asked.valuation.year_by, asked.attributed)
        for each in asked.measures
    ]
    costs = measure_costs(engine, asked, claims, lines.relation, conditions, months)
    rows = detail(asked.by, engine, asked.measures, conditions, lines.relation, asked.plurality)
    episodes = {
        each.spending.name: measure_episodes(engine, each, numbers, claims) for each in asked.episodes
    }
    joins = claims_joins(engine, loaded, lines.cells, asked.amounts)
    return Spent(costs, rows, episodes, tuple(joins))


def measure_costs(
    engine: Engine,
    asked: Asked,
    claims: Claims,
    lines: str,
    conditions: Sequence[tuple[Filter, ...]],
    months: Mapping[str, MemberMonths],
) -> dict[str, MeasuredCost]:
    """Measure every cost of the contract from the same lines."""
    measures, cut = asked.measures, asked.cut
    strata: dict[int, str] = dict(engine.execute("SELECT stratum_no, stratum FROM strata"))
    known = frozenset(
        amount for amount in AMOUNTS if all(getattr(cell, amount) is not None for cell in claims.cells)
    )
    if measures:
        prepare_costs(engine, measures, conditions, lines)
    ladders = read_ladders(engine, measures, conditions, cut, lines)
    return {
        each.name: measure_cost(
            each,
            claims.cells,
            wanted,
            keep_within_limit(
                engine,
                each,
                number,
                wanted,
                lines,
                parts_of_a_month(asked.memberships[each.membership].month_rule),
            ),
            strata,
            months[each.membership].total,
            claims.standings,
            claims.sound,
            asked.valuation,
            known,
            claims.files,
            ladders[number],
            month_number(cut.cut_off),
        )
        for number, (each, wanted) in enumerate(zip(measures, conditions, strict=True))
    }


def categories_of(cells: Iterable[Cell]) -> list[str]:
    """Return the service categories of the claims that count for a member."""
    return sorted(
        {cell.category for cell in cells if cell.category is not None and cell.standing in (USED, PRIOR)}
    )
