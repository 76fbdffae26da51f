"""Whether allowed amounts are the sum of what the plan, the member and other payers owe.

Real files are off by a cent of rounding, and every line of Medicare by its sequestration. No measured amount
is made from the others, so that the lines count as they are written and it is said by how much they are off.
A contract that wants them to add up says within how many dollars.
"""

from __future__ import annotations

from collections.abc import Iterator

from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import Note
from vbc_cli.claims.header import Matched
from vbc_cli.claims.layout import AMOUNTS, PARTS
from vbc_cli.claims.rounding import dollars

WHOLE = AMOUNTS[0].name


def amounts_apart(matched: Matched, engine: Engine) -> Iterator[Note]:
    """Yield for each file how many of the lines that count do not add up, and by how many dollars in all."""
    if not all(matched.has(name) for name in (WHOLE, *PARTS[:2])):
        return
    parts = [name for name in PARTS if matched.has(name)]
    rows = engine.rows("amounts_apart", allowed=WHOLE, parts=" + ".join(f"l.{name}" for name in parts))
    for file_no, lines, apart, cents in rows:
        said = (
            f"{apart:,} of {lines:,} lines that count: {WHOLE} is not {' + '.join(parts)}, by "
            f"{dollars(cents):,} in all; amounts_add_up_within: 0.01 refuses lines that are further off"
        )
        yield Note(str(matched.files[file_no].path), said)
