"""Times measuring one contract's claims against counting the lines of the same file.

    python tests/benchmarks/claims.py [--lines N] [--members N]
    python tests/benchmarks/claims.py CLAIMS ELIGIBILITY [--map NAME=COLUMN ...]

Every check is on. Each job runs in a process of its own, in turns; shown are the least of its cpu times and
its highest peak of memory. The last job is a plain pandas script for the same cost, without any check.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

JOBS = ("count", "measure", "pandas")
CATEGORIES = ("inpatient", "outpatient", "office visit", "lab", "pharmacy")


def generate(folder: Path, lines: int, members: int) -> tuple[Path, Path]:
    """Write claims and eligibility of one contract, the same for the same size."""
    import duckdb

    claims, eligibility = folder / "claims.csv", folder / "eligibility.csv"
    names = ", ".join(f"'{name}'" for name in CATEGORIES)
    duckdb.execute(f"""
        COPY (
            SELECT 'CLM' || lpad(CAST(i // 3 AS VARCHAR), 11, '0') AS claim_id,
                i % 3 + 1 AS claim_line_number,
                'M' || lpad(CAST(hash(i // 3, 1) % {members * 21 // 20} AS VARCHAR), 9, '0') AS member_id,
                [{names}][CAST(hash(i // 3, 2) % 5 AS INTEGER) + 1] AS service_category,
                DATE '2024-01-01' + CAST(hash(i // 3, 3) % 820 AS INTEGER) AS claim_start_date,
                DATE '2024-01-01' + CAST(hash(i // 3, 3) % 820 + hash(i, 4) % 120 AS INTEGER) AS paid_date,
                '1' || lpad(CAST(hash(i // 3, 5) % 20000 AS VARCHAR), 9, '0') AS billing_npi,
                CAST(hash(i, 6) % 60000 AS DECIMAL(18, 2)) / 100 AS charge_amount,
                CAST(CAST(hash(i, 6) % 50000 AS BIGINT) / 100 AS DECIMAL(18, 2)) AS allowed_amount,
                CAST(CAST(hash(i, 6) % 50000 AS BIGINT) / 125 AS DECIMAL(18, 2)) AS paid_amount
            FROM range({lines}) AS r(i)
        ) TO '{claims}' (HEADER)""")
    duckdb.execute(f"""
        COPY (
            SELECT 'M' || lpad(CAST(i AS VARCHAR), 9, '0') AS member_id,
                DATE '2024-01-01' AS enrollment_start_date,
                CASE WHEN hash(i, 7) % 3 = 0 THEN DATE '2025-07-31' END AS enrollment_end_date,
                CASE WHEN hash(i, 8) % 4 = 0 THEN 'child' ELSE 'adult' END AS stratum
            FROM range({members}) AS r(i)
        ) TO '{eligibility}' (HEADER)""")
    return claims, eligibility


def count(claims: Path) -> None:
    """Count the lines with the database alone: the floor of any reading."""
    import duckdb

    print(duckdb.execute(f"SELECT COUNT(*) FROM read_csv('{claims}')").fetchall()[0][0], "lines")


def measure(claims: Path, eligibility: Path, columns: dict[str, str]) -> None:
    """Measure one cost with every check on."""
    from vbc_cli.claims.completion_settings import by_factors
    from vbc_cli.claims.measure import measure as measure_files
    from vbc_cli.claims.settings import Measure, Period, Source, TruncateAt, Valuation

    measured = measure_files(
        [Source("claims", (claims,), columns), Source("eligibility", (eligibility,), columns)],
        Period(date(2025, 1, 1), date(2025, 12, 31)),
        Valuation(date(2026, 3, 31), 3),
        [
            Measure(
                "spending",
                "allowed_amount",
                exclude=("pharmacy",),
                truncate=TruncateAt(Decimal(150_000)),
                complete=by_factors(Decimal("1.015")),
            )
        ],
    )
    print(measured.costs["spending"].claims, "dollars used")


def with_pandas(claims: Path, eligibility: Path, columns: dict[str, str]) -> None:
    """Add up the same claims in a plain pandas script: floats, and no check."""
    import pandas as pd

    ours = {theirs: name for name, theirs in columns.items()}
    lines = pd.read_csv(claims).rename(columns=ours)
    spans = pd.read_csv(eligibility).rename(columns=ours)
    for name in ("claim_start_date", "paid_date"):
        lines[name] = pd.to_datetime(lines[name])
    spans["enrollment_start_date"] = pd.to_datetime(spans["enrollment_start_date"])
    ends = pd.to_datetime(spans["enrollment_end_date"])
    spans["enrollment_end_date"] = ends.fillna(pd.Timestamp("2200-12-31"))
    inside = lines["claim_start_date"].between("2025-01-01", "2025-12-31")
    lines = lines[inside & (lines["paid_date"] <= "2026-03-31")]
    lines = lines[lines["service_category"] != "pharmacy"].merge(spans, on="member_id")
    service = lines["claim_start_date"]
    lines = lines[service.between(lines["enrollment_start_date"], lines["enrollment_end_date"])]
    members = lines.groupby("member_id")["allowed_amount"].sum()
    completed = members.clip(upper=150_000).sum() * 1.015
    print(round(members.sum(), 2), "dollars used,", round(completed, 2), "completed")


def run(job: str, arguments: argparse.Namespace) -> None:
    """Run one job in this process and say what it cost."""
    columns = dict(pair.split("=", 1) for pair in arguments.map)
    claims, eligibility = Path(arguments.files[0]), Path(arguments.files[1])
    if job == "count":
        count(claims)
    else:
        (measure if job == "measure" else with_pandas)(claims, eligibility, columns)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"cpu {used.ru_utime + used.ru_stime:.2f} peak {used.ru_maxrss // 1024}")


def compare(files: list[str], arguments: argparse.Namespace) -> None:
    """Run all jobs in turns and print cpu, ratio and peak of each."""
    cpu: dict[str, list[float]] = {job: [] for job in JOBS}
    peak: dict[str, list[int]] = {job: [] for job in JOBS}
    for _ in range(arguments.turns):
        for job in JOBS:
            command = [sys.executable, __file__, *files, "--job", job]
            command += [f"--map={pair}" for pair in arguments.map]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            words = out.split()
            cpu[job].append(float(words[-3]))
            peak[job].append(int(words[-1]))
    print(f"{'job':10}{'cpu s':>8}{'x count':>9}{'peak MB':>9}")
    for job in JOBS:
        ratio = min(cpu[job]) / min(cpu["count"])
        print(f"{job:10}{min(cpu[job]):8.2f}{ratio:9.2f}{max(peak[job]):9}")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "files", nargs="*", help="a claims file and an eligibility file; made up when left out"
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--map", action="append", default=[], metavar="NAME=COLUMN")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.job:
        run(arguments.job, arguments)
    elif arguments.files:
        compare(arguments.files, arguments)
    else:
        with tempfile.TemporaryDirectory() as folder:
            made = generate(Path(folder), arguments.lines, arguments.members)
            compare([str(path) for path in made], arguments)


if __name__ == "__main__":
    main()
