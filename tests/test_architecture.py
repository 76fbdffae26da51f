"""How the house is built: who may import whom, what a command loads, and that no float touches money."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "vbc_cli"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py"))

# Each room with the rooms it may import from: only from what lies nearer the files than itself.
ALLOWED = {
    "problems": set(),
    "version": set(),
    "formula": set(),
    "claims": {"problems"},
    "sample": {"problems"},
    "contract": {"claims", "formula", "problems"},
    "portfolio": {"contract", "formula", "problems"},
    "measured": {"claims", "contract", "formula", "problems"},
    "faults": {"contract", "formula"},
    "settlement": {"contract", "faults", "formula", "problems"},
    "credibility": {"claims", "formula"},
    "stakes": {"contract", "faults", "formula", "settlement"},
    "comparison": {"claims", "contract", "formula", "problems", "settlement", "stakes"},
}
ALLOWED["ranges"] = {"claims", "contract", "formula", "measured", "settlement"}
ALLOWED["part_payment"] = {"comparison", "contract", "faults", "formula", "problems", "settlement"}
ALLOWED["api"] = {*ALLOWED}
ALLOWED["expect"] = {*ALLOWED}
ALLOWED["vary"] = {*ALLOWED}
ALLOWED["report"] = {*ALLOWED}
ALLOWED["examples"] = {*ALLOWED} - {"api", "expect"}
ALLOWED["starter"] = {"contract", "examples", "formula", "problems"}
ALLOWED["__init__"] = {"api", "problems", "version"}
ALLOWED["cli"] = {*ALLOWED} - {"__init__"}

OF_MONEY = [
    path
    for path in SOURCES
    if path.relative_to(PACKAGE).parts[0]
    in ("formula", "contract", "portfolio", "settlement.py", "expect.py", "comparison.py", "measured.py")
]


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Return the modules of ours that a file imports anywhere, by their full name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [f"{node.module}.{name.name}" for name in node.names] if node.module == "vbc_cli" else []
            found.update(names or [node.module or ""])
        elif isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
    return {name for name in found if name.split(".")[0] == "vbc_cli"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_the_rooms_before_it(path):
    here = room(path)
    rooms = {name.split(".")[1] if "." in name else "__init__" for name in imports(path)} - {here}
    assert rooms <= ALLOWED[here], f"{here} imports {rooms - ALLOWED[here]}"


def test_contracts_know_the_words_of_claims_and_not_their_engine():
    known = {name for path in SOURCES if room(path) == "contract" for name in imports(path)}
    assert all(name.endswith("settings") for name in known if name.startswith("vbc_cli.claims"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{path} has no docstring"


@pytest.mark.parametrize("path", OF_MONEY, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_float_lies_on_the_way_from_a_file_to_a_settlement(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"line {node.lineno}"
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
        assert called not in ("float", "round"), f"line {node.lineno}"
        imported = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        assert not {"math", "numpy", "pandas", "statistics"} & set(imported), f"line {node.lineno}"


def loaded_by(*arguments: str) -> set[str]:
    """Return the modules that a command has loaded when it ends."""
    script = (
        "import sys\n"
        "from vbc_cli import cli\n"
        f"sys.argv = ['vbc', *{list(arguments)!r}]\n"
        "try:\n"
        "    cli.main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('\\0' + ' '.join(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(ran.stdout.rpartition("\0")[2].split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("settle", "--help")], ids=" ".join)
def test_help_loads_nothing_heavy(arguments):
    assert not loaded_by(*arguments) & {"pandas", "numpy", "duckdb", "yaml"}


def test_a_portfolio_is_settled_without_pandas_or_an_engine():
    project = PACKAGE.parent
    contract = str(project / "contracts" / "medicare" / "mssp" / "2024.yaml")
    rows = str(project / "sample_data" / "medicare_acos.csv")
    assert not loaded_by("settle", contract, "--portfolio", rows) & {"pandas", "numpy", "duckdb"}


def test_no_model_is_named_in_the_code():
    files = [*(PACKAGE / "models").rglob("*.yaml"), *PACKAGE.parent.glob("contracts/*/models/*.yaml")]
    names = {path.stem for path in files}
    for path in SOURCES:
        if room(path) in ("claims", "sample"):
            continue  # there the same words say how a claim was paid
        texts = {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not names & texts, f"{path} knows {names & texts}"
