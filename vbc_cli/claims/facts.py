"""What was measured: frozen values with their files, filters, rows and dollars.

Dollars are exact `Decimal` with two places. Nothing here is computed from a contract's terms; a settlement
reads these values and never the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from vbc_cli.claims.assumed_settings import Assumed
from vbc_cli.claims.completion_settings import Case
from vbc_cli.claims.membership_settings import Attribution, Membership
from vbc_cli.claims.settings import Amount, Kind

if TYPE_CHECKING:
    from vbc_cli.claims.benchmarks import Benchmarks
    from vbc_cli.claims.episode_facts import MeasuredEpisodes
    from vbc_cli.claims.matching_facts import Join
    from vbc_cli.claims.unread import Unread

Owner = Literal["own", "other", "unknown"]
EXACT = Context(prec=34)
ZERO = Decimal("0.00")


def add_up(dollars: Iterable[Decimal]) -> Decimal:
    """Return the exact sum of dollars, whatever the thread's own decimal context is."""
    result = ZERO
    for each in dollars:
        result = EXACT.add(result, each)
    return result


def as_decimal(number: int | Fraction) -> Decimal:
    """Return an exact number as a Decimal: a fraction that never ends, to 34 digits."""
    exact = Fraction(number)
    return EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))


class FileInput(Struct, frozen=True):
    """A file that was read: its kind, its name as given, the SHA-256 of its bytes, its rows."""

    kind: Kind | Literal["codes", "benchmarks"]
    file: str
    sha256: str
    rows: int


class Note(Struct, frozen=True):
    """Something a reader of the result should know about the files; it refuses nothing."""

    file: str
    what: str


class FactSource(Struct, frozen=True):
    """Where a fact comes from: files, the filter in words, and the rows and dollars that passed it."""

    files: tuple[str, ...]
    filter: str
    rows: int
    dollars: Decimal | None = None


class MonthStep(Struct, frozen=True):
    """Member months that a rule adds or, below 0, takes away."""

    what: str
    months: int | Fraction


class ScoredMonths(Struct, frozen=True):
    """How many member months have a risk score, how many have none, and where the scores are from."""

    scored: int | Fraction
    unscored: int | Fraction
    source: FactSource


class MemberMonths(Struct, frozen=True):
    """Member months of one membership, whole or, where each day counts, exact fractions.

    `by_month_and_stratum` is keyed by the first day of the month and the stratum ('' where the file has
    none). `persons` are members with at least one month. `steps` lead from the months enrolled to `total`.
    `risk_steps` are each stratum's raw score and what each step makes of it, the last `risk_by_stratum`;
    `scored` counts the months with scores, where the contract has rules or a file of scores.
    `attributed` says whether anything says who is attributed.
    `by_cell` holds, by the name of a fact, the months of the cells that it asks for, keyed by the parts of a
    cell in their order.
    """

    membership: Membership
    by_month_and_stratum: Mapping[tuple[date, str], int | Fraction]
    risk_by_stratum: Mapping[str, Decimal]
    persons: int
    months_in_period: int
    steps: tuple[MonthStep, ...]
    risk_steps: tuple[tuple[str, Mapping[str, Decimal]], ...]
    source: FactSource
    scored: ScoredMonths | None = None
    by_cell: Mapping[str, Mapping[tuple[str, ...], int | Fraction]] = field(default_factory=dict)
    attributed: bool = True

    @property
    def total(self) -> int | Fraction:
        """Return all member months."""
        return sum(self.by_month_and_stratum.values())

    @property
    def by_month(self) -> dict[date, int | Fraction]:
        """Return the member months of each calendar month."""
        months: dict[date, int | Fraction] = {}
        for (month, _), members in self.by_month_and_stratum.items():
            months[month] = months.get(month, 0) + members
        return months

    @property
    def by_stratum(self) -> dict[str, int | Fraction]:
        """Return the member months of each stratum."""
        strata: dict[str, int | Fraction] = {}
        for (_, stratum), members in self.by_month_and_stratum.items():
            strata[stratum] = strata.get(stratum, 0) + members
        return strata

    @property
    def average_members(self) -> Decimal:
        """Return member months for each month of the period, unrounded."""
        return as_decimal(Fraction(self.total, self.months_in_period))


class AttributionReason(Struct, frozen=True):
    """Enrolled members who are attributed, or not, for one reason, and their months by any day."""

    what: str
    attributed: bool
    members: int
    months: int


class Amounts(Struct, frozen=True):
    """The four amounts of claim lines; None where the files do not hold one."""

    allowed_amount: Decimal | None = None
    plan_paid_amount: Decimal | None = None
    member_liability_amount: Decimal | None = None
    other_payer_amount: Decimal | None = None

    def __add__(self, other: Amounts) -> Amounts:
        """Return both together; an amount that either lacks is lacking."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__struct_fields__)
        return Amounts(*(None if a is None or b is None else EXACT.add(a, b) for a, b in pairs))


class Distribution(Struct, frozen=True):
    """The members' own spread after the limit, in whole cents, as exact sums.

    Every member with a member month is one of `members`, also one without a claim. `cents_squared` is the
    sum of the squared costs, `cents_times_months` of cost times the member's months. Months are in parts of
    a month where each day counts.
    """

    members: int
    months: int
    months_squared: int
    cents: int
    cents_squared: int
    cents_times_months: int


class HighCostMember(Struct, frozen=True):
    """A member above a stated cost: months and dollars in the period, and nothing that says who it is."""

    member_months: int | Fraction
    dollars: Decimal


class ControlLine(Struct, frozen=True):
    """Claim lines that share one fate: what it is, how many, and their dollars."""

    what: str
    rows: int
    dollars: Decimal


class ControlTotals(Struct, frozen=True):
    """Every claim line read, used or left out for exactly one reason, in one amount.

    `prior_period` are the late lines of the year before, which are used too. The lines foot to `read`.
    """

    amount: Amount
    read: ControlLine
    used: ControlLine
    prior_period: ControlLine
    left_out: tuple[ControlLine, ...]

    @property
    def foots(self) -> bool:
        """Say whether used and left out make up what was read, in rows and to the cent."""
        parts = (self.used, self.prior_period, *self.left_out)
        rows, dollars = sum(part.rows for part in parts), add_up(part.dollars for part in parts)
        return (rows, dollars) == (self.read.rows, self.read.dollars)


class BridgeStep(Struct, frozen=True):
    """One step from the file's total to the cost in the settlement, with its sign."""

    what: str
    dollars: Decimal


class Bridge(Struct, frozen=True):
    """The way from the file's total to the cost in the settlement; the steps add up to `total`.

    `after_claims` are those that lead there from the claims of the period that are used.
    """

    steps: tuple[BridgeStep, ...]
    after_claims: tuple[BridgeStep, ...]
    total: Decimal

    @property
    def foots(self) -> bool:
        """Say whether the steps add up to the cent."""
        return add_up(step.dollars for step in self.steps) == self.total


class AdjustmentMade(Struct, frozen=True):
    """Dollars that are no claim lines, as they entered a cost."""

    name: str
    dollars: Decimal
    source: str
    cite: str


class CompletedMonth(Struct, frozen=True):
    """A month of service of the period: dollars within the limit as paid, and what is still to be paid."""

    month: date
    within_limit: Decimal
    to_ultimate: Fraction
    to_come: Decimal


class Triangle(Struct, frozen=True):
    """The triangle of a chain ladder, and the factors and dollars that were found with it.

    `paid` are dollars paid up to each month of payment, before the limit, by month of service; month of
    payment 1 is the month of service. `factors` lead from a month of payment to the next; months of payment
    that the whole period has passed need none. `completed` are the period's months.
    """

    paid: Mapping[date, tuple[Decimal, ...]]
    factors: Mapping[int, Fraction]
    tail_factor: Fraction
    completed: tuple[CompletedMonth, ...]


class MeasuredCost(Struct, frozen=True):
    """One measured cost of the contract, `total` being the cost in the settlement.

    Tables by category, month, stratum and owner hold the claims of the period as paid, before the limit
    and before completion, so they differ from `total` by the last steps of the bridge. Each amount of
    `own` and `other` is of the used lines; without a provider file all are `owner_unknown`.
    `nearly_high_cost` are members who would be of high cost if claims were dearer, None where too many would.
    """

    name: str
    amount: Amount
    attribution: Attribution
    total: Decimal
    claims: Decimal
    by_category_and_owner: Mapping[tuple[str, Owner], Decimal]
    by_month: Mapping[date, Decimal]
    by_stratum: Mapping[str, Decimal]
    own: Amounts
    other: Amounts
    owner_unknown: Amounts
    limits: Mapping[str, Decimal]
    over_the_limit: Mapping[str, Decimal]
    members_over_the_limit: int
    completion_added: Mapping[str, Decimal]
    completion_cases: Mapping[Case, Mapping[str, Decimal]]
    triangles: Mapping[str, Triangle]
    prior_period: Decimal
    adjustments: tuple[AdjustmentMade, ...]
    distribution: Distribution
    high_cost_from: Decimal | None
    high_cost: tuple[HighCostMember, ...]
    nearly_high_cost: tuple[HighCostMember, ...] | None
    control_totals: ControlTotals
    bridge: Bridge
    source: FactSource

    def at(self, case: Case) -> MeasuredCost:
        """Return the cost with another case of its completion; the bridge stays that of the settlement."""
        added, now = (add_up(each.values()) for each in (self.completion_cases[case], self.completion_added))
        total = EXACT.add(self.total, EXACT.subtract(added, now))
        return replace(self, total=total, completion_added=self.completion_cases[case])


class QualityResult(Struct, frozen=True):
    """One quality measure: counts added over the file's rows, or a rate the file gives by itself."""

    measure_id: str
    measure_name: str
    numerator: Decimal | None
    denominator: Decimal
    stated_rate: Decimal | None
    source: FactSource

    @property
    def rate(self) -> Decimal | None:
        """Return numerator over denominator unrounded, or the stated rate where there is no numerator."""
        if self.numerator is None or not self.denominator:
            return self.stated_rate
        return EXACT.divide(self.numerator, self.denominator)


class Payment(Struct, frozen=True):
    """What was already paid of one stream and kind up to the valuation day."""

    stream: str
    kind: str
    amount: Decimal
    source: FactSource


class BaseYear(Struct, frozen=True):
    """One row of the base-year table; None where the file has no such column."""

    base_year: int
    stratum: str
    member_months: Decimal | None
    allowed_pmpm: Decimal | None
    risk_score: Decimal | None


class DetailRow(Struct, frozen=True):
    """The measured costs of one member or provider, in dollars by name.

    `care` is the primary care that decided a member's attribution, in visits or dollars by name; None where
    none did.
    """

    keys: Mapping[str, str]
    costs: Mapping[str, Decimal]
    care: Mapping[str, int | Decimal | None] = field(default_factory=dict)


class RosterMember(Struct, frozen=True):
    """One member's days of the period both enrolled and attributed, and the months by any day."""

    days: tuple[tuple[date, date], ...]
    months: int


class Roster(Struct, frozen=True):
    """Who is attributed, by member id, and whose attribution was cancelled as an error; to compare."""

    members: Mapping[str, RosterMember] = field(default_factory=dict)
    cancelled: frozenset[str] = frozenset()


class Revenue(Struct, frozen=True):
    """Premium of the period: each month and stratum with its gross amount and the parts taken off it.

    The month is None where the file has no months, the stratum '' where it has none.
    """

    rows: tuple[tuple[date | None, str, Mapping[str, Decimal]], ...]
    source: FactSource


class Measured(Struct, frozen=True):
    """Everything measured from the files of one contract."""

    inputs: tuple[FileInput, ...]
    notes: tuple[Note, ...]
    owner_known: bool
    member_months: Mapping[str, MemberMonths]
    costs: Mapping[str, MeasuredCost]
    quality: tuple[QualityResult, ...]
    payments: tuple[Payment, ...]
    base_years: tuple[BaseYear, ...]
    episodes: Mapping[str, MeasuredEpisodes] = field(default_factory=dict)
    benchmarks: Benchmarks = field(default_factory=dict)
    revenue: Revenue | None = None
    detail: tuple[DetailRow, ...] = ()
    attribution: tuple[AttributionReason, ...] = ()
    roster: Roster = Roster()
    joins: tuple[Join, ...] = ()
    unread: tuple[Unread, ...] = ()
    columns: frozenset[str] = frozenset()
    """The columns of all files, by our names where the contract maps them and by their own."""
    assumed: tuple[Assumed, ...] = ()
    """What reading the files took for granted, beside the settings that the contract does not state."""
