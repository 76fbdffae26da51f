"""The embedded database that counts the claims.

One connection, private to a measurement: its tables are in memory, what does not fit goes to a directory
that only the user can read and that is removed at the end. The SQL files are portable; the one word
that differs between engines is whole-number division.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import duckdb

SQL = resources.files("vbc_cli.claims") / "sql"
WHOLE_DIVISION = {"duckdb": "//", "spark": "DIV"}
Row = tuple[Any, ...]


class Engine:
    """A DuckDB connection with a memory limit and a private directory for what does not fit."""

    def __init__(self, memory_limit: str = "1000MB", threads: int | None = None) -> None:
        self._memory_limit, self._threads = memory_limit, threads

    def __enter__(self) -> Engine:
        self._directory = tempfile.mkdtemp(prefix="vbc-")
        settings = {"memory_limit": self._memory_limit, "temp_directory": self._directory}
        if self._threads is not None:
            settings["threads"] = str(self._threads)
        self._connection = duckdb.connect(config=cast(dict[str, Any], settings))
        # A claims file is always larger than what it is joined to, which the planner cannot know.
        self._connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
        # Days are those that are written, wherever the machine stands.
        self._connection.execute("SET TimeZone = 'UTC'")
        self.keep_order(False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def keep_order(self, keep: bool) -> None:
        """Keep rows in the order of the file, which costs time, so that a row leads back to its line."""
        self._connection.execute(f"SET preserve_insertion_order = {str(keep).lower()}")

    def execute(self, sql: str) -> list[Row]:
        """Run one statement and return its rows."""
        return self._connection.execute(sql).fetchall()

    def register(self, name: str, sql: str) -> None:
        """Make a temporary table of a query's rows."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def rows(self, step: str, **names: object) -> list[Row]:
        """Return the rows of one SQL file, its placeholders filled."""
        return self.execute(statement(step, "duckdb", **names))

    def derive(self, name: str, step: str, **names: object) -> None:
        """Make a temporary table of one SQL file's rows."""
        self.register(name, statement(step, "duckdb", **names))

    def derive_view(self, name: str, step: str, **names: object) -> None:
        """Make a view of one SQL file's rows, which takes no memory."""
        self.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {statement(step, 'duckdb', **names)}")

    def divided(self, sql: str) -> str:
        """Return a piece of SQL with the word for whole-number division filled in."""
        return sql.format(div=WHOLE_DIVISION["duckdb"])

    def text_lines(self, path: Path) -> Iterator[str]:
        """Yield the lines of a compressed text file, in order, each with a line end."""
        cursor = self._connection.cursor()
        cursor.execute("SET preserve_insertion_order = true")
        cursor.execute(
            f"SELECT line FROM read_csv({path_literal(path)}, columns = {{'line': 'VARCHAR'}}, "
            "delim = '\x01', quote = '', escape = '', header = false, auto_detect = false)"
        )
        while batch := cursor.fetchmany(10_000):
            yield from (f"{line or ''}\n" for (line,) in batch)


def statement(step: str, dialect: str = "duckdb", **names: object) -> str:
    """Return the text of one SQL file with its placeholders filled."""
    return (SQL / f"{step}.sql").read_text("utf-8").format(div=WHOLE_DIVISION[dialect], **names)


def hashed(*columns: str) -> str:
    """Return the 63-bit key of some texts, as SQL."""
    return f"CAST(hash({', '.join(columns)}) >> 1 AS BIGINT)"


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def path_literal(path: Path) -> str:
    """Return a file's name as an SQL literal that stands for this file alone and is never a pattern."""
    name = str(path)
    named = f"./{name}" if name.startswith("~") else name
    return literal("".join(f"[{sign}]" if sign in "*?[" else sign for sign in named))


def identifier(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
