"""What each settlement of a period pays: a part of what was earned so far, less what earlier ones paid.

The part and its rounding are lines of the model that the settlement names. What was recorded as paid by an
interim settlement is netted as recorded; where nothing is recorded, what the interim settlement comes to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from vbc_cli.comparison import ArrangementResult, ComparisonTable, PartPaid, gained, settled_after
from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.settlements import DUE, EARNED_SO_FAR, PAID, PAID_BEFORE, SettlementOfPeriod
from vbc_cli.faults import explain_fault
from vbc_cli.formula.compiled import LineFault
from vbc_cli.formula.evaluate import EXACT_BACKEND
from vbc_cli.formula.numbers import ZERO
from vbc_cli.problems import refuse
from vbc_cli.settlement import PreparedStream, SettledArrangement, Worksheet


def pay_part(
    contract: Contract,
    settled: Sequence[SettledArrangement],
    table: ComparisonTable,
    before: Mapping[str, Decimal],
) -> tuple[tuple[SettledArrangement, ...], ComparisonTable]:
    """Return the arrangements with their settlement's worksheet, and the comparison with what it pays."""
    step = contract.settlement
    assert step is not None
    arrangements, results = [], []
    for each, result in zip(settled, table.results, strict=True):
        if settled_after(result):
            sheet = _settle(contract, step, result, before.get(result.name, ZERO))
            (row,) = each.rows
            each = replace(each, rows=(replace(row, sheets={**row.sheets, step.name: sheet}),))
            result = replace(result, part=_paid(step, sheet))
        arrangements.append(each)
        results.append(result)
    return tuple(arrangements), replace(table, results=tuple(results))


def _settle(
    contract: Contract, step: SettlementOfPeriod, result: ArrangementResult, computed: Decimal
) -> Worksheet:
    earned = gained(settled_after(result), result.provider, lambda each: each.due)
    paid = computed if result.interim_recorded is None else result.interim_recorded
    try:
        return PreparedStream(step.stream, EXACT_BACKEND).settle({EARNED_SO_FAR: earned, PAID_BEFORE: paid})
    except LineFault as fault:
        what, repair = explain_fault(fault, step.stream)
        raise refuse(contract.file, step.stream.line, what, repair) from None


def _paid(step: SettlementOfPeriod, sheet: Worksheet) -> PartPaid:
    found = sheet.results()
    paid, due = (found.get(f"{step.stream.name}.{result}") for result in (PAID, DUE))
    return PartPaid(step.name, sheet.inputs[PAID_BEFORE], paid or ZERO, due or ZERO)
