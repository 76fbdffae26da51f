"""What a reader of the results should know about the files, though nothing of it refuses them."""

from __future__ import annotations

from collections.abc import Mapping

from vbc_cli.claims.corrections import corrections_of_nothing
from vbc_cli.claims.engine import Engine
from vbc_cli.claims.facts import Note
from vbc_cli.claims.parts import amounts_apart
from vbc_cli.claims.read import Loaded
from vbc_cli.claims.repeated import looks_repeated
from vbc_cli.claims.settings import Kind, Valuation
from vbc_cli.claims.status import assumed_paid


def notes(engine: Engine, loaded: Mapping[Kind, Loaded], valuation: Valuation) -> tuple[Note, ...]:
    """Return what a reader should know about the files."""
    found = [note for each in loaded.values() for note in each.notes]
    if "claims" in loaded:
        found += assumed_paid(loaded["claims"].matched)
        found += amounts_apart(loaded["claims"].matched, engine)
        found += looks_repeated(loaded["claims"].matched, engine)
        found += corrections_of_nothing(loaded["claims"].matched, engine)
    if "claims" in loaded and "providers" not in loaded:
        said = "no provider file: whose claims these are is not known, so there is no provider's view"
        found.append(Note(str(loaded["claims"].matched.files[0].path), said))
    if "payments" in loaded:
        later = f"SELECT COUNT(*) FROM payments WHERE payment_date > DATE '{valuation.as_of}'"
        rows = engine.execute(later)[0][0]
        if rows:
            said = f"payments after the valuation day, not counted: {rows:,}"
            found.append(Note(str(loaded["payments"].matched.files[0].path), said))
    return tuple(found)
