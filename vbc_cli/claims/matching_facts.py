"""What of the keys that join files matches nothing, and when that is more than a settlement may rest on.

Claims lead to eligibility by the member and to providers by the NPI or TIN; rosters, choices, risk scores and
quality results lead to eligibility too. An id that lost its zeros is somebody, not nobody: keys that would
match if they were written alike are refused from the first one on, others above a share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from vbc_cli.claims.facts import as_decimal
from vbc_cli.claims.matching_settings import USUAL_LIMIT, LimitName, UnmatchedLimits
from vbc_cli.claims.settings import Amount, Kind
from vbc_cli.problems import Problem

LIMITS: Mapping[tuple[str, str], tuple[LimitName, bool]] = {
    ("claims", "eligibility"): ("unmatched_members_limit", True),
    ("attribution", "eligibility"): ("unmatched_roster_limit", True),
    ("voluntary_alignment", "eligibility"): ("unmatched_members_limit", False),
    ("risk_scores", "eligibility"): ("unmatched_members_limit", False),
    ("quality", "eligibility"): ("unmatched_members_limit", False),
    ("claims", "providers"): ("unmatched_providers_limit", False),
    ("voluntary_alignment", "providers"): ("unmatched_providers_limit", False),
    ("eligibility", "eligibility"): ("unmatched_members_limit", False),
    ("providers", "providers"): ("unmatched_providers_limit", False),
}
"""For each join the limit that a contract states for it, and whether one holds where it states none.

Scores and quality results may be of more people than the contract's, and a roster of providers may name the
contracted provider's own alone: of these, only keys that would match are refused where nothing is stated.
A file leads to itself where it writes one key in two ways.
"""
PEOPLE: Mapping[str, tuple[str, str, str]] = {
    "eligibility": ("member matches nobody", "members match nobody", "member"),
    "providers": ("provider is not in the file", "providers are not in the file", "provider"),
}
UP = Context(prec=34, rounding=ROUND_CEILING)
PLACES = (Decimal("0.01"), Decimal("0.0001"), Decimal("0.000001"))


class WouldMatch(Struct, frozen=True):
    """Keys that match nothing and would but for one way of writing them, with their rows."""

    but_for: str
    keys: int
    rows: int


class Join(Struct, frozen=True):
    """One key that leads from a kind of file to another: what there is, and what of it matches nothing.

    Dollars are of claims, by amount. Rows without a key are not among those unmatched. `limit` is the share
    that is accepted, None where only keys that would match are refused; `stated` says whether the contract
    states it.
    """

    source: Kind
    target: Kind
    key: str
    file: str
    rows: int
    rows_unmatched: int
    keys_unmatched: int
    would_match: tuple[WouldMatch, ...] = ()
    dollars: Mapping[Amount, Decimal] = field(default_factory=dict)
    dollars_unmatched: Mapping[Amount, Decimal] = field(default_factory=dict)
    rows_without_key: int = 0
    dollars_without_key: Mapping[Amount, Decimal] = field(default_factory=dict)
    limit: Decimal | None = None
    stated: bool = False

    def of(self, amounts: Collection[Amount]) -> Join:
        """Return the join with the dollars of these amounts alone."""

        def kept(dollars: Mapping[Amount, Decimal]) -> dict[Amount, Decimal]:
            return {amount: each for amount, each in dollars.items() if amount in amounts}

        return replace(
            self,
            dollars=kept(self.dollars),
            dollars_unmatched=kept(self.dollars_unmatched),
            dollars_without_key=kept(self.dollars_without_key),
        )

    @property
    def share(self) -> Fraction:
        """Return the share unmatched of the rows, or that of the dollars where it is larger."""
        shares = [Fraction(self.rows_unmatched, self.rows or 1)]
        for amount, unmatched in self.dollars_unmatched.items():
            if self.dollars[amount] > 0:
                shares.append(Fraction(unmatched) / Fraction(self.dollars[amount]))
        return max(shares)

    @property
    def share_that_would_match(self) -> Fraction:
        """Return the share of the rows whose key would match if it were written alike."""
        return Fraction(sum(each.rows for each in self.would_match), self.rows or 1)

    @property
    def complete(self) -> bool:
        """Say whether every row has a key, every key matches, and none is written in two ways."""
        return not (self.rows_unmatched or self.rows_without_key or self.would_match)


def with_limit(join: Join, limits: UnmatchedLimits) -> Join:
    """Return a join with the share of it that may match nothing."""
    name, usual = LIMITS[join.source, join.target]
    stated = limits.stated(name)
    if stated is not None:
        return replace(join, limit=stated, stated=True)
    return replace(join, limit=USUAL_LIMIT if usual else None)


def unmatched_problems(joins: Iterable[Join]) -> list[Problem]:
    """Return a problem for every join of which more is unmatched than is accepted."""
    return [problem for join in joins for problem in [unmatched_problem(join)] if problem is not None]


def unmatched_problem(join: Join) -> Problem | None:
    """Return the problem of one join, if it has one.

    A limit that is stated holds for keys that would match too; else one of them is enough.
    """
    near = join.share_that_would_match
    too_near = near > (join.limit or 0) if join.stated else near > 0
    too_many = join.limit is not None and join.share > join.limit
    if not too_near and not too_many:
        return None
    said = in_words(join)
    if too_many:
        whose = "the contract accepts" if join.stated else "is accepted where the contract states no limit"
        said += f"; up to {percent(Fraction(join.limit or 0))} {whose}"
    name, _ = LIMITS[join.source, join.target]
    person = PEOPLE[join.target][2]
    mend = "Mend the ids" if near else f"Look for the {person}s that the {join.target} file lacks"
    repair = f"{mend}, or accept them: under data:, write {name}: {rounded_up(max(near, join.share))}."
    return Problem(join.file, None, said, repair)


def in_words(join: Join) -> str:
    """Say what of a join matches nothing, and what would: rows, dollars and keys, and nobody's id."""
    if join.source == join.target:
        alike = ", ".join(f"{each.rows:,} but for {each.but_for}" for each in join.would_match)
        return f"{join.source}: of {join.rows:,} {PEOPLE[join.target][2]} ids some are the same: {alike}"
    said = []
    rows = "lines" if join.source == "claims" else "rows"
    if join.rows_unmatched:
        one, several, _ = PEOPLE[join.target]
        share = Fraction(join.rows_unmatched, join.rows)
        parts = [
            f"{join.rows_unmatched:,} of {join.rows:,} {rows} ({percent(share)})",
            *dollars_in_words(join.dollars_unmatched),
            f"{join.keys_unmatched:,} {one if join.keys_unmatched == 1 else several}",
        ]
        said.append(", ".join(parts))
    if join.would_match:
        ways = [f"{each.keys:,} of them would match but for {each.but_for}" for each in join.would_match]
        said.append(", ".join(ways))
    if join.rows_without_key:
        dollars = ", ".join(dollars_in_words(join.dollars_without_key))
        of = f" ({dollars})" if dollars else ""
        said.append(f"{join.rows_without_key:,} of {join.rows:,} {rows}{of} name no {PEOPLE[join.target][2]}")
    return f"{join.source} → {join.target}: {'; '.join(said) or 'everything matches'}"


def dollars_in_words(dollars: Mapping[Amount, Decimal]) -> list[str]:
    """Return dollars of each amount; one alone goes without its name."""
    if len(dollars) == 1:
        return [f"${each:,.2f}" for each in dollars.values()]
    return [
        f"${each:,.2f} {name.removesuffix('_amount').replace('_', ' ')}" for name, each in dollars.items()
    ]


def percent(share: Fraction) -> str:
    """Return a share in percent with one place; one that is too small for it says so."""
    shown = as_decimal(share * 100)
    return "less than 0.1%" if 0 < shown < Decimal("0.1") else f"{shown:.1f}%".replace(".0%", "%")


def rounded_up(share: Fraction) -> Decimal:
    """Return a share that is no less, with as few places as say it within a tenth."""
    exact = as_decimal(share)
    for places in PLACES:
        found = exact.quantize(places, context=UP)
        if found <= exact * Decimal("1.1"):
            break
    return min(found, Decimal(1)).normalize()
