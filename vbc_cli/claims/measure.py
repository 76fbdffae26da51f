"""From files to facts: everything a contract's settlement needs, measured in one reading.

The small files come first, then the claims, once for all measures. Whatever is wrong with any file is refused
together; what is measured conserves every dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType

from vbc_cli.claims.attribution import attribute
from vbc_cli.claims.attribution_settings import Plurality
from vbc_cli.claims.benchmark_settings import BenchmarkFile
from vbc_cli.claims.benchmarks import read_benchmarks
from vbc_cli.claims.cells import AMOUNTS, PRIOR, UNEQUAL, USED, Cell, Filter, filters, standing_reasons
from vbc_cli.claims.code_lists import resolve_all
from vbc_cli.claims.completion import has_ladder, read_ladders, without_paid_dates
from vbc_cli.claims.completion_settings import Completion
from vbc_cli.claims.cost import measure_cost
from vbc_cli.claims.detail import By, detail
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.episode_cost import Claims, measure_episodes
from vbc_cli.claims.episode_facts import MeasuredEpisodes
from vbc_cli.claims.episode_settings import EpisodeRules
from vbc_cli.claims.episodes import KEPT, columns_needed, number_codes
from vbc_cli.claims.exclusions import care_named
from vbc_cli.claims.facts import DetailRow, Measured, MeasuredCost, MemberMonths, Note, Roster
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import OWNER, Column, care_columns, claims_layout, eligibility_layout
from vbc_cli.claims.level import looks_repeated, unequal_claims
from vbc_cli.claims.limit import keep_within_limit, prepare_costs
from vbc_cli.claims.lines import PAID_MONTH, Also, Cut, duplicates, read_lines
from vbc_cli.claims.membership import Counted, count_claims, member_months, memberships_used, prepare
from vbc_cli.claims.membership_settings import AS_STATED, Enrolment, Membership
from vbc_cli.claims.months import parts_of_a_month
from vbc_cli.claims.primary_care import columns_needed as primary_care_columns
from vbc_cli.claims.rate_cells import uncountable
from vbc_cli.claims.reach import reach
from vbc_cli.claims.read import (
    Loaded,
    load_small,
    match_sources,
    no_rows,
    reasons_left_out,
    refuse_if,
)
from vbc_cli.claims.refusals import faulty_rows
from vbc_cli.claims.revenue import revenue, revenue_problems
from vbc_cli.claims.rosters import read_roster
from vbc_cli.claims.settings import Kind, Measure, Period, RateCells, Source, Valuation, month_number
from vbc_cli.claims.tables import base_years, files_of, payments, quality
from vbc_cli.problems import Problem

NO_MEMBERSHIPS: Mapping[str, Membership] = MappingProxyType({})


def measure(
    sources: Sequence[Source],
    period: Period,
    valuation: Valuation,
    measures: Sequence[Measure],
    episodes: Sequence[EpisodeRules] = (),
    rate_cells: Sequence[RateCells] = (),
    *,
    memberships: Mapping[str, Membership] = NO_MEMBERSHIPS,
    enrolment: Enrolment = AS_STATED,
    plurality: Plurality | None = None,
    benchmark_files: Sequence[BenchmarkFile] = (),
    by: By | None = None,
    memory_limit: str = "800MB",
) -> Measured:
    """Measure all facts of one contract, and its costs by member or by provider where that is asked for.

    `memberships` are those its facts name, beside the plain ones.

    Raises InputRefused with every fault of every file, and with measures that the files cannot answer.
    """
    cut = Cut.of(period, valuation, reach(period, measures, bool(episodes)))
    wanted = tuple(measures)
    given = {source.kind for source in sources}
    refuse_if(unanswerable([*wanted, *(each.opening for each in episodes)], given))
    refuse_if(without_paid_dates(wanted, valuation))
    rules, listed = resolve_all(episodes)
    benchmarks, published = read_benchmarks(benchmark_files)
    with Engine(memory_limit) as engine:
        used = memberships_used(wanted, memberships)
        care = care_named(used.values())
        owned = "providers" in given or by == "provider"
        more = [*[OWNER] * owned, *columns_needed(rules), *care_columns(care)]
        more += primary_care_columns(plurality)
        counted = [Measure("attribution", amount) for amount in plurality.amounts] if plurality else []
        spending = (*wanted, *(each.spending for each in rules), *counted)
        layouts: dict[Kind, tuple[Column, ...]] = {
            "claims": claims_layout(valuation, spending, more),
            "eligibility": eligibility_layout(enrolment, used.values()),
        }
        matched, problems = match_sources(sources, layouts, engine)
        loaded: dict[Kind, Loaded] = {}
        for kind in (kind for kind in matched if kind != "claims"):
            loaded[kind], found = load_small(matched[kind], engine)
            problems += found
        if problems and "claims" in matched:
            problems += faulty_rows(matched["claims"], engine)
        refuse_if(problems)
        refuse_if(
            [*uncountable(rate_cells, loaded), *revenue_problems(engine, loaded.get("revenue"), period)]
        )
        enrolled = prepare(engine, loaded, cut, enrolment, used, plurality is not None)
        numbers = number_codes(engine, rules) if rules else {}
        if "claims" in matched:
            days = any(each.reasons for each in used.values())
            late = enrolment.additions_limit_days is not None
            kept = [*(KEPT if rules else ()), *[PAID_MONTH] * any(map(has_ladder, wanted))]
            also = Also((*kept, *["provider"] * (by == "provider")), care, days, late, plurality)
            loaded["claims"] = load_claims(matched["claims"], cut, engine, loaded, also)
        reasons = attribute(engine, plurality, enrolled) if plurality and enrolled else ()
        months, members = member_months(engine, enrolled, used, care, rate_cells)
        costs: dict[str, MeasuredCost] = {}
        rows: tuple[DetailRow, ...] = ()
        bundles: dict[str, MeasuredEpisodes] = {}
        if "claims" in matched:
            lines = count_claims(engine, matched["claims"], used, members)
            standings = standing_reasons(valuation, reasons_left_out(sources))
            categories = categories_of(lines.cells)
            conditions = [filters(each, categories, used, valuation.year_by) for each in wanted]
            costs = measure_costs(
                engine, loaded["claims"], lines, wanted, conditions, used, months, standings, valuation, cut
            )
            rows = detail(by, engine, wanted, conditions, lines.relation)
            files = files_of(loaded["claims"])
            claims = Claims(lines.cells, cut, standings, "providers" in loaded, files)
            bundles = {each.spending.name: measure_episodes(engine, each, numbers, claims) for each in rules}
        return Measured(
            inputs=(*(file for each in loaded.values() for file in each.inputs), *listed, *published),
            notes=notes(engine, loaded, valuation),
            owner_known="providers" in loaded,
            member_months=months,
            costs=costs,
            quality=quality(engine, loaded.get("quality"), "eligibility" in loaded),
            payments=payments(engine, loaded.get("payments"), valuation.as_of),
            base_years=base_years(engine, loaded.get("base_years")),
            episodes=bundles,
            benchmarks=benchmarks,
            revenue=revenue(engine, loaded.get("revenue"), period),
            attribution=reasons,
            roster=read_roster(engine, "attribution" in loaded) if by == "member" and enrolled else Roster(),
            detail=rows,
        )


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


def load_claims(matched: Matched, cut: Cut, engine: Engine, loaded: dict[Kind, Loaded], also: Also) -> Loaded:
    """Read the claims; refuse them with all their faults."""
    if "providers" in loaded:
        engine.derive("provider_spans", "provider_spans")
    sound = read_lines(matched, cut, engine, "attribution" in loaded, "providers" in loaded, also)
    counts: dict[int, int] = dict(engine.execute("SELECT file_no, COUNT(*) FROM lines GROUP BY file_no"))
    claims = Loaded(matched, tuple(counts.get(number, 0) for number in range(len(matched.files))))
    problems = no_rows(claims) if sound else faulty_rows(matched, engine)
    if engine.execute(f"SELECT 1 FROM lines WHERE standing = {UNEQUAL} LIMIT 1"):
        problems += unequal_claims(matched, engine)
    refuse_if([*problems, *duplicates(matched, engine)])
    return claims


def measure_costs(
    engine: Engine,
    claims: Loaded,
    lines: Counted,
    measures: Sequence[Measure],
    conditions: Sequence[tuple[Filter, ...]],
    memberships: Mapping[str, Membership],
    months: Mapping[str, MemberMonths],
    standings: Mapping[int, str],
    valuation: Valuation,
    cut: Cut,
) -> dict[str, MeasuredCost]:
    """Measure every cost of the contract from the same lines."""
    cells = lines.cells
    categories = categories_of(cells)
    refuse_if(problem for each in measures for problem in unknown_categories(each, categories))
    strata: dict[int, str] = dict(engine.execute("SELECT stratum_no, stratum FROM strata"))
    known = frozenset(
        amount for amount in AMOUNTS if all(getattr(cell, amount) is not None for cell in cells)
    )
    files = tuple(str(file.path) for file in claims.matched.files)
    if measures:
        prepare_costs(engine, measures, conditions, lines.relation)
    ladders = read_ladders(engine, measures, conditions, cut, lines.relation)
    return {
        each.name: measure_cost(
            each,
            cells,
            wanted,
            keep_within_limit(
                engine,
                each,
                number,
                wanted,
                lines.relation,
                parts_of_a_month(memberships[each.membership].month_rule),
            ),
            strata,
            months[each.membership].total,
            standings,
            valuation,
            known,
            files,
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


def lacks_a_factor(completion: Completion | None, category: str) -> bool:
    """Say whether a completion gives factors by category and leaves this one out."""
    factors = None if completion is None else completion.factors
    return any(not isinstance(each, Decimal) and category not in each for each in (factors or {}).values())


def notes(engine: Engine, loaded: dict[Kind, Loaded], valuation: Valuation) -> tuple[Note, ...]:
    """Return what a reader should know about the files."""
    found = [note for each in loaded.values() for note in each.notes]
    if "attribution" in loaded and "eligibility" in loaded:
        members = engine.rows("unenrolled")[0][0]
        if members:
            said = f"attributed members without any eligibility: {members:,}; they have no member months"
            found.append(Note(str(loaded["attribution"].matched.files[0].path), said))
    if "claims" in loaded:
        found += looks_repeated(loaded["claims"].matched, engine)
    if "claims" in loaded and "providers" not in loaded:
        said = "no provider file: whose claims these are is not known, so there is no provider's view"
        found.append(Note(str(loaded["claims"].matched.files[0].path), said))
    if "payments" in loaded:
        later = f"SELECT COUNT(*) FROM payments WHERE payment_date > DATE '{valuation.as_of}'"
        rows = engine.execute(later)[0][0]
        if rows:
            said = f"payments after the valuation day, not counted: {rows:,}"
            found.append(Note(str(loaded["payments"].matched.files[0].path), said))
    return tuple(found)
