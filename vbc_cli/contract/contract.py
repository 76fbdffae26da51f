"""A contract: one agreement for one performance period, with its arrangements and streams.

Reading a contract reads the models it names, so that every term is checked against the model that
needs it. All problems of the file are found in one pass and raised together.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from os.path import normpath
from pathlib import Path

from msgspec.structs import replace

from vbc_cli.claims.benchmark_settings import BenchmarkFile
from vbc_cli.claims.episode_settings import EpisodeRules
from vbc_cli.claims.measuring_settings import Measuring
from vbc_cli.claims.settings import Measure, Period, RateCells
from vbc_cli.contract.agreed import agreed_tables, check_terms, missing_terms, needed_terms, read_terms
from vbc_cli.contract.agreement import (
    COUNTED_AS_COST,
    REPLACED_CLAIMS,
    Arrangement,
    Contract,
    Given,
    Stream,
)
from vbc_cli.contract.assumed import assumed_settings
from vbc_cli.contract.attribution import build_plurality
from vbc_cli.contract.basis import check_basis
from vbc_cli.contract.bindings import read_bindings
from vbc_cli.contract.definition import CONTRACT
from vbc_cli.contract.document import Document, Map, read_document
from vbc_cli.contract.episodes import build_episodes, check_settings_of_episodes
from vbc_cli.contract.given import given_tables, read_given
from vbc_cli.contract.guarded import refuse_unguarded
from vbc_cli.contract.insured import check_insured_once
from vbc_cli.contract.lines import build_lines, declared_with, with_units
from vbc_cli.contract.mapping import Portfolio, build_portfolio
from vbc_cli.contract.measured import (
    MeasuredFact,
    base_year_models,
    build_benchmark_file,
    build_measure,
    build_rate_cells,
    build_valuation,
    check_adjustments,
    check_settings,
    marked_by_category,
)
from vbc_cli.contract.measurement import with_measurement
from vbc_cli.contract.membership import build_enrolment, build_memberships, named, with_members
from vbc_cli.contract.model import LIBRARY, Model, Shelf, find_model, model_files, shown_name
from vbc_cli.contract.model_file import read_model
from vbc_cli.contract.order import check_order
from vbc_cli.contract.parties import check_parties, with_directions
from vbc_cli.contract.policy import build_definitions, check_definitions, check_rounding, with_rounding
from vbc_cli.contract.provided import provided_by
from vbc_cli.contract.replaced import check_replaced
from vbc_cli.contract.settlements import SettlementOfPeriod, check_settlements
from vbc_cli.contract.shapes import BROKEN, Broken, Complaints, Fields
from vbc_cli.contract.sources import build_sources, check_corrected
from vbc_cli.contract.terms import Rows, Term
from vbc_cli.contract.unmatched import build_limits
from vbc_cli.contract.verification import Backing, backing
from vbc_cli.contract.wide import build_tables
from vbc_cli.formula.check import suggest
from vbc_cli.formula.program import Line
from vbc_cli.formula.units import USD
from vbc_cli.problems import InputRefused, Problem

NOTHING = Fields(0, {}, {})


def read_contract(path: Path, shelf: Shelf, name: str | None = None) -> Contract:
    """Read a contract and its models; raise `InputRefused` with every problem found."""
    return build_contract(read_document(path, name), shelf)


def build_contract(document: Document, shelf: Shelf) -> Contract:
    """Check a document against the definition and build the contract it states."""
    complaints = Complaints(document.file, list(document.problems))
    if (
        isinstance(document.root, Map)
        and "model" in document.root.entries
        and "lines" in document.root.entries
    ):
        complaints.add(
            1, "is a model, not a contract", "Name a contract file: one that starts with 'contract:'."
        )
        raise InputRefused(complaints.problems)
    fields = CONTRACT.read(document.root, "a contract", complaints)
    contract = BROKEN if isinstance(fields, Broken) else _Reader(document, shelf, complaints).build(fields)
    if complaints.problems or isinstance(contract, Broken):
        raise InputRefused(sorted(set(complaints.problems), key=_place))
    return contract


def _place(problem: Problem) -> tuple[str, int, str]:
    return problem.file, problem.line or 0, problem.what


class _Reader:
    """Builds one contract, writing every fault into `complaints`."""

    def __init__(self, document: Document, shelf: Shelf, complaints: Complaints) -> None:
        self.document = document
        self.shelf = shelf
        self.complaints = complaints
        self.models_read = True
        self.rounding: Fields | None = None
        self.payer = self.provider = ""

    def build(self, fields: Fields) -> Contract | Broken:
        self.rounding = fields.get("rounding")
        fields = with_measurement(fields)
        self.payer, self.provider = (fields.get(name, "").strip() for name in ("payer", "provider"))
        period = self._period(fields)
        whole = backing(fields, Backing())
        makers, given, measured = self._facts(fields.get("facts", {}), whole, period)
        adjustments = fields.get("adjustments", ())
        check_adjustments(adjustments, measured, self.complaints)
        self._check_files(fields, measured)
        arrangements = [
            Arrangement(name, self._streams(got, backing(got, whole), period), backing(got, whole))
            for name, got in fields.get("arrangements", {}).items()
        ]
        portfolio = None
        if "portfolio" in fields and len(arrangements) > 1:
            line = fields["arrangements"].lines[arrangements[1].name]
            self.complaints.add(
                line, "a second arrangement of a portfolio", "Put it in a contract of its own."
            )
        if "portfolio" in fields and self.models_read:
            streams = [*makers, *(stream for each in arrangements for stream in each.streams)]
            portfolio = self._portfolio(fields["portfolio"], streams)
        contract = Contract(
            name=fields.get("contract", ""),
            title=fields.get("title", ""),
            payer=self.payer,
            provider=self.provider,
            backing=whole,
            makers=makers,
            measuring=self._measuring(fields, period, measured, adjustments),
            measured=measured,
            comparison=dict(fields.get("comparison", {})),
            given=given,
            arrangements=tuple(arrangements),
            portfolio=portfolio,
            examples=fields.get("examples"),
            file=self.document.file,
            folder=self.document.folder,
            sha256=self.document.sha256,
            definitions=build_definitions(fields.get("definitions", {})),
            unmatched_limits=build_limits(fields.get("data", NOTHING), self.complaints),
            settlements=tuple(self._settlements(fields.get("settlements", ()), whole, period)),
        )
        read = {source for stream in contract.streams() for _, source, _ in stream.reads()}
        contract = replace(contract, assumed=tuple(assumed_settings(fields, read)))
        measures = marked_by_category(contract.measures, contract.streams())
        contract = replace(contract, measuring=replace(contract.measuring, measures=measures))
        check_corrected(contract.sources, contract.valuation, self.complaints)
        check_replaced(contract, self.complaints)
        check_insured_once(contract, self.complaints)
        if self.models_read:
            self._check_bindings(contract, fields)
            check_order(contract, self.complaints)
            check_settlements(contract, fields.get("settlements", ()), self.complaints)
            check_basis(contract, self.complaints)
            check_definitions(contract, fields.get("definitions", {}), self.complaints)
            check_rounding(fields.get("rounding", {}), contract.streams(), self.complaints)
            check_parties(contract, self.complaints)
        return with_directions(contract)

    def _measuring(
        self,
        fields: Fields,
        period: Period,
        measured: Mapping[str, MeasuredFact],
        adjustments: Sequence[Fields],
    ) -> Measuring:
        """Build all that decides how the facts are measured."""
        facts, data, valuation = fields.get("facts", {}), fields.get("data", NOTHING), fields.get("valuation")
        return Measuring(
            sources=build_sources(data, self.document, self.complaints),
            period=period,
            valuation=build_valuation(valuation, self.complaints),
            measures=self._measures(facts, adjustments),
            episodes=self._episodes(facts),
            benchmark_files=self._benchmark_files(facts),
            rate_cells=self._rate_cells(facts),
            memberships=build_memberships(facts, data, self.complaints),
            enrolment=build_enrolment(fields.get("enrolment")),
            plurality=build_plurality(fields.get("attribution"), data, valuation, period, self.complaints),
            base_year_models=tuple(each.risk_models for each in measured.values() if each.risk_models),
        )

    def _settlements(
        self, got: Sequence[Fields], around: Backing, period: Period
    ) -> Iterator[SettlementOfPeriod]:
        for fields in got:
            stream = self._stream(fields, fields.get("name", ""), backing(fields, around), period)
            if stream is not None and not fields.broken:
                cut = fields["as_of"], fields["run_out_months"]
                yield SettlementOfPeriod(stream.name, *cut, fields["ibnr"], stream)

    def _portfolio(self, got: Fields, streams: Sequence[Stream]) -> Portfolio:
        mapped = build_portfolio(got, streams, self.document.folder, self.document.file, self.complaints)
        files = [file.name for file in mapped.files]
        return replace(mapped, tables=build_tables(got.get("tables", {}), streams, files, self.complaints))

    def _period(self, fields: Fields) -> Period:
        got = fields.get("period", {})
        period = Period(got.get("start", datetime.date.min), got.get("end", datetime.date.max))
        if period.end < period.start:
            self.complaints.add(
                got.line, f"the period ends on {period.end}, before it starts", "Turn the dates round."
            )
        return period

    def _facts(
        self, got: Mapping[str, Fields], around: Backing, period: Period
    ) -> tuple[tuple[Stream, ...], dict[str, Given], dict[str, MeasuredFact]]:
        """Read what streams read: values given or measured, and models that make facts."""
        makers: list[Stream] = []
        given: dict[str, Given] = {}
        measured: dict[str, MeasuredFact] = {}
        for name, fact in got.items():
            own = backing(fact, around)
            if sum(part in fact for part in ("given", "measured", "model")) != 1:
                if not fact.broken:
                    stated = [f"{part}:" for part in ("given", "measured", "model") if part in fact]
                    what = f"the fact '{name}' has {' and '.join(stated) or 'no source'}"
                    repair = "Say where it comes from, once: measured:, given: or model:."
                    self.complaints.add(fact.line, what, repair)
            elif "model" in fact:
                maker = self._stream(fact, name, own, period)
                makers.extend([] if maker is None else [maker])
            elif "measured" in fact:
                measured[name] = MeasuredFact(
                    name,
                    fact["measured"],
                    named(name, fact),
                    fact.line,
                    own.cite,
                    "high_cost_from" in fact,
                    fact.get("net_of", ()),
                    base_year_models(fact, self.complaints),
                )
                check_settings(measured[name], fact, self.complaints)
            else:
                given[name] = Given(fact["given"], fact.get("source", ""), fact.line, own.verification)
        return tuple(makers), given, measured

    def _measures(self, got: Mapping[str, Fields], adjustments: Sequence[Fields]) -> tuple[Measure, ...]:
        built = (
            build_measure(name, fact, adjustments, self.document, self.complaints)
            for name, fact in got.items()
            if fact.get("measured") == "spending"
        )
        return tuple(
            with_members(measure, got[measure.name], got, self.complaints)
            for measure in built
            if measure is not None
        )

    def _rate_cells(self, got: Mapping[str, Fields]) -> tuple[RateCells, ...]:
        built = (build_rate_cells(name, fact, self.document, self.complaints) for name, fact in got.items())
        return tuple(cells for cells in built if cells is not None)

    def _benchmark_files(self, got: Mapping[str, Fields]) -> tuple[BenchmarkFile, ...]:
        built = (
            build_benchmark_file(name, fact, self.document, self.complaints) for name, fact in got.items()
        )
        return tuple(each for each in built if each is not None)

    def _episodes(self, got: Mapping[str, Fields]) -> tuple[EpisodeRules, ...]:
        built = []
        for name, fact in got.items():
            if fact.get("measured") == "episodes":
                check_settings_of_episodes(name, fact, self.complaints)
                spending = build_measure(name, fact, (), self.document, self.complaints)
                if spending is not None:
                    built.append(build_episodes(fact, spending, self.document, self.complaints))
            elif "episodes" in fact:
                what = f"'{name}' is not measured by episodes"
                self.complaints.add(
                    fact.lines["episodes"], what, "Write measured: episodes, or leave it out."
                )
        return tuple(rules for rules in built if rules is not None)

    def _check_files(self, fields: Fields, measured: Mapping[str, MeasuredFact]) -> None:
        """Measured facts need files, and a day at which claims are cut."""
        for needed in ("data", "valuation"):
            if measured and needed not in fields and needed not in fields.broken:
                fact = next(iter(measured.values()))
                what = f"'{fact.name}' is measured, and the contract has no {needed}:"
                self.complaints.add(fact.line, what, f"Add {needed}: to the contract.")

    def _streams(self, got: Fields, around: Backing, period: Period) -> tuple[Stream, ...]:
        streams: dict[str, Stream] = {}
        for fields in got.get("streams", ()):
            stream = self._stream(fields, fields.get("as", ""), backing(fields, around), period)
            if stream is None:
                continue
            if stream.name in streams:
                self.complaints.add(
                    fields.line, f"a second stream '{stream.name}'", "Give it a name of its own: as: ..."
                )
            streams[stream.name] = stream
        return tuple(streams.values())

    def _stream(self, got: Fields, name: str, own: Backing, period: Period) -> Stream | None:
        model = self._model(got)
        if model is None:
            self.models_read = False
            return None
        terms, tables = self._terms(model, got, own, period)
        bindings, rows = read_bindings(model, got.get("facts"), self.complaints)
        stream = Stream(
            name=name or model.name,
            model=model,
            lines=self._lines(model, got),
            terms=terms,
            tables=tables,
            bindings=bindings,
            basis=got.get("basis", ""),
            counts_as_cost=got.get("counts_as_cost"),
            replaces=tuple(got.get("replaces", ())),
            paid=got.get("paid", "at_settlement"),
            payer=got.get("payer", "").strip() or self.payer,
            payee=got.get("payee", "").strip() or self.provider,
            backing=own,
            line=got.line,
            rows=rows,
        )
        if not got.broken and set(needed_terms(model)) <= {*terms, *tables}:
            check_terms(stream, self.complaints)
        return stream

    def _model(self, got: Fields) -> Model | None:
        """Find and read the stream's model; its own faults are listed with the contract's."""
        name = got.get("model")
        if name is None:
            return None
        line = got.lines["model"]
        path = find_model(name, self.document.folder)
        if path is None:
            known = [file.stem for file in model_files()]
            self.complaints.add(
                line,
                f"unknown model '{name}'",
                suggest(name, known) + " A model of your own is a path: ./name.yaml.",
            )
            return None
        if Path(name).is_absolute():
            self.complaints.add(line, f"the absolute path '{name}'", "Write a path relative to this file.")
            return None
        shown = shown_name(path, normpath(Path(self.document.file).parent / name))
        try:
            # The tests prove the models that are shipped, from their worked examples and alone.
            return read_model(path, shown, self.shelf, proved=path.is_relative_to(LIBRARY))
        except InputRefused as refusal:
            if not path.is_file():
                repair = "The path is relative to this file."
                self.complaints.add(line, f"there is no model file '{name}'", repair)
                return None
            self.complaints.problems.extend(refusal.problems)
            return None

    def _terms(
        self, model: Model, got: Fields, around: Backing, period: Period
    ) -> tuple[dict[str, Term], dict[str, Rows]]:
        known = (*model.terms, *agreed_tables(model))
        nodes = with_rounding(got.get("terms", {}), known, self.rounding)
        terms, tables = read_terms(model, nodes, around, period, self.complaints)
        if "terms" not in got.broken:
            for name, repair in missing_terms(model, nodes):
                self.complaints.add(got.line, f"{model.name} needs the term '{name}'", repair)
        for name, term in terms.items():
            self._check_dates(term, model.terms[name].by is not None, period)
        return terms, tables

    def _check_dates(self, term: Term, by_month: bool, period: Period) -> None:
        """A term may change with a month where the model reads it by month, and else not at all."""
        if not by_month and term.changes_within(period):
            repair = "The model reads one value for the whole period; state one."
            self.complaints.add(term.line, f"'{term.name}' changes within the period", repair)
        elif by_month and term.changes_within_a_month(period):
            self.complaints.add(
                term.line, f"'{term.name}' changes within a month", "Change it on the first of a month."
            )

    def _lines(self, model: Model, got: Fields) -> tuple[Line, ...]:
        """Return the model's lines, with those this agreement replaces or adds marked as amended."""
        if "lines" not in got:
            return model.lines
        own = {
            line.name: replace(line, amended=True)
            for line in build_lines(got["lines"], self.document.file, self.complaints)
        }
        taken = {**model.terms, **model.facts, **model.tables}
        for name in own:
            if name in taken:
                what = f"the line '{name}' has the name of a term, fact or table of {model.name}"
                self.complaints.add(got["lines"].lines[name], what, "Give the line a name of its own.")
        lines = [own.pop(line.name, line) for line in model.lines]
        checked = with_units((*lines, *own.values()), model.declarations(), self.complaints)
        if isinstance(checked, Broken):
            return model.lines
        place = min(got["lines"].lines.values(), default=got.line)
        refuse_unguarded(model, checked, self.complaints, place)
        before = {line.name: line.unit for line in model.lines}
        for line in checked:
            if line.unit != before.get(line.name, line.unit):
                what = f"the line '{line.name}' is a {line.unit}, in {model.name} it is a {before[line.name]}"
                self.complaints.add(line.source[1], what, "Give the line another name, or the same unit.")
        return checked

    def _check_bindings(self, contract: Contract, fields: Fields) -> None:
        """Every fact a stream or the comparison needs is given, measured or made by someone."""
        measured = [provided_by(fact) for fact in contract.measured.values()]
        units = {COUNTED_AS_COST: USD, REPLACED_CLAIMS: USD, **_results(contract.makers)}
        units |= {name: each.unit for names in measured for name, each in names.items()}
        stated: Fields | Mapping[str, Fields] = fields.get("facts", {})
        if contract.portfolio is not None:
            units |= dict.fromkeys(contract.portfolio.tables, "")
        known = set(contract.portfolio.facts if contract.portfolio else ()) | units.keys() | set(stated)
        known -= {REPLACED_CLAIMS}
        known |= stated.broken if isinstance(stated, Fields) else set()
        for role, name in contract.comparison.items():
            if role != "basis" and name not in known:
                line = fields["comparison"].lines[role]
                self.complaints.add(line, f"nobody provides '{name}' for {role}", suggest(name, known))
        paid = [stream for each in contract.arrangements for stream in each.streams]
        given = given_tables(contract.given, [*contract.makers, *paid])
        for arrangement in (None, *contract.arrangements):
            streams = contract.makers if arrangement is None else arrangement.streams
            results = _results(streams)
            made = _made_tables([*contract.makers, *streams])
            made |= {name: table.shape.columns for name, table in given.items()}
            here = known | results.keys()
            if arrangement is not None and arrangement.replaced:
                here |= {REPLACED_CLAIMS}
            for stream in streams:
                optional = stream.model.optional_facts
                for name, source, unit in stream.reads():
                    if source in made and name in stream.model.tables and not unit:
                        self._check_columns(stream, name, source, made[source])
                    elif source in here:
                        found = results[source] if source in results else units.setdefault(source, unit)
                        self._check_unit(stream, name, source, found, unit)
                    elif not (name in optional and source == name):
                        self.complaints.add(
                            stream.line,
                            f"nobody provides the fact '{source}' that {stream.model.name} needs",
                            suggest(source, here),
                        )
        read_given(contract, self.complaints)

    def _check_columns(self, stream: Stream, name: str, source: str, columns: Mapping[str, str]) -> None:
        """A table that another stream makes has the columns its reader needs, in the same units."""
        shape = stream.model.tables[name].shape
        for column, unit in shape.columns.items():
            if columns.get(column, unit) != unit:
                what = f"'{source}.{column}' is a {columns[column]}, and {stream.model.name} reads a {unit}"
                self.complaints.add(stream.line, what, f"Name another source for the fact: {name}: ...")
            elif column not in columns and column not in shape.optional:
                what = f"'{source}' has no column '{column}' that {stream.model.name} needs"
                self.complaints.add(stream.line, what, suggest(column, columns))

    def _check_unit(self, stream: Stream, fact: str, source: str, found: str, unit: str) -> None:
        """A fact is read in the unit it is provided in; a value given takes its first reader's unit."""
        if found != unit:
            what = f"'{source}' is {_in_unit(found)}, and {stream.model.name} reads {_in_unit(unit)}"
            self.complaints.add(stream.line, what, f"Name another source for the fact: {fact}: ...")


def _in_unit(unit: str) -> str:
    return f"a {unit}" if unit else "a table"


def _results(streams: Sequence[Stream]) -> dict[str, str]:
    """Return each result of some streams with its unit ('' for a table)."""
    found = {}
    for stream in streams:
        known = {line.name: line.unit for line in stream.lines} | dict.fromkeys(stream.model.tables, "")
        for result, name in stream.model.results.items():
            if name in known:
                found[f"{stream.name}.{result}"] = known[name]
    return found


def _made_tables(streams: Sequence[Stream]) -> dict[str, Mapping[str, str]]:
    """Return the columns of each result that is a table, with those its model computes."""
    made = {}
    for stream in streams:
        for result, name in stream.model.results.items():
            if name in stream.model.tables:
                tables = declared_with(stream.lines, stream.model.declarations()).tables
                made[f"{stream.name}.{result}"] = tables[name].columns
    return made
