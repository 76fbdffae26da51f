"""From files to facts: everything a contract's settlement needs, measured in one reading.

The small files come first, then the claims, once for all measures. Whatever is wrong with any file is refused
together; what is measured conserves every dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType

from vbc_cli.claims.cells import AMOUNTS, Cell, filters
from vbc_cli.claims.cost import measure_cost
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.exclusions import all_reasons, care_named, leaving_out, mark_lines
from vbc_cli.claims.facts import Measured, MeasuredCost, MemberMonths, Note
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import Column, claims_layout, eligibility_layout
from vbc_cli.claims.limit import keep_within_limit, prepare_costs
from vbc_cli.claims.lines import Also, Cut, count_lines, duplicates, read_lines
from vbc_cli.claims.membership_settings import AS_STATED, Care, Enrolment, Membership
from vbc_cli.claims.months import Enrolled, count_months, parts_of_a_month, prepare_members
from vbc_cli.claims.read import Loaded, load_small, match_sources, no_rows, refuse_if
from vbc_cli.claims.refusals import faulty_rows
from vbc_cli.claims.settings import PLAIN, Kind, Measure, Period, Source, Valuation
from vbc_cli.claims.tables import base_years, payments, quality
from vbc_cli.problems import Problem

NO_MEMBERSHIPS: Mapping[str, Membership] = MappingProxyType({})


def measure(
    sources: Sequence[Source],
    period: Period,
    valuation: Valuation,
    measures: Sequence[Measure],
    *,
    memberships: Mapping[str, Membership] = NO_MEMBERSHIPS,
    enrolment: Enrolment = AS_STATED,
    memory_limit: str = "800MB",
) -> Measured:
    """Measure all facts of one contract; `memberships` are those its facts name, beside the plain ones.

    Raises InputRefused with every fault of every file, and with measures that the files cannot answer.
    """
    cut = Cut.of(period, valuation)
    wanted = tuple(measures)
    given = {source.kind for source in sources}
    refuse_if(unanswerable(wanted, given))
    with Engine(memory_limit) as engine:
        used = memberships_used(wanted, memberships)
        care = care_named(used.values())
        layouts: dict[Kind, tuple[Column, ...]] = {
            "claims": claims_layout(valuation, wanted, "providers" in given, care),
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
        enrolled = prepare(engine, loaded, cut, enrolment, used)
        if "claims" in matched:
            also = Also(
                care, any(each.reasons for each in used.values()), enrolment.additions_limit_days is not None
            )
            loaded["claims"] = load_claims(matched["claims"], cut, engine, loaded, also)
        months, members = member_months(engine, enrolled, used, care)
        costs: dict[str, MeasuredCost] = {}
        if "claims" in matched:
            lines = count_claims(engine, loaded["claims"], used, members)
            costs = measure_costs(engine, loaded["claims"], lines, wanted, used, months, valuation)
        return Measured(
            inputs=tuple(file for each in loaded.values() for file in each.inputs),
            notes=notes(engine, loaded, valuation),
            owner_known="providers" in loaded,
            member_months=months,
            costs=costs,
            quality=quality(engine, loaded.get("quality"), "eligibility" in loaded),
            payments=payments(engine, loaded.get("payments"), valuation.as_of),
            base_years=base_years(engine, loaded.get("base_years")),
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


def memberships_used(
    measures: Iterable[Measure], memberships: Mapping[str, Membership]
) -> dict[str, Membership]:
    """Return the memberships that a contract states or a measure uses, and the plainest."""
    plain = {each.membership for each in measures} - memberships.keys() | {"while_attributed"}
    return {name: PLAIN[name] for name in sorted(plain, key=list(PLAIN).index)} | dict(memberships)


def prepare(
    engine: Engine,
    loaded: dict[Kind, Loaded],
    cut: Cut,
    enrolment: Enrolment,
    memberships: Mapping[str, Membership],
) -> Enrolled | None:
    """Make the tables of members and their days; None where there is no eligibility file."""
    if "eligibility" not in loaded:
        return None
    used = [each for kind, each in loaded.items() if kind in ("eligibility", "attribution")]
    files = tuple(str(file.path) for each in used for file in each.matched.files)
    matched = loaded["eligibility"].matched
    return prepare_members(
        engine, cut, "attribution" in loaded, enrolment, memberships.values(), matched, files
    )


def member_months(
    engine: Engine, enrolled: Enrolled | None, memberships: Mapping[str, Membership], care: Sequence[Care]
) -> tuple[dict[str, MemberMonths], dict[str, str]]:
    """Count the member months of every membership; return them with the tables of members left out."""
    if enrolled is None:
        return {}, {}
    found = {name: count_months(engine, name, each, enrolled, care) for name, each in memberships.items()}
    return {name: months for name, (months, _) in found.items()}, {
        name: out for name, (_, out) in found.items()
    }


def load_claims(matched: Matched, cut: Cut, engine: Engine, loaded: dict[Kind, Loaded], also: Also) -> Loaded:
    """Read the claims; refuse them with all their faults."""
    if "providers" in loaded:
        engine.derive("provider_spans", "provider_spans")
    sound = read_lines(matched, cut, engine, "attribution" in loaded, "providers" in loaded, also)
    counts: dict[int, int] = dict(engine.execute("SELECT file_no, COUNT(*) FROM lines GROUP BY file_no"))
    claims = Loaded(matched, tuple(counts.get(number, 0) for number in range(len(matched.files))))
    problems = no_rows(claims) if sound else faulty_rows(matched, engine)
    refuse_if([*problems, *duplicates(matched, engine)])
    return claims


@dataclass(frozen=True)
class Counted:
    """The claim lines of all measures: the relation they are in, and their counts."""

    relation: str
    cells: list[Cell]


def count_claims(
    engine: Engine, claims: Loaded, memberships: Mapping[str, Membership], members: Mapping[str, str]
) -> Counted:
    """Count the claim lines, with what every membership leaves out."""
    if not leaving_out(memberships):
        return Counted("lines", count_lines(claims.matched, engine, "lines", all_reasons(memberships)))
    engine.derive("born", "born")
    mark_lines(engine, memberships, members)
    return Counted(
        "counted_lines", count_lines(claims.matched, engine, "counted_lines", all_reasons(memberships))
    )


def measure_costs(
    engine: Engine,
    claims: Loaded,
    lines: Counted,
    measures: Sequence[Measure],
    memberships: Mapping[str, Membership],
    months: Mapping[str, MemberMonths],
    valuation: Valuation,
) -> dict[str, MeasuredCost]:
    """Measure every cost of the contract from the same lines."""
    categories = sorted({cell.category for cell in lines.cells if cell.category is not None})
    refuse_if(problem for each in measures for problem in unknown_categories(each, categories))
    conditions = [filters(each, categories, memberships) for each in measures]
    strata: dict[int, str] = dict(engine.execute("SELECT stratum_no, stratum FROM strata"))
    known = frozenset(amount for amount in AMOUNTS if claims.matched.has(amount))
    files = tuple(str(file.path) for file in claims.matched.files)
    if measures:
        prepare_costs(engine, measures, conditions, lines.relation)
    return {
        each.name: measure_cost(
            each,
            lines.cells,
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
            valuation.cut_on,
            known,
            files,
        )
        for number, (each, wanted) in enumerate(zip(measures, conditions, strict=True))
    }


def unknown_categories(each: Measure, categories: Sequence[str]) -> Iterable[Problem]:
    """Yield categories that a measure misspells, and those it gives no completion factor."""
    for name in (*each.include, *each.exclude):
        near = get_close_matches(name, categories, n=1, cutoff=0.75)
        if name not in categories and near:
            what = f"'{each.name}' names the category '{name}', which the claims do not have"
            yield Problem(each.contract_file, each.line, what, f"Did you mean '{near[0]}'?")
    if each.complete is None or isinstance(each.complete, Decimal):
        return
    for name in filter(each.counts_category, categories):
        if name not in each.complete:
            what = f"'{each.name}' has no completion factor for the category '{name}'"
            yield Problem(each.contract_file, each.line, what, "Add one; 1 where nothing is to be added.")


def notes(engine: Engine, loaded: dict[Kind, Loaded], valuation: Valuation) -> tuple[Note, ...]:
    """Return what a reader should know about the files."""
    found = [note for each in loaded.values() for note in each.notes]
    if "attribution" in loaded and "eligibility" in loaded:
        members = engine.rows("unenrolled")[0][0]
        if members:
            said = f"attributed members without any eligibility: {members:,}; they have no member months"
            found.append(Note(str(loaded["attribution"].matched.files[0].path), said))
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
