"""Evaluation of a program: a value for every line, and what decided it.

Formulas are compiled once to small closures over one backend (exact numbers or intervals) and run
for every settlement. The trail of a run says which case was taken, which limit held and which step
was reached; explanations are drawn from it and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, DecimalException
from typing import Any, Protocol

from msgspec import Struct, field

from vbc_cli.formula.check import aggregated_table
from vbc_cli.formula.exact import NoResult
from vbc_cli.formula.functions import FUNCTIONS, Function, Shape
from vbc_cli.formula.program import Case, Line, sort_lines, stages
from vbc_cli.formula.statistics import Group
from vbc_cli.formula.tree import (
    PORTFOLIO,
    Call,
    Choose,
    Code,
    Column,
    Compare,
    Logic,
    Lookup,
    Name,
    Node,
    Number,
)

NO_PORTFOLIO = "a statistic over all rows of a portfolio, and there is no portfolio"
Scope = dict[str, Any]
Closure = Callable[[Scope], Any]
TRAIL = "\0trail"
OWN_TABLES = "\0tables"
UNCOMPUTED = "\0uncomputed"
GROUPS = "\0groups"


class NoValue(Exception):
    """A name that has no value here: a line that does not apply, a missing fact, a term that is none."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NoRow(Exception):
    """A key that a table has no row for."""

    def __init__(self, table: str, key: tuple[Any, ...]) -> None:
        super().__init__(table)
        self.table = table
        self.key = key


NOT_COMPUTED = (NoValue, NoRow, NoResult, DecimalException)
"""Why a line may have no result."""


class LineFault(Exception):
    """A line that cannot be evaluated, why, and all values known when it failed."""

    def __init__(self, line: Line, cause: Exception, known: Mapping[str, Any]) -> None:
        super().__init__(line.name)
        self.line = line
        self.cause = cause
        self.known = known


class Table:
    """Rows of a table by column, found again by key."""

    def __init__(
        self,
        key: Sequence[str],
        rows: Iterable[dict[str, Any]],
        keys: Sequence[tuple[Any, ...]] | None = None,
    ) -> None:
        self.key = tuple(key)
        self.rows = list(rows)
        self.keys = [tuple(row[column] for column in self.key) for row in self.rows] if keys is None else keys
        self._index: dict[tuple[Any, ...], dict[str, Any]] | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def copy(self) -> Table:
        """Return a table whose rows can take computed columns of their own."""
        return Table(self.key, map(dict, self.rows), self.keys)

    def converted(self, convert: Callable[[Any], Any]) -> Table:
        """Return a table with every value converted, found by the same keys."""
        rows = ({column: convert(value) for column, value in row.items()} for row in self.rows)
        return Table(self.key, rows, self.keys)

    def row(self, name: str, key: tuple[Any, ...]) -> dict[str, Any]:
        """Return the row with a key; raise `NoRow` where there is none."""
        if self._index is None:
            self._index = dict(zip(self.keys, self.rows, strict=True))
        try:
            return self._index[key]
        except KeyError:
            raise NoRow(name, key) from None


class Mark(Struct, frozen=True):
    """A place where something is decided: the line, and the part of it (None: the line's cases)."""

    line: Line
    node: Node | None
    kind: str


class Decision(Struct, frozen=True):
    """What was decided at a mark: the number of the case, limit or step."""

    mark: Mark
    choice: int


class Backend(Protocol):
    """How one kind of value is computed; everything else about formulas is common to all."""

    def constant(self, value: Decimal) -> Any: ...
    def call(self, entry: Function, arguments: Sequence[Closure], mark: int) -> Closure: ...
    def compare(self, operators: Sequence[str], operands: Sequence[Closure]) -> Closure: ...
    def logic(self, operator: str, operands: Sequence[Closure]) -> Closure: ...
    def cases(self, cases: Sequence[tuple[Closure | None, Closure]], mark: int) -> Closure: ...
    def lookup(self, table: str, keys: Sequence[Closure], column: str) -> Closure: ...
    def rows(
        self, entry: Function, table: str, arguments: Sequence[Closure], where: Closure | None
    ) -> Closure: ...
    def steps(
        self, entry: Function, table: str, arguments: Sequence[Closure], where: Closure | None, mark: int
    ) -> Closure: ...
    def presence(self, entry: Function, peek: Closure) -> Closure: ...
    def statistic(self, entry: Function, arguments: Sequence[Closure], own: Closure | None) -> Closure: ...
    def when(self, condition: Closure, value: Closure, mark: int) -> Closure: ...


class Run(Struct, frozen=True):
    """The result of one evaluation: every line's value (None: does not apply), and the trail.

    `uncomputed` says of lines that only inform why they could not be computed.
    """

    values: Mapping[str, Any]
    tables: Mapping[str, Table]
    trail: Sequence[tuple[int, int]]
    uncomputed: Mapping[str, LineFault] = field(default_factory=dict)


class Statistic(Struct, frozen=True):
    """A line (`x`, or `table.x`) of every row of a portfolio, grouped, as a line of a stage needs it."""

    name: str
    by: Closure | None
    stage: int

    def key(self, scope: Scope) -> tuple[Any, ...]:
        """Return the group that a row belongs to; a row of a table belongs to those with its key."""
        table = self.name.rpartition(".")[0]
        own = tuple(scope[table][column] for column in scope[rows_of(table)].key) if table else ()
        return own if self.by is None else (*own, self.by(scope))

    def read(self, scope: Scope) -> Any:
        """Return the own value of the row that is visited, None where the line does not apply."""
        table, _, column = self.name.rpartition(".")
        return (scope[table] if table else scope).get(column)

    def gather(self, scopes: Sequence[Scope]) -> dict[tuple[Any, ...], Group]:
        """Return the values of every group; where the line does not apply there is none."""
        groups: dict[tuple[Any, ...], Group] = {}
        table = self.name.rpartition(".")[0]
        for scope in scopes:
            for _ in visit(scope, table) if table else (scope,):
                value = self.read(scope)
                if value is not None:
                    with suppress(NoValue):  # a row that is in no group
                        groups.setdefault(self.key(scope), Group()).values.append(value)
        return groups


class Program:
    """The sorted lines of a model, compiled for one backend; `informing` ones may go without a value."""

    def __init__(
        self, lines: Iterable[Line], backend: Backend, informing: frozenset[str] = frozenset()
    ) -> None:
        self._informing = informing
        ordered = sort_lines(lines)
        stage_of = stages(ordered)
        self.lines = tuple(sorted(ordered, key=lambda line: stage_of[line.name]))
        self.marks: list[Mark] = []
        self.statistics: list[Statistic] = []
        self.backend = backend
        self._stages: list[list[tuple[Line, str, Closure]]] = [
            [] for _ in range(max(stage_of.values(), default=0) + 1)
        ]
        for line in self.lines:
            self._compiling = stage_of[line.name]
            step = (line, line.name.rpartition(".")[2], self._compile_line(line))
            self._stages[self._compiling].append(step)
        self._computed = frozenset(line.table for line in self.lines if line.table)
        self._plain = [line.name for line in self.lines if not line.table]

    @property
    def stages(self) -> int:
        """How often all rows of a portfolio wait for each other, and once more."""
        return len(self._stages)

    def run(self, inputs: Mapping[str, Any], tables: Mapping[str, Table]) -> Run:
        """Evaluate every line over the inputs; raise `LineFault` at the first that has no result."""
        scope = self.begin(inputs, tables)
        for stage in range(self.stages):
            self.advance(scope, stage)
        return self.finish(scope)

    def begin(self, inputs: Mapping[str, Any], tables: Mapping[str, Table]) -> Scope:
        """Return the values that an evaluation starts from."""
        scope: Scope = dict(inputs)
        own = {name: table.copy() if name in self._computed else table for name, table in tables.items()}
        for name, table in own.items():
            scope[rows_of(name)] = table
        scope[TRAIL] = []
        scope[UNCOMPUTED] = {}
        scope[OWN_TABLES] = own
        return scope

    def advance(self, scope: Scope, stage: int) -> None:
        """Evaluate the lines of one stage; raise `LineFault` at the first that has no result."""
        line = self.lines[0]
        try:
            for line, name, evaluate in self._stages[stage]:
                if line.name in self._informing:
                    self._inform(line, name, evaluate, scope)
                elif line.table is None:
                    scope[name] = evaluate(scope)
                else:
                    for row in visit(scope, line.table):
                        row[name] = evaluate(scope)
        except NOT_COMPUTED as cause:
            raise LineFault(line, cause, scope) from None

    def _inform(self, line: Line, name: str, evaluate: Closure, scope: Scope) -> None:
        """Evaluate a line that only informs; where it has no result, note why and leave it out."""
        for target in (scope,) if line.table is None else visit(scope, line.table):
            decided = len(scope[TRAIL])
            try:
                target[name] = evaluate(scope)
            except NOT_COMPUTED as cause:
                if str(cause) == NO_PORTFOLIO:
                    raise
                target[name] = None
                cause.__traceback__ = cause.__context__ = None  # they hold on to the rows being visited
                del scope[TRAIL][decided:]
                scope[UNCOMPUTED].setdefault(line.name, LineFault(line, cause, scope))

    def finish(self, scope: Scope) -> Run:
        """Return the result of an evaluation that went through every stage."""
        values = {name: scope[name] for name in self._plain}
        return Run(values, scope[OWN_TABLES], scope[TRAIL], scope[UNCOMPUTED])

    def gather(self, scopes: Sequence[Scope], stage: int) -> None:
        """Give all rows of a portfolio the groups that their statistics of a stage are made over."""
        groups = {
            place: statistic.gather(scopes)
            for place, statistic in enumerate(self.statistics)
            if statistic.stage == stage
        }
        for scope in scopes:
            scope[GROUPS] = {**scope.get(GROUPS, {}), **groups}

    def add_statistic(self, name: str, by: Closure | None) -> int:
        """Note that a line of the stage being compiled needs a line of every row; return its number."""
        self.statistics.append(Statistic(name, by, self._compiling))
        return len(self.statistics) - 1

    def decisions(self, run: Run) -> dict[str, list[Decision]]:
        """Return what was decided in each line of a run, in order."""
        found: dict[str, list[Decision]] = {}
        for mark, choice in run.trail:
            found.setdefault(self.marks[mark].line.name, []).append(Decision(self.marks[mark], choice))
        return found

    def mark(self, line: Line, node: Node | None, kind: str) -> int:
        self.marks.append(Mark(line, node, kind))
        return len(self.marks) - 1

    def _compile_line(self, line: Line) -> Closure:
        rows = frozenset((line.table,)) if line.table else frozenset()
        compiler = _Compiler(self, line)
        if len(line.cases) == 1 and line.cases[0].condition is None:
            value = compiler.compile(line.cases[0].formula, rows)
        else:
            value = self._compile_cases(line.cases, compiler, rows)
        if line.when is None:
            return value
        return self.backend.when(compiler.compile(line.when, rows), value, self.mark(line, line.when, "when"))

    def _compile_cases(self, cases: Sequence[Case], compiler: _Compiler, rows: frozenset[str]) -> Closure:
        compiled = [
            (
                None if case.condition is None else compiler.compile(case.condition, rows),
                compiler.compile(case.formula, rows),
            )
            for case in cases
        ]
        return self.backend.cases(compiled, self.mark(compiler.line, None, "cases"))


def rows_of(table: str) -> str:
    """Return the scope's key for all rows of a table (its own name is the row being visited)."""
    return table + "[]"


class _Compiler:
    """Compiles the parts of one line; `rows` are the tables whose row is being visited."""

    def __init__(self, program: Program, line: Line) -> None:
        self.program = program
        self.backend = program.backend
        self.line = line

    def compile(self, node: Node, rows: frozenset[str]) -> Closure:
        match node:
            case Number(value):
                constant = self.backend.constant(value)
                return lambda scope: constant
            case Code(text):
                return lambda scope: text
            case Name(name):
                return _read_name(name)
            case Column(table, column):
                return _read_column(table, column)
            case Lookup(table, keys, column):
                return self.backend.lookup(table, [self.compile(key, rows) for key in keys], column)
            case Compare(operators, operands):
                return self.backend.compare(operators, [self.compile(operand, rows) for operand in operands])
            case Logic(word, operands):
                return self.backend.logic(word, [self.compile(operand, rows) for operand in operands])
            case Choose(condition, then, otherwise):
                first, second, third = (self.compile(part, rows) for part in (condition, then, otherwise))
                mark = self.program.mark(self.line, node, "choose")
                return self.backend.cases([(first, second), (None, third)], mark)
            case Call():
                return self._call(node, rows)

    def _call(self, call: Call, rows: frozenset[str]) -> Closure:
        entry = FUNCTIONS[call.function]
        mark = self.program.mark(self.line, call, "call") if entry.decides else -1
        if entry.shape is Shape.VALUES:
            return self.backend.call(
                entry, [self.compile(argument, rows) for argument in call.arguments], mark
            )
        if entry.shape is Shape.PRESENCE:
            return self.backend.presence(entry, self._peek(call.arguments[0], rows))
        if entry.shape is Shape.PORTFOLIO:
            return self._statistic(entry, call, rows)
        table = aggregated_table(call, rows)
        assert table is not None
        inside = rows | {table}
        where = None if call.where is None else self.compile(call.where, inside)
        if entry.shape is Shape.ROWS:
            arguments = [self.compile(argument, inside) for argument in call.arguments]
            return self.backend.rows(entry, table, arguments, where)
        value, *columns = call.arguments
        arguments = [self.compile(value, rows), *(self.compile(column, inside) for column in columns)]
        return self.backend.steps(entry, table, arguments, where, mark)

    def _peek(self, node: Node, rows: frozenset[str]) -> Closure:
        """Compile a name or a column so that it is None, and no error, where it has no value."""
        match node:
            case Name(name):
                return lambda scope: scope.get(name)
            case Column(table, column):
                return lambda scope: scope[table].get(column)
        read = self.compile(node, rows)

        def peek(scope: Scope) -> Any:
            try:
                return read(scope)
            except NoValue:
                return None

        return peek

    def _statistic(self, entry: Function, call: Call, rows: frozenset[str]) -> Closure:
        by = None if call.by is None else self.compile(call.by, rows)
        arguments: list[Closure] = []
        own: Closure | None = None
        for argument in call.arguments:
            if isinstance(argument, Column) and argument.table == PORTFOLIO:
                place = self.program.add_statistic(argument.column, by)
                arguments.append(_read_group(self.program.statistics[place], place))
                own = own or _read_own(self.program.statistics[place])
            else:
                arguments.append(self.compile(argument, rows))
        return self.backend.statistic(entry, arguments, own if entry.reads_own else None)


def _read_group(statistic: Statistic, place: int) -> Closure:
    def read(scope: Scope) -> Group:
        groups = scope.get(GROUPS)
        if groups is None:
            raise NoResult(NO_PORTFOLIO)
        group: Group = groups[place].get(statistic.key(scope)) or Group()
        return group

    return read


def _read_own(statistic: Statistic) -> Closure:
    def read(scope: Scope) -> Any:
        value = statistic.read(scope)
        if value is None:
            raise NoValue(statistic.name)
        return value

    return read


def _read_name(name: str) -> Closure:
    def read(scope: Scope) -> Any:
        value = scope.get(name)
        if value is None:
            raise NoValue(name)
        return value

    return read


def _read_column(table: str, column: str) -> Closure:
    def read(scope: Scope) -> Any:
        value = scope[table].get(column)
        if value is None:
            raise NoValue(f"{table}.{column}")
        return value

    return read


def visit(scope: Scope, table: str) -> Iterator[dict[str, Any]]:
    """Yield each row of a table as the row being visited, and put the outer row back after."""
    outer = scope.get(table)
    try:
        for row in scope[rows_of(table)].rows:
            scope[table] = row
            yield row
    finally:
        if outer is None:
            scope.pop(table, None)
        else:
            scope[table] = outer
