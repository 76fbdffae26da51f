"""The commands as a script sees them: exit codes, standard output, standard error, whole files."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settlement.small_agreement import write_agreement

ROOT = Path(__file__).parent.parent
VBC = Path(sys.executable).with_name("vbc")
MSSP = "contracts/medicare/mssp/2024.yaml"
PORTFOLIO = ("--portfolio", "sample_data/medicare_acos.csv")


def vbc(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(VBC), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, input=stdin, check=False)


def test_a_settlement_goes_to_standard_output_and_nothing_else_does() -> None:
    done = vbc("settle", MSSP, *PORTFOLIO)
    assert (done.returncode, done.stderr) == (0, "")
    assert "M0001  Riverbend Care Network" in done.stdout


def test_refused_input_goes_to_standard_error_with_exit_code_1() -> None:
    done = vbc("settle", MSSP, "--portfolio", "nowhere.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: nowhere.csv: there is no such file\n  Check the path.\n"


@pytest.mark.parametrize("arguments", [("settle",), ("settle", MSSP, "--format", "xml"), ("nonsense",)])
def test_wrong_usage_has_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = vbc(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage:" in done.stderr


def test_csv_has_the_key_first_and_every_line_exactly() -> None:
    done = vbc("settle", MSSP, *PORTFOLIO, "--format", "csv")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert done.stdout.startswith("key,savings_or_losses,")
    # M0008: 5,400 beneficiaries : 3.9 - 0.3 x 400/999 = 3.7798798... percent; one-sided, so no loss rate
    assert rows["M0008"]["minimum_savings_rate"].startswith("0.037798798798")
    assert rows["M0008"]["minimum_loss_rate"] == ""
    assert rows["M0002"]["earned_savings_or_losses"] == "156800"


def test_json_names_the_version_and_the_hash_of_every_file() -> None:
    (contract,) = json.loads(vbc("settle", MSSP, *PORTFOLIO, "--format", "json").stdout)["contracts"]
    assert [each["rows"] for each in contract["inputs"]] == [0, 0, 8]
    assert all(len(each["sha256"]) == 64 for each in contract["inputs"])
    assert contract["rows"][0]["lines"]["generated_savings_or_losses"] == "20000000"


def test_several_contracts_are_settled_together_and_told_apart() -> None:
    done = vbc("settle", MSSP, MSSP, *PORTFOLIO, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 16
    assert {row["contract"] for row in rows} == {"mssp-2024"}


def test_an_output_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert vbc("settle", MSSP, *PORTFOLIO, "--format", "csv", "--output", target).returncode == 0
    whole = target.read_text(encoding="utf-8")
    assert whole.count("\n") == 9
    assert vbc("settle", MSSP, "--portfolio", "nowhere.csv", "--output", target).returncode == 1
    assert target.read_text(encoding="utf-8") == whole
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]
    missing = vbc("settle", MSSP, *PORTFOLIO, "--output", tmp_path / "no" / "out.csv")
    assert missing.returncode == 1
    assert "cannot be written: No such file or directory" in missing.stderr


def test_an_expectation_that_the_inputs_contradict_has_exit_code_1() -> None:
    agreed = vbc(
        "settle", MSSP, *PORTFOLIO, "--expect", "earned_savings_or_losses=EarnSaveLoss", "--within", "1"
    )
    assert agreed.returncode == 0
    missed = vbc("settle", MSSP, *PORTFOLIO, "--expect", "payment_limit=EarnSaveLoss", "--within", "1")
    assert missed.returncode == 1
    assert "M0001: settled 64,000,000, published 14,700,000: outside" in missed.stdout


def test_a_contract_is_read_from_standard_input(tmp_path: Path) -> None:
    contract = (ROOT / "contracts/commercial/lakeside_2025.yaml").read_text(encoding="utf-8")
    done = vbc("check", "-", stdin=contract)
    assert re.fullmatch(
        r"-: contract lakeside-2025: 9 arrangements, \d+ parameters: all text read\n", done.stdout
    )


def test_check_strict_demands_citations_and_a_verified_source(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    assert vbc("check", contract).returncode == 0
    strict = vbc("check", "--strict", contract)
    assert strict.returncode == 1
    assert "'sharing_rate' does not say how it was checked" in strict.stderr
    assert "'sharing_rate' has no citation" in strict.stderr
    verified = ("contracts/medicare/hrrp/2025.yaml", "contracts/commercial/lakeside_2025.yaml")
    assert vbc("check", "--strict", *verified).returncode == 0
    assert "'minimum_panel' is unverified" in vbc("check", "--strict", MSSP).stderr


def test_explain_follows_a_number_to_its_file_filter_rows_and_dollars(tmp_path: Path) -> None:
    done = vbc(
        "explain", write_agreement(tmp_path), "--arrangement", "savings with a fee", "--line", "cost_of_care"
    )
    assert "3 rows, $1,500.00: allowed_amount of lines paid in time" in " ".join(done.stdout.split())
    assert "= 1,500.00 + 78.00" in done.stdout


def test_facts_foot_by_category(tmp_path: Path) -> None:
    done = vbc("facts", write_agreement(tmp_path), "--by", "category", "--format", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(done.stdout)) if row["fact"] == "expenditure"]
    assert [(row["by"], row["value"]) for row in rows] == [
        ("inpatient", "1000"),
        ("primary_care", "200"),
        ("specialist", "300"),
    ]


def test_facts_show_why_each_line_is_left_out_and_the_bridge(tmp_path: Path) -> None:
    done = vbc("facts", write_agreement(tmp_path), "--format", "json")
    made = json.loads(done.stdout)
    left_out = {each["what"]: each["dollars"] for each in made["control_totals"]["expenditure"]["left_out"]}
    assert left_out == {
        "paid after the cut-off": "400",
        "not enrolled on the service date": "80",
        "not attributed on the service date": "500",
        "category not counted": "60",
    }
    bridge = made["bridge"]["expenditure"]
    assert bridge["steps"][0] == {"what": "claim lines read", "dollars": "2540"}
    assert bridge["total"] == "1500"


def test_every_command_has_help_with_examples() -> None:
    for command in ("settle", "explain", "facts", "check", "models", "test", "scores", "sample", "schema"):
        assert "Examples:" in vbc(command, "--help").stdout


def test_other_files_are_read_in_place_of_a_contract_s(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    more = (tmp_path / "claims.csv").read_text().replace("1,1,ann,inpatient", "9,1,ann,inpatient")
    (tmp_path / "others.csv").write_text(more.replace("1000.00,900.00", "1010.00,910.00"))
    files = (
        "--data",
        f"claims={tmp_path / 'others.csv'}",
        "--data",
        f"eligibility={tmp_path / 'eligibility.csv'}",
    )
    values = dict(csv.reader(io.StringIO(vbc("facts", contract, *files, "--format", "csv").stdout)))
    assert (values["expenditure"], values["own"]) == ("1510", "1060")
    assert "others.csv" in vbc("explain", contract, *files, "--arrangement", "fee for service").stdout
    assert vbc("settle", contract, *files, "--format", "csv").returncode == 0


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("claims", "Error: --data: 'claims'\n  Write KIND=FILE, such as --data claims=claims.csv.\n"),
        (
            "quality=x.csv",
            "names no quality file to replace\n"
            "  It names: claims, eligibility, attribution, providers, payments.\n",
        ),
    ],
)
def test_a_file_for_nothing_is_refused(tmp_path: Path, option: str, said: str) -> None:
    done = vbc("facts", write_agreement(tmp_path), "--data", option)
    assert (done.returncode, done.stderr.endswith(said)) == (1, True)


def test_each_source_of_a_kind_needs_its_own_file(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    one = "{file: claims.csv, columns: {plan_paid_amount: paid_amount}}"
    contract.write_text(contract.read_text().replace(one, f"[{one}, {one}]"))
    done = vbc("facts", contract, "--data", "claims=a.csv")
    assert "reads claims in 2 ways, and 1 files are to replace them\n  Give one file for each" in done.stderr


def test_members_are_listed_only_where_they_are_asked_for_by_name(tmp_path: Path) -> None:
    contract = write_agreement(tmp_path)
    assert "ann" not in vbc("facts", contract, "--format", "json").stdout
    rows = vbc("facts", contract, "--by", "member", "--format", "csv").stdout.splitlines()
    assert rows == ["member_id,expenditure,own,others,everybody", "ann,1200,1050,0,1050", "ben,300,0,250,250"]
    by = json.loads(vbc("facts", contract, "--by", "provider", "--format", "json").stdout)["by"]["provider"]
    assert [(each["billing_npi"], each["owner"], each["expenditure"]) for each in by] == [
        ("1000000012", "own", "1200"),
        ("1000000020", "other", "300"),
    ]


@pytest.mark.parametrize("by", ["month", "stratum", "category", "member", "provider"])
def test_every_breakdown_adds_up_to_the_cost(tmp_path: Path, by: str) -> None:
    table = vbc("facts", write_agreement(tmp_path), "--by", by).stdout
    assert max(map(len, table.splitlines())) <= 100
    totals = [line.split()[1] for line in table.splitlines() if line.startswith("total")]
    assert totals[0] == "1,500.00"


def test_a_setting_s_price_is_one_option_away(tmp_path: Path) -> None:
    path = "arrangements.savings with a fee.shared_savings.terms.sharing_rate"
    done = vbc("settle", write_agreement(tmp_path), "--vary", f"{path}=0.4,0.5", "--format", "json")
    assert [each["values"][path] for each in json.loads(done.stdout)["settled"]] == ["0.4", "0.5"]
    refused = vbc("settle", write_agreement(tmp_path), "--vary", f"{path}=0.4", "--worksheet")
    assert refused.stderr.startswith("Error: --vary: is asked for beside something else\n  Give one contract")


def test_accounts_are_those_of_a_comparison() -> None:
    done = vbc("settle", "contracts/commercial/two_products.yaml", "--accounts")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: --accounts: no contract compares arrangements\n  Add comparison: to one.\n"
