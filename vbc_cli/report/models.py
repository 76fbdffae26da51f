"""The models at a glance, and one model's terms, facts and lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from vbc_cli.contract.model import Model, find_model, model_files, shown_name
from vbc_cli.contract.model_file import read_model
from vbc_cli.formula.check import suggest
from vbc_cli.formula.words import in_words
from vbc_cli.problems import refuse


def overview_lines(width: int) -> Iterator[str]:
    """Yield every shipped model: who pays what, the risk, whom it suits, and its standard codes."""
    for path in model_files():
        model = read_model(path, shown_name(path, path.name), {})
        yield f"{model.name}: {model.title}"
        codes = [
            f"{label} {', '.join(dict.fromkeys(model.codes[key].values()))}"
            for key, label in (("lan_category", "HCP-LAN"), ("payment_stream", "HL7"))
            if key in model.codes
        ]
        for label, text in (
            ("", model.summary),
            ("Risk: ", model.risk),
            ("Suits: ", model.suits),
            ("", " · ".join(codes)),
        ):
            if text:
                yield from textwrap.wrap(label + text, width, initial_indent="    ", subsequent_indent="    ")
        yield ""
    yield "vbc models NAME shows one model's terms, facts and lines."


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
        [(t.name, t.unit + (" or none" if t.may_be_none else ""), t.doc) for t in model.terms.values()],
        width,
    )
    yield from _section(
        "Clauses, of which each may be agreed as none altogether",
        [(clause, ", ".join(members), "") for clause, members in model.clauses.items()],
        width,
    )
    yield from _section(
        "Facts",
        [(f.name, f.unit + (", optional" if f.optional else ""), f.doc) for f in model.facts.values()],
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
