"""The models at a glance, and one model's terms, facts and lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from vbc_cli.contract.model import Model, ModelFact, ModelTerm, find_model, model_files, shown_name
from vbc_cli.contract.model_file import read_model
from vbc_cli.formula.check import suggest
from vbc_cli.formula.units import QUANTITIES
from vbc_cli.formula.words import in_words
from vbc_cli.problems import refuse
from vbc_cli.report.numbers import DASH

HEADINGS = ("payment structure", "financial risk", "who it suits", "LAN", "HL7")
LEAST_WORDS = 13
"""The narrowest a column of words gets."""
GAP = "  "
CODES = (5, 13)
"""The widths of the columns of codes."""
BESIDE = {
    "payment": "Beside them: limits, balances, guarantees, part payments",
    "benchmark": "Benchmarks that others read",
    "quality": "Quality that others read",
}


def overview_lines(width: int) -> Iterator[str]:
    """Yield the ways of paying at a glance, then the models that stand beside them or that they read."""
    models: dict[str, list[Model]] = {kind: [] for kind in BESIDE}
    for path in model_files():
        models[path.parent.name].append(read_model(path, shown_name(path, path.name), {}))
    ways = [model for model in models["payment"] if model.codes]
    yield from _table([HEADINGS, *(_at_a_glance(model) for model in ways)], width)
    for kind, title in BESIDE.items():
        yield ""
        yield title
        for model in models[kind]:
            if model not in ways:
                yield from _wrapped(f"{model.name}: {model.title}", width, "  ")
    yield ""
    yield "LAN: HCP-LAN category. HL7: payment stream of value-based performance reporting."
    yield "vbc models NAME shows a model, vbc new NAME writes a contract of it."


def _at_a_glance(model: Model) -> tuple[str, ...]:
    """Return a model's row: its name stands over what it is."""
    codes = [
        " ".join(dict.fromkeys(model.codes.get(key, {}).values())) or DASH
        for key in ("lan_category", "payment_stream")
    ]
    return (f"{model.name}\n{model.title}", model.risk or DASH, model.suits or DASH, *codes)


def _table(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield rows whose words are folded within their columns; names and codes are never broken."""
    words = len(HEADINGS) - len(CODES)
    room = width - sum(CODES) - len(GAP) * (len(HEADINGS) - 1)
    widths = [max(room // words, LEAST_WORDS)] * words + list(CODES)
    widths[0] = max(widths[0], *(len(row[0].partition("\n")[0]) for row in rows))
    widths[1] = widths[2] = max((room - widths[0]) // 2, LEAST_WORDS)
    for place, row in enumerate(rows):
        cells = [
            [line for part in text.split("\n") for line in textwrap.wrap(part, at, break_long_words=False)]
            for text, at in zip(row, widths, strict=True)
        ]
        for line in zip_longest(*cells, fillvalue=""):
            yield GAP.join(text.ljust(at) for text, at in zip(line, widths, strict=True)).rstrip()
        yield GAP.join("─" * at for at in widths) if place == 0 else ""


def model_lines(name: str, width: int) -> Iterator[str]:
    """Yield one model: what a contract states, what is measured, and how it is calculated."""
    path = find_model(name, Path())
    if path is None or not path.is_file():
        known = [file.stem for file in model_files()]
        raise refuse(
            name, None, "there is no such model", suggest(name, known) + " A model of your own is a path."
        )
    model = read_model(path, shown_name(path, name), {})
    yield f"{model.name}: {model.title}"
    yield from _wrapped(model.summary, width, "  ")
    yield from _section(
        "Terms",
        [(t.name, _may_be(t) + (" or none" if t.may_be_none else ""), t.doc) for t in model.terms.values()],
        width,
    )
    yield from _section(
        "Clauses, of which each may be agreed as none altogether",
        [(clause, ", ".join(members), "") for clause, members in model.clauses.items()],
        width,
    )
    yield from _section(
        "Facts",
        [(f.name, _may_be(f) + (", optional" if f.optional else ""), f.doc) for f in model.facts.values()],
        width,
    )
    yield from _section(
        "Tables",
        [
            (t.name, ", ".join(f"{c} ({u})" for c, u in t.shape.columns.items()), t.doc)
            for t in model.tables.values()
        ],
        width,
    )
    yield from _lines(model, width)
    yield from _section("Results", [(result, line, "") for result, line in model.results.items()], width)


def _may_be(declared: ModelTerm | ModelFact) -> str:
    """Return a unit with the bounds of its values; of what is counted nobody expects less than 0."""
    bounds = "" if declared.unit in QUANTITIES else declared.bounds.in_words()
    return f"{declared.unit} {bounds}".rstrip()


def _section(title: str, rows: list[tuple[str, str, str]], width: int) -> Iterator[str]:
    if rows:
        yield ""
        yield title
    for name, what, doc in rows:
        yield from _wrapped(f"{name}: {what}", width, "  ")
        if doc:
            yield from _wrapped(doc, width, "      ")


def _lines(model: Model, width: int) -> Iterator[str]:
    yield ""
    yield "Lines"
    for line in model.lines:
        yield f"  {line.name}, {line.unit}"
        if line.when is not None:
            yield from _wrapped(f"applies when {in_words(line.when)}", width, "      ")
        for case in line.cases:
            head = "" if case.condition is None else f"if {in_words(case.condition)}: "
            head = "else: " if case.condition is None and len(line.cases) > 1 else head
            yield from _wrapped(head + in_words(case.formula), width, "      ")
        for text in (line.doc, f"cite {line.cite}" if line.cite else ""):
            yield from _wrapped(text, width, "      ")


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
