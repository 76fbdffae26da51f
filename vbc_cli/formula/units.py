"""Units of money, people and shares, and what arithmetic makes of them.

Dollars per member month times member months is dollars; dollars over dollars is a rate; a factor
changes no unit. Persons, person-years and member months are different things. Checked when a model
is loaded, so that a percentage of the wrong base is found before any money moves.
"""

from __future__ import annotations

from collections.abc import Iterable

USD = "usd"
RATE = "rate"
FACTOR = "factor"
FLAG = "flag"
CODE = "code"
DATE = "date"
COUNT = "count"
PERSON_YEARS = "person_years"
MEMBER_MONTHS = "member_months"

LITERAL = "number"
"""A literal number: it takes the unit of what stands beside it, but dollars take only 0."""
NOTHING = "0"
"""The literal 0, which fits everything."""

QUANTITIES = ("persons", MEMBER_MONTHS, PERSON_YEARS, "cases", "visits", COUNT)
SHARES = (RATE, FACTOR, "score", "points", "per_1000")
_PRICES = {
    "usd_pmpm": MEMBER_MONTHS,
    "usd_pppy": PERSON_YEARS,
    "usd_per_case": "cases",
    "usd_per_visit": "visits",
}
MONEY = (USD, *_PRICES)
NUMERIC = (*MONEY, *QUANTITIES, *SHARES)
UNITS = (*NUMERIC, DATE, CODE, FLAG)

_PLAIN = (*SHARES, COUNT, LITERAL)
"""Units between which a line may change by stating its own `unit:`."""


class UnitFault(Exception):
    """Two units that do not go together, and how to repair it."""

    def __init__(self, what: str, repair: str) -> None:
        super().__init__(what)
        self.what = what
        self.repair = repair


def may_restate(inferred: str, stated: str) -> bool:
    """Say whether a line may call a number of one unit another: only shares, scores and plain counts."""
    if inferred == NOTHING:
        return stated in NUMERIC
    return inferred == stated or (inferred in _PLAIN and stated in _PLAIN)


def same(units: Iterable[str], doing: str) -> str:
    """Return the common unit of amounts that are added, compared or chosen between."""
    common = NOTHING
    for unit in units:
        if unit in (common, NOTHING):
            continue
        if common == NOTHING:
            common = unit
        elif LITERAL in (unit, common):
            common = _beside_literal(common if unit == LITERAL else unit)
        else:
            raise UnitFault(f"{doing} {common} and {unit}", _REPAIRS.get(frozenset((common, unit)), _CONVERT))
    return common


def numeric(unit: str, doing: str) -> str:
    """Return the unit of a number; refuse flags, codes and dates."""
    if unit in (FLAG, CODE, DATE):
        raise UnitFault(f"{doing} a {unit}", "Only numbers can be calculated with.")
    return unit


def times(left: str, right: str) -> str:
    """Return the unit of a product."""
    numeric(left, "multiplying")
    numeric(right, "multiplying")
    for one, other in ((left, right), (right, left)):
        if one == NOTHING:
            return NOTHING
        if one == LITERAL:
            return _beside_literal(other)
        if one == FACTOR or (one == RATE and other not in _PLAIN):
            return other
        if _PRICES.get(one) == other:
            return USD
    if left in _PLAIN and right in _PLAIN:
        return RATE if left == right == RATE else LITERAL
    raise UnitFault(f"{left} times {right}", _CONVERT)


def over(left: str, right: str) -> str:
    """Return the unit of a quotient."""
    numeric(left, "dividing")
    numeric(right, "dividing by")
    if left == NOTHING:
        return NOTHING
    if right in (LITERAL, FACTOR):
        return left if right == FACTOR else _beside_literal(left)
    if left == right:
        return RATE
    if right == RATE and left not in _PLAIN:
        return left
    if left == USD:
        for price, quantity in _PRICES.items():
            if quantity == right:
                return price
            if price == right:
                return quantity
    if left in (*_PLAIN, *QUANTITIES) and right in (*_PLAIN, *QUANTITIES):
        return LITERAL
    raise UnitFault(f"{left} divided by {right}", _CONVERT)


def _beside_literal(unit: str) -> str:
    """Return the unit that a literal takes; beside dollars a number is a term, so refuse it there."""
    if unit in MONEY:
        raise UnitFault(
            f"a literal number beside {unit}", "A number that moves money is a term: declare it in terms."
        )
    return unit


_CONVERT = "Convert it in a line of its own, or correct the unit."
_REPAIRS = {
    frozenset((MEMBER_MONTHS, PERSON_YEARS)): "Use person_years(member_months).",
    frozenset(
        ("persons", PERSON_YEARS)
    ): "Persons are counted, person-years are enrolled time: name the one that is meant.",
    **{
        frozenset((USD, price)): f"Multiply {price} by {quantity} to get {USD}."
        for price, quantity in _PRICES.items()
    },
}
