"""The made-up sample: the same on every machine, adding up, and as an actuary expects a population to be."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest

from vbc_cli.problems import InputRefused
from vbc_cli.sample import FILES, write_sample
from vbc_cli.sample.files import staged

Row = dict[str, str]

SHIPPED = Path(__file__).parents[2] / "sample_data"  # of the usual size and seed

# Allowed dollars per member per month, in cents, and use a year per 1,000 members.
TARGETS = {
    "inpatient_facility": (11790, 52),
    "emergency": (2600, 185),
    "outpatient_surgery": (5720, None),
    "outpatient_imaging_lab": (4080, None),
    "outpatient_infusion": (2740, None),
    "outpatient_other": (2200, None),
    "primary_care": (3320, 1900),
    "specialist": (3670, 2400),
    "professional_surgery": (3300, None),
    "behavioral_health": (1760, None),
    "professional_imaging": (1710, None),
    "therapy": (1120, None),
    "professional_other": (1300, None),
    "ancillary": (1440, None),
    "pharmacy": (13800, 9500),
}


def read(file: Path) -> Iterator[Row]:
    data = file.read_bytes()
    text = (gzip.decompress(data) if file.suffix == ".gz" else data).decode("ascii")
    return csv.DictReader(io.StringIO(text, newline=""))


def cents(amount: str) -> int:
    dollars, _, rest = amount.partition(".")
    assert len(rest) == 2
    return int(dollars + rest)


def month_days(month: int) -> tuple[str, str]:
    first = date(2025, month, 1)
    last = date(2025 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return first.isoformat(), last.isoformat()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write_sample(folder, 300, 7)
    return folder


@pytest.fixture(scope="module")
def small_claims(small: Path) -> list[Row]:
    return list(read(small / "claims.csv.gz"))


class Population:
    """Sums over the sample of the usual size, services of 2025 only; cents throughout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        spans = list(read(folder / "eligibility.csv"))
        self.people = {row["member_id"] for row in spans}
        self.member_months = sum(
            row["enrollment_start_date"] <= last and row["enrollment_end_date"] >= first
            for row in spans
            for first, last in (month_days(month) for month in range(1, 13))
        )
        self.own_npis = {row["npi"] for row in read(folder / "providers.csv") if row["owner"] == "own"}
        self.allowed: defaultdict[str, int] = defaultdict(int)
        self.claims: defaultdict[str, set[str]] = defaultdict(set)  # by category, and by code of a facility
        self.by_member: defaultdict[str, int] = defaultdict(int)
        self.by_paid_date: defaultdict[str, int] = defaultdict(int)
        self.own = self.member_share = self.lines = 0
        for row in read(folder / "claims.csv.gz"):
            self.lines += 1
            if row["claim_start_date"] >= "2025-01-01":
                self._add(row)
        self.medical = sum(self.by_paid_date.values())

    def _add(self, row: Row) -> None:
        amount, category = cents(row["allowed_amount"]), row["service_category"]
        claim = row["claim_id"].rstrip("RA")
        self.allowed[category] += amount
        self.claims[category].add(claim)
        if category == "pharmacy":
            return
        self.by_member[row["member_id"]] += amount
        self.by_paid_date[row["paid_date"]] += amount
        self.own += amount if row["billing_npi"] in self.own_npis else 0
        self.member_share += sum(
            cents(row[f"{part}_amount"]) for part in ("deductible", "copayment", "coinsurance")
        )
        if row["claim_type"] == "institutional":
            self.claims[row["drg_code"] or row["hcpcs_code"]].add(claim)


@pytest.fixture(scope="module")
def usual() -> Population:
    return Population(SHIPPED)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    written = write_sample(tmp_path / "one", 100, 3)
    again = write_sample(tmp_path / "two", 100, 3)
    assert [file.name for file in written] == list(FILES)
    assert [file.read_bytes() for file in written] == [file.read_bytes() for file in again]


def test_the_shipped_sample_is_what_its_seed_writes_on_this_machine(tmp_path: Path) -> None:
    """Members are made one after the other, so a smaller sample is the beginning of a larger one."""
    write_sample(tmp_path, 150)
    for name in ("claims.csv.gz", "eligibility.csv", "attribution.csv"):
        written = [row for row in read(tmp_path / name) if row["member_id"][1:] < "0000150"]
        shipped = list(islice(read(SHIPPED / name), len(written)))
        assert shipped == written, f"write the sample again: {name} is not what the program writes"


def test_another_seed_writes_other_people(tmp_path: Path) -> None:
    one = write_sample(tmp_path / "one", 100, 3)
    other = write_sample(tmp_path / "other", 100, 4)
    different = {a.name for a, b in zip(one, other, strict=True) if a.read_bytes() != b.read_bytes()}
    assert {"claims.csv.gz", "eligibility.csv", "attribution.csv"} <= different


def test_every_line_adds_up(small_claims: list[Row]) -> None:
    parts = ("paid", "deductible", "copayment", "coinsurance", "other_payer")
    for row in small_claims:
        assert cents(row["allowed_amount"]) == sum(cents(row[f"{part}_amount"]) for part in parts)
        if row["claim_status"] != "reversal":
            assert all(cents(row[f"{part}_amount"]) >= 0 for part in (*parts, "charge"))


def test_denied_claims_and_capitated_encounters_have_only_a_charge(small_claims: list[Row]) -> None:
    unpaid = [
        row for row in small_claims if row["claim_status"] == "denied" or row["paid_under"] == "capitated"
    ]
    assert {row["claim_status"] for row in unpaid} == {"denied", "paid"}
    assert all(row["allowed_amount"] == row["paid_amount"] == "0.00" for row in unpaid)
    assert all(cents(row["charge_amount"]) > 0 for row in unpaid)


def test_a_reversal_takes_back_what_was_paid_before(small_claims: list[Row]) -> None:
    lines = {(row["claim_id"], row["claim_line_number"]): row for row in small_claims}
    assert len(lines) == len(small_claims)
    reversals = [row for row in small_claims if row["claim_status"] == "reversal"]
    assert 0.01 < len(reversals) / len(small_claims) < 0.03
    for row in reversals:
        original = lines[row["claim_id"].removesuffix("R"), row["claim_line_number"]]
        assert original["claim_status"] == "paid"
        assert original["paid_date"] < row["paid_date"]
        for column in (name for name in row if name.endswith("_amount")):
            assert cents(row[column]) + cents(original[column]) == 0


def test_claims_name_members_of_the_file_or_former_members(small: Path, small_claims: list[Row]) -> None:
    members = {row["member_id"] for row in read(small / "eligibility.csv")}
    strangers = {row["member_id"] for row in small_claims} - members
    assert len(members) == 300
    assert all(member.startswith("F") for member in strangers)


def test_spans_are_in_order_without_overlap_and_end_with_a_month(small: Path) -> None:
    ends: dict[str, str] = {}
    for row in read(small / "eligibility.csv"):
        start, end = row["enrollment_start_date"], row["enrollment_end_date"]
        assert ends.get(row["member_id"], "") < start <= end
        assert (date.fromisoformat(end) + timedelta(days=1)).day == 1
        assert row["birth_date"] <= start
        ends[row["member_id"]] = end


def test_the_stratum_is_the_age_at_the_end_of_the_year(small: Path) -> None:
    for row in read(small / "eligibility.csv"):
        age = 2025 - int(row["birth_date"][:4])
        assert 0 <= age <= 64
        stratum = "child" if age < 18 else "adult_18_44" if age < 45 else "adult_45_64"
        assert row["stratum"] == stratum


def test_nobody_is_treated_before_birth_or_after_death(small: Path, small_claims: list[Row]) -> None:
    lives = {
        row["member_id"]: (row["birth_date"], row["death_date"] or "9999-12-31")
        for row in read(small / "eligibility.csv")
    }
    for row in small_claims:
        birth, death = lives.get(row["member_id"], ("", "9999-12-31"))
        assert birth <= row["claim_start_date"] <= row["claim_end_date"] <= death


def test_services_are_of_the_year_or_late_and_paid_by_the_middle_of_the_next(small_claims: list[Row]) -> None:
    starts = {row["claim_start_date"] for row in small_claims}
    assert "2024-11-01" <= min(starts) < "2025-01-01" and max(starts) <= "2025-12-31"
    assert all("2025-01-01" <= row["paid_date"] <= "2026-06-30" for row in small_claims)
    assert all(row["claim_end_date"] <= row["paid_date"] for row in small_claims)


def test_every_npi_has_its_check_digit(small: Path, small_claims: list[Row]) -> None:
    listed = {row["npi"] for row in read(small / "providers.csv")}
    billed = {row[name] for row in small_claims for name in ("rendering_npi", "billing_npi")}
    assert billed & listed and billed - listed, "most are listed, those from out of the area are not"
    for npi in listed | billed:
        digits = [int(digit) for digit in "80840" + npi]
        total = sum(digits[-1::-2]) + sum(sum(map(int, str(2 * digit))) for digit in digits[-2::-2])
        assert len(npi) == 10 and total % 10 == 0


def test_fees_are_paid_for_the_members_of_each_month(small: Path) -> None:
    roster = {row["member_id"]: row for row in read(small / "attribution.csv")}
    spans = list(read(small / "eligibility.csv"))
    payments = list(read(small / "payments.csv"))
    assert len(payments) == 12
    for month, payment in enumerate(payments, start=1):
        first, last = month_days(month)
        members = sum(
            row["enrollment_start_date"] <= last
            and row["enrollment_end_date"] >= first
            and roster[row["member_id"]]["effective_date"] <= last
            and roster[row["member_id"]]["end_date"] >= first
            for row in spans
        )
        assert cents(payment["amount"]) == 480 * members


def test_premium_and_payments_in_advance_are_for_the_members_of_each_month(small: Path) -> None:
    members = [cents(row["amount"]) // 480 for row in read(small / "payments.csv")]
    revenue = list(read(small / "revenue.csv"))
    assert [cents(row["premium_amount"]) for row in revenue] == [58_500 * count for count in members]
    assert {int(row["month"][5:7]) for row in revenue} == set(range(1, 13))
    paid: defaultdict[str, list[int]] = defaultdict(list)
    for row in read(small / "payments_in_advance.csv"):
        paid[row["stream"]].append(cents(row["amount"]))
    assert paid.pop("aco_savings") == [30_000_000]
    tiered = paid.pop("medical_home")
    assert sum(tiered) / sum(members) == pytest.approx(480, rel=0.05)
    # 408.00 less 3 percent and 145.00; a premium of 9.80 goes the other way
    rates = {"primary_care_capitation": 3060, "global_capitation": 25076, "stop_loss": -980, "aco_fee": 300}
    assert paid == {stream: [rate * count for count in members] for stream, rate in rates.items()}


def test_a_quality_rate_is_numerator_over_denominator(small: Path) -> None:
    for row in read(small / "quality.csv"):
        rate = int(row["numerator"]) / int(row["denominator"])
        assert abs(float(row["rate"]) - rate) <= 0.00005


def test_the_base_years_come_to_the_agreed_levels(usual: Population) -> None:
    months: defaultdict[str, int] = defaultdict(int)
    dollars: defaultdict[str, int] = defaultdict(int)
    for row in read(usual.folder / "base_years.csv"):
        months[row["base_year"]] += int(row["member_months"])
        dollars[row["base_year"]] += int(row["member_months"]) * cents(row["allowed_pmpm"])
    weighted = {year: round(dollars[year] / months[year]) for year in months}
    assert weighted == {"2022": 39820, "2023": 41890, "2024": 43760}


def test_a_bad_year_costs_seven_percent_more_for_the_same_claims(small: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, 300, 7, bad_year=True)
    for name in set(FILES) - {"claims.csv.gz"}:
        assert (tmp_path / name).read_bytes() == (small / name).read_bytes()
    for usual, bad in zip(read(small / "claims.csv.gz"), read(tmp_path / "claims.csv.gz"), strict=True):
        assert usual["claim_id"] == bad["claim_id"]
        raised = usual["claim_type"] != "pharmacy" and usual["claim_start_date"] >= "2025-01-01"
        expected = cents(usual["allowed_amount"]) * (107 if raised else 100)
        assert abs(cents(bad["allowed_amount"]) * 100 - expected) <= 200, "rounded up to three times"
        parts = ("paid", "deductible", "copayment", "coinsurance", "other_payer")
        assert cents(bad["allowed_amount"]) == sum(cents(bad[f"{part}_amount"]) for part in parts)


def test_the_shipped_bad_year_is_what_its_seed_writes(tmp_path: Path) -> None:
    write_sample(tmp_path, 150, bad_year=True)
    name = "claims.csv.gz"
    written = [row for row in read(tmp_path / name) if row["member_id"][1:] < "0000150"]
    assert list(islice(read(SHIPPED / "bad_year" / name), len(written))) == written
    assert (SHIPPED / "bad_year" / name).stat().st_size < 4_000_000


def test_the_shipped_sample_is_small(usual: Population) -> None:
    assert (usual.folder / "claims.csv.gz").stat().st_size < 3_500_000
    assert sum((usual.folder / name).stat().st_size for name in FILES) < 4_000_000


def test_each_category_is_near_its_level(usual: Population) -> None:
    for category, (pmpm, use) in TARGETS.items():
        assert usual.allowed[category] / usual.member_months == pytest.approx(pmpm, rel=0.07), category
        if use is not None:
            a_year = len(usual.claims[category]) * 12_000 / usual.member_months
            assert a_year == pytest.approx(use, rel=0.03), category
    assert usual.medical / usual.member_months == pytest.approx(46750, rel=0.02)
    assert usual.own / usual.medical == pytest.approx(0.64, abs=0.015)
    assert usual.member_share / usual.medical == pytest.approx(0.135, abs=0.005)


def test_people_and_months_are_near_their_level(usual: Population) -> None:
    assert len(usual.people) == 5450
    assert usual.member_months == pytest.approx(59640, rel=0.003)
    assert usual.lines == pytest.approx(120_000, rel=0.05)


def test_few_members_have_most_of_the_cost(usual: Population) -> None:
    costs = sorted((usual.by_member[member] for member in usual.people), reverse=True)
    total = sum(costs)
    assert sum(costs[:54]) / total == pytest.approx(0.27, abs=0.02)
    assert sum(costs[:272]) / total == pytest.approx(0.52, abs=0.02)
    assert 15 <= sum(cost > 15_000_000 for cost in costs) <= 26
    assert costs[0] == pytest.approx(64_000_000, rel=0.1)
    assert sum(cost == 0 for cost in costs) / len(costs) == pytest.approx(0.14, abs=0.015)


def test_claims_complete_as_they_are_paid(usual: Population) -> None:
    def complete(day: str) -> float:
        paid = sum(amount for paid_date, amount in usual.by_paid_date.items() if paid_date <= day)
        return paid / usual.medical

    assert complete("2025-12-31") == pytest.approx(0.88, abs=0.03)
    assert complete("2026-03-31") == pytest.approx(0.985, abs=0.01)
    assert complete("2026-06-30") == 1


def test_the_episodes_of_the_bundles_occur(usual: Population) -> None:
    assert len(usual.claims["470"]) == pytest.approx(13, abs=2)
    assert len(usual.claims["807"]) == pytest.approx(52, abs=5)
    assert len(usual.claims["795"]) == pytest.approx(60, abs=8)
    assert len(usual.claims["321"] | usual.claims["322"]) == pytest.approx(7, abs=2)
    assert len(usual.claims["45378"] | usual.claims["45380"]) == pytest.approx(168, abs=8)


def test_some_claims_lie_outside_the_enrolment(small: Path, small_claims: list[Row]) -> None:
    spans = defaultdict(list)
    for row in read(small / "eligibility.csv"):
        spans[row["member_id"]].append((row["enrollment_start_date"], row["enrollment_end_date"]))
    outside = [
        row
        for row in small_claims
        if not any(first <= row["claim_start_date"] <= last for first, last in spans[row["member_id"]])
    ]
    assert 0 < len(outside) < len(small_claims) / 50


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "sample"
    with pytest.raises(RuntimeError), staged(folder) as stage:
        (stage / "claims.csv.gz").write_bytes(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "quality.csv").write_text("old")
    write_sample(tmp_path, 100, 1)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "quality.csv").read_text().startswith("measure_id,")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([*FILES, "notes.txt"])


@pytest.mark.parametrize("members", [99, 1_000_001])
def test_a_size_out_of_range_is_refused(tmp_path: Path, members: int) -> None:
    with pytest.raises(InputRefused, match="Choose from 100 to 1,000,000 members"):
        write_sample(tmp_path / "sample", members)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputRefused, match="is a file"):
        write_sample(tmp_path / "file", 100)
    (tmp_path / "quality.csv").mkdir()
    with pytest.raises(InputRefused, match="is a folder where a file is to be written"):
        write_sample(tmp_path, 100)
