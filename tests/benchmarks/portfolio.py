"""How fast a portfolio settles, as ratios to starting Python, measured in one run.

    python tests/benchmarks/portfolio.py RESULTS.csv [--contract contracts/medicare/mssp/2024.yaml]

Prints whole commands against `python -c pass`, microseconds a line on the exact path, what doubling
the rows costs, and how long a thousand contracts take to read. Every figure is a median.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.model import Shelf
from vbc_cli.portfolio.read import read_portfolio
from vbc_cli.settlement import given_facts, prepare, settle_streams

VBC = str(Path(sys.executable).with_name("vbc"))
RUNS = 9


def median(action: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median wall time of an action, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run(arguments, check=True, capture_output=True)


def commands(contract: str, file: str) -> None:
    """Print each command's time as a multiple of an empty Python process."""
    floor = median(process(sys.executable, "-c", "pass"))
    print(f"python -c pass: {floor * 1000:.0f} ms")
    settle = [VBC, "settle", contract, "--portfolio", file]
    wanted = {
        "vbc --help (at most 15)": [VBC, "--help"],
        "vbc settle --help (at most 20)": [VBC, "settle", "--help"],
        "vbc settle, table (at most 40)": settle,
        "vbc settle, json (at most 40)": [*settle, "--format", "json"],
        "vbc settle, csv (at most 40)": [*settle, "--format", "csv"],
    }
    for name, arguments in wanted.items():
        print(f"{name}: {median(process(*arguments)) / floor:.1f} times")


def lines(contract: str, file: str) -> None:
    """Print microseconds a line, and what twice the rows cost."""
    read = read_contract(Path(contract), {})
    assert read.portfolio is not None
    data = read_portfolio(read.portfolio, [Path(file)])
    prepared = prepare(read, read.arrangements[0])
    given = given_facts(read)

    def settle(times: int) -> Callable[[], object]:
        rows = list(data.rows) * times
        return lambda: [settle_streams(prepared, {**given, **row.facts}) for row in rows]

    gc.disable()  # as the command does: every row is kept until it is printed
    once, twice = median(settle(1)), median(settle(2))
    gc.enable()
    count = len(data.rows) * sum(len(stream.stream.lines) for stream in prepared)
    print(f"{count:,} lines: {once / count * 1e6:.2f} microseconds each")
    print(f"twice the rows: {twice / once:.2f} times the time")


def contracts(contract: str) -> None:
    """Print how long a thousand contracts take to read, their model once."""

    def read() -> None:
        shelf: Shelf = {}
        for _ in range(1000):
            read_contract(Path(contract), shelf)

    print(f"1,000 contracts read in {median(read, 3):.2f} s")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", help="a results file of the contract's portfolio")
    parser.add_argument("--contract", default="contracts/medicare/mssp/2024.yaml")
    chosen = parser.parse_args(arguments)
    commands(chosen.contract, chosen.file)
    lines(chosen.contract, chosen.file)
    contracts(chosen.contract)


if __name__ == "__main__":
    main()
