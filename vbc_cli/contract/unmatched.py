"""What a contract says of keys that match nothing: the shares of claims and of rows that it accepts."""

from __future__ import annotations

from typing import get_args

from vbc_cli.claims.matching_settings import LimitName, UnmatchedLimits
from vbc_cli.contract.shapes import RATE, Complaints, Field, Fields

SHARES = {
    "unmatched_members_limit": "claim lines or dollars of members in no eligibility file",
    "unmatched_roster_limit": "rows of the roster (attribution) whose member is in no eligibility file",
    "unmatched_providers_limit": "claim lines or dollars of providers in no row of the providers file",
}
LIMIT_FIELDS = {
    name: Field(RATE, f"the share accepted of {what}; 0.02 is 2 percent") for name, what in SHARES.items()
}


def build_limits(data: Fields, complaints: Complaints) -> UnmatchedLimits:
    """Build the shares that the contract accepts; none is below 0."""
    stated = {name: data[name] for name in get_args(LimitName) if name in data}
    for name, share in stated.items():
        if share < 0:
            complaints.add(data.lines[name], f"'{name}' is {share}", "Write a share from 0 to 1.")
    return UnmatchedLimits(**stated)
