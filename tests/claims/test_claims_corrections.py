"""Claims that a later claim replaces or voids: rule by rule, and random files against a walk in Python."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import FINAL, settle

from vbc_cli.claims.facts import Measured
from vbc_cli.claims.settings import LINE_LEVEL, CorrectedClaims, Made, Source, Valuation
from vbc_cli.problems import InputRefused

HEADER = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,claim_status,"
    "allowed_amount,claim_frequency_code,original_claim_id"
)
LEFT_OUT = CorrectedClaims("left_out", "correct")
REPLACED, VOIDED, VOID = "replaced by a later claim", "voided by a later claim", "a void, which pays nothing"
EARLY, LATE = "2025-03-01", "2026-04-01"  # paid before and after the cut-off of 2026-03-31


def claim(
    claim_id: str,
    amount: str,
    code: str = "1",
    original: str = "",
    paid: str = EARLY,
    status: str = "paid",
    line: int = 1,
) -> str:
    """Write one claim line of February 2025."""
    return f"{claim_id},{line},M1,inpatient,2025-02-10,{paid},{status},{amount},{code},{original}\n"


def measured(
    folder: Path,
    *lines: str,
    rules: CorrectedClaims | None = LEFT_OUT,
    valuation: Valuation = FINAL,
    level: Made = LINE_LEVEL,
) -> Measured:
    """Measure claims in which some correct others."""
    (folder / "other.csv").write_text(HEADER + "\n" + "".join(lines))
    source = Source(
        "claims", (folder / "other.csv",), {}, "c.yaml", 7, corrected_claims=rules, amount_level=level
    )
    return settle(folder, sources=[source], valuation=valuation)


def fates(found: Measured) -> dict[str, tuple[int, int]]:
    """Return rows and dollars by what became of them, after seeing that they foot."""
    totals = found.costs["spending"].control_totals
    assert totals.foots and found.costs["spending"].bridge.foots
    return {each.what: (each.rows, int(each.dollars)) for each in (totals.used, *totals.left_out)}


ORIGINAL = claim("C1", "100.00") + claim("C1", "50.00", line=2)
CASES = {
    "a replacement takes the place of all lines of the claim that it names": (
        (ORIGINAL, claim("C2", "80.00", "7", "C1")),
        {"used": (1, 80), REPLACED: (2, 150)},
    ),
    "a type of bill ends in the claim frequency": (
        (claim("C1", "100.00", "0111"), claim("C2", "80.00", "117", "C1")),
        {"used": (1, 80), REPLACED: (1, 100)},
    ),
    "a void takes the claim that it names back and pays nothing, whatever its sign": (
        (ORIGINAL, claim("C2", "150.00", "8", "C1"), claim("C4", "5.00"), claim("C5", "-5.00", "8", "C4")),
        {"used": (0, 0), VOIDED: (3, 155), VOID: (2, 145)},
    ),
    "of a chain the last claim stands": (
        (claim("C1", "100.00"), claim("C2", "80.00", "7", "C1"), claim("C3", "70.00", "7", "C2")),
        {"used": (1, 70), REPLACED: (2, 180)},
    ),
    "of a replacement that is voided nothing stands": (
        (claim("C1", "100.00"), claim("C2", "80.00", "7", "C1"), claim("C3", "80.00", "8", "C2")),
        {"used": (0, 0), REPLACED: (1, 100), VOIDED: (1, 80), VOID: (1, 80)},
    ),
    "a claim that is voided and replaced at once counts as the replacement": (
        (claim("C1", "100.00"), claim("C2", "100.00", "8", "C1"), claim("C3", "90.00", "7", "C1")),
        {"used": (1, 90), REPLACED: (1, 100), VOID: (1, 100)},
    ),
    "a replacement decided after the cut-off does not replace yet": (
        (claim("C1", "100.00"), claim("C2", "80.00", "7", "C1", LATE)),
        {"used": (1, 100), "paid after the cut-off": (1, 80)},
    ),
    "nor does a void, which pays nothing at any valuation": (
        (claim("C1", "100.00"), claim("C2", "100.00", "8", "C1", LATE)),
        {"used": (1, 100), VOID: (1, 100)},
    ),
    "a claim of several payments is decided on with the first of them": (
        (
            claim("C1", "100.00"),
            claim("C2", "80.00", "7", "C1", LATE),
            claim("C2", "9.00", "7", "C1", line=2),
        ),
        {"used": (1, 9), REPLACED: (1, 100), "paid after the cut-off": (1, 80)},
    ),
    "a link of a chain that is not in force yet still leads to the original": (
        (claim("C1", "100.00"), claim("C2", "80.00", "7", "C1", LATE), claim("C3", "70.00", "7", "C2")),
        {"used": (1, 70), REPLACED: (2, 180)},
    ),
    "a replacement denied as a whole takes the claim's place where the contract says so": (
        (claim("C1", "100.00"), claim("C2", "80.00", "7", "C1", status="denied")),
        {"used": (0, 0), REPLACED: (1, 100), "denied": (1, 80)},
    ),
    "a denied original that is replaced is left out once": (
        (claim("C1", "100.00", status="denied"), claim("C2", "80.00", "7", "C1")),
        {"used": (1, 80), REPLACED: (1, 100)},
    ),
    "other frequencies correct nothing": (
        (claim("C1", "100.00", "2"), claim("C2", "80.00", "3", "C1"), claim("C3", "5.00", "", "C1")),
        {"used": (3, 185)},
    ),
}


@pytest.mark.parametrize("said", CASES)
def test_of_corrected_claims(tmp_path, said):
    lines, expected = CASES[said]
    assert fates(measured(tmp_path, *lines)) == expected


def test_a_replacement_that_was_denied_may_correct_nothing(tmp_path):
    rules = CorrectedClaims("left_out", "correct_nothing")
    denied = claim("C1", "100.00"), claim("C2", "80.00", "7", "C1", status="denied")
    assert fates(measured(tmp_path, *denied, rules=rules)) == {"used": (1, 100), "denied": (1, 80)}
    # Sent again after the denial, it names the original once more or the denied claim: both replace.
    for named in ("C1", "C2"):
        again = fates(measured(tmp_path, *denied, claim("C3", "70.00", "7", named), rules=rules))
        assert again["used"] == (1, 70)
        assert again[REPLACED][1] == (100 if named == "C1" else 180)


def test_negative_lines_net_where_the_contract_says_so(tmp_path):
    lines = ORIGINAL, claim("C2", "-150.00", "8", "C1"), claim("C3", "80.00", "7", "C1")
    assert fates(measured(tmp_path, *lines, rules=CorrectedClaims("netted"))) == {"used": (4, 80)}


def test_what_a_replaced_claim_repeats_on_its_lines_is_counted_once(tmp_path):
    lines = claim("C1", "100.00"), claim("C1", "100.00", line=2), claim("C2", "80.00", "7", "C1")
    found = measured(tmp_path, *lines, level=Made(otherwise="header_repeated"))
    repeated = "the claim's amount, repeated on another line"
    assert fates(found) == {"used": (1, 80), REPLACED: (1, 100), repeated: (1, 100)}


def test_corrections_of_claims_that_are_not_there_are_counted_in_a_note(tmp_path):
    lines = (
        claim("C2", "80.00", "7", "C1"),
        claim("C3", "70.00", "7"),
        claim("C4", "60.00", "8", "C9"),
        claim("C5", "5.00"),
    )
    found = measured(tmp_path, *lines)
    assert fates(found) == {"used": (3, 155), VOID: (1, 60)}
    assert [note.what for note in found.notes][:2] == [
        "replacements of claims that are not in the files: 2; they are used",
        "voids of claims that are not in the files: 1; they take nothing back",
    ]


def test_a_source_corrects_its_own_claims_alone(tmp_path):
    (tmp_path / "drugs.csv").write_text(HEADER + "\n" + claim("C1", "20.00"))
    (tmp_path / "medical.csv").write_text(
        HEADER + "\n" + claim("C1", "100.00") + claim("C2", "80.00", "7", "C1")
    )
    sources = [
        Source("claims", (tmp_path / "drugs.csv",), corrected_claims=CorrectedClaims("netted")),
        Source("claims", (tmp_path / "medical.csv",), corrected_claims=LEFT_OUT),
    ]
    assert fates(settle(tmp_path, sources=sources)) == {"used": (2, 100), REPLACED: (1, 100)}


def test_the_filter_says_that_corrected_claims_are_left_out(tmp_path):
    found = measured(tmp_path, claim("C1", "100.00")).costs["spending"]
    assert found.source.filter.startswith(
        "allowed_amount of lines paid in time, not denied, replaced or voided, of members enrolled"
    )


ASK = "Ask the payer which of the claims stands, and take the other out."
FAULTY = {
    "a word is no claim frequency": (
        (claim("C1", "1.00", "VOID"),),
        2,
        "'VOID' of claim C1 is no claim frequency code",
        "Write one character, or a type of bill that ends in it; map words to 7 and 8 by cases.",
    ),
    "a claim is a replacement and a void": (
        (claim("C1", "1.00"), claim("C2", "1.00", "7", "C1"), claim("C2", "1.00", "8", "C1", line=2)),
        3,
        "claim C2 is a replacement on one line and a void on another",
        ASK,
    ),
    "a claim names two others": (
        (claim("C2", "1.00", "7", "C1"), claim("C2", "1.00", "7", "C0", line=2)),
        2,
        "the lines of claim C2 name different claims that it corrects, C1 and another",
        "Name one claim on all of its lines.",
    ),
    "a claim replaces itself": (
        (claim("C1", "1.00"), claim("C2", "1.00", "7", "C2")),
        3,
        "claim C2 replaces or voids itself",
        "Name the claim it corrects; where versions share an id, make the version a part of claim_id.",
    ),
    "a void is corrected": (
        (claim("C1", "1.00"), claim("C2", "1.00", "8", "C1"), claim("C3", "1.00", "7", "C2")),
        4,
        "claim C3 corrects claim C2, which is a void",
        "Name the claim that stood before the void, or send the service as a new claim (code 1).",
    ),
    "two replacements of one claim": (
        (claim("C1", "1.00"), claim("C2", "1.00", "7", "C1"), claim("C3", "1.00", "7", "C1")),
        4,
        "claim C3 replaces a claim that claim C2 replaces already",
        ASK,
    ),
    "claims that replace one another": (
        (claim("C3", "1.00", "7", "C2"), claim("C2", "1.00", "7", "C3")),
        3,
        "claim C2 corrects claim C3, and so on back to claim C2",
        ASK,
    ),
}


@pytest.mark.parametrize("said", FAULTY)
def test_a_correction_that_contradicts_is_refused_where_it_stands(tmp_path, said):
    lines, line, what, repair = FAULTY[said]
    with pytest.raises(InputRefused) as refusal:
        measured(tmp_path, *lines)
    (problem,) = refusal.value.problems
    assert (problem.line, problem.what, problem.repair) == (line, what, repair)


def test_a_correction_under_a_number_that_several_members_share_is_refused(tmp_path):
    shared = (
        claim("C1", "100.00"),
        claim("C1", "50.00", line=2).replace("M1", "M2"),
        claim("C2", "80.00", "7", "C1"),
    )
    with pytest.raises(InputRefused) as refusal:
        measured(tmp_path, *shared)
    (problem,) = refusal.value.problems
    assert (problem.line, problem.what, problem.repair) == (
        4,
        "claim C2 corrects claim C1, and several members have claims of that number",
        "Make the member's number a part of claim_id and of original_claim_id.",
    )


def test_many_contradictions_are_counted(tmp_path):
    lines = (claim(f"C{number:02}", "1.00", "7", f"C{number:02}") for number in range(25))
    with pytest.raises(InputRefused) as refusal:
        measured(tmp_path, *lines)
    assert len(refusal.value.problems) == 21
    assert refusal.value.problems[-1].what == "5 more claims have faults in what they correct"


def test_claims_that_say_they_correct_others_need_a_word_in_the_contract(tmp_path):
    with pytest.raises(InputRefused) as refusal:
        measured(tmp_path, claim("C1", "1.00"), rules=None)
    (problem,) = refusal.value.problems
    assert str(problem) == (
        "c.yaml:7: the claims have a claim_frequency_code, and nothing says what becomes of "
        "corrected claims\n"
        "  Add corrected_claims: netted where negative lines take them back; otherwise "
        "{become: left_out, denied_corrections: correct or correct_nothing}."
    )


def test_a_file_without_the_columns_is_refused(tmp_path):
    (tmp_path / "plain.csv").write_text(
        "claim_id,claim_line_number,member_id,service_category,claim_start_date,paid_date,allowed_amount\n"
        "C1,1,M1,inpatient,2025-02-10,2025-03-01,1.00\n"
    )
    with pytest.raises(InputRefused) as refusal:
        settle(tmp_path, sources=[Source("claims", (tmp_path / "plain.csv",), corrected_claims=LEFT_OUT)])
    assert [each.what for each in refusal.value.problems] == [
        "there is no column 'claim_frequency_code'",
        "there is no column 'original_claim_id'",
    ]


def draw(rng: random.Random) -> dict[str, tuple[str, str, list[tuple[str, str, int]]]]:
    """Draw claims by id, each with its code, the claim it names, and lines of day, status and cents."""
    claims: dict[str, tuple[str, str, list[tuple[str, str, int]]]] = {}
    replaced: set[str] = set()
    for number in rng.sample(range(1000), rng.randint(1, 40)):
        code = rng.choices(["1", "7", "8", ""], [5, 4, 2, 1])[0]
        named = ""
        if code in ("7", "8"):
            free = [each for each, (kind, *_) in claims.items() if kind != "8" and each not in replaced]
            named = rng.choice([*free, *free, "", f"elsewhere {number}"])
        if code == "7" and named in claims:
            replaced.add(named)
        paid = [rng.choice([EARLY, "2026-03-31", LATE]) for _ in range(rng.randint(1, 3))]
        status = rng.choice(["paid", "paid", "denied"])
        lines = [(day, status if rng.random() < 0.8 else "paid", rng.randint(-500, 9_000)) for day in paid]
        claims[f"C{number}"] = code, named, lines
    return claims


def walk(claims: dict, denied_corrects: bool) -> dict[str, tuple[int, int]]:
    """Find the fate of every line by asking of each claim who corrects it, and who corrects that one."""

    def in_force(claim_id: str) -> bool:
        lines = claims[claim_id][2]
        denied = all(status == "denied" for _, status, _ in lines)
        return min(day for day, *_ in lines) <= "2026-03-31" and (denied_corrects or not denied)

    def by(claim_id: str) -> set[str]:
        """Return the codes of the nearest corrections in force above a claim."""
        above = [
            each for each, (code, named, _) in claims.items() if code in "78" and code and named == claim_id
        ]
        nearest = {claims[each][0] for each in above if in_force(each)}
        return nearest or {code for each in above for code in by(each)}

    found: dict[str, tuple[int, int]] = {"used": (0, 0)}
    for claim_id, (code, _, lines) in claims.items():
        codes = by(claim_id)
        for day, status, cents in lines:
            fate = "used" if day <= "2026-03-31" else "paid after the cut-off"
            fate = "denied" if status == "denied" else fate
            fate = REPLACED if "7" in codes else VOIDED if "8" in codes else fate
            fate = VOID if code == "8" else fate
            rows, before = found.get(fate, (0, 0))
            found[fate] = rows + 1, before + cents
    return found


@pytest.mark.parametrize("seed", range(60))
def test_random_corrections_leave_what_a_walk_up_each_chain_finds(tmp_path, seed):
    rng = random.Random(seed)
    claims, denied_corrects = draw(rng), rng.random() < 0.5
    lines = [
        claim(claim_id, f"{Decimal(cents) / 100:.2f}", code, named, day, status, number)
        for claim_id, (code, named, drawn) in claims.items()
        for number, (day, status, cents) in enumerate(drawn, start=1)
    ]
    rng.shuffle(lines)
    rules = CorrectedClaims("left_out", "correct" if denied_corrects else "correct_nothing")
    totals = measured(tmp_path, *lines, rules=rules).costs["spending"].control_totals
    found = {each.what: (each.rows, int(each.dollars * 100)) for each in (totals.used, *totals.left_out)}
    assert totals.foots
    assert found == walk(claims, denied_corrects)
