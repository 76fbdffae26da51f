"""The settings that were assumed, in few lines: each once, with the facts it was assumed for.

They are those that move money in the files that were read and that the contract leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vbc_cli.claims.assumed_settings import Assumed
from vbc_cli.claims.facts import Measured
from vbc_cli.contract.agreement import Contract

RATE_READ = ("fraction", "rates are written as fractions of 1")


def assumed_in(contract: Contract, measured: Measured | None) -> tuple[Assumed, ...]:
    """Return what a contract leaves open and its files are about; nothing where nothing was measured."""
    return () if measured is None else tuple(_assumed(contract, measured))


def _assumed(contract: Contract, measured: Measured) -> Iterator[Assumed]:
    for each in contract.assumed:
        if not each.needs or measured.columns.intersection(each.needs):
            yield each
    yield from measured.assumed
    written = any(source.rates_read for source in contract.sources if source.kind == "quality")
    by_rate = any(each.numerator is None and each.stated_rate is not None for each in measured.quality)
    if by_rate and not written:
        yield Assumed("data", "quality.read", *RATE_READ)


def assumed_lines(assumed: Iterable[Assumed]) -> Iterator[str]:
    """Yield one paragraph of what was assumed; nothing where everything is stated."""
    facts: dict[tuple[str, str, str], list[str]] = {}
    for each in assumed:
        facts.setdefault((each.setting, each.value, each.means), []).append(each.fact)
    parts = [
        f"{setting} {value} ({means}) in {', '.join(names)}"
        for (setting, value, means), names in facts.items()
    ]
    if parts:
        yield f"Assumed, not stated in the contract: {'; '.join(parts)}."


def assumed_json(assumed: Iterable[Assumed]) -> list[dict[str, str]]:
    """Return what was assumed as JSON values."""
    return [
        {"fact": each.fact, "setting": each.setting, "value": each.value, "means": each.means}
        for each in assumed
    ]
