"""Keys that match nothing: small files counted by hand, then random damage to the keys of sound ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from claims_files import FINAL, YEAR, measure, settle, write
from typer.testing import CliRunner

from vbc_cli import api
from vbc_cli.claims.matching_facts import Join, WouldMatch, in_words, unmatched_problems, with_limit
from vbc_cli.claims.matching_settings import UnmatchedLimits
from vbc_cli.claims.settings import Measure
from vbc_cli.cli import app
from vbc_cli.problems import InputRefused

HEADER = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,claim_status,"
    "billing_npi,allowed_amount\n"
)
CLAIMS = f"""{HEADER}\
C1,1,0123,inpatient,2025-02-10,2025-03-01,paid,1000000001,1000.00
C2,1,123,inpatient,2025-02-11,2025-03-01,paid,1000000001,90.00
C2,2,123,inpatient,2025-02-11,2025-03-01,paid,1000000001,10.00
C3,1,A77.0,inpatient,2025-02-12,2025-03-01,paid,1000000001,200.00
C4,1,a-77,inpatient,2025-02-13,2025-03-01,paid,01000000002,300.00
C5,1,A77,inpatient,2025-02-13,2025-03-01,paid,01000000002,400.00
C6,1,999,inpatient,2025-02-14,2025-03-01,paid,1000000001,50.00
C7,1,999,inpatient,2024-02-14,2025-03-01,paid,1000000001,7000.00
C8,1,998,inpatient,2025-02-14,2025-03-01,denied,1000000001,8000.00
C9,1,0456,inpatient,2025-07-01,2025-08-01,paid,1000000001,30.00
C10,1,0123,inpatient,2025-03-01,2025-04-01,paid,,60.00
C11,1,0123,inpatient,2025-03-02,2025-04-01,paid,3000000003,70.00
"""
PEOPLE = """member_id,enrollment_start_date,enrollment_end_date
0123,2025-01-01,2025-12-31
0456,2025-01-01,2025-06-30
A77,2025-01-01,2025-12-31
"""
OWNERS = """npi,owner,effective_date,end_date
1000000001,own,,
1000000002,other,,
3000000003,own,2026-01-01,
"""
CONTRACT = """contract: small
title: Small
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation: {as_of: 2026-03-31, run_out_months: 3, cut_on: paid_date, late_claims: ignore}
data:
  claims: claims.csv
  eligibility: eligibility.csv
LIMITS
facts:
  members: {measured: member_months}
  spending: {measured: spending, amount: allowed_amount}
arrangements:
  fee for service: [{model: fee_for_service, paid: as_claims, facts: {own_claims: spending}}]
"""


def joins(folder: Path, **files: str) -> dict[tuple[str, str], Join]:
    found = settle(folder, **{"claims": CLAIMS, "eligibility": PEOPLE, **files}).joins
    return {(each.source, each.target): each for each in found}


def test_lines_dollars_and_keys_of_unknown_members_are_counted_with_what_would_match(tmp_path: Path) -> None:
    found = joins(tmp_path)["claims", "eligibility"]
    # In the period, paid in time and not denied: all but C7 and C8, ten lines of 2,210.00. Of nobody: C2
    # (100.00 on two lines, but for a zero), C3 (200.00, but for the .0), C4 (300.00, but for capitals and
    # punctuation) and C6 (50.00). C9 is somebody's, not enrolled any more.
    assert (found.rows, found.rows_unmatched, found.keys_unmatched) == (10, 5, 4)
    assert found.dollars == {"allowed_amount": Decimal("2210.00")}
    assert found.dollars_unmatched == {"allowed_amount": Decimal("650.00")}
    assert found.would_match == (
        WouldMatch("leading zeros", 1, 2),
        WouldMatch("a trailing .0", 1, 1),
        WouldMatch("several ways of writing", 1, 1),
    )
    assert in_words(found) == (
        "claims → eligibility: 5 of 10 lines (50%), $650.00, 4 members match nobody; 1 of them would match "
        "but for leading zeros, 1 of them would match but for a trailing .0, 1 of them would match but for "
        "several ways of writing"
    )


def test_providers_that_are_not_listed_are_told_from_lines_that_name_none(tmp_path: Path) -> None:
    found = joins(tmp_path, providers=OWNERS)["claims", "providers"]
    # Of members on their days: C1, C5, C10 and C11. C5's provider would match but for a zero; C10 names none;
    # the provider of C11 is in the file, on other days.
    assert (found.rows, found.rows_unmatched, found.keys_unmatched, found.rows_without_key) == (4, 1, 1, 1)
    assert found.dollars_unmatched == {"allowed_amount": Decimal("400.00")}
    assert found.dollars_without_key == {"allowed_amount": Decimal("60.00")}
    assert found.would_match == (WouldMatch("leading zeros", 1, 1),)
    assert in_words(found) == (
        "claims → providers: 1 of 4 lines (25%), $400.00, 1 provider is not in the file; 1 of them would "
        "match but for leading zeros; 1 of 4 lines ($60.00) name no provider"
    )


def test_rosters_choices_scores_and_quality_are_held_against_eligibility(tmp_path: Path) -> None:
    found = joins(
        tmp_path,
        attribution="member_id,effective_date,end_date\n0123,2025-01-01,\n456,2025-01-01,\nZ,2025-01-01,\n"
        "OLD,2023-01-01,2024-12-31\n",
        risk_scores="member_id,risk_score\n0123,1.0\na77,1.2\n",
        quality="measure_id,member_id,numerator,denominator\nA,0123,1,1\nA,00456,1,1\nA,,1,1\n",
    )
    assert [(pair, each.rows, each.rows_unmatched, each.would_match) for pair, each in found.items()][1:] == [
        (("attribution", "eligibility"), 3, 2, (WouldMatch("leading zeros", 1, 1),)),
        (("risk_scores", "eligibility"), 2, 1, (WouldMatch("capital letters", 1, 1),)),
        (("quality", "eligibility"), 3, 1, (WouldMatch("leading zeros", 1, 1),)),
    ]
    assert found["quality", "eligibility"].rows_without_key == 1


def test_one_member_written_in_two_ways_in_the_eligibility_file_is_found(tmp_path: Path) -> None:
    twice = PEOPLE + "456,2025-07-01,2025-12-31\n"
    found = joins(tmp_path, eligibility=twice)["eligibility", "eligibility"]
    assert (found.rows, found.would_match) == (4, (WouldMatch("leading zeros", 1, 1),))
    assert in_words(found) == "eligibility: of 4 member ids some are the same: 1 but for leading zeros"
    assert len(unmatched_problems([with_limit(found, UnmatchedLimits())])) == 1


def test_everything_matching_says_nothing(tmp_path: Path) -> None:
    claims = "\n".join(line for line in CLAIMS.splitlines() if ",0123," in line or "claim_id" in line) + "\n"
    found = joins(tmp_path, claims=claims)
    assert [each.complete for each in found.values()] == [True]


def contract(folder: Path, limits: str = "", claims: str = CLAIMS) -> Path:
    write(folder, claims=claims, eligibility=PEOPLE)
    (folder / "contract.yaml").write_text(CONTRACT.replace("LIMITS\n", limits))
    return folder / "contract.yaml"


def said(path: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        api.settle(path)
    (problem,) = refused.value.problems
    return f"{problem.what}\n{problem.repair}"


UNKNOWN = HEADER + "".join(
    f"C{number},1,{'999' if number < 3 else '0123'},inpatient,2025-02-10,2025-03-01,paid,1,10.00\n"
    for number in range(100)
)  # fmt: skip


def test_more_unknown_members_than_usual_are_refused_and_the_contract_may_accept_them(tmp_path: Path) -> None:
    assert said(contract(tmp_path, claims=UNKNOWN)) == (
        "claims → eligibility: 3 of 100 lines (3%), $30.00, 1 member matches nobody; up to 2% is accepted "
        "where the contract states no limit\n"
        "Look for the members that the eligibility file lacks, or accept them: under data:, write "
        "unmatched_members_limit: 0.03."
    )
    assert api.settle(contract(tmp_path, "  unmatched_members_limit: 0.03\n", UNKNOWN)).measured is not None
    assert "up to 2.9% the contract accepts" in said(
        contract(tmp_path, "  unmatched_members_limit: 0.029\n", UNKNOWN)
    )


def test_dollars_weigh_where_lines_are_few(tmp_path: Path) -> None:
    # One line of 100, and 101.00 of 1,091.00 dollars.
    claims = UNKNOWN.replace("999", "0123", 2).replace("C2,1,999,", "C2,1,0123,")
    dear = claims.replace(
        "C99,1,0123,inpatient,2025-02-10,2025-03-01,paid,1,10.00",
        "C99,1,999,inpatient,2025-02-10,2025-03-01,paid,1,101.00",
    )
    assert "1 of 100 lines (1%), $101.00" in said(contract(tmp_path, claims=dear))
    assert said(contract(tmp_path, claims=dear)).endswith("unmatched_members_limit: 0.1.")


def test_one_id_that_would_match_is_refused_and_the_facts_still_show_it(tmp_path: Path) -> None:
    claims = UNKNOWN.replace("999", "0123", 2).replace("999", "123")
    path = contract(tmp_path, claims=claims)
    assert said(path) == (
        "claims → eligibility: 1 of 100 lines (1%), $10.00, 1 member matches nobody; 1 of them would match "
        "but for leading zeros\n"
        "Mend the ids, or accept them: under data:, write unmatched_members_limit: 0.01."
    )
    shown = CliRunner().invoke(app, ["facts", str(path)])
    assert shown.exit_code == 0 and "1 of them would match but for leading zeros" in shown.output
    assert "nothing is settled on this" in shown.output
    assert api.settle(contract(tmp_path, "  unmatched_members_limit: 0.01\n", claims)).measured is not None


def test_rosters_and_providers_have_limits_of_their_own(tmp_path: Path) -> None:
    found = joins(
        tmp_path,
        claims=UNKNOWN.replace("999", "0123").replace(",1,10.00", ",9,10.00"),
        attribution="member_id,effective_date,end_date\n0123,2025-01-01,\nX,2025-01-01,\n",
        providers="npi,owner\n09,own\n",
    )
    usual = [with_limit(join, UnmatchedLimits()) for join in found.values()]
    assert [(each.what, each.repair) for each in unmatched_problems(usual)] == [
        (
            "claims → providers: 100 of 100 lines (100%), $1,000.00, 1 provider is not in the file; 1 of "
            "them would match but for leading zeros",
            "Mend the ids, or accept them: under data:, write unmatched_providers_limit: 1.",
        ),
        (
            "attribution → eligibility: 1 of 2 rows (50%), 1 member matches nobody; up to 2% is accepted "
            "where the contract states no limit",
            "Look for the members that the eligibility file lacks, or accept them: under data:, write "
            "unmatched_roster_limit: 0.5.",
        ),
    ]
    wide = UnmatchedLimits(unmatched_roster_limit=Decimal("0.5"), unmatched_providers_limit=Decimal(1))
    assert unmatched_problems(with_limit(join, wide) for join in found.values()) == []


def test_a_roster_of_the_contracted_provider_alone_is_no_fault(tmp_path: Path) -> None:
    found = joins(tmp_path, claims=UNKNOWN.replace("999", "0123"), providers="npi,owner\n7,own\n")
    join = found["claims", "providers"]
    assert (join.rows_unmatched, unmatched_problems([with_limit(join, UnmatchedLimits())])) == (100, [])
    stated = with_limit(join, UnmatchedLimits(unmatched_providers_limit=Decimal("0.5")))
    assert [each.what.rpartition("; ")[2] for each in unmatched_problems([stated])] == [
        "up to 50% the contract accepts"
    ]


def test_a_limit_is_a_share(tmp_path: Path) -> None:
    assert said(contract(tmp_path, "  unmatched_members_limit: -0.5\n")) == (
        "'unmatched_members_limit' is -0.5\nWrite a share from 0 to 1."
    )


# Ten people: ids with zeros in front and a letter behind, so that every damage shows.
IDS = [f"00{number}A" for number in range(1, 11)]
NPIS = ["0100000001", "0100000002", "0100000003"]
DAMAGE: dict[str, Callable[[str], str]] = {
    "padded": lambda key: f"0{key}",
    "stripped": lambda key: key.lstrip("0"),
    "decimal": lambda key: f"{key}.0",
    "case": str.lower,
    "punctuation": lambda key: f"{key[:3]}-{key[3:]}",
}
HALVES = (("2025-01-01", "2025-06-30"), ("2025-07-01", "2025-12-31"))
Rows = list[list[str]]


def sound_files(rng: random.Random) -> dict[str, Rows]:
    """Return 200 claim lines of the ten, each enrolled in two spans, seven of them attributed."""
    claims = [
        f"C{number},1,{rng.choice(IDS)},inpatient,2025-{rng.randint(1, 12):02}-10,2025-12-20,paid,"
        f"{rng.choice(NPIS)},{rng.randint(1, 900)}.00"
        for number in range(200)
    ]
    rows = {
        "claims": [HEADER.strip(), *claims],
        "eligibility": [
            "member_id,enrollment_start_date,enrollment_end_date",
            *(f"{member},{start},{end}" for member in IDS for start, end in HALVES),
        ],
        "attribution": [
            "member_id,effective_date,end_date",
            *(f"{member},2025-01-01," for member in IDS[:7]),
        ],
        "providers": ["npi,owner", *(f"{npi},{'own' if npi < NPIS[2] else 'other'}" for npi in NPIS)],
        "quality": ["measure_id,member_id,numerator,denominator", *(f"A,{member},1,1" for member in IDS)],
    }
    return {kind: [line.split(",") for line in lines] for kind, lines in rows.items()}


COLUMN = {"claims": ("member_id", "billing_npi"), "providers": ("npi",)}


def outcome(folder: Path, files: dict[str, Rows], kind: str = "", parquet: bool = False) -> object:
    """Return every measured figure, or that the joins refuse the files."""
    texts = {name: "".join(",".join(row) + "\n" for row in rows) for name, rows in files.items()}
    sources = write(folder, **texts)
    if parquet:
        place = next(number for number, each in enumerate(sources) if each.kind == kind)
        stored = folder / f"{kind}.parquet"
        duckdb.sql(
            f"COPY (SELECT * FROM read_csv('{sources[place].files[0]}', all_varchar = true)) TO '{stored}'"
        )
        sources[place] = type(sources[place])(kind, (stored,))  # type: ignore[arg-type]
    each = [Measure("all", "allowed_amount"), Measure("own", "allowed_amount", owner="own")]
    found = measure(sources, YEAR, FINAL, each)
    if unmatched_problems(with_limit(join, UnmatchedLimits()) for join in found.joins):
        return "refused"
    costs = [(cost.total, cost.own, cost.other) for cost in found.costs.values()]
    return costs, found.member_months["while_attributed"].total, [each.rate for each in found.quality]


@pytest.mark.parametrize("seed", range(30))
def test_damaged_keys_move_no_dollar_unsaid(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    files = sound_files(rng)
    sound = outcome(tmp_path, files)
    assert sound != "refused"
    kind = rng.choice(["claims", "claims", "eligibility", "attribution", "providers", "quality"])
    name = rng.choice(COLUMN.get(kind, ("member_id",)))
    damage = DAMAGE[rng.choice([*DAMAGE])]
    place, share = files[kind][0].index(name), rng.choice([0.02, 0.1, 0.5])
    rows = files[kind][1:]
    for row in rng.sample(rows, max(1, int(len(rows) * share))):
        row[place] = damage(row[place])
    assert outcome(tmp_path, files, kind, parquet=rng.random() < 0.3) in (sound, "refused")
