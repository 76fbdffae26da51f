"""What was measured from the files: months, costs, control totals, bridges, quality and payments."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vbc_cli.api import MeasuredContract
from vbc_cli.claims.episode_facts import MeasuredEpisodes
from vbc_cli.claims.facts import ControlTotals, Measured, MeasuredCost, as_decimal
from vbc_cli.claims.unread import unread_lines
from vbc_cli.formula.exact import total
from vbc_cli.problems import InputRefused
from vbc_cli.report.assumed import assumed_in, assumed_json, assumed_lines
from vbc_cli.report.columns import Part, TextColumn, laid_out
from vbc_cli.report.completion import completion_lines
from vbc_cli.report.detail import detail_csv, detail_json, detail_lines
from vbc_cli.report.episodes import episode_lines, episode_values
from vbc_cli.report.matching import matching_json, matching_lines, unread_json
from vbc_cli.report.months import attribution_json, attribution_lines, month_lines, months_json, risk_lines
from vbc_cli.report.numbers import DASH, fixed
from vbc_cli.report.plain import plain
from vbc_cli.report.rating import rating_lines, rating_values
from vbc_cli.report.triangle import no_triangle, triangle_csv, triangle_json, triangle_lines
from vbc_cli.version import VERSION

DETAILS = ("member", "provider")
BREAKDOWN_HEADINGS = ("fact", "by", "amount", "value")


def facts_text(
    found: MeasuredContract,
    by: str | None,
    format_: str,
    triangle: MeasuredCost | None = None,
    width: int | None = None,
) -> str:
    """Return the facts in a format; `by` breaks the measured costs down, `triangle` shows one of one cost.

    `width` is that of the terminal, None for a pipe.
    """
    measured = found.measured
    if triangle is not None and format_ == "csv":
        return triangle_csv(triangle)
    if format_ == "csv":
        if by in DETAILS:
            return detail_csv(measured)
        return _csv(_breakdown(measured, by) if by else _values(measured))
    if format_ == "json":
        made = {"version": VERSION, "contract": found.contract.name, **measured_json(measured)}
        made["assumed"] = assumed_json(assumed_in(found.contract, measured))
        if by:
            made["by"] = {by: detail_json(measured) if by in DETAILS else _breakdown_json(measured, by)}
        if triangle is not None:
            made["triangles"] = {triangle.name: triangle_json(triangle)}
        return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    lines: list[Part] = [found.contract.title, ""]
    if triangle is not None:
        lines.extend(triangle_lines(triangle))
    elif by in DETAILS:
        lines.extend(detail_lines(measured))
    elif by:
        lines.extend(_breakdown_lines(measured, by))
    else:
        lines.extend(_lines(measured))
        lines.extend(assumed_lines(assumed_in(found.contract, measured)))
    return "\n".join(laid_out(lines, width)) + "\n"


def with_triangle(measured: Measured, name: str) -> MeasuredCost:
    """Return the measured cost whose triangle is wanted; refuse a name that has none."""
    problem = no_triangle(name, list(measured.costs.values()))
    if problem is not None:
        raise InputRefused([problem])
    return measured.costs[name]


def measured_json(measured: Measured) -> dict[str, Any]:
    """Return control totals, bridges and facts as JSON values."""
    return {
        "control_totals": {name: _totals(cost.control_totals) for name, cost in accounts(measured)},
        "bridge": {
            name: {
                "steps": [{"what": step.what, "dollars": plain(step.dollars)} for step in cost.bridge.steps],
                "total": plain(cost.bridge.total),
            }
            for name, cost in accounts(measured)
        },
        "completion": {
            name: {case: plain(cost.at(case).total) for case in cost.completion_cases}
            for name, cost in measured.costs.items()
            if cost.completion_cases
        },
        "member_months": {name: months_json(each) for name, each in measured.member_months.items()},
        "attribution": attribution_json(measured.attribution),
        "facts": {what: plain(value) for what, value in _values(measured)},
        "matching": matching_json(measured.joins),
        "columns_not_read": unread_json(measured.unread),
        "notes": [f"{note.file}: {note.what}" for note in measured.notes],
    }


def accounts(measured: Measured) -> Iterator[tuple[str, MeasuredCost | MeasuredEpisodes]]:
    """Yield every measured fact that gives each claim line a fate."""
    yield from measured.costs.items()
    yield from measured.episodes.items()


def _totals(totals: ControlTotals) -> dict[str, Any]:
    def line(each: Any) -> dict[str, Any]:
        return {"what": each.what, "rows": each.rows, "dollars": plain(each.dollars)}

    return {
        "amount": totals.amount,
        "read": line(totals.read),
        "used": line(totals.used),
        "prior_period": line(totals.prior_period),
        "left_out": [line(each) for each in totals.left_out],
    }


def _values(measured: Measured) -> Iterator[tuple[str, Any]]:
    """Yield every single measured value by name."""
    for attribution, months in measured.member_months.items():
        yield f"member_months.{attribution}", as_decimal(months.total)
        yield f"persons.{attribution}", Decimal(months.persons)
    for name, cost in measured.costs.items():
        yield name, cost.total
        yield f"{name}.own", getattr(cost.own, cost.amount)
        yield f"{name}.other", getattr(cost.other, cost.amount)
        for stratum, limit in cost.limits.items():
            yield f"{name}.limit" + f".{stratum}" * bool(stratum), limit
        yield f"{name}.over_the_limit", total(list(cost.over_the_limit.values()))
        yield f"{name}.completion_added", total(list(cost.completion_added.values()))
    for found in measured.episodes.values():
        yield from episode_values(found)
    yield from rating_values(measured)
    for quality in measured.quality:
        yield f"quality.{quality.measure_id}", quality.rate
    for payment in measured.payments:
        yield f"paid.{payment.stream}.{payment.kind}", payment.amount


def _breakdown(measured: Measured, by: str) -> Iterator[tuple[str, ...]]:
    for name, cost in measured.costs.items():
        for key, dollars in _parts(cost, by).items():
            yield name, key, cost.amount, plain(dollars)


def _breakdown_json(measured: Measured, by: str) -> dict[str, dict[str, str]]:
    return {
        name: {key: plain(dollars) for key, dollars in _parts(cost, by).items()}
        for name, cost in measured.costs.items()
    }


def _parts(cost: MeasuredCost, by: str) -> dict[str, Decimal]:
    """Return a cost's claims by month, stratum or category, and the steps from there to the settlement."""
    if by == "month":
        made = {month.isoformat(): dollars for month, dollars in sorted(cost.by_month.items())}
    elif by == "stratum":
        made = dict(sorted(cost.by_stratum.items()))
    else:
        parts: dict[str, list[Decimal]] = {}
        for (category, _), dollars in sorted(cost.by_category_and_owner.items()):
            parts.setdefault(category, []).append(dollars)
        made = {category: total(dollars) for category, dollars in parts.items()}
    return made | {step.what: step.dollars for step in cost.bridge.after_claims}


def _csv(rows: Iterator[tuple[Any, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    found = list(rows)
    writer.writerow(
        BREAKDOWN_HEADINGS if found and len(found[0]) == len(BREAKDOWN_HEADINGS) else ("fact", "value")
    )
    writer.writerows([plain(cell) for cell in row] for row in found)
    return out.getvalue()


def _breakdown_lines(measured: Measured, by: str) -> Iterator[Part]:
    for name, cost in measured.costs.items():
        parts = _parts(cost, by)
        columns = [
            TextColumn(f"{name} by {by}", list(parts), number=False, footer="total"),
            TextColumn(
                f"{cost.amount} $",
                [fixed(dollars, 2) for dollars in parts.values()],
                footer=fixed(total(list(parts.values())), 2),
            ),
        ]
        yield columns
        yield ""


def _lines(measured: Measured) -> Iterator[Part]:
    yield from attribution_lines(measured.attribution)
    for attribution, months in measured.member_months.items():
        yield from month_lines(attribution, months)
        yield from risk_lines(months)
        yield ""
    yield from rating_lines(measured)
    for name, cost in measured.costs.items():
        yield from _cost_lines(name, cost)
        yield from completion_lines(name, cost)
        yield ""
    for name, found in measured.episodes.items():
        yield from episode_lines(found)
        yield ""
        yield from _cost_lines(name, found)
        yield ""
    if measured.quality:
        yield from _quality_lines(measured)
        yield ""
    if measured.payments:
        columns = [
            TextColumn("paid already", [each.stream for each in measured.payments], number=False),
            TextColumn("kind", [each.kind for each in measured.payments], number=False),
            TextColumn("$", [fixed(each.amount, 2) for each in measured.payments]),
        ]
        yield columns
        yield ""
    yield from matching_lines(measured.joins)
    for note in measured.notes:
        yield f"{note.file}: {note.what}"
    yield from unread_lines(measured.unread)


def _cost_lines(name: str, cost: MeasuredCost | MeasuredEpisodes) -> Iterator[Part]:
    """Yield one cost: what was read and used, and the bridge from the file to the settlement."""
    totals = cost.control_totals
    used = (
        totals.read,
        totals.used,
        *([totals.prior_period] if totals.prior_period.rows else []),
        *totals.left_out,
    )
    columns = [
        TextColumn(f"{name}: {cost.amount}", [each.what for each in used], number=False),
        TextColumn("rows", [f"{each.rows:,}" for each in used]),
        TextColumn("$", [fixed(each.dollars, 2) for each in used]),
    ]
    yield columns
    yield f"  {cost.source.filter}"
    yield ""
    steps = cost.bridge.steps
    bridge = [
        TextColumn(
            f"{name}: from the file to the settlement",
            [step.what for step in steps],
            number=False,
            footer="cost in the settlement",
        ),
        TextColumn("$", [fixed(step.dollars, 2) for step in steps], footer=fixed(cost.bridge.total, 2)),
    ]
    yield bridge


def _quality_lines(measured: Measured) -> Iterator[Part]:
    found = measured.quality
    columns = [
        TextColumn("measure", [each.measure_id for each in found], number=False),
        TextColumn("", [each.measure_name for each in found], number=False),
        TextColumn(
            "numerator", [DASH if each.numerator is None else fixed(each.numerator) for each in found]
        ),
        TextColumn("denominator", [fixed(each.denominator) for each in found]),
        TextColumn("rate", [DASH if each.rate is None else fixed(each.rate, 4) for each in found]),
    ]
    yield columns
