"""JSON and CSV of settlements: exact decimals as text, the same bytes for the same inputs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import asdict

from vbc_cli.api import Settlement
from vbc_cli.comparison import ComparisonTable
from vbc_cli.expect import Comparison
from vbc_cli.problems import Problem, rows_left_out
from vbc_cli.report.assumed import assumed_in, assumed_json
from vbc_cli.report.facts import measured_json
from vbc_cli.report.plain import plain
from vbc_cli.report.summary import summarise, summary_records
from vbc_cli.report.worksheet import ExplainedLine, explain_stream
from vbc_cli.settlement import SettledArrangement, SettledRow
from vbc_cli.version import VERSION


def to_json(
    settlements: Sequence[Settlement],
    comparisons: Mapping[str, Sequence[Comparison]],
    absent: Iterable[Problem] = (),
    *,
    summary_only: bool = False,
) -> str:
    """Return settlements as one JSON document; with a summary where several portfolios are settled."""
    made: dict[str, Any] = {"version": VERSION}
    if not summary_only:
        made["contracts"] = [_contract(each, comparisons.get(each.contract.file, ())) for each in settlements]
    if summary_only or len(settlements) > 1:
        made["summary"] = summary_records(summarise(settlements, comparisons))
    not_settled = [{"file": each.file, "why": each.what, "repair": each.repair} for each in absent]
    if not_settled:
        made["not_settled"] = not_settled
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _contract(settlement: Settlement, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    contract = settlement.contract
    made: dict[str, Any] = {
        "contract": contract.name,
        "title": contract.title,
        "file": contract.file,
        "period": {"start": plain(contract.period.start), "end": plain(contract.period.end)},
        "inputs": [
            {"file": each.file, "sha256": each.sha256, "rows": each.rows} for each in settlement.inputs
        ],
    }
    if contract.portfolio is not None:
        if settlement.data is not None and settlement.data.shares:
            made["shares_read"] = dict(settlement.data.shares)
        made["rows"] = [_row(settlement, row) for row in settlement.arrangements[0].rows]
        if settlement.left_out:
            made["left_out"] = [asdict(row) for row in rows_left_out(settlement.left_out)]
    else:
        made["arrangements"] = [_arrangement(each) for each in settlement.arrangements]
    if settlement.measured is not None:
        made |= measured_json(settlement.measured)
        made["assumed"] = assumed_json(assumed_in(contract, settlement.measured))
    if settlement.comparison is not None:
        made["comparison"] = _compared(settlement.comparison)
    if comparisons:
        made["expectations"] = [_comparison(each) for each in comparisons]
    return made


def _compared(table: ComparisonTable) -> list[dict[str, Any]]:
    return [
        {
            "arrangement": each.name,
            "claims_kept": plain(each.claims_kept),
            "claims_replaced": plain(each.replaced),
            "prospective": plain(each.prospective),
            "settlement": plain(each.settlement),
            "with_others": plain(each.with_others),
            "total": plain(each.total),
            "against_first": plain(table.against_first(each)),
            "worst": plain(each.worst),
            "best": plain(each.best),
            "worst_shown": plain(each.shown[0] if each.shown and each.worst is None else each.worst),
            "best_shown": plain(each.shown[1] if each.shown and each.best is None else each.best),
            "open_because": "; ".join((*each.open_because, *each.no_result)) or None,
            "paid_up_to_pmpm": plain(each.paid_up_to_pmpm),
            "owes_above_pmpm": plain(each.owes_above_pmpm),
            "below_target": plain(each.below_target),
            "plan_to_others": plain(each.plan_to_others),
            "kept_by_plan": plain(table.kept_by_plan(each)),
            "due": plain(each.due),
            "due_from_others": plain(each.due_from_others),
            "paid_before": plain(None if each.part is None else each.part.paid_before),
            "accounts": {party: plain(gained) for party, gained in each.parties().items()},
            "streams": [
                {
                    "stream": account.stream,
                    "payer": account.payer,
                    "payee": account.payee,
                    "paid": account.paid_when,
                    "earned": plain(account.earned),
                    "in_advance": plain(account.in_advance),
                    "paid_already": plain(account.paid_already),
                    "accrue": plain(account.accrue),
                    "due": plain(account.due),
                }
                for account in each.accounts
            ],
        }
        for each in table.results
    ]


def _row(settlement: Settlement, row: SettledRow) -> dict[str, Any]:
    lines = {name: plain(value) for name, value in settlement.values(row).items()}
    return {"key": row.key, "name": row.title, "lines": lines}


def _arrangement(settled: SettledArrangement) -> dict[str, Any]:
    (row,) = settled.rows
    return {"arrangement": settled.arrangement.name, "streams": _streams(row)}


def explanation_json(chosen: Iterable[tuple[str, SettledRow]]) -> str:
    """Return the worksheets of some settlements as JSON."""
    made = [
        {"arrangement": name, "key": row.key, "name": row.title, "streams": _streams(row)}
        for name, row in chosen
    ]
    return json.dumps({"version": VERSION, "settlements": made}, indent=1, ensure_ascii=False) + "\n"


def _streams(row: SettledRow) -> list[dict[str, Any]]:
    return [
        {
            "stream": name,
            "model": sheet.stream.model.name,
            "results": {
                result: plain(sheet.value(line))
                for result, line in sheet.stream.model.results.items()
                if line in sheet.run.values
            },
            "lines": [_line(line) for line in explain_stream(sheet)],
        }
        for name, sheet in row.sheets.items()
    ]


def _line(line: ExplainedLine) -> dict[str, Any]:
    made = {**asdict(line), "value": plain(line.value)}
    made["rows"] = [{"key": key, "value": plain(value)} for key, value in line.rows]
    return made


def _comparison(each: Comparison) -> dict[str, Any]:
    return {
        "line": each.line,
        "column": each.column,
        "within": plain(each.within),
        "agree": each.agree,
        "without_published_value": each.unpublished,
        "outside": each.outside,
        "differences": [
            {
                "key": row.key,
                "settled": plain(row.settled),
                "published": plain(row.published),
                "low": plain(row.low),
                "high": plain(row.high),
                "outside": row.outside,
            }
            for row in each.differences
        ],
    }


def to_csv(settlements: Sequence[Settlement], worksheet: bool) -> str:
    """Return settlements as CSV.

    A portfolio has one settlement a row: `key`, then every line. A contract with a comparison has one
    arrangement a row; with `worksheet`, one line of one stream a row. Several contracts are told apart by a
    column of their own.
    """
    several = len(settlements) > 1
    records: list[dict[str, Any]] = []
    for settlement in settlements:
        contract = {"contract": settlement.contract.name} if several else {}
        records.extend({**record, **contract} for record in _records(settlement, worksheet))
    return _csv(records)


def summary_csv(settlements: Sequence[Settlement], comparisons: Mapping[str, Sequence[Comparison]]) -> str:
    """Return the summary of several portfolios as CSV, one contract a row."""
    return _csv(summary_records(summarise(settlements, comparisons)))


def _csv(records: Sequence[Mapping[str, Any]]) -> str:
    header = list(dict.fromkeys(name for record in records for name in record))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(record.get(name)) for name in header] for record in records)
    return out.getvalue()


def _records(settlement: Settlement, worksheet: bool) -> Iterator[dict[str, Any]]:
    if settlement.contract.portfolio is not None:
        for row in settlement.arrangements[0].rows:
            yield {"key": row.key, **settlement.values(row)}
    elif settlement.comparison is not None and not worksheet:
        for each in _compared(settlement.comparison):
            yield {name: value for name, value in each.items() if not isinstance(value, dict | list)}
    else:
        for settled in settlement.arrangements:
            yield from _worksheet_records(settled)


def _worksheet_records(settled: SettledArrangement) -> Iterator[dict[str, Any]]:
    for name, sheet in settled.rows[0].sheets.items():
        for line in sheet.stream.lines:
            if not line.table:
                place = {"arrangement": settled.arrangement.name, "stream": name, "line": line.name}
                yield {**place, "value": sheet.value(line.name), "unit": line.unit}


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else plain(value)
