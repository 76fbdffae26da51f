"""What a contract says of its episodes: what opens them, how long they last, what counts, the cap.

A setting stands once for all types of episode or in a type of its own. Nothing that moves money is
assumed: days, transfers, claims that cross the end and the outlier cap are stated, `none` for no cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from os.path import normpath
from pathlib import Path
from typing import Any

from vbc_cli.claims.episode_settings import (
    NO_CODES,
    CodeList,
    EpisodeRules,
    EpisodeType,
    OutlierCap,
    TypesFile,
)
from vbc_cli.claims.settings import Measure
from vbc_cli.contract.document import Document
from vbc_cli.contract.shapes import (
    NUMBER,
    RATE,
    TEXT,
    WHOLE,
    Complaints,
    Field,
    Fields,
    ListOf,
    MapOf,
    Record,
    words,
)

CODES = Record(
    {
        "file": Field(TEXT, "a CSV file that lists the codes", required=True),
        "column": Field(TEXT, "the column with the codes", required=True),
        "where": Field(MapOf(TEXT, plain_names=False), "column: the text that rows must have in it"),
    },
    "codes, or the file that lists them",
    short=("codes", ListOf(TEXT, or_one=True)),
)
CAP = Record(
    {
        "at": Field(NUMBER, "the most that one episode counts, in dollars"),
        "percentile": Field(RATE, "the share of the episodes whose cost is the most that one counts"),
        "lowest_percentile": Field(RATE, "the share of the episodes whose cost is the least that one counts"),
        "method": Field(words("inclusive", "exclusive", "nearest_rank"), "how a percentile is taken"),
        "within": Field(words("type", "trigger"), "the episodes that a percentile is taken over"),
    },
    "the outlier cap of one episode",
    short=("none", words("none")),
)
OF_A_TYPE = {
    "look_back_days": Field(WHOLE, "days before the anchor that belong to the episode"),
    "days_after": Field(WHOLE, "days after the last day of the anchor that belong to the episode"),
    "outlier_cap": Field(CAP, "the most that one episode counts, or none"),
    "exclude_drgs": Field(CODES, "DRGs of later stays that do not count"),
    "exclude_procedures": Field(CODES, "procedure codes that do not count"),
    "exclude_categories": Field(ListOf(TEXT), "service categories that do not count"),
}
TYPE = Record(
    {
        "drgs": Field(CODES, "the DRGs of stays that open an episode"),
        "procedures": Field(CODES, "the procedure codes that open an episode"),
        "case_mix": Field(MapOf(NUMBER, plain_names=False), "trigger: its cost relative to the target"),
        **OF_A_TYPE,
    },
    "one type of episode",
)
TYPES_FILE = Record(
    {
        "file": Field(TEXT, "a CSV file with one trigger a row", required=True),
        "type": Field(TEXT, "the column that names the type of episode", required=True),
        "drg": Field(TEXT, "the column with the DRG", required=True),
    },
    "types of episode as a program lists them",
)
EPISODES = Record(
    {
        "opened_by": Field(words("own", "other", "all"), "whose claim may open an episode", required=True),
        "counted_by": Field(
            words("anchor_start", "anchor_end", "episode_end"),
            "the day of an episode that must lie in the period",
            required=True,
        ),
        "transfers": Field(
            words("separate", "first_drg", "last_drg"),
            "whether stays in two facilities on the same or the next day are one, and whose DRG tells it",
            required=True,
        ),
        "crossing_the_end": Field(
            words("prorate_by_days", "count_whole"), "a claim that ends after the episode", required=True
        ),
        "services_in_excluded_stays": Field(
            words("leave_out", "count"), "other services during a later stay that does not count"
        ),
        "death": Field(
            words("counts", "cancels_in_anchor", "cancels"),
            "whether the member's death cancels an episode: not, in the anchor, or on any of its days",
        ),
        "loss_of_enrolment": Field(
            words("counts", "cancels"),
            "whether an episode is cancelled whose member, while alive, is not enrolled on each of its days",
        ),
        **OF_A_TYPE,
        "types": Field(MapOf(TYPE), "the types of episode"),
        "types_file": Field(TYPES_FILE, "a file that lists the types and their DRGs"),
    },
    "how episodes are found",
)


def build_episodes(
    got: Fields, spending: Measure, document: Document, complaints: Complaints
) -> EpisodeRules | None:
    """Build the rules of a measured fact's episodes; None where they are broken."""
    rules: Fields | None = got.get("episodes")
    if rules is None:
        if "episodes" not in got.broken:
            what = f"'{spending.name}' does not say how episodes are found"
            complaints.add(got.line, what, "Add episodes: with opened_by, counted_by, types, ...")
        return None
    types = [
        _type(name, each, rules, document, complaints)
        for name, each in rules.get("types", {}).items()
        if not each.broken
    ]
    file: Fields | None = rules.get("types_file")
    if not types and file is None and not rules.broken:
        complaints.add(rules.line, "no type of episode is named", "Add types: or types_file:.")
    if any(each.exclude_drgs != NO_CODES for each in types) or "exclude_drgs" in rules:
        _need(rules, rules, "services_in_excluded_stays", complaints)
    if rules.broken:
        return None
    return EpisodeRules(
        spending=spending,
        opened_by=rules["opened_by"],
        counted_by=rules["counted_by"],
        transfers=rules["transfers"],
        crossing_the_end=rules["crossing_the_end"],
        services_in_excluded_stays=rules.get("services_in_excluded_stays", "count"),
        types=tuple(types),
        types_file=None if file is None else _types_file(file, document, complaints),
        types_from_file=None if file is None else _type("", file, rules, document, complaints),
        death=rules.get("death", "counts"),
        loss_of_enrolment=rules.get("loss_of_enrolment", "counts"),
    )


def check_settings_of_episodes(name: str, got: Fields, complaints: Complaints) -> None:
    """Settings of a cost that episodes do not have are refused."""
    repairs = {
        "owner": "Say opened_by: under episodes:.",
        "truncate": "Cap episodes by outlier_cap:.",
        "complete": "Leave it out.",
        "members": "Say death: and loss_of_enrolment: under episodes:, or leave it out.",
    }
    for key, repair in repairs.items():
        if key in got:
            complaints.add(got.lines[key], f"'{name}' measures episodes, which have no {key}:", repair)


def _type(name: str, got: Fields, rules: Fields, document: Document, complaints: Complaints) -> EpisodeType:
    """Build one type; what it does not say is said for all types."""
    for needed in ("look_back_days", "days_after", "outlier_cap"):
        _need(got, rules, needed, complaints)

    def codes(key: str) -> CodeList:
        return _codes(_said(got, rules, key), document, complaints)

    return EpisodeType(
        name=name,
        drgs=_codes(got.get("drgs"), document, complaints),
        procedures=_codes(got.get("procedures"), document, complaints),
        look_back_days=_said(got, rules, "look_back_days") or 0,
        days_after=_said(got, rules, "days_after") or 0,
        cap=_cap(_said(got, rules, "outlier_cap"), complaints),
        case_mix=_case_mix(got.get("case_mix")),
        exclude_drgs=codes("exclude_drgs"),
        exclude_procedures=codes("exclude_procedures"),
        exclude_categories=_said(got, rules, "exclude_categories") or (),
        line=got.line,
    )


def _said(got: Fields, rules: Fields, key: str) -> Any:
    return got[key] if key in got else rules.get(key)


def _need(got: Fields, rules: Fields, key: str, complaints: Complaints) -> None:
    """Complain, once a line, where neither a type nor all types together say something."""
    if key in got or key in rules or key in got.broken or key in rules.broken:
        return
    known = EPISODES.fields[key]
    complaints.add(got.line, f"the episodes do not say {key}", f"Add {key}: {known.doc}.")


def _codes(got: Fields | None, document: Document, complaints: Complaints) -> CodeList:
    if got is None or got.broken:
        return NO_CODES
    if "codes" in got:
        return CodeList(got["codes"])
    where: Mapping[str, str] | None = got.get("where")
    return CodeList(
        (), _path(got, document, complaints), got["column"], None if where is None else dict(where)
    )


def _types_file(got: Fields, document: Document, complaints: Complaints) -> TypesFile | None:
    return None if got.broken else TypesFile(_path(got, document, complaints), got["type"], got["drg"])


def _path(got: Fields, document: Document, complaints: Complaints) -> Path:
    if Path(got["file"]).is_absolute():
        what = f"the absolute path '{got['file']}'"
        complaints.add(got.lines["file"], what, "Write a path relative to this file.")
    return Path(normpath(document.folder / got["file"]))


def _case_mix(got: Fields | None) -> Mapping[str, Any] | None:
    return None if got is None else dict(got)


def _cap(got: Fields | None, complaints: Complaints) -> OutlierCap | None:
    """Build an outlier cap: an amount, or percentiles with their method."""
    if got is None or got.broken or "none" in got:
        return None
    by_share = "percentile" in got or "lowest_percentile" in got
    if ("at" in got) == by_share or (by_share and not {"method", "within"} <= got.keys()):
        repair = "Write {at: 60000}, or {percentile: 0.99, method: nearest_rank, within: type}."
        complaints.add(got.line, "an outlier cap", repair)
        return None
    return OutlierCap(
        got.get("at"),
        got.get("percentile"),
        got.get("lowest_percentile"),
        got.get("method", "inclusive"),
        got.get("within", "type"),
    )
