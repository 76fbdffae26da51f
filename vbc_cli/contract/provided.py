"""The names under which a measured fact is read: the unit of each, and what of it is dollars of claims.

Dollars of claims are dearer where claims are dearer: they move where a settlement is tried with claims five
percent dearer or cheaper, or at another cost. What the contract states, such as the cost from which members
are listed, does not move, and neither do months, counts, premium or quality.
"""

from __future__ import annotations

from msgspec import Struct

from vbc_cli.contract.measured import MeasuredFact
from vbc_cli.formula import units

NEARLY_HIGH_COST = "nearly_high_cost_members"
"""Members who are not listed as of high cost and would be if claims were dearer; no model reads them."""


class Provided(Struct, frozen=True):
    """One name of a measured fact: its unit ('' for a table), and what of it is dollars of claims.

    `claims_dollars` says so of a value; of a table, `dollar_columns` names the columns. A table of members
    `above` an amount is cut anew at it, with those of the table `below` it.
    """

    unit: str
    claims_dollars: bool = False
    dollar_columns: tuple[str, ...] = ()
    above: str = ""
    below: str = ""


CLAIMS = Provided(units.USD, claims_dollars=True)
USD, CODE = Provided(units.USD), Provided(units.CODE)
TABLE = Provided("")


def provided_by(fact: MeasuredFact) -> dict[str, Provided]:
    """Return the names under which a measured fact is read, each with what it is."""
    name = fact.name
    of_high_cost = Provided(
        "",
        dollar_columns=("amount",),
        above=f"{name}.high_cost_from",
        below=f"{name}.{NEARLY_HIGH_COST}",
    )
    return {
        "spending": {
            name: CLAIMS,
            f"{name}.own": CLAIMS,
            f"{name}.other": CLAIMS,
            f"{name}.over_the_limit": CLAIMS,
            f"{name}.amount": CODE,
            f"{name}.by_category": Provided("", dollar_columns=("amount", "own", "other")),
            **(
                {f"{name}.high_cost_members": of_high_cost, f"{name}.high_cost_from": USD}
                if fact.lists_high_cost
                else {}
            ),
        },
        "member_months": {
            name: Provided(units.MEMBER_MONTHS),
            f"{name}.persons": Provided("persons"),
            f"{name}.by_month": TABLE,
            f"{name}.by_stratum": TABLE,
            f"{name}.by_cell": TABLE,
        },
        "quality": {name: TABLE},
        "base_years": {name: TABLE},
        "quality_benchmarks": {f"{name}.measures": TABLE, f"{name}.steps": TABLE},
        "revenue": {
            name: USD,
            f"{name}.gross": USD,
            f"{name}.by_month": TABLE,
            f"{name}.by_stratum": TABLE,
        },
        "episodes": {
            name: CLAIMS,
            f"{name}.actual": CLAIMS,
            f"{name}.over_the_cap": CLAIMS,
            f"{name}.own": CLAIMS,
            f"{name}.other": CLAIMS,
            f"{name}.count": Provided(units.COUNT),
            f"{name}.by_type": Provided(
                "", dollar_columns=("actual", "capped", "over_the_cap", "own", "other")
            ),
            f"{name}.each": Provided("", dollar_columns=("actual", "capped", "own", "other")),
        },
    }[fact.kind]
