"""Tables whose rows stand side by side in a file: one set of columns for each measure or condition.

The contract lists the rows and gives every column by a name template: `{measure} Benchmark` is the
column `MORT-30-AMI Benchmark` in the row of that measure. Rows that are printed differently, or stand
in another file, are a second entry under the same table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from vbc_cli.contract.document import Text
from vbc_cli.contract.mapping import Reading, UsesModel, WideRow, WideTable, build_reading
from vbc_cli.contract.shapes import Broken, Complaints, Fields, of_unit
from vbc_cli.contract.terms import Value, show
from vbc_cli.formula.check import suggest
from vbc_cli.formula.program import TableShape

_PLACE = re.compile(r"\{([^{}]*)\}")


class NoPlace(KeyError):
    """A word in braces that is no column of the row."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def fill(template: str, row: Mapping[str, Value]) -> str:
    """Return a template with the row's own values in the place of {words}; raise `NoPlace`."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in row:
            raise NoPlace(match[1])
        return show(row[match[1]])

    return _PLACE.sub(value, template)


def is_template(text: str) -> bool:
    """Say whether a column's name stands for one column in each row of a table."""
    return bool(_PLACE.search(text))


def build_tables(
    got: Mapping[str, Sequence[Fields]],
    streams: Iterable[UsesModel],
    files: Sequence[str],
    complaints: Complaints,
) -> dict[str, WideTable]:
    """Build the tables of a portfolio; each takes its shape from the models that read it."""
    shapes, computed = _shapes_of_tables(streams)
    tables = {}
    for name, parts in got.items():
        if name not in shapes:
            line = parts[0].line if parts else 1
            complaints.add(line, f"no model reads the table '{name}'", suggest(name, shapes))
            continue
        builder = _Builder(name, shapes[name], computed[name], files, complaints)
        rows = [row for part in parts for row in builder.rows(part)]
        tables[name] = WideTable(name, shapes[name].key, tuple(rows))
    return tables


def _shapes_of_tables(
    streams: Iterable[UsesModel],
) -> tuple[dict[str, TableShape], dict[str, dict[str, str]]]:
    """Return the shape of each table that a model reads from facts, and the columns it computes."""
    shapes: dict[str, TableShape] = {}
    computed: dict[str, dict[str, str]] = {}
    for stream in streams:
        for table in stream.model.fact_tables:
            source = stream.bindings.get(table)
            if source is None:  # written out in the contract
                continue
            shapes.setdefault(source, stream.model.tables[table].shape)
            found = computed.setdefault(source, {})
            for line in stream.model.lines:
                if line.table == table:
                    found[line.name.partition(".")[2]] = line.unit
    return shapes, computed


class _Builder:
    """Builds the rows of one table, writing faults into `complaints`."""

    def __init__(
        self,
        name: str,
        shape: TableShape,
        computed: Mapping[str, str],
        files: Sequence[str],
        complaints: Complaints,
    ) -> None:
        self.name = name
        self.shape = shape
        self.computed = computed
        self.files = files
        self.complaints = complaints
        self.seen: dict[tuple[Value, ...], int] = {}

    def rows(self, part: Fields) -> Iterator[WideRow]:
        """Yield the rows of one entry: those listed, read from the columns that their names make."""
        if part.broken:
            return
        before = len(self.complaints.problems)
        cells = self._readings(part, "columns", self.shape.columns)
        published = self._readings(part, "published", self.computed)
        stated = list(self._stated(part))
        self._check_columns(part, cells)
        if len(self.complaints.problems) > before:
            return
        for row in stated:
            try:
                named = {column: self._named(reading, row) for column, reading in cells.items()}
                compared = {column: self._named(reading, row) for column, reading in published.items()}
            except NoPlace as error:
                what = f"'{{{error.word}}}' in a column of {self.name}"
                self.complaints.add(part.line, what, suggest(error.word, part["rows"]))
                return
            yield WideRow(row, named, compared)

    def _readings(self, part: Fields, section: str, units: Mapping[str, str]) -> dict[str, Reading]:
        readings = {}
        for column, got in part.get(section, {}).items():
            if column not in units:
                what = f"unknown column '{column}' of {self.name}"
                self.complaints.add(part[section].lines[column], what, suggest(column, units))
                continue
            name = f"{self.name}.{column}"
            reading = build_reading(name, units[column], got, self.files, self.complaints)
            readings[column] = replace(reading, file=reading.file or part.get("file"))
        file = part.get("file")
        if section == "columns" and file is not None and file not in self.files:
            what = f"{self.name} is in a file '{file}'"
            self.complaints.add(part.lines["file"], what, suggest(file, self.files))
        return readings

    def _stated(self, part: Fields) -> Iterator[dict[str, Value]]:
        """Yield the stated cells of each row; lists are as long as each other, one value is for all."""
        lists: Fields = part["rows"]
        number = max((len(texts) for texts in lists.values()), default=0)
        for column, texts in lists.items():
            line = lists.lines[column]
            if column not in self.shape.columns:
                what = f"unknown column '{column}' of {self.name}"
                self.complaints.add(line, what, suggest(column, self.shape.columns))
                return
            if len(texts) not in (1, number):
                what = f"'{column}' of {self.name} has {len(texts)} values for {number} rows"
                self.complaints.add(line, what, "Give one value for all rows, or one for each.")
                return
        for place in range(number):
            row = {
                column: self._value(column, texts[place if len(texts) > 1 else 0], lists.lines[column])
                for column, texts in lists.items()
            }
            self._check_key(row, lists.line)
            yield row

    def _value(self, column: str, text: str, line: int) -> Value:
        shape = of_unit(self.shape.columns[column])
        value = shape.read(Text(line, text), f"'{column}'", self.complaints)
        return None if isinstance(value, Broken) else value

    def _check_key(self, row: Mapping[str, Value], line: int) -> None:
        """The contract states the key of every row, each once."""
        for column in self.shape.key:
            if column not in row:
                what = f"the rows of {self.name} have no '{column}'"
                self.complaints.add(line, what, f"It is the key: name the rows, {column}: [...].")
                return
        key = tuple(row[column] for column in self.shape.key)
        if key in self.seen:
            shown = ", ".join(show(value) for value in key)
            what = f"the key {shown} of '{self.name}' is there twice"
            self.complaints.add(line, what, f"It is first on line {self.seen[key]}.")
        self.seen.setdefault(key, line)

    def _check_columns(self, part: Fields, cells: Mapping[str, Reading]) -> None:
        """Every column that a row must have is stated or read, and not both."""
        for column in self.shape.columns:
            if column in part["rows"] and column in part["columns"]:
                what = f"'{column}' of {self.name} is both in rows and in columns"
                self.complaints.add(part["columns"].lines[column], what, "Keep one of them.")
            elif column not in (*part["rows"], *part["columns"], *self.shape.optional, *self.shape.key):
                what = f"the rows of {self.name} have no '{column}'"
                self.complaints.add(part.line, what, f"Say where it is found: columns: {{{column}: ...}}.")

    def _named(self, reading: Reading, row: Mapping[str, Value]) -> Reading:
        """Return a template as it is read in one row, under a name that says which row it is."""
        columns = tuple(fill(column, row) for column in reading.columns)
        shown = ", ".join(show(row[column]) for column in self.shape.key)
        table, _, column = reading.name.partition(".")
        return replace(reading, name=f"{table}[{shown}].{column}" if shown else reading.name, columns=columns)
