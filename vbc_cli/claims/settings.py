"""What a contract says about its files and about how they are measured.

These are plain values that the contract reader builds: which file holds what, up to which day claims
count, and the named measured facts with their own amount, categories, limit and completion.
Dollars are `Decimal`, dates are `date`, and nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from vbc_cli.claims.completion_settings import Completion
from vbc_cli.claims.membership_settings import AfterDeath, Attribution, Membership

Kind = Literal[
    "claims",
    "eligibility",
    "attribution",
    "voluntary_alignment",
    "providers",
    "quality",
    "payments",
    "base_years",
    "revenue",
    "risk_scores",
]
DateFormat = Literal["iso", "yyyymmdd", "mm/dd/yyyy", "dd/mm/yyyy", "dd-mon-yyyy"]
Decimals = Literal["point", "comma"]
MISSING = ("NULL", "null", "\\N", ".")
"""What database exports write for nothing; a contract may say other texts."""
Encoding = Literal["utf-8", "latin-1", "utf-16"]
Amount = Literal["allowed_amount", "plan_paid_amount", "member_liability_amount", "other_payer_amount"]
CutOn = Literal["paid_date", "received_date", "none"]
RateReading = Literal["fraction", "percent", "share", "ratio"]
"""How a quality rate is written; a share is a fraction or a percent, whichever the whole file holds."""
OTHERS = "others"
"""Stands for the measures that are not named."""
KnownBy = Literal["other_payer_amount", "other_coverage"]
"""How a claim line is known whose first payer is another one: by its amount, or by the member's coverage."""
ClaimDate = Literal[
    "claim_start_date", "claim_end_date", "admission_date", "discharge_date", "paid_date", "received_date"
]


PREMIUM_PARTS = ("taxes", "assessments", "commissions", "reinsurance")
"""What a premium file may have as columns of its own, `taxes_amount` and so on."""


class Period(Struct, frozen=True):
    """The performance period, first and last day included."""

    start: date
    end: date

    @property
    def months(self) -> tuple[date, ...]:
        """Return the first day of every calendar month the period touches."""
        first, last = month_number(self.start), month_number(self.end)
        return tuple(month_start(number) for number in range(first, last + 1))


Codes = Mapping[str, tuple[str, ...]]
"""Columns of a file, each with the codes that it may have: `45*`, `001..042`, `blank` and `filled` too."""


class Case(Struct, frozen=True):
    """The text that a column has where the file's own columns have certain codes."""

    where: Codes
    then: str


class Made(Struct, frozen=True):
    """How one of our columns is made from a file's: the first filled in, by cases, joined, or one text.

    An amount may be `divided_by` a plain number, to whole cents, half a cent away from zero, and `negated`.
    """

    first_of: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    otherwise: str = ""
    joined: tuple[str, ...] = ()
    divided_by: str = ""
    negated: bool = False


Mapped = str | Made | tuple[str | Made, ...]
"""Where one of our columns comes from: a column of the file, how it is made, or several that add up."""
LINE_LEVEL, HEADER_LEVEL = Made(otherwise="line"), Made(otherwise="header")


class LeftOut(Struct, frozen=True):
    """Rows of a file that do not count, and why."""

    where: Codes
    reason: str


class CorrectedClaims(Struct, frozen=True):
    """What becomes of claims that a later claim replaces or voids, by claim frequency code 7 or 8.

    `left_out` leaves them out, and voids with them; `netted` is for files that take them back by negative
    lines, so that all lines stand. A correction that was denied as a whole may correct nothing.
    """

    become: Literal["left_out", "netted"]
    denied_corrections: Literal["correct", "correct_nothing"] = "correct"


class Source(Struct, frozen=True):
    """The files of one kind, and how to read them.

    `columns` maps our column name to the file's (`A * B` is a product), to how it is made, or a money column
    to several that are added up. A name that is not mapped is looked up under its own name.
    `amount_level` says whether an amount is the line's own or the claim's, repeated on its lines; a claim
    whose amount is repeated is of the first of `claim_category` that a line has. `level_stated` says whether
    the contract or its format says so. Amounts are negative in rows of `negative_where`.
    `corrected_claims` is None where nothing is said of them. `missing` are texts that stand for nothing.
    Moments that are stored with a zone are days of `time_zone`; None says nothing of it. `title_lines` stand
    above the header. Columns `by_format` need not be in every file. `contract_file` and `line` say where the
    contract names these files.
    `rates_read` says by measure how its rate is written. A span that `ends` exclusive ends on the day before;
    rows that are `one_a_month` last from the first to the last day of the month in which they begin;
    `overlaps` says what becomes of overlapping spans of one member that agree in all that is read of them.
    Lines whose allowed amount is further from the sum of its parts than `amounts_add_up_within` are refused;
    None refuses none. Columns of `claim_parts` are part of a claim's id, those of `line_parts` of its line
    number; rows alike in every column that is read may count once.
    """

    kind: Kind
    files: tuple[Path, ...]
    columns: Mapping[str, Mapped] = field(default_factory=dict)
    contract_file: str = ""
    line: int | None = None
    date_format: DateFormat = "iso"
    time_zone: str | None = None
    decimal: Decimals = "point"
    missing: tuple[str, ...] = MISSING
    title_lines: int = 0
    delimiter: str = ","
    encoding: Encoding = "utf-8"
    amount_level: Made = LINE_LEVEL
    level_stated: bool = True
    claim_category: tuple[str, ...] = ()
    negative_where: Codes = field(default_factory=dict)
    leave_out: tuple[LeftOut, ...] = ()
    ends: Literal["inclusive", "exclusive"] = "inclusive"
    overlaps: Literal["refuse", "merge"] = "refuse"
    rows: Literal["spans", "one_a_month"] = "spans"
    amounts_add_up_within: Decimal | None = None
    claim_parts: tuple[str, ...] = ()
    line_parts: tuple[str, ...] = ()
    identical_rows: Literal["refuse", "once"] = "refuse"
    corrected_claims: CorrectedClaims | None = None
    by_format: frozenset[str] = frozenset()
    rates_read: Mapping[str, RateReading] = field(default_factory=dict)
    after_death: AfterDeath | None = None

    @property
    def corrects(self) -> bool:
        """Say whether claims that a later claim replaces or voids are left out."""
        return self.corrected_claims is not None and self.corrected_claims.become == "left_out"


class Valuation(Struct, frozen=True):
    """The day at which claims are cut for a settlement.

    A claim line counts when its date of `cut_on` is not after `as_of` and not after the end of the
    run-out, `run_out_months` whole months after the period; `none` cuts nothing, for files without such a
    date. `late_claims: next_period` adds the lines of the twelve months before the period that last year's
    cut came too early for. `year_by` is the date that places a line in the period, and on which its member
    must be enrolled and attributed; `month_by` the date of its month, the same where it is not stated.
    """

    as_of: date
    run_out_months: int
    cut_on: CutOn = "paid_date"
    late_claims: Literal["ignore", "next_period"] = "ignore"
    year_by: ClaimDate = "claim_start_date"
    month_by: ClaimDate | None = None

    def cut_off(self, period: Period) -> date:
        """Return the last day on which a claim may be paid, or received, to count."""
        return min(self.as_of, end_of_run_out(period.end, self.run_out_months))

    def prior_cut_off(self, period: Period) -> date:
        """Return the cut-off of the twelve months before the period."""
        cut_off = self.cut_off(period)
        following = cut_off + timedelta(days=1)
        if following.day == 1:
            return following.replace(year=following.year - 1) - timedelta(days=1)
        return cut_off.replace(year=cut_off.year - 1)


class TruncateAt(Struct, frozen=True):
    """The limit on one member's cost: dollars for a year of twelve months, or a percentile of the members.

    One of `amount`, `by_stratum` and `percentile` is given. By stratum, or with a percentile of
    `each_stratum`, a member's cost in each stratum has a limit of its own. `annualised` raises costs to a
    year before they are compared: a member's limit is lower in proportion to the months in the period.
    """

    amount: Decimal | None = None
    annualised: bool = False
    by_stratum: tuple[tuple[str, Decimal], ...] = ()
    percentile: Decimal | None = None
    method: Literal["inclusive", "exclusive", "nearest_rank"] = "nearest_rank"
    each_stratum: bool = False

    @property
    def in_strata(self) -> bool:
        """Say whether each stratum has a limit of its own."""
        return bool(self.by_stratum) or self.each_stratum


class RateCells(Struct, frozen=True):
    """How the member months of a fact are split into the cells of a rate table.

    `membership` is the name of the rules by which months count. `by` names the parts of a cell: age band,
    sex, stratum, risk tier. `age_bands` are the lowest ages of the bands, the first of them 0; `age_on` is
    the day on which a member's age is counted.
    """

    name: str
    membership: str
    by: tuple[str, ...]
    age_bands: tuple[int, ...] = ()
    age_on: Literal["first_of_month", "start_of_period", "end_of_period"] = "first_of_month"
    contract_file: str = ""
    line: int | None = None


class Adjustment(Struct, frozen=True):
    """Dollars that are no claim lines, such as pharmacy rebates: a fixed amount or one PMPM."""

    name: str
    amount: Decimal | None = None
    amount_pmpm: Decimal | None = None
    source: str = ""
    cite: str = ""


class Measure(Struct, frozen=True):
    """A named measured cost and its own settings.

    `include` empty means every category; `exclude` is taken out of that. `complete` adds claims not yet
    paid. `owner: own` keeps the claims of the contracted provider. `capitated_encounters: leave_out` drops
    lines already paid by capitation, `secondary` those where another payer came first, known in these ways;
    `net_of_other_payer` takes what that payer paid off the amount. `by_category` says that a model reads the
    cost category by category. Members who cost more than
    `high_cost_from` are listed, without ids. `members` names the membership whose rules apply; without one
    they are those of `attribution` alone.
    """

    name: str
    amount: Amount
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    owner: Literal["all", "own", "other"] = "all"
    attribution: Attribution = "while_attributed"
    members: str = ""
    truncate: TruncateAt | None = None
    complete: Completion | None = None
    adjustments: tuple[Adjustment, ...] = ()
    capitated_encounters: Literal["count", "leave_out"] = "count"
    high_cost_from: Decimal | None = None
    secondary: tuple[KnownBy, ...] = ()
    net_of_other_payer: bool = False
    by_category: bool = False
    contract_file: str = ""
    line: int | None = None

    @property
    def amount_sql(self) -> str:
        """Return what is added up of a claim line, as SQL."""
        return f"({self.amount} - other_payer_amount)" if self.net_of_other_payer else self.amount

    @property
    def needed(self) -> set[str]:
        """Return the amounts that every claim line must have."""
        others = self.net_of_other_payer or "other_payer_amount" in self.secondary
        return {self.amount, *["other_payer_amount"] * others}

    @property
    def membership(self) -> str:
        """Return the name of the membership whose rules apply."""
        return self.members or self.attribution

    def counts_category(self, category: str) -> bool:
        """Say whether a service category is part of this cost."""
        return (not self.include or category in self.include) and category not in self.exclude


PLAIN: Mapping[str, Membership] = {
    "while_attributed": Membership(),
    "whole_year": Membership("whole_year"),
}
"""The memberships that have no rules of their own, by the name of their attribution."""


def month_number(day: date) -> int:
    """Return the calendar month of a day as a running number, January of year 0 being 0."""
    return day.year * 12 + day.month - 1


def month_start(number: int) -> date:
    """Return the first day of the calendar month with this running number."""
    return date(number // 12, number % 12 + 1, 1)


def end_of_run_out(end: date, months: int) -> date:
    """Return the day `months` whole months after `end`; the end of a month leads to the end of a month."""
    target = month_number(end) + months
    last = month_start(target + 1) - timedelta(days=1)
    if (end + timedelta(days=1)).day == 1:
        return last
    return last.replace(day=min(end.day, last.day))
