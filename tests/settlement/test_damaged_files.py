"""Files damaged as real files are: what is read wrongly moves no dollar without a word.

Each test takes the made-up files of a small group, spoils some rows or the header of one file at random, and
settles an agreement on them. Whoever settles it must see no other dollar, or a refusal that names the file,
or a sentence under the settlement that did not stand there before.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from msgspec import Struct

from vbc_cli import api
from vbc_cli.api import Settlement
from vbc_cli.problems import InputRefused
from vbc_cli.report.exports import to_csv
from vbc_cli.report.render import as_table
from vbc_cli.sample import write_sample

ROOT = Path(__file__).parents[2]
AGREEMENT = (ROOT / "contracts" / "commercial" / "risk_corridor_2025.yaml").read_text("utf-8")
SHARE_SPOILED = 0.2


class Table(Struct):
    """A file as a header and rows."""

    header: list[str]
    rows: list[list[str]]

    def spoil(self, column: str, change: Callable[[str], str], chance: random.Random) -> None:
        """Change a column in some rows."""
        place = self.header.index(column)
        for row in self.rows:
            if chance.random() < SHARE_SPOILED:
                row[place] = change(row[place])

    def rename(self, change: Callable[[str], str]) -> None:
        """Change the header."""
        self.header = [change(name) for name in self.header]


Damage = Callable[[Table, random.Random], None]


def spoiled(column: str, change: Callable[[str], str]) -> Damage:
    return lambda table, chance: table.spoil(column, change, chance)


def renamed(change: Callable[[str], str]) -> Damage:
    return lambda table, _: table.rename(change)


def one_renamed(old: str, new: str) -> Damage:
    return renamed(lambda name: new if name == old else name)


def dropped(column: str) -> Damage:
    def drop(table: Table, _: random.Random) -> None:
        place = table.header.index(column)
        for row in (table.header, *table.rows):
            del row[place]

    return drop


def nameless(table: Table, _: random.Random) -> None:
    """Add the empty columns that a spreadsheet writes."""
    for row in (table.header, *table.rows):
        row.extend(["", ""])


def shuffled(table: Table, chance: random.Random) -> None:
    chance.shuffle(table.rows)


KEYS: dict[str, Callable[[str], str]] = {
    "blanks behind": lambda key: f"{key}   ",
    "blanks before": lambda key: f" {key}",
    "a tab behind": lambda key: f"{key}\t",
    "a hard blank behind": lambda key: f"{key}\u00a0",
    "lower case": str.lower,
    "without zeros": lambda key: re.sub(r"(?<=M)0+", "", key),
    "with .0": lambda key: f"{key}.0",
    "in exponent form": lambda key: f"{float(re.sub(r'[^0-9]', '', key) or 0):.5E}",
    "blank": lambda _: "",
    "NULL": lambda _: "NULL",
}
PROVIDERS = {name: KEYS[name] for name in KEYS if name not in ("lower case", "without zeros")}
DATES: dict[str, Callable[[str], str]] = {
    "epoch": lambda _: "epoch",
    "with blanks": lambda day: day.replace("-", " "),
    "in the American way": lambda day: f"{day[5:7]}/{day[8:]}/{day[:4]}",
    "in UTC": lambda day: f"{day}T23:30:00Z",
    "in New York": lambda day: f"{day}T20:00:00-05:00",
    "with a time": lambda day: f"{day} 23:59:59",
}
STATUSES: dict[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "blank": lambda _: "",
    "padded": lambda word: f"{word} ",
    "of another payer": lambda _: "P",
}
HEADERS: dict[str, Damage] = {
    "in capitals": renamed(str.upper),
    "with blanks around": renamed(lambda name: f" {name} "),
    "with blanks inside": renamed(lambda name: name.replace("_", " ").title()),
    "run together": renamed(lambda name: name.replace("_", " ").title().replace(" ", "")),
    "of which two are nameless": nameless,
}
DAMAGES: dict[tuple[str, str], Damage] = {
    **{("claims", f"member_id {how}"): spoiled("member_id", change) for how, change in KEYS.items()},
    **{("eligibility", f"member_id {how}"): spoiled("member_id", change) for how, change in KEYS.items()},
    **{("attribution", f"member_id {how}"): spoiled("member_id", change) for how, change in KEYS.items()},
    **{("claims", f"billing_npi {how}"): spoiled("billing_npi", change) for how, change in PROVIDERS.items()},
    **{("providers", f"npi {how}"): spoiled("npi", change) for how, change in PROVIDERS.items()},
    **{
        ("claims", f"{column} {how}"): spoiled(column, change)
        for column in ("claim_start_date", "paid_date")
        for how, change in DATES.items()
    },
    **{
        ("eligibility", f"enrollment_end_date {how}"): spoiled("enrollment_end_date", change)
        for how, change in DATES.items()
    },
    **{
        ("claims", f"claim_status {how}"): spoiled("claim_status", change) for how, change in STATUSES.items()
    },
    **{
        (file, f"a header {how}"): change
        for file in ("claims", "eligibility", "attribution", "providers")
        for how, change in HEADERS.items()
    },
    ("claims", "no status"): dropped("claim_status"),
    ("claims", "the status under another name"): one_renamed("claim_status", "clm_status"),
    ("claims", "the status misspelt"): one_renamed("claim_status", "claim_statuss"),
    ("claims", "what other payers paid under another name"): one_renamed(
        "other_payer_amount", "other_payer_amt"
    ),
    ("claims", "another order"): shuffled,
    ("eligibility", "another order"): shuffled,
    ("eligibility", "no stratum"): dropped("stratum"),
}


def text_of(folder: Path, file: str) -> str:
    path = next(folder.glob(f"{file}.csv*"))
    whole = path.read_bytes()
    return (gzip.decompress(whole) if path.suffix == ".gz" else whole).decode("utf-8")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, members=150, seed=11)
    (folder / "claims.csv").write_text(text_of(folder, "claims"), "utf-8")
    (folder / "claims.csv.gz").unlink()
    agreement = AGREEMENT.replace("../../sample_data/", "").replace("claims.csv.gz", "claims.csv")
    (folder / "contract.yaml").write_text(agreement.replace("27_500_000", "700_000"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def sound(sample: Path) -> Settlement:
    with contextlib.chdir(sample):
        return api.settle("contract.yaml")


def dollars(settlement: Settlement) -> str:
    """Return every dollar of the comparison."""
    return to_csv([settlement], worksheet=False)


def foot(settlement: Settlement) -> set[str]:
    """Return what stands under the settlement, without its numbers."""
    text = as_table([settlement], {}, top=None, worksheet=False, width=None)
    _, _, under = text.partition("The same claims under every arrangement")
    said = (line for line in under.splitlines() if not line.startswith("vbc "))
    return {re.sub(r"[\d,.]+", "#", line) for line in said}


@pytest.mark.parametrize(("file", "how"), list(DAMAGES), ids=lambda part: str(part).replace(" ", "_"))
def test_a_damaged_file_moves_no_dollar_without_a_word(
    file: str, how: str, sample: Path, sound: Settlement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in sample.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    reader = csv.reader(io.StringIO(text_of(sample, file)))
    table = Table(next(reader), list(reader))
    DAMAGES[file, how](table, random.Random(f"{file} {how}"))
    with (tmp_path / f"{file}.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([table.header, *table.rows])
    try:
        settled = api.settle("contract.yaml")
    except InputRefused as refusal:
        named = {Path(problem.file).name for problem in refusal.problems}
        assert named & {f"{file}.csv", "contract.yaml", "claims.csv"}, refusal
        assert all(problem.repair for problem in refusal.problems)
        return
    if dollars(settled) != dollars(sound):
        assert foot(settled) - foot(sound), f"{file}: {how} moved money without a word"


@pytest.mark.parametrize("stored", ["TIMESTAMPTZ", "TIMESTAMP", "DATE"])
def test_dates_in_parquet_settle_alike_wherever_the_machine_stands(
    stored: str, sample: Path, sound: Settlement, tmp_path: Path
) -> None:
    for path in sample.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    claims = f"read_csv('{sample / 'claims.csv'}', all_varchar = true)"
    late = " || ' 23:30:00'" if stored != "DATE" else ""
    connection.execute(
        f"COPY (SELECT * REPLACE (CAST(claim_start_date{late} AS {stored}) AS claim_start_date) "
        f"FROM {claims}) TO '{tmp_path / 'claims.parquet'}' (FORMAT parquet)"
    )
    contract = tmp_path / "contract.yaml"
    contract.write_text(contract.read_text("utf-8").replace("claims.csv", "claims.parquet"), "utf-8")
    command = [sys.executable, "-c", "from vbc_cli.cli import main; main()", "settle", "contract.yaml"]
    found = [
        subprocess.run(
            [*command, "--format", "csv"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=os.environ | {"TZ": zone},
        )
        for zone in ("UTC", "America/New_York", "Asia/Tokyo")
    ]
    assert len({(each.returncode, each.stdout) for each in found}) == 1
    if found[0].returncode == 0:
        assert found[0].stdout == dollars(sound)
    else:
        assert "claims.parquet" in found[0].stderr and "claim_start_date" in found[0].stderr
