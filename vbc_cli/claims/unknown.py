"""Providers who are not known: what exports write where there is no NPI or TIN.

Who is not known is not one provider. Numbers that are nothing but zeros or nines identify nobody either.
"""

from __future__ import annotations

from vbc_cli.claims.engine import literal

WORDS = (
    "",
    "NULL",
    "(NULL)",
    "\\N",
    "N/A",
    "#N/A",
    "NA",
    "NAN",
    "NONE",
    "NIL",
    "UNKNOWN",
    "UNK",
    ".",
    "-",
    "?",
)
NUMBERS = ("0", "000000000", "999999999", "0000000000", "9999999999")


def is_known(provider: str) -> str:
    """Return the condition that a provider is known, as SQL; what begins with a digit is looked at least."""
    numbers, words = (", ".join(map(literal, each)) for each in (NUMBERS, WORDS))
    return (
        f"CASE WHEN {provider} >= '0' AND {provider} < ':' THEN {provider} NOT IN ({numbers}) "
        f"ELSE UPPER(TRIM({provider})) NOT IN ({words}) END"
    )
