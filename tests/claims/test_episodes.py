"""Episodes found by hand: each rule on a few lines, with the arithmetic beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from claims_files import settle, settle_episodes
from msgspec.structs import replace

from tests import shared
from vbc_cli.claims.episode_settings import (
    CodeList,
    Death,
    EpisodeRules,
    EpisodeType,
    LossOfEnrolment,
    OutlierCap,
    TypesFile,
)
from vbc_cli.claims.facts import BridgeStep, ControlLine
from vbc_cli.claims.percentile import percentile
from vbc_cli.claims.settings import Measure
from vbc_cli.problems import InputRefused

HEADER = (
    "claim_id,claim_line_number,member_id,service_category,claim_start_date,claim_end_date,paid_date,"
    "billing_npi,drg_code,hcpcs_code,allowed_amount\n"
)
PEOPLE = "member_id,enrollment_start_date,enrollment_end_date\nM1,2024-01-01,\nM2,2024-01-01,\n"
JOINT = EpisodeType(
    "joint",
    drgs=CodeList(("469", "470")),
    procedures=CodeList(("27447",)),
    look_back_days=3,
    days_after=30,
    cap=None,
    case_mix=None,
    exclude_drgs=CodeList(),
    exclude_procedures=CodeList(),
    exclude_categories=(),
)
RULES = EpisodeRules(
    Measure("bundles", "allowed_amount"),
    opened_by="all",
    counted_by="anchor_start",
    transfers="separate",
    crossing_the_end="prorate_by_days",
    services_in_excluded_stays="count",
    types=(JOINT,),
)


def lines(*rows: str) -> str:
    """Return a claims file; a row is member, category, start, end, facility, DRG, procedure, dollars."""
    made = HEADER
    for number, row in enumerate(rows):
        member, category, start, end, npi, drg, procedure, amount = row.split()
        codes = ",".join("" if code == "-" else code for code in (drg, procedure))
        made += f"C{number},1,{member},{category},{start},{end},{end},{npi},{codes},{amount}\n"
    return made


def episodes(folder: Path, rules: EpisodeRules, *rows: str) -> list[tuple[str, str, Decimal]]:
    """Return type, first day of the anchor and dollars of each episode."""
    found = settle_episodes(folder, rules, claims=lines(*rows), eligibility=PEOPLE)
    assert found.control_totals.foots and found.bridge.foots
    return [(each.episode_type, str(each.anchor_start), each.actual) for each in found.episodes]


def of_joint(**changes: object) -> EpisodeRules:
    return replace(RULES, types=(replace(JOINT, **changes),))  # type: ignore[arg-type]


STAY = "M1 inpatient 2025-03-10 2025-03-12 1 470 - 20000.00"


def test_an_episode_holds_the_look_back_the_anchor_and_the_days_after(tmp_path: Path) -> None:
    # Window 2025-03-07 to 2025-04-11 (12 March + 30 days): 100 + 20000 + 40 + 7 = 20147; 5 and 6 lie outside.
    made = episodes(
        tmp_path,
        RULES,
        STAY,
        "M1 office 2025-03-06 2025-03-06 2 - 99213 5.00",
        "M1 office 2025-03-07 2025-03-07 2 - 99213 100.00",
        "M1 office 2025-03-11 2025-03-11 2 - 99213 40.00",
        "M1 office 2025-04-11 2025-04-11 2 - 99213 7.00",
        "M1 office 2025-04-12 2025-04-12 2 - 99213 6.00",
        "M2 office 2025-03-11 2025-03-11 2 - 99213 900.00",
    )
    assert made == [("joint", "2025-03-10", Decimal("20147.00"))]


def test_a_trigger_inside_an_open_episode_opens_none_and_the_next_one_does(tmp_path: Path) -> None:
    # Open to 11 April; 5 April lies inside and does not lengthen it; 2 May opens the second, though within
    # thirty days of 5 April.
    made = episodes(
        tmp_path,
        RULES,
        STAY,
        "M1 outpatient 2025-04-05 2025-04-05 1 - 27447 9000.00",
        "M1 outpatient 2025-05-02 2025-05-02 1 - 27447 8000.00",
    )
    expected = [("2025-03-10", Decimal("29000.00")), ("2025-05-02", Decimal("8000.00"))]
    assert [each[1:] for each in made] == expected


def test_a_look_back_does_not_reach_into_the_episode_before(tmp_path: Path) -> None:
    # The first is open to 11 April. 12 April + its look-back of 3 days would take 10 April from it.
    made = episodes(
        tmp_path,
        RULES,
        STAY,
        "M1 office 2025-04-10 2025-04-10 2 - 99213 50.00",
        "M1 outpatient 2025-04-12 2025-04-12 1 - 27447 8000.00",
    )
    assert [each[2] for each in made] == [Decimal("20050.00"), Decimal("8000.00")]


def test_an_episode_open_from_last_year_lets_none_open(tmp_path: Path) -> None:
    # Opened on 20 December 2024, open to 21 January 2025; counted by its first day it is last year's, by its
    # end it is this year's.
    rows = [
        "M1 inpatient 2024-12-20 2024-12-22 1 470 - 20000.00",
        "M1 outpatient 2025-01-05 2025-01-05 1 - 27447 9.00",
    ]
    assert episodes(tmp_path, RULES, *rows) == []
    ended = replace(RULES, counted_by="episode_end")
    assert episodes(tmp_path, ended, *rows) == [("joint", "2024-12-20", Decimal("20009.00"))]


def test_an_episode_of_december_counts_the_claims_of_january(tmp_path: Path) -> None:
    made = episodes(
        tmp_path,
        RULES,
        "M1 inpatient 2025-12-20 2025-12-22 1 470 - 20000.00",
        "M1 office 2026-01-10 2026-01-10 2 - 99213 30.00",
    )
    assert made == [("joint", "2025-12-20", Decimal("20030.00"))]


def test_the_lines_an_episode_reaches_outside_the_period_change_no_other_cost(tmp_path: Path) -> None:
    claims = lines(STAY, "M1 office 2026-01-10 2026-01-10 2 - 99213 30.00")
    alone = settle(tmp_path, claims=claims, eligibility=PEOPLE)
    both = settle(tmp_path, episodes=(RULES,), claims=claims, eligibility=PEOPLE)
    assert both.costs == alone.costs and both.member_months == alone.member_months


@pytest.mark.parametrize(
    ("crossing", "expected"),
    # Open to 11 April. Nursing 9 to 18 April: 3 of 10 days, 30.01 x 0.3 = 9.003, and -0.05 x 0.3 = -0.015,
    # half up away from zero -0.02. Prorated 9.00 - 0.02 = 8.98; whole 29.96.
    [("prorate_by_days", "20008.98"), ("count_whole", "20029.96")],
)
def test_a_claim_that_ends_after_the_episode_counts_by_days_or_whole(
    tmp_path: Path, crossing: str, expected: str
) -> None:
    rules = replace(RULES, crossing_the_end=crossing)  # type: ignore[arg-type]
    rows = [
        STAY,
        "M1 nursing 2025-04-09 2025-04-18 3 - - 30.01",
        "M1 nursing 2025-04-09 2025-04-18 3 - - -0.05",
    ]
    assert episodes(tmp_path, rules, *rows)[0][2] == Decimal(expected)


@pytest.mark.parametrize(
    ("transfers", "expected"),
    [
        # Apart, 470 opens on 10 March and 560 is care after it. Together, told by the first DRG, the anchor
        # ends on 20 March, so 15 April is inside (to 19 April). Told by the last, 560 opens none.
        ("separate", [Decimal("27000.00")]),
        ("first_drg", [Decimal("27011.00")]),
        ("last_drg", []),
    ],
)
def test_a_transfer_is_one_stay_or_two_as_the_contract_says(
    tmp_path: Path, transfers: str, expected: list[Decimal]
) -> None:
    rules = replace(RULES, transfers=transfers)  # type: ignore[arg-type]
    made = episodes(
        tmp_path,
        rules,
        STAY,
        "M1 inpatient 2025-03-13 2025-03-20 2 560 - 7000.00",
        "M1 office 2025-04-15 2025-04-15 2 - 99213 11.00",
    )
    assert [each[2] for each in made] == expected


def test_a_readmission_to_the_same_hospital_the_next_day_is_no_transfer(tmp_path: Path) -> None:
    rules = replace(RULES, transfers="last_drg")
    made = episodes(tmp_path, rules, STAY, "M1 inpatient 2025-03-13 2025-03-20 1 560 - 7000.00")
    assert made == [("joint", "2025-03-10", Decimal("27000.00"))]


def test_a_reversed_stay_opens_nothing_and_a_corrected_one_does(tmp_path: Path) -> None:
    undone = STAY.replace("20000", "-20000")
    assert episodes(tmp_path, RULES, STAY, undone) == []
    assert episodes(tmp_path, RULES, STAY, undone, STAY.replace("20000", "19000")) == [
        ("joint", "2025-03-10", Decimal("19000.00"))
    ]


READMITTED = (
    STAY,
    "M1 inpatient 2025-03-20 2025-03-25 2 001 - 5000.00",
    "M1 office 2025-03-22 2025-03-22 3 - 99213 60.00",
    "M1 office 2025-03-22 2025-03-22 3 - J1100 8.00",
    "M1 pharmacy 2025-03-26 2025-03-26 3 - - 4.00",
)


@pytest.mark.parametrize(
    ("changes", "inside", "expected"),
    # 20000 + 5000 + 60 + 8 + 4 = 25072, less what is left out.
    [
        ({}, "count", "25072.00"),
        ({"exclude_drgs": CodeList(("1",))}, "count", "20072.00"),
        ({"exclude_drgs": CodeList(("1",))}, "leave_out", "20004.00"),
        ({"exclude_procedures": CodeList(("J1100",))}, "count", "25064.00"),
        ({"exclude_categories": ("pharmacy",)}, "count", "25068.00"),
        # The anchor's own DRG counts, whatever later stays of it do.
        ({"exclude_drgs": CodeList(("470",))}, "leave_out", "25072.00"),
    ],
)
def test_stays_procedures_and_categories_are_left_out_by_code(
    tmp_path: Path, changes: dict[str, object], inside: str, expected: str
) -> None:
    rules = replace(of_joint(**changes), services_in_excluded_stays=inside)  # type: ignore[arg-type]
    assert episodes(tmp_path, rules, *READMITTED)[0][2] == Decimal(expected)


def test_every_line_has_one_fate_and_the_bridge_leads_to_the_capped_dollars(tmp_path: Path) -> None:
    rules = of_joint(cap=OutlierCap(at=Decimal("20000")), exclude_drgs=CodeList(("1",)))
    found = settle_episodes(
        tmp_path,
        rules,
        claims=lines(*READMITTED, "M2 office 2025-03-22 2025-03-22 3 - 99213 70.00"),
        eligibility=PEOPLE,
    )
    # 20000 + 5000 + 60 + 8 + 4 + 70 = 25142; used 20072, of which 72 are over the cap.
    assert found.control_totals.used == ControlLine("used, in an episode", 4, Decimal("20072.00"))
    assert found.control_totals.left_out == (
        ControlLine("in no episode", 1, Decimal("70.00")),
        ControlLine("DRG not counted in the type of episode", 1, Decimal("5000.00")),
    )
    assert found.bridge.steps[-1] == BridgeStep("over the outlier caps", Decimal("-72.00"))
    assert found.total == found.bridge.total == Decimal("20000.00")
    assert [(each.what, each.rows) for each in found.by_place] == [
        ("before the anchor", 0),
        ("from the first to the last day of the anchor", 1),
        ("after the anchor", 3),
    ]


def test_only_the_provider_s_own_claims_open_episodes_and_both_owners_count_in_them(tmp_path: Path) -> None:
    found = settle_episodes(
        tmp_path,
        replace(RULES, opened_by="own"),
        claims=lines(
            STAY,
            "M1 office 2025-03-11 2025-03-11 2 - 99213 40.00",
            STAY.replace("M1", "M2").replace(" 1 470", " 2 470"),
        ),
        eligibility=PEOPLE,
        providers="npi,owner\n1,own\n2,other\n",
    )
    assert [(each.own, each.other) for each in found.episodes] == [(Decimal("20000.00"), Decimal("40.00"))]


def test_a_member_is_attributed_on_the_day_that_opens_the_episode(tmp_path: Path) -> None:
    roster = "member_id,effective_date,end_date\nM1,2025-03-10,2025-03-10\nM2,2025-04-01,\n"
    found = settle_episodes(
        tmp_path,
        RULES,
        claims=lines(STAY, "M1 office 2025-04-01 2025-04-01 2 - 99213 40.00", STAY.replace("M1", "M2")),
        eligibility=PEOPLE,
        attribution=roster,
    )
    assert [each.actual for each in found.episodes] == [Decimal("20040.00")]


def test_percentiles_are_those_of_a_spreadsheet() -> None:
    # Of 10.00, 20.00, 30.00, 41.01: inclusive place 3 x 0.75 = 2.25, 30.00 + 0.25 x 11.01 = 32.7525;
    # exclusive 5 x 0.75 - 1 = 2.75, 30.00 + 0.75 x 11.01 = 38.2575, half up 38.26; nearest rank 3 of 4.
    cents = [4101, 1000, 3000, 2000]
    methods = ("inclusive", "exclusive", "nearest_rank")
    assert [percentile(cents, Decimal("0.75"), method) for method in methods] == [3275, 3826, 3000]  # type: ignore[arg-type]
    assert percentile(cents, Decimal("0.99"), "exclusive") == 4101


def test_an_outlier_cap_by_percentile_holds_both_ends(tmp_path: Path) -> None:
    cap = OutlierCap(percentile=Decimal("0.5"), lowest_percentile=Decimal("0.5"), method="nearest_rank")
    rules = of_joint(cap=cap)
    found = settle_episodes(
        tmp_path,
        rules,
        claims=lines(STAY, STAY.replace("M1", "M2").replace("20000", "30000")),
        eligibility=PEOPLE,
    )
    # Half of two episodes is the lower one: 30000 falls to 20000, and 20000 stays.
    assert [each.capped for each in found.episodes] == [Decimal("20000.00")] * 2


BUNDLES = "Episode Group ID,MS-DRG\nP0017,470\nA0010,291\n"


def test_types_and_exclusions_are_read_from_the_lists_that_a_program_publishes(tmp_path: Path) -> None:
    (tmp_path / "anchors.csv").write_text(BUNDLES)
    (tmp_path / "excluded.csv").write_text("Code Type,DRG Code\nMS-DRG,001\nother,999\n")
    excluded = CodeList(file=tmp_path / "excluded.csv", column="DRG Code", where={"Code Type": "MS-DRG"})
    shared = replace(JOINT, name="", drgs=CodeList(), procedures=CodeList(), exclude_drgs=excluded)
    file = TypesFile(tmp_path / "anchors.csv", "Episode Group ID", "MS-DRG")
    rules = replace(RULES, types=(), types_file=file, types_from_file=shared)
    found = settle_episodes(tmp_path, rules, claims=lines(*READMITTED), eligibility=PEOPLE)
    # DRG 0470 of a file with four digits is 470.
    assert found.types == ("P0017", "A0010")
    assert [(each.episode_type, each.actual) for each in found.episodes] == [("P0017", Decimal("20072.00"))]
    four = lines(*READMITTED).replace(",470,", ",0470,")
    assert settle_episodes(tmp_path, rules, claims=four, eligibility=PEOPLE).episodes == found.episodes


# M1 stays; M2 dies in the anchor, M3 on a later day of the episode, M4 leaves in it, M5 leaves and then
# dies, M6 leaves on the last day of the episode, M7 the day before, and M8 joined in the look-back.
ENDS = """member_id,enrollment_start_date,enrollment_end_date,death_date
M1,2024-01-01,,
M2,2024-01-01,2025-03-03,2025-03-03
M3,2024-01-01,2025-03-20,2025-03-20
M4,2024-01-01,2025-03-20,
M5,2024-01-01,2025-03-15,2025-03-20
M6,2024-01-01,2025-04-02,
M7,2024-01-01,2025-04-01,
M8,2025-02-28,,
"""


@pytest.mark.parametrize(
    ("death", "loss", "counted", "by_death", "by_loss"),
    [
        ("counts", "counts", "12345678", "", ""),
        ("cancels_in_anchor", "counts", "1345678", "2", ""),
        ("cancels", "counts", "14678", "235", ""),
        ("counts", "cancels", "1236", "", "4578"),
        ("cancels_in_anchor", "cancels", "136", "2", "4578"),
        ("cancels", "cancels", "16", "235", "478"),
    ],
)
def test_members_who_die_or_leave_cancel_their_episodes_where_the_contract_says_so(
    tmp_path: Path, death: Death, loss: LossOfEnrolment, counted: str, by_death: str, by_loss: str
) -> None:
    # The stay of member n costs n x 1,000 dollars.
    stays = [f"M{n} inpatient 2025-03-01 2025-03-03 1 470 - {n}000.00" for n in range(1, 9)]
    rules = replace(RULES, death=death, loss_of_enrolment=loss)
    found = settle_episodes(tmp_path, rules, claims=lines(*stays), eligibility=ENDS)
    assert sorted(int(each.actual) for each in found.episodes) == [int(n) * 1000 for n in counted]
    cancelled = {
        "in an episode that the member's death cancels": by_death,
        "in an episode that loss of enrolment cancels": by_loss,
    }
    left = {each.what: (each.rows, int(each.dollars)) for each in found.control_totals.left_out}
    assert left == {
        what: (len(members), sum(map(int, members)) * 1000) for what, members in cancelled.items() if members
    }
    assert sum(count for _, count in found.triggers) == 8
    assert found.control_totals.foots and found.bridge.foots


def test_the_day_of_death_is_needed_where_it_cancels_an_episode(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="there is no column 'death_date'"):
        settle_episodes(tmp_path, replace(RULES, death="cancels"), claims=lines(STAY), eligibility=PEOPLE)


def test_the_shadow_bundles_that_cms_publishes_are_read_as_they_are(tmp_path: Path) -> None:
    lists = shared.here(shared.CLAIMS / "shadow-bundles")
    excluded = CodeList(file=lists / "excluded_readmission_drg.csv", column="DRG Code")
    of_a_type = replace(JOINT, name="", drgs=CodeList(), procedures=CodeList(), exclude_drgs=excluded)
    file = TypesFile(lists / "ip_anchor_drg.csv", "Episode Group ID", "MS-DRG")
    rules = replace(
        RULES, types=(), types_file=file, types_from_file=of_a_type, services_in_excluded_stays="leave_out"
    )
    # 280 opens the heart attack (A0001); a heart transplant (001) after it does not count, nor care in it.
    stay = STAY.replace(" 470 ", " 280 ")
    found = settle_episodes(tmp_path, rules, claims=lines(stay, *READMITTED[1:]), eligibility=PEOPLE)
    assert found.types[0] == "A0001"
    assert [(each.episode_type, each.actual) for each in found.episodes] == [("A0001", Decimal("20004.00"))]


def refused(folder: Path, rules: EpisodeRules, claims: str = "") -> str:
    with pytest.raises(InputRefused) as refusal:
        settle_episodes(folder, rules, claims=claims or lines(STAY), eligibility=PEOPLE)
    return str(refusal.value).replace(f"{folder}/", "")


def test_what_is_wrong_with_codes_is_said_together(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(BUNDLES.replace("291", "29I"))
    listed = CodeList(file=tmp_path / "list.csv", column="MS-DRG")
    types = (
        replace(JOINT, drgs=CodeList(("470", "47O")), line=7),
        replace(JOINT, name="second", procedures=CodeList(), exclude_drgs=listed, line=8),
        replace(JOINT, name="third", drgs=CodeList(), procedures=CodeList(), line=9),
        replace(JOINT, name="fourth", drgs=CodeList(("560",)), procedures=CodeList(), line=10),
        replace(JOINT, name="fifth", drgs=CodeList(file=tmp_path / "none.csv", column="DRG"), line=11),
        replace(JOINT, name="sixth", drgs=replace(listed, column="DRG"), line=12),
        replace(JOINT, name="seventh", drgs=replace(listed, where={"MS-DRG": "1"}), line=13),
    )
    mixed = replace(types[3], case_mix={"561": Decimal(1)})
    said = refused(tmp_path, replace(RULES, types=(*types[:3], mixed)))
    assert said == (
        ":7: the code '47O' is no drg\n  A DRG has three digits, such as 470.\n"
        "list.csv:3: the code '29I' is no drg\n  A DRG has three digits, such as 470.\n"
        ":8: the drg 470 opens both 'joint' and 'second'\n  Leave it with one of the two.\n"
        ":9: nothing opens the episode 'third'\n  Add drgs: or procedures:.\n"
        ":10: the case mix of 'fourth' and its triggers differ in 560, 561\n  Give each trigger one factor."
    )
    assert refused(tmp_path, replace(RULES, types=(types[4],))) == (
        ":11: the list of codes 'none.csv' cannot be read\n"
        "  Correct the path, which is relative to the contract, or save the list as UTF-8 CSV."
    )
    assert refused(tmp_path, replace(RULES, types=(types[5],))) == (
        "list.csv:1: there is no column 'DRG'\n  Did you mean 'MS-DRG'?"
    )
    assert refused(tmp_path, replace(RULES, types=(types[6],))) == (
        "list.csv: no row has MS-DRG: 1\n  Correct where: in the contract."
    )


def test_a_category_that_a_type_misspells_is_refused(tmp_path: Path) -> None:
    rules = of_joint(exclude_categories=("farmacy",), line=4)
    assert refused(tmp_path, rules, lines(*READMITTED)) == (
        ":4: 'joint' leaves out the category 'farmacy', which the claims do not have\n"
        "  The claims have: inpatient, office, pharmacy."
    )


def test_claims_without_the_codes_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, RULES, lines(STAY).replace("drg_code", "drg_cd").replace("hcpcs_code", "hcpcs"))
    assert said == (
        "claims.csv:1: there is no column 'drg_code'\n"
        "  Near it: drg_cd. Map it under columns: {drg_code: <column of the file>}.\n"
        "claims.csv:1: there is no column 'hcpcs_code'\n"
        "  Near it: hcpcs. Map it under columns: {hcpcs_code: <column of the file>}."
    )
