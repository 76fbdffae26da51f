"""Statistics of a whole portfolio in settlements: pools, medians of peers, and how their rows wait."""

import statistics
from decimal import Decimal
from pathlib import Path

import pytest

from tests.work import calls_made
from vbc_cli import api
from vbc_cli.examples import run_file
from vbc_cli.expect import compare, parse_expectations
from vbc_cli.problems import InputRefused

D = Decimal
MEDICARE = Path(__file__).parents[2] / "contracts" / "medicare"
MODEL = """\
model: pooled
title: A pool
summary: What is kept back is paid out by score.
facts: {paid: usd, score: rate, region: code}
lines:
  kept_back: paid * 0.02
  earned: kept_back * score
  payment: "scale_to_pool(portfolio.earned, portfolio.kept_back)"
  place: "rank(portfolio.score, by=region)"
  typical: "median(portfolio.payment)"
results: {payment: payment}
"""
CONTRACT = """\
contract: pool
title: A pool
payer: A program
period: {start: 2024-01-01, end: 2024-12-31}
portfolio:
  files: {results: {file: results.csv, key: id}}
  facts:
    paid: Paid
    score: {column: Score, read: percent, printed: 1}
    region: Region
arrangements:
  pool: [{model: ./pooled.yaml}]
"""
ROWS = """\
id,Paid,Score,Region,Payment
A,10000000,60,east,300000
B,20000000,40,east,400000
C,10000000,20,west,100000
"""


@pytest.fixture
def pool(tmp_path) -> Path:
    (tmp_path / "pooled.yaml").write_text(
        MODEL.replace("paid * 0.02", "paid * kept_rate").replace("facts:", "terms: {kept_rate: rate}\nfacts:")
    )
    (tmp_path / "contract.yaml").write_text(
        CONTRACT.replace("./pooled.yaml}", "./pooled.yaml, terms: {kept_rate: 0.02}}")
    )
    (tmp_path / "results.csv").write_text(ROWS)
    return tmp_path


def settled(pool):
    settlement = api.settle(pool / "contract.yaml")
    return [settlement.values(row) for row in settlement.arrangements[0].rows]


def test_what_all_pay_in_is_paid_out_by_score(pool):
    # 800,000 are kept back; 120,000, 160,000 and 40,000 are earned, so each is multiplied with 2.5
    rows = settled(pool)
    assert [row["payment"] for row in rows] == [300_000, 400_000, 100_000]
    assert sum(row["payment"] for row in rows) == sum(row["kept_back"] for row in rows)
    assert [row["place"] for row in rows] == [1, 2, 1]  # C is alone in the west
    assert [row["typical"] for row in rows] == [300_000] * 3  # a statistic of a statistic


def test_a_published_result_is_held_against_statistics_of_the_printed_digits(pool):
    (pool / "results.csv").write_text(ROWS.replace("300000", "302000").replace("400000", "500000"))
    (found,) = compare(api.settle(pool / "contract.yaml"), parse_expectations(["payment=Payment"], ["1"]))
    first, second = found.differences
    assert (found.agree, first.key, first.outside) == (1, "A", False)  # 60 % may be 60.4 %
    assert first.low < 300_000 < first.high < 320_000
    assert (second.key, second.outside) == ("B", True)


def test_every_row_that_has_no_result_is_named_and_nothing_is_settled(pool):
    (pool / "results.csv").write_text(ROWS.replace("60,", "0,").replace("40,", "0,").replace("20,w", "0,w"))
    with pytest.raises(InputRefused) as refusal:
        settled(pool)
    assert [str(problem).partition("\n")[0].rpartition("/")[2] for problem in refusal.value.problems] == [
        "results.csv:2: A: line 'payment' of pooled: amounts that add up to 0 cannot be scaled to a pool; "
        "3 rows alike: line 2 (A), line 3 (B), "
        "line 4 (C)"
    ]


def test_a_contract_without_a_portfolio_is_refused(pool):
    contract = (pool / "contract.yaml").read_text()
    start, end = contract.index("portfolio:"), contract.index("arrangements:")
    given = "facts: {paid: {given: 5}, score: {given: 0.5}, region: {given: east}}\n"
    (pool / "contract.yaml").write_text(contract[:start] + given + contract[end:])
    with pytest.raises(InputRefused) as refusal:
        settled(pool)
    (problem,) = refusal.value.problems
    assert str(problem).partition(": ")[2] == (
        "line 'place' of pooled: a statistic over all rows of a portfolio, and there is no portfolio\n"
        "  Settle it with the portfolio: of a contract, or give the value."
    )


EXAMPLE = """\
model: ./pooled.yaml
terms: {kept_rate: 0.02}
examples:
  - name: A hospital gets its part
    source: given here
    statistics: {payment: 300_000, place: 1, typical: 300_000}
    facts: {paid: 10_000_000, score: 0.6, region: east}
    expect: {earned: 120_000, payment: 300_000, place: 1}
"""


def test_a_worked_example_gives_the_statistics_that_its_lines_are(pool):
    (pool / "example.yaml").write_text(EXAMPLE)
    result = run_file(pool / "example.yaml")
    assert (result.values, result.differences) == (3, ())


@pytest.mark.parametrize(
    ("text", "instead", "problem"),
    [
        (
            "payment: 300_000, place: 1, typical: 300_000}\n",
            "payment: 300_000}\n",
            "4: A hospital gets its part: line 'place' of pooled: a statistic over all rows of a portfolio, "
            "and there is no portfolio\n  Settle it with the portfolio: of a contract, or give the value.",
        ),
        (
            "statistics: {payment",
            "statistics: {earned: 1, payment",
            "6: pooled has no line 'earned' that is a statistic over a portfolio\n"
            "  Known: payment, place, typical.",
        ),
    ],
)
def test_a_worked_example_without_its_statistics_is_refused(pool, text, instead, problem):
    (pool / "example.yaml").write_text(EXAMPLE.replace(text, instead))
    with pytest.raises(InputRefused) as refusal:
        run_file(pool / "example.yaml")
    assert str(refusal.value.problems[0]).partition("example.yaml:")[2] == problem


def readmissions(folder: Path, hospitals: int) -> Path:
    """Write a readmissions portfolio without peer medians, and its contract."""
    contract = (MEDICARE / "hrrp" / "2025.yaml").read_text()
    median = next(text for text in contract.splitlines() if "peer_median:" in text)
    contract = contract.replace(median + "\n", "").replace("../models", str(MEDICARE / "models"))
    contract = contract.replace("  tables:", "  facts: {peer_group: Peer group}\n  tables:")
    contract = contract.replace("[AMI, COPD, HF, pneumonia, CABG, THA/TKA]", "[AMI, HF]")
    contract = contract.replace(f"model: {MEDICARE}/models/", "model: ./")
    (folder / "hrrp.yaml").write_text((MEDICARE / "models" / "hrrp.yaml").read_text())
    (folder / "contract.yaml").write_text(contract)
    parts = ("Number of eligible discharges for", "ERR for", "DRG payment ratio for")
    header = ["Hospital CCN", "Peer group", *(f"{part} {name}" for name in ("AMI", "HF") for part in parts)]
    rows = ["A title", ",".join(header)]
    for number in range(hospitals):
        ratios = [D(9000 + number * step % 2003).scaleb(-4) for step in (7, 13)]
        cells = [str(number), str(number % 5), number % 60, ratios[0], "0.05", 30, ratios[1], "0.08"]
        rows.append(",".join(map(str, cells)))
    file = folder / f"results{hospitals}.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_medians_of_peers_are_computed_where_they_are_not_given(tmp_path):
    file = readmissions(tmp_path, 301)
    settlement = api.settle(tmp_path / "contract.yaml", portfolio=file)
    rows = settlement.arrangements[0].rows
    texts = [text.split(",") for text in file.read_text().splitlines()[2:]]
    for row, own in zip(rows, texts, strict=True):
        found = row.sheets["hrrp"].run.tables["conditions"].rows
        peers = [each for each in texts if each[1] == own[1]]
        heart_attacks = [D(each[3]) for each in peers if int(each[2]) >= 25]
        assert found[0]["median"] == statistics.median(heart_attacks)
        assert found[1]["median"] == statistics.median(D(each[6]) for each in peers)


def test_twice_the_rows_take_twice_the_work(tmp_path):
    def work(hospitals: int) -> int:
        file = readmissions(tmp_path, hospitals)
        return calls_made(lambda: api.settle(tmp_path / "contract.yaml", portfolio=file))

    assert work(2000) < 2.1 * work(1000)  # a group gone over for every row would take four times
