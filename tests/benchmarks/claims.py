"""Times measuring one contract's claims against counting the lines of the same file.

    python tests/benchmarks/claims.py [--lines N] [--members N]
    python tests/benchmarks/claims.py CLAIMS ELIGIBILITY [--map NAME=COLUMN ...]

Every check is on. Each job runs in a process of its own, in turns; shown are the least of its cpu times and
its highest peak of memory. `measure` is one cost. `disputes` is attribution by primary care, months by the
fifteenth, a limit by stratum, a chain ladder and (where claims have DRGs) episodes, together, for a group of
half of the billing providers. `pandas` is a plain script for the same cost as `measure`, without any check.
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
from typing import Any

JOBS = ("count", "measure", "disputes", "pandas")
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
    from vbc_cli.claims.measuring_settings import Measuring
    from vbc_cli.claims.settings import Measure, TruncateAt

    spending = Measure(
        "spending",
        "allowed_amount",
        exclude=("pharmacy",),
        truncate=TruncateAt(Decimal(150_000)),
        complete=by_factors(Decimal("1.015")),
    )
    measured = measure_files(Measuring(*files_and_days(claims, eligibility, columns), (spending,)))
    print(measured.costs["spending"].claims, "dollars used")


def write_providers(claims: Path, providers: Path) -> None:
    """Write a provider file in which every other billing provider is the group's own."""
    import duckdb

    duckdb.execute(f"""
        COPY (
            SELECT billing_npi AS npi,
                CASE WHEN CAST(billing_npi AS BIGINT) % 2 = 0 THEN 'own' ELSE 'other' END AS owner
            FROM (SELECT DISTINCT billing_npi FROM read_csv('{claims}'))
        ) TO '{providers}' (HEADER)""")


def disputes(claims: Path, eligibility: Path, columns: dict[str, str], providers: Path) -> None:
    """Measure what settlements dispute, all from one reading."""
    from vbc_cli.claims.attribution_settings import Plurality, PrimaryCare
    from vbc_cli.claims.completion_settings import ChainLadder, Completion
    from vbc_cli.claims.episode_settings import NO_CODES, CodeList, EpisodeRules, EpisodeType
    from vbc_cli.claims.measure import measure as measure_files
    from vbc_cli.claims.measuring_settings import Measuring
    from vbc_cli.claims.membership_settings import Membership
    from vbc_cli.claims.settings import Measure, Source, TruncateAt

    strata = ("aged_nondual", "aged_dual", "disabled", "esrd", "adult", "child")
    spending = Measure(
        "spending",
        "allowed_amount",
        exclude=("pharmacy",),
        members="fifteenth",
        truncate=TruncateAt(by_stratum=tuple((each, Decimal(150_000)) for each in strata)),
        complete=Completion(
            chain_ladder=ChainLadder("volume_weighted", 12, None, Decimal(1), "category", None)
        ),
    )
    joints = EpisodeType(
        "joints", CodeList(("469", "470")), NO_CODES, 0, 90, None, None, NO_CODES, NO_CODES, ()
    )
    episodes = EpisodeRules(
        Measure("episodes", "allowed_amount"),
        "all",
        "anchor_start",
        "separate",
        "prorate_by_days",
        "count",
        (joints,),
    )
    visits = PrimaryCare(categories=("office visit",))
    plurality = Plurality(
        date(2024, 1, 1), date(2025, 12, 31), (visits,), "visits", "billing_npi", 1, "latest_visit", "other"
    )
    sources, period, valuation = files_and_days(claims, eligibility, columns)
    asked = Measuring(
        (*sources, Source("providers", (providers,))),
        period,
        valuation,
        (spending,),
        (episodes,) if named_in(claims, {"drg_code": "drg_code"}) else (),
        memberships={"fifteenth": Membership(month_rule="fifteenth", claims_counted="on_enrolled_days")},
        plurality=plurality,
    )
    measured = measure_files(asked)
    print(measured.costs["spending"].claims, "dollars used")


def named_in(file: Path, columns: dict[str, str]) -> dict[str, str]:
    """Return the mapped columns that a file has."""
    with file.open() as text:
        header = text.readline().strip().split(",")
    return {name: theirs for name, theirs in columns.items() if theirs in header}


def files_and_days(claims: Path, eligibility: Path, columns: dict[str, str]) -> tuple[Any, Any, Any]:
    """Return the files, the period and the valuation of every job."""
    from vbc_cli.claims.settings import Period, Source, Valuation

    sources = [
        Source("claims", (claims,), named_in(claims, columns)),
        Source("eligibility", (eligibility,), named_in(eligibility, columns)),
    ]
    return sources, Period(date(2025, 1, 1), date(2025, 12, 31)), Valuation(date(2026, 3, 31), 3)


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
    elif job == "disputes":
        disputes(claims, eligibility, columns, Path(arguments.files[2]))
    else:
        {"measure": measure, "pandas": with_pandas}[job](claims, eligibility, columns)
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
        return
    with tempfile.TemporaryDirectory() as folder:
        made = generate(Path(folder), arguments.lines, arguments.members) if not arguments.files else ()
        files = [*arguments.files, *map(str, made)]
        providers = Path(folder) / "providers.csv"
        write_providers(Path(files[0]), providers)
        compare([*files, str(providers)], arguments)


if __name__ == "__main__":
    main()
