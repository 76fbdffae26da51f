"""What a term or setting is worth: settling at values is settling contracts that state those values."""

from __future__ import annotations

import csv
import io
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.settlement.small_agreement import write_agreement
from vbc_cli import api
from vbc_cli.claims.measuring_settings import Measuring
from vbc_cli.contract.contract import read_contract
from vbc_cli.problems import InputRefused
from vbc_cli.report.vary import varied_text
from vbc_cli.vary import VariedSettlement, how_read, parse_variations, settle_varied

SHARE = "arrangements.savings with a fee.shared_savings.terms.sharing_rate"
FEE = "arrangements.savings with a fee.1.terms.payment_rounding"
LIMIT = "facts.expenditure.truncate.at"


class Readings:
    """Counts how often files are read, which is said to whoever waits."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, what: str) -> nullcontext[None]:
        self.said.append(what)
        return nullcontext()


def agreement(folder: Path) -> Path:
    """Write the small agreement, with a limit on a member's cost."""
    contract = write_agreement(folder)
    text = contract.read_text().replace(
        "amount: allowed_amount, exclude: [pharmacy]}",
        "amount: allowed_amount, exclude: [pharmacy], truncate: {at: 1_000}}",
    )
    contract.write_text(text)
    return contract


def settled(contract: Path, *texts: str, readings: Readings | None = None) -> VariedSettlement:
    return settle_varied(contract, parse_variations(texts), working=readings or Readings())


def test_each_value_settles_as_a_contract_that_states_it(tmp_path):
    contract = agreement(tmp_path)
    found = settled(contract, f"{SHARE}=0.4,0.50", f"{LIMIT}=900,1000,1200")
    text = contract.read_text()
    for each in found.settled:
        share, limit = each.values
        contract.write_text(
            text.replace("sharing_rate: 0.50", f"sharing_rate: {share}").replace("1_000", limit)
        )
        alone = api.settle(contract).comparison
        assert alone is not None
        assert [(one.arrangement, one.total, one.due) for one in each.outcomes] == [
            (result.name, result.total, result.due) for result in alone.results
        ]
        assert (each.cost, each.target) == (alone.cost, alone.target)


def test_a_limit_on_members_is_worth_what_a_hand_calculation_says(tmp_path):
    # Ann costs 1,200 allowed, Ben 300. The fee is cost: Ann 6 x 4 + 6 x 5 = 54, Ben 6 x 4 = 24, in all 78.
    # At 1,000: cost 1,300, savings 2,000 - 1,378 = 622, half is 311. At 1,200: cost 1,500, 422, half is 211.
    found = settled(agreement(tmp_path), f"{LIMIT}=1000,1200")
    assert [each.cost for each in found.settled] == [Decimal(1300), Decimal(1500)]
    assert [each.outcomes[1].total - 1050 - 78 for each in found.settled] == [Decimal(311), Decimal(211)]


@pytest.mark.parametrize(
    ("texts", "readings"),
    [
        ((f"{SHARE}=0.4,0.5,0.6",), 1),
        ((f"{LIMIT}=900,1000,1200", f"{SHARE}=0.4,0.5"), 1),
        (("facts.own.owner=own,other",), 1),
        (("valuation.run_out_months=1,3",), 2),
        (("valuation.run_out_months=1,3", f"{SHARE}=0.4,0.5"), 2),
    ],
)
def test_claims_are_read_once_where_the_setting_allows(tmp_path, texts, readings):
    counted = Readings()
    settled(agreement(tmp_path), *texts, readings=counted)
    assert len(counted.said) == readings


@pytest.mark.parametrize("field", [name for name in Measuring.__struct_fields__ if name != "measures"])
def test_another_way_of_reading_the_files_is_another_reading(tmp_path, field):
    contract = read_contract(agreement(tmp_path), {})
    other = replace(contract, measuring=replace(contract.measuring, **{field: "another"}))
    assert how_read(other) != how_read(contract)


def test_the_table_shows_a_column_for_each_value_and_marks_the_agreed_one(tmp_path):
    text = varied_text(settled(agreement(tmp_path), f"{LIMIT}=900,1000"), "table")
    assert text.splitlines()[2:] == [
        "at",
        "facts.expenditure.truncate.at    900  1000 *",
        "─────────────────────────────  ─────  ──────",
        "cost                           1,200   1,300",
        "target                         2,000   2,000",
        "fee for service                1,050   1,050",
        "  due now                          0       0",
        "savings with a fee             1,489   1,439",
        "  due now                        369     319",
        "",
        "* as the contract states it; whole dollars, total to the provider",
    ]


def test_a_grid_has_the_first_path_down_and_the_second_across(tmp_path):
    text = varied_text(settled(agreement(tmp_path), f"{SHARE}=0.5,0.6", f"{LIMIT}=900,1000"), "table")
    lines = text.splitlines()
    assert lines[2:4] == [f"down    {SHARE}", f"across  {LIMIT}"]
    at = lines.index("savings with a fee")
    assert lines[at + 1].split() == ["0.5", "*", "1,489", "1,439"]
    assert lines[at + 3].split() == ["0.6", "1,561", "1,501"]


def test_many_values_go_on_in_tables_below_and_none_is_cut(tmp_path):
    values = ",".join(str(1_000_000 + number) for number in range(12))
    lines = varied_text(settled(agreement(tmp_path), f"{LIMIT}={values}"), "table").splitlines()
    assert max(map(len, lines)) <= 100
    assert all(any(value in line for line in lines) for value in values.split(","))


def test_csv_has_a_row_for_each_value_and_arrangement(tmp_path):
    rows = list(
        csv.DictReader(io.StringIO(varied_text(settled(agreement(tmp_path), f"{LIMIT}=900,1000"), "csv")))
    )
    assert [(row[LIMIT], row["arrangement"], row["cost"]) for row in rows] == [
        ("900", "fee for service", "1200"),
        ("900", "savings with a fee", "1200"),
        ("1000", "fee for service", "1300"),
        ("1000", "savings with a fee", "1300"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "what", "repair"),
    [
        (
            "facts.expenditre.truncate.at=1",
            14,
            "there is no 'expenditre' in 'facts'",
            "Did you mean 'expenditure'?",
        ),
        (f"{LIMIT}.x=1", 15, f"'{LIMIT}' is a single value, without 'x'", "End the path there."),
        (
            "facts.expenditure.truncate=1",
            15,
            "'facts.expenditure.truncate' is a map, not a single value",
            "Go on with .at.",
        ),
        ("nothing=1", 1, "there is no 'nothing' in the contract", "Known: "),
        (
            "arrangements.savings with a fee.3.terms=1",
            31,
            "there is no '3' in 'arrangements.savings with a fee'",
            "Known: fee, shared_savings.",
        ),
        (f"{LIMIT}=many", 15, "'at' is 'many', not a number", "Write a plain number"),
    ],
)
def test_a_path_that_leads_nowhere_is_told_with_its_line(tmp_path, text, line, what, repair):
    with pytest.raises(InputRefused) as refusal:
        settled(agreement(tmp_path), text)
    (problem,) = refusal.value.problems
    assert (problem.line, problem.what) == (line, what)
    assert problem.repair.startswith(repair)


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        (("facts.x",), "'facts.x'"),
        (("facts.x=1,,2",), "'facts.x=1,,2'"),
        (("a=1", "b=1", "c=1"), "3 paths"),
        (("a=1", "a=2"), "2 paths"),
    ],
)
def test_what_is_to_be_varied_is_said_as_path_and_values(texts, what):
    with pytest.raises(InputRefused) as refusal:
        parse_variations(texts)
    assert (refusal.value.problems[0].file, refusal.value.problems[0].what) == ("--vary", what)


def test_a_file_that_is_varied_is_not_replaced_by_an_option(tmp_path):
    contract = agreement(tmp_path)
    files = parse_variations(["data.eligibility=eligibility.csv,other.csv"])
    with pytest.raises(InputRefused) as refusal:
        settle_varied(contract, files, data={"eligibility": tmp_path / "third.csv"})
    assert str(refusal.value) == (
        "--vary: the eligibility file varies, and --data names another one in its place\n"
        "  Leave out --data eligibility=..., or do not vary it."
    )


def test_a_grid_of_more_than_can_be_read_is_refused(tmp_path):
    many = ",".join(map(str, range(1, 42)))
    with pytest.raises(InputRefused, match="1,681 settlements"):
        settled(agreement(tmp_path), f"{LIMIT}={many}", f"{SHARE}={many}")
