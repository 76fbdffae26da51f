"""vbc settles value-based care contracts from files that anybody can read.

`import vbc_cli as vbc; vbc.settle("contract.yaml").to_frame()`. The functions are loaded when they
are first used, so that the commands start quickly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vbc_cli.problems import InputRefused, Problem
from vbc_cli.version import VERSION

if TYPE_CHECKING:
    from vbc_cli.api import Settlement, settle

__all__ = ["InputRefused", "Problem", "Settlement", "settle"]
__version__ = VERSION


def __getattr__(name: str) -> Any:
    if name in ("Settlement", "settle"):
        from vbc_cli import api

        return getattr(api, name)
    raise AttributeError(f"module 'vbc_cli' has no attribute '{name}'")
