"""Output files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from vbc_cli.problems import refuse


def write_whole(path: Path, text: str) -> None:
    """Write a private temporary file beside the target and move it there; raise `InputRefused`."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise refuse(
            str(path), None, f"cannot be written: {error.strerror}", "Name a file in a writable folder."
        ) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        raise refuse(
            str(path), None, f"cannot be written: {error.strerror}", "Free some space, or name another file."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
