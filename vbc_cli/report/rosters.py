"""What another roster changes, in print: members, months and dollars by HL7's change types."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from vbc_cli.api import ComparedRosters
from vbc_cli.claims.rosters import RosterChange
from vbc_cli.formula.exact import total
from vbc_cli.formula.numbers import EXACT
from vbc_cli.report.columns import Part, TextColumn, laid_out
from vbc_cli.report.matching import matching_json, matching_lines
from vbc_cli.report.numbers import fixed
from vbc_cli.report.plain import plain
from vbc_cli.version import VERSION


def rosters_text(found: ComparedRosters, format_: str, width: int | None) -> str:
    """Return what another roster changes, in a format; no member is named."""
    if format_ == "json":
        made = {
            "version": VERSION,
            "contract": found.contract.name,
            "changes": list(records(found)),
            "matching": matching_json(found.joins),
        }
        return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if format_ == "csv":
        rows = list(records(found))
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()
    return "\n".join(laid_out([found.contract.title, "", *table(found)], width)) + "\n"


def records(found: ComparedRosters) -> Iterator[dict[str, str | int]]:
    """Yield every change type with its members, months and each cost's dollars before and after."""
    for change in found.changes:
        row: dict[str, str | int] = {
            "change_type": change.change_type,
            "members": change.members,
            "months_before": change.months_before,
            "months_after": change.months_after,
        }
        for number, name in enumerate(found.costs):
            row[f"{name}.before"] = plain(change.dollars_before[number])
            row[f"{name}.after"] = plain(change.dollars_after[number])
        yield row


def table(found: ComparedRosters) -> list[Part]:
    """Return the change types with what each moves."""
    changes = found.changes
    columns = [
        TextColumn("change type", [each.change_type for each in changes], number=False, footer="total"),
        counts("members", [each.members for each in changes]),
        counts("months moved", [each.months_after - each.months_before for each in changes]),
        *(moved(name, number, changes) for number, name in enumerate(found.costs)),
    ]
    return [
        columns,
        "",
        "moved: the other roster less the contract's own attribution; costs within the limit, as paid",
        *matching_lines(found.joins),
    ]


def counts(heading: str, numbers: list[int]) -> TextColumn:
    """Return a column of whole numbers with their sum."""
    return TextColumn(heading, [f"{number:,}" for number in numbers], footer=f"{sum(numbers):,}")


def moved(name: str, number: int, changes: tuple[RosterChange, ...]) -> TextColumn:
    """Return a column of the dollars of one cost that each change type moves."""
    dollars = [EXACT.subtract(each.dollars_after[number], each.dollars_before[number]) for each in changes]
    heading = f"{name.replace('_', ' ')} moved $"
    return TextColumn(heading, [fixed(each, 2) for each in dollars], footer=fixed(total(dollars), 2))
