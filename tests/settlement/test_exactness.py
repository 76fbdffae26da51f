"""A settlement from claims does not depend on the thread it runs in."""

from __future__ import annotations

import decimal
import threading
from pathlib import Path

import vbc_cli as vbc
from tests.settlement.small_agreement import FILES, write_agreement
from vbc_cli.report.comparison import comparison_text
from vbc_cli.report.exports import to_csv, to_json


def printed(contract: Path) -> list[str]:
    settlement = vbc.settle(contract)
    texts = [to_json([settlement], {}), to_csv([settlement], worksheet=True)]
    return [*texts, comparison_text(settlement, None, colour=False)]


def test_a_thread_whose_own_context_has_six_digits_prints_the_same_bytes(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    text = contract.read_text(encoding="utf-8")
    # seven digits before the point and two behind it: more than such a thread would keep by itself
    contract.write_text(text.replace("{given: 2000,", "{given: 1334567.89,"), encoding="utf-8")
    claims = FILES["claims.csv"].replace("1000.00,900.00,100.00", "1234567.89,1134567.77,100000.12")
    (tmp_path / "claims.csv").write_text(claims, encoding="utf-8")
    found: list[list[str]] = []

    def settle_with_six_digits() -> None:
        decimal.getcontext().prec = 6
        found.append(printed(contract))

    thread = threading.Thread(target=settle_with_six_digits)
    thread.start()
    thread.join()
    assert found == [printed(contract)]
