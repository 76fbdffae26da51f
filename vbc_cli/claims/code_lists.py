"""The codes that open an episode or do not count in it, from the contract or from the lists it names.

A list is a CSV file as a program publishes it; the contract says which column holds the codes and which rows
to keep. A DRG is the same with and without leading zeros.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from vbc_cli.claims.episode_settings import NO_CODES, CodeKind, CodeList, EpisodeRules, EpisodeType
from vbc_cli.claims.facts import FileInput
from vbc_cli.claims.files import fingerprint
from vbc_cli.problems import InputRefused, Problem

WRITTEN: dict[CodeKind, tuple[str, str]] = {
    "drg": (r"[0-9]{1,4}\Z", "A DRG has three digits, such as 470."),
    "procedure": (r"[0-9A-Z]{5}\Z", "A procedure code has five digits or capital letters, such as 27447."),
}


class Lists(Struct):
    """The files read so far, each with its rows, and what was wrong with them."""

    contract_file: str
    files: dict[Path, list[dict[str, str]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, file: str, line: int | None, what: str, repair: str) -> None:
        """Note one fault, once."""
        problem = Problem(file, line, what, repair)
        if problem not in self.problems:
            self.problems.append(problem)

    def rows(self, path: Path, columns: Sequence[str], line: int | None) -> Iterator[tuple[int, list[str]]]:
        """Yield the line number of each row and its cells in these columns."""
        if path not in self.files:
            self.files[path] = list(self._read(path, line))
        rows = self.files[path]
        header = list(rows[0]) if rows else []
        for name in columns:
            if rows and name not in header:
                near = get_close_matches(name, header, n=1, cutoff=0.5)
                repair = f"Did you mean '{near[0]}'?" if near else f"It has: {', '.join(header)}."
                self.complain(str(path), 1, f"there is no column '{name}'", repair)
                return
        for number, row in enumerate(rows, start=2):
            yield number, [(row[name] or "").strip() for name in columns]

    def _read(self, path: Path, line: int | None) -> Iterator[dict[str, str]]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error):
            repair = "Correct the path, which is relative to the contract, or save the list as UTF-8 CSV."
            self.complain(self.contract_file, line, f"the list of codes '{path}' cannot be read", repair)
            return
        if not rows:
            self.complain(str(path), None, "the list of codes has no rows", "Export it again.")
        yield from rows

    def code(self, text: str, kind: CodeKind, file: str, line: int | None) -> str:
        """Return a code as claims are compared with it, or complain."""
        pattern, repair = WRITTEN[kind]
        if not re.match(pattern, text.upper()):
            self.complain(file, line, f"the code '{text}' is no {kind}", repair)
        return text.lstrip("0") if kind == "drg" else text.upper()

    def codes(self, given: CodeList, kind: CodeKind, line: int | None) -> CodeList:
        """Return the codes of a list that the contract states or names."""
        if given.file is None:
            found = [self.code(code, kind, self.contract_file, line) for code in given.codes]
        else:
            where = given.where or {}
            rows = self.rows(given.file, [given.column, *where], line)
            wanted = [(number, cells[0]) for number, cells in rows if cells[1:] == list(where.values())]
            if not wanted and not self.problems:
                said = ", ".join(f"{name}: {text}" for name, text in where.items())
                self.complain(str(given.file), None, f"no row has {said}", "Correct where: in the contract.")
            found = [self.code(code, kind, str(given.file), number) for number, code in wanted]
        return CodeList(tuple(dict.fromkeys(found)))


def resolve_all(rules: Iterable[EpisodeRules]) -> tuple[tuple[EpisodeRules, ...], tuple[FileInput, ...]]:
    """Return every fact's rules with the codes in place, and the files read for them."""
    resolved = [resolve(each) for each in rules]
    problems = [problem for _, lists in resolved for problem in lists.problems]
    if problems:
        raise InputRefused(dict.fromkeys(problems))
    files = {path: len(rows) for _, lists in resolved for path, rows in lists.files.items()}
    inputs = (FileInput("codes", str(path), fingerprint(path), count) for path, count in files.items())
    return tuple(each for each, _ in resolved), tuple(inputs)


def resolve(rules: EpisodeRules) -> tuple[EpisodeRules, Lists]:
    """Return the rules with every code in place, the files read for it, and what is wrong with them."""
    lists = Lists(rules.spending.contract_file)
    given = [*rules.types, *from_file(rules, lists)]
    types = [with_codes(each, lists) for each in given]
    opens: dict[tuple[CodeKind, str], str] = {}
    for each in types:
        for key in triggers(each):
            other = opens.setdefault(key, each.name)
            if other != each.name:
                what = f"the {key[0]} {key[1]} opens both '{other}' and '{each.name}'"
                lists.complain(rules.spending.contract_file, each.line, what, "Leave it with one of the two.")
    for stated, each in zip(given, types, strict=True):
        lists.problems += faults_of(stated, each, rules)
    return replace(rules, types=tuple(types), types_file=None, types_from_file=None), lists


def triggers(each: EpisodeType) -> list[tuple[CodeKind, str]]:
    """Return the codes that open a type of episode."""
    drgs: list[tuple[CodeKind, str]] = [("drg", code) for code in each.drgs.codes]
    return [*drgs, *(("procedure", code) for code in each.procedures.codes)]


def from_file(rules: EpisodeRules, lists: Lists) -> list[EpisodeType]:
    """Return a type of episode for each name in the contract's file of types."""
    if rules.types_file is None or rules.types_from_file is None:
        return []
    given, model = rules.types_file, rules.types_from_file
    drgs: dict[str, list[str]] = {}
    for number, (name, drg) in lists.rows(given.file, [given.type_column, given.drg_column], model.line):
        drgs.setdefault(name, []).append(lists.code(drg, "drg", str(given.file), number))
    return [replace(model, name=name, drgs=CodeList(tuple(codes))) for name, codes in drgs.items()]


def with_codes(each: EpisodeType, lists: Lists) -> EpisodeType:
    """Return a type of episode with its codes in place."""
    mix = each.case_mix
    return replace(
        each,
        drgs=lists.codes(each.drgs, "drg", each.line),
        procedures=lists.codes(each.procedures, "procedure", each.line),
        exclude_drgs=lists.codes(each.exclude_drgs, "drg", each.line),
        exclude_procedures=lists.codes(each.exclude_procedures, "procedure", each.line),
        case_mix=None if mix is None else {code.lstrip("0").upper(): value for code, value in mix.items()},
    )


def faults_of(stated: EpisodeType, each: EpisodeType, rules: EpisodeRules) -> Iterator[Problem]:
    """Yield what is missing or too much in one type of episode, as it was stated and with its codes."""
    file, codes = rules.spending.contract_file, {code.lstrip("0") for _, code in triggers(each)}
    if stated.drgs == stated.procedures == NO_CODES:
        yield Problem(
            file, each.line, f"nothing opens the episode '{each.name}'", "Add drgs: or procedures:."
        )
    if codes and each.case_mix is not None and codes != set(each.case_mix):
        odd = sorted(codes ^ set(each.case_mix))
        what = f"the case mix of '{each.name}' and its triggers differ in {', '.join(odd)}"
        yield Problem(file, each.line, what, "Give each trigger one factor.")
