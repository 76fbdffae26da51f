"""The settlement at low, best and high completion: how far claims not yet paid may still move it.

Nothing here changes what is settled; every arrangement is settled once more over each case's cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from vbc_cli.claims.completion_settings import CASES, Case
from vbc_cli.claims.facts import Measured
from vbc_cli.contract.agreement import Contract
from vbc_cli.formula.units import FLAG
from vbc_cli.measured import measured_facts
from vbc_cli.settlement import SETTLEMENT, SettledArrangement, SettledRow, settle_arrangements

Cases = Mapping[Case, tuple[SettledArrangement, ...]]


def settle_cases(contract: Contract, measured: Measured) -> Cases:
    """Settle every arrangement at each case of completion; nothing where no cost has a range."""
    ranges = [cost.completion_cases for cost in measured.costs.values() if len(cost.completion_cases) > 1]
    return {
        case: _settled(contract, _at(measured, case))
        for case in CASES
        if any(case in each for each in ranges)
    }


def _at(measured: Measured, case: Case) -> Measured:
    """Return what was measured, with the costs that know this case completed by it."""
    costs = {
        name: cost.at(case) if case in cost.completion_cases else cost
        for name, cost in measured.costs.items()
    }
    return replace(measured, costs=costs)


def _settled(contract: Contract, measured: Measured) -> tuple[SettledArrangement, ...]:
    row = SettledRow("", contract.title, contract.file, None, measured_facts(contract, measured), {})
    return settle_arrangements(contract, [row])


def differences(cases: Cases, arrangement: str) -> Iterator[tuple[str, str, Mapping[Case, Any]]]:
    """Yield what is not the same in every case: each stream's settlement, and each of its conditions.

    Yields the stream, the line or `settlement`, and its value in each case.
    """
    settled = {
        case: next(each for each in every if each.arrangement.name == arrangement)
        for case, every in cases.items()
    }
    for stream in next(iter(settled.values())).arrangement.streams if settled else ():
        sheets = {case: each.rows[0].sheets[stream.name] for case, each in settled.items()}
        earned = {case: each.results().get(f"{stream.name}.{SETTLEMENT}") for case, each in sheets.items()}
        flags = [line.name for line in stream.lines if line.unit == FLAG and not line.table]
        answers = [(name, {case: each.value(name) for case, each in sheets.items()}) for name in flags]
        for what, values in ((SETTLEMENT, earned), *answers):
            if len(set(values.values())) > 1:
                yield stream.name, what, values
