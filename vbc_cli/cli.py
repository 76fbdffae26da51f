"""The commands of the terminal: parse the arguments, call, print.

Results go to standard output and everything else to standard error. Exit codes: 0 done, 1 input
refused or an expectation missed, 2 wrong usage. Whatever is heavy is imported by the command that
needs it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from vbc_cli.problems import InputRefused, OwnFault, Problem, refuse

if TYPE_CHECKING:
    from vbc_cli.api import Settlement
    from vbc_cli.contract.model import Shelf
    from vbc_cli.expect import Comparison, Expectation

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Contracts = Annotated[
    list[Path],
    typer.Argument(help="Contract files; - for standard input.", metavar="CONTRACT...", show_default=False),
]
OneContract = Annotated[
    Path,
    typer.Argument(help="A contract file; - for standard input.", metavar="CONTRACT", show_default=False),
]
OfPeriod = Annotated[
    str | None,
    typer.Option(
        "--settlement",
        metavar="NAME",
        help="The settlement of the period, such as interim; the last one if not named.",
    ),
]
Portfolio = Annotated[
    list[Path] | None,
    typer.Option(
        "--portfolio",
        metavar="FILE",
        help="Read this file in place of the one the contract names; once for each file.",
    ),
]


Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="KIND=FILE",
        help="Read this file of claims, eligibility or another kind in place of the contract's.",
    ),
]


PortfolioFolder = Annotated[
    Path | None,
    typer.Option(
        "--portfolio-folder",
        metavar="DIR",
        help="Find a program's files in this folder, or in the one inside it named as the contract's.",
    ),
]


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class By(StrEnum):
    """How a measured cost is broken down."""

    MONTH = "month"
    STRATUM = "stratum"
    CATEGORY = "category"
    MEMBER = "member"
    PROVIDER = "provider"


@app.callback(invoke_without_command=True)
def vbc(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Settle value-based care contracts: who owes whom, line by line, to the cent.

    \b
    Examples:
      vbc settle contracts/medicare/mssp/2024.yaml --portfolio results.csv
      vbc explain contracts/medicare/mssp/2024.yaml --portfolio results.csv --key A1001
      vbc check contracts/*/*/*.yaml
    """
    if version:
        from vbc_cli.version import VERSION

        typer.echo(f"vbc {VERSION}")


@app.command()
def settle(
    contracts: Contracts,
    portfolio: Portfolio = None,
    settlement: OfPeriod = None,
    portfolio_folder: PortfolioFolder = None,
    data: Data = None,
    format_: Annotated[Format, typer.Option("--format", help="How to print the settlement.")] = Format.TABLE,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file, whole or not at all."),
    ] = None,
    top: Annotated[
        int | None, typer.Option("--top", min=1, help="Show only the largest rows of the table.")
    ] = None,
    worksheet: Annotated[
        bool, typer.Option("--worksheet", help="Also every line of every settlement.")
    ] = False,
    accounts: Annotated[
        bool,
        typer.Option("--accounts", help="Also what each stream earned, paid, accrues and owes."),
    ] = False,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect", metavar="LINE=COLUMN", help="Compare a line of every row with a published column."
        ),
    ] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--within",
            metavar="AMOUNT",
            help="How far a compared value may be off: once for all, or once for each --expect.",
        ),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="One row for each contract that settles a portfolio.")
    ] = False,
    skip_faulty: Annotated[
        bool,
        typer.Option("--skip-faulty", help="Settle a portfolio without its faulty rows, name them, exit 1."),
    ] = False,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="PATH=VALUE,VALUE",
            help="Settle at each value of what the contract states at this path; twice for a grid.",
        ),
    ] = None,
) -> None:
    """Settle each contract, or every row of its portfolio. Several portfolios are summarised.

    \b
    Examples:
      vbc settle contracts/commercial/lakeside_2025.yaml
      vbc settle contracts/commercial/lakeside_2025.yaml --format json --output settlement.json
      vbc settle contracts/medicare/mssp/2024.yaml --portfolio results.csv \\
          --expect earned_savings_or_losses=EarnSaveLoss --within 1
      vbc settle contracts/medicare/mssp/*.yaml --portfolio-folder downloads
      vbc settle contracts/commercial/lakeside_2025.yaml \\
          --vary facts.expenditure.truncate.at=100000,150000,250000
    """
    gc.disable()  # every row is kept until it is printed: looking for garbage costs a third of the time
    from vbc_cli import api
    from vbc_cli.expect import parse_expectations

    wanted = parse_expectations(expect or [], within or [])
    settle_one = partial(
        api.settle,
        portfolio=portfolio or (),
        portfolio_folder=portfolio_folder,
        data=data_files(data),
        shelf={},
        working=working,
        settlement=settlement,
        skip_faulty=skip_faulty,
    )
    if vary:
        beside = wanted or summary or worksheet or accounts or skip_faulty
        if len(contracts) > 1 or beside or top is not None:
            repair = "Give one contract, and no option but its files, --format, --output and --settlement."
            raise refuse("--vary", None, "is asked for beside something else", repair)
        from vbc_cli.report.vary import varied_text
        from vbc_cli.vary import parse_variations, settle_varied

        read_as = {
            key: value for key, value in settle_one.keywords.items() if key not in ("shelf", "skip_faulty")
        }
        found = settle_varied(contracts[0], parse_variations(vary), **read_as)
        write(varied_text(found, format_.value), output)
        return
    settled, comparisons, absent = _settle_all(contracts, wanted, settle_one)
    if summary and not any(each.contract.portfolio for each in settled):
        raise refuse("--summary", None, "no contract settles a portfolio", "Leave it out.")
    if accounts and not any(each.comparison for each in settled):
        raise refuse("--accounts", None, "no contract compares arrangements", "Add comparison: to one.")
    if format_ is Format.TABLE:
        from vbc_cli.report.render import as_table, summary_table

        width = terminal_width() if output is None else None
        shown = (
            summary_table
            if summary
            else partial(as_table, top=top, worksheet=worksheet, width=width, accounts=accounts)
        )
        write(shown(settled, comparisons), output)
    elif format_ is Format.JSON:
        from vbc_cli.report.exports import to_json

        write(to_json(settled, comparisons, absent, summary_only=summary), output)
    else:
        from vbc_cli.report.exports import summary_csv, to_csv
        from vbc_cli.report.render import expectation_lines

        write(summary_csv(settled, comparisons) if summary else to_csv(settled, worksheet), output)
        for line in expectation_lines(settled, comparisons, summary):  # CSV has no place for them
            typer.echo(line, err=True)
    if format_ is not Format.TABLE or summary or len(settled) > 1:
        from vbc_cli.report.render import left_out_lines

        for line in left_out_lines(settled):
            typer.echo(line, err=True)
    for problem in absent:
        typer.echo(f"Not settled: {problem}", err=True)
    missed = any(each.outside for found in comparisons.values() for each in found)
    if missed or absent or any(each.left_out for each in settled):
        raise typer.Exit(1)


def _settle_all(
    contracts: list[Path], wanted: Sequence[Expectation], settle_one: Callable[[Path], Settlement]
) -> tuple[list[Settlement], dict[str, tuple[Comparison, ...]], list[Problem]]:
    """Settle every contract, or none where one is faulty; say which lack a file that is to be downloaded."""
    from vbc_cli.expect import compare
    from vbc_cli.portfolio.locate import FilesNotThere

    settled: list[Settlement] = []
    comparisons: dict[str, tuple[Comparison, ...]] = {}
    problems: list[Problem] = []
    absent: list[Problem] = []
    for path in contracts:
        try:
            settlement = settle_one(path)
            if wanted:
                comparisons[settlement.contract.file] = compare(settlement, wanted)
            settled.append(settlement)
        except FilesNotThere as refusal:
            absent.extend(refusal.problems)
        except InputRefused as refusal:
            problems.extend(refusal.problems)
    if problems or not settled:
        raise InputRefused([*problems, *absent])
    return settled, comparisons, absent


@app.command()
def explain(
    contract: OneContract,
    portfolio: Portfolio = None,
    of_period: OfPeriod = None,
    portfolio_folder: PortfolioFolder = None,
    data: Data = None,
    key: Annotated[str | None, typer.Option("--key", help="The row of the portfolio.")] = None,
    arrangement: Annotated[
        str | None, typer.Option("--arrangement", help="One arrangement of the contract.")
    ] = None,
    line: Annotated[str | None, typer.Option("--line", help="One line, and what it rests on.")] = None,
    terms: Annotated[bool, typer.Option("--terms", help="The contract and its models as one page.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
) -> None:
    """Explain a settlement, line by line.

    \b
    Examples:
      vbc explain contracts/medicare/mssp/2024.yaml --terms
      vbc explain contracts/medicare/mssp/2024.yaml --portfolio results.csv --key A1001
      vbc explain contract.yaml --line shared_savings
    """
    from vbc_cli import api
    from vbc_cli.contract.contract import read_contract
    from vbc_cli.report.explain import explanation_lines, terms_lines, with_line

    width = terminal_width() or 100
    if terms:
        write("\n".join(terms_lines(read_contract(contract, {}), width)) + "\n", None)
        return
    settlement = api.settle(
        contract,
        portfolio=portfolio or (),
        portfolio_folder=portfolio_folder,
        data=data_files(data),
        working=working,
        settlement=of_period,
    )
    if format_ is Format.JSON:
        from vbc_cli.report.exports import explanation_json

        write(explanation_json(settlement.chosen(key, arrangement)), None)
        return
    lines: list[str] = []
    for name, row in with_line(settlement.contract, settlement.chosen(key, arrangement), line):
        lines.extend([""] if lines else [])
        lines.extend(explanation_lines(settlement, name, row, line, width))
    write("\n".join(lines) + "\n", None)


@app.command()
def check(
    contracts: Contracts,
    strict: Annotated[
        bool, typer.Option("--strict", help="Also demand a citation for every term and a verified source.")
    ] = False,
) -> None:
    """Find everything wrong with contracts and models.

    \b
    Examples:
      vbc check contracts/medicare/mssp/2024.yaml
      vbc check --strict contracts/*/*/*.yaml
    """
    from vbc_cli.api import unread_of
    from vbc_cli.contract.strict import check_file

    shelf: Shelf = {}
    problems: list[Problem] = []
    lines: list[str] = []
    for path in contracts:
        try:
            lines.extend(check_file(path, strict, shelf, unread_of))
        except InputRefused as refusal:
            problems.extend(refusal.problems)
    write("".join(f"{line}\n" for line in lines), None)
    if problems:
        raise InputRefused(problems)


@app.command()
def models(
    model: Annotated[
        str | None,
        typer.Argument(help="A model's name, or a model file.", metavar="[MODEL]", show_default=False),
    ] = None,
) -> None:
    """List the payment models, or show one of them.

    \b
    Examples:
      vbc models
      vbc models contracts/medicare/models/mssp.yaml
    """
    from vbc_cli.report.models import model_lines, overview_lines

    width = terminal_width() or 100
    write("\n".join(overview_lines(width) if model is None else model_lines(model, width)) + "\n", None)


@app.command()
def new(
    model: Annotated[str, typer.Argument(help="A model's name.", metavar="MODEL", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file, whole or not at all."),
    ] = None,
    sample: Annotated[
        Path, typer.Option("--sample", metavar="DIR", help="The folder of the files that vbc sample wrote.")
    ] = Path("sample_data"),
) -> None:
    """Write a contract to start from: a model's terms with their meaning, settled as it stands.

    \b
    Examples:
      vbc new shared_savings --output contract.yaml
      vbc settle contract.yaml
    """
    from vbc_cli.starter import new_contract

    write(new_contract(model, Path() if output is None else output.parent, sample), output)


@app.command("test")
def run_examples(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files of worked examples, contracts with examples, or models.",
            metavar="[PATH...]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run worked examples and print what differs.

    \b
    Examples:
      vbc test
      vbc test shared_savings
      vbc test tests/models/mssp.yaml contracts/commercial/*.yaml
    """
    from vbc_cli.examples import default_files, named_files, run_file

    failed = False
    lines: list[str] = []
    for path in named_files(paths or default_files(Path())):
        result = run_file(path)
        failed = failed or bool(result.differences)
        lines.extend(result.lines())
    write("".join(f"{line}\n" for line in lines), None)
    if failed:
        raise typer.Exit(1)


@app.command()
def facts(
    contract: OneContract,
    by: Annotated[By | None, typer.Option("--by", help="Break each measured cost down.")] = None,
    data: Data = None,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", help="Another roster: show the members, months and dollars it moves."),
    ] = None,
    triangle: Annotated[
        str | None,
        typer.Option("--triangle", help="The triangle of a cost completed by chain ladder.", metavar="FACT"),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to print the facts.")] = Format.TABLE,
) -> None:
    """Show what was measured, before any contract arithmetic.

    \b
    Examples:
      vbc facts contracts/commercial/lakeside_2025.yaml
      vbc facts contracts/commercial/lakeside_2025.yaml --by category --format csv
      vbc facts contract.yaml --by member --data claims=claims.csv --data eligibility=members.csv
      vbc facts contract.yaml --roster roster_of_may.csv
      vbc facts contract.yaml --triangle expenditure
    """
    from vbc_cli import api
    from vbc_cli.report.facts import facts_text, with_triangle

    asked = {"--by": by, "--roster": roster, "--triangle": triangle}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) > 1:
        raise refuse(" and ".join(given), None, "more than one view of the facts", "Ask for one at a time.")
    if roster is not None:
        from vbc_cli.report.rosters import rosters_text

        compared = api.compare_rosters(contract, roster, data=data_files(data), working=working)
        write(rosters_text(compared, format_.value, terminal_width()), None)
        return
    detail: Literal["member", "provider"] | None = None
    if by in (By.MEMBER, By.PROVIDER):
        detail = "member" if by is By.MEMBER else "provider"
    found = api.measure_contract(contract, data=data_files(data), by=detail, working=working)
    shown = None if triangle is None else with_triangle(found.measured, triangle)
    text = facts_text(found, None if by is None else by.value, format_.value, shown, terminal_width())
    write(text, None)


@app.command()
def scores(
    contract: OneContract,
    model: Annotated[str, typer.Option("--model", help="Such as 'CMS-HCC Model V28'.", show_default=False)],
    year: Annotated[int, typer.Option("--year", help="The payment year; diagnoses are of the year before.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Whole or not at all, for you alone."),
    ],
    data: Data = None,
) -> None:
    """Make risk scores from the diagnoses of the claims.

    \b
    Examples:
      vbc scores contract.yaml --model "CMS-HCC Model V28" --year 2026 --output scores.csv
    """
    from vbc_cli import api
    from vbc_cli.report.files import write_whole
    from vbc_cli.report.scores import scores_csv, scores_summary

    found = api.score_diagnoses(contract, model, year, data=data_files(data), working=working)
    write_whole(output, scores_csv(found))
    typer.echo(scores_summary(found, output))


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where the files go.", metavar="DIR", show_default=False)],
    members: Annotated[int, typer.Option("--members", min=100, help="People enrolled in the year.")] = 5450,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 2025,
    bad_year: Annotated[
        bool, typer.Option("--bad-year", help="The same people, seven percent dearer.")
    ] = False,
) -> None:
    """Write made-up claims, eligibility and quality files.

    \b
    Examples:
      vbc sample my_sample --members 1000 --seed 7
      vbc sample bad_year --bad-year
    """
    from vbc_cli.sample import write_sample

    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = write_sample(folder, members, seed, bad_year=bad_year)
    except OSError as error:
        raise refuse(
            str(folder), None, f"cannot be written: {error.strerror}", "Name a writable folder."
        ) from None
    for file in files:
        typer.echo(file)


class Schema(StrEnum):
    """What a JSON Schema is wanted of."""

    CONTRACT = "contract"
    MODEL = "model"
    EXAMPLES = "examples"
    OUTPUT = "output"


@app.command()
def schema(
    of: Annotated[
        Schema, typer.Argument(help="Contract, model or examples file, or the JSON output.")
    ] = Schema.CONTRACT,
) -> None:
    """Print the JSON Schema of a kind of file.

    \b
    Examples:
      vbc schema > contract.schema.json
      vbc schema output
    """
    import json

    from vbc_cli.contract.schema import json_schema

    write(json.dumps(json_schema(of.value), indent=2) + "\n", None)


def data_files(texts: list[str] | None) -> dict[str, list[str]]:
    """Read KIND=FILE arguments, several of a kind in the order given."""
    files: dict[str, list[str]] = {}
    for text in texts or ():
        kind, equals, file = (part.strip() for part in text.partition("="))
        if not (kind and equals and file):
            raise refuse("--data", None, f"'{text}'", "Write KIND=FILE, such as --data claims=claims.csv.")
        files.setdefault(kind, []).append(file)
    return files


def terminal_width() -> int | None:
    """Return the width of the terminal, None for a pipe or a file."""
    if not sys.stdout.isatty():
        return None
    return os.get_terminal_size(sys.stdout.fileno()).columns


def working(what: str) -> AbstractContextManager[object]:
    """Say on a terminal's standard error what is being done, for as long as it takes."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(what)


def write(text: str, output: Path | None) -> None:
    """Write to standard output, or to a file that appears whole or not at all."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    from vbc_cli.report.files import write_whole

    write_whole(output, text)


def _stop(text: str, code: int) -> NoReturn:
    typer.echo(text, err=True)
    sys.exit(code)


def main() -> None:
    """Run the command line; print problems, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except InputRefused as refusal:
        _stop("\n".join(f"Error: {problem}" for problem in refusal.problems), 1)
    except OwnFault as fault:
        _stop(
            f"Error: a fault of vbc and not of your files: {fault}\n  Nothing was settled; please report it.",
            1,
        )
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
