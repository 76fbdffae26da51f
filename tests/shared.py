"""The folder of published files, which are not part of the project: `VBC_SHARED`, else ../shared beside it.

A test that needs a file or folder of it skips where it is absent, and says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("VBC_SHARED") or PROJECT.parent / "shared")
CLAIMS, PUBLISHED = SHARED / "claims", SHARED / "published"


def needs(path: Path) -> pytest.MarkDecorator:
    """Return the mark that skips a test without a file or folder of published files."""
    return pytest.mark.skipif(not path.exists(), reason=absent(path))


def here(path: Path) -> Path:
    """Return a file or folder of published files; skip the test that asks for it where it is absent."""
    if not path.exists():
        pytest.skip(absent(path))
    return path


def absent(path: Path) -> str:
    """Return why a test skips."""
    return f"{path} is absent; set VBC_SHARED to the folder of published files"
