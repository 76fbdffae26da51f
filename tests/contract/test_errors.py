"""What is said of every fault of a contract or model file: a gallery of files and exact messages.

Beside each file of `tests/errors/contracts` stands the text that `vbc check` prints of it: where,
what (with the author's own value) and the repair, for all faults of the file in the order of lines.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.work import calls_made
from vbc_cli.contract.contract import build_contract, read_contract
from vbc_cli.contract.document import MAX_BYTES, parse_document
from vbc_cli.contract.strict import check_file
from vbc_cli.problems import InputRefused

PROJECT = Path(__file__).parents[2]
GALLERY = PROJECT / "tests" / "errors" / "contracts"
SOUND = {"sound.yaml"}
FILES = sorted(path.name for path in GALLERY.glob("*.yaml"))
SHELF: dict = {}
AGREEMENT = PROJECT / "contracts" / "medicare" / "mssp" / "2024.yaml"


def messages(name: str) -> str:
    """Return what is printed of a file of the gallery."""
    with pytest.raises(InputRefused) as refusal:
        check_file(Path(name), strict=False, shelf={})
    return "".join(f"Error: {problem}\n" for problem in refusal.value.problems)


@pytest.fixture
def gallery(monkeypatch):
    monkeypatch.chdir(GALLERY)


def test_every_file_of_the_gallery_has_its_text():
    texts = {path.with_suffix(".yaml").name for path in GALLERY.glob("*.txt")}
    assert texts == set(FILES) - SOUND


@pytest.mark.usefixtures("gallery")
def test_the_contract_that_the_others_are_made_of_has_no_fault():
    (line,) = check_file(Path("sound.yaml"), strict=False, shelf={})
    assert line.startswith("sound.yaml: contract example:")


@pytest.mark.usefixtures("gallery")
@pytest.mark.parametrize("name", [name for name in FILES if name not in SOUND])
def test_a_faulty_file_is_refused_in_these_words(name):
    assert messages(name) == Path(name).with_suffix(".txt").read_text("utf-8")


@pytest.mark.usefixtures("gallery")
@pytest.mark.parametrize("name", [name for name in FILES if name not in SOUND])
def test_every_message_has_a_place_and_a_repair_and_they_are_in_order(name):
    with pytest.raises(InputRefused) as refusal:
        check_file(Path(name), strict=False, shelf={})
    problems = refusal.value.problems
    assert all(problem.file == name and problem.what and problem.repair for problem in problems)
    lines = [problem.line or 0 for problem in problems]
    assert lines == sorted(lines)
    assert len(set(problems)) == len(problems)


@pytest.mark.usefixtures("gallery")
def test_ten_faults_are_found_in_one_pass():
    assert messages("ten_faults.yaml").count("Error: ") >= 10


@pytest.mark.usefixtures("gallery")
def test_a_model_given_as_a_contract_is_told_apart():
    with pytest.raises(InputRefused) as refusal:
        read_contract(Path("models/share.yaml"), {})
    (problem,) = refusal.value.problems
    assert str(problem) == (
        "models/share.yaml:1: is a model, not a contract\n"
        "  Name a contract file: one that starts with 'contract:'."
    )


@pytest.mark.usefixtures("gallery")
def test_faults_of_a_model_are_told_with_the_contract_that_names_it(tmp_path):
    contract = Path("sound.yaml").read_text("utf-8").replace("models/share.yaml", "circle.yaml")
    (tmp_path / "contract.yaml").write_text(contract)
    (tmp_path / "circle.yaml").write_text(Path("model_circle.yaml").read_text("utf-8"))
    with pytest.raises(InputRefused) as refusal:
        read_contract(tmp_path / "contract.yaml", {})
    (problem,) = refusal.value.problems
    assert (Path(problem.file).name, problem.line) == ("circle.yaml", 11)


def test_faults_of_a_format_are_told_with_the_contract_that_names_it(tmp_path):
    (tmp_path / "own.yaml").write_text("format: own\ntitle: Our export\nclaims:\n  colums: {}\n")
    contract = (GALLERY / "data_sources.yaml").read_text("utf-8").partition("data:")[0]
    contract += "data: {claims: {file: claims.csv, format: ./own.yaml}}\narrangements: {}\n"
    (tmp_path / "contract.yaml").write_text(contract.replace("next_period", "ignore"))
    with pytest.raises(InputRefused) as refusal:
        read_contract(tmp_path / "contract.yaml", {})
    assert [(Path(each.file).name, each.line, each.what) for each in refusal.value.problems] == [
        ("own.yaml", 1, "a format has no 'source'"),
        ("own.yaml", 4, "unknown key 'colums' of 'claims'"),
    ]


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    large = tmp_path / "large.yaml"
    large.write_bytes(b"# remark\n" * (MAX_BYTES // 9 + 1))
    with pytest.raises(InputRefused) as refusal:
        read_contract(large, {}, "large.yaml")
    (problem,) = refusal.value.problems
    assert str(problem) == (
        "large.yaml: is larger than 4,000,000 bytes\n  A contract is a page or two: keep data in data files."
    )


def test_a_file_that_is_not_there_and_one_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputRefused, match="there is no such file"):
        read_contract(tmp_path / "nowhere.yaml", {})
    with pytest.raises(InputRefused, match="cannot be read: Is a directory"):
        read_contract(tmp_path, {})


@pytest.mark.parametrize("text", ["[", "{a: ", "- ", "a: &a [*a, *a]\n"])
def test_nesting_and_aliases_cost_no_work(text):
    def refused(times: int) -> None:
        with pytest.raises(InputRefused):
            build_contract(parse_document((text * times).encode(), "contract.yaml", Path()), {})

    assert calls_made(lambda: refused(20_000)) < 2.1 * calls_made(lambda: refused(10_000))


@pytest.mark.parametrize(
    "data",
    [
        b'contract: "a\\0b"\narrangements: {x: [{model: "\\0.yaml"}]}',
        b"? [a, b]\n: c",
        b"? {a: b}\n: c",
        b"<<: {a: b}",
        b"contract",
        b"[]",
        b"{}",
        b"--- ---",
        b"%YAML 9.9\n---\na: b",
        b"%TAG ! tag:x,2000:\n---\n!x a: b",
        b"a: !<!> b",
        b"\xff\xfea",
        b"\xef\xbb\xbfcontract: x",
        b"arrangements: []",
        b"arrangements: {'': []}",
        b"arrangements: {a: [[]]}",
        b"arrangements: {a: [{model: }]}",
        b"arrangements: {a: [{model: .yaml}]}",
        b"arrangements: {a: [{model: ..}]}",
        b"portfolio: []",
        b"portfolio: {files: {a: {key: []}}, facts: []}",
        b"facts: {a: {given: []}}",
        b"period: {start: 0000-00-00, end: 9999-12-31}",
        b"period: 2024",
        b"examples: x",
    ],
)
def test_an_odd_file_is_refused_and_nothing_else_happens(data, tmp_path):
    with pytest.raises(InputRefused) as refusal:
        build_contract(parse_document(data, "contract.yaml", tmp_path), {})
    assert refusal.value.problems


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Return a published program's contract with a few bytes, words or lines changed."""
    lines = AGREEMENT.read_bytes().splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                lines.pop(at)
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                words = lines[at].split(b" ")
                words[draw(st.integers(0, len(words) - 1))] = draw(st.binary(max_size=6))
                lines[at] = b" ".join(words)
            case 3:
                place = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:place] + draw(st.binary(min_size=1, max_size=2)) + lines[at][place:]
            case 4:
                word = draw(st.sampled_from((b"none", b"[]", b"{}", b"0", b"-1", b"'", b": ", b"yes", b"# ")))
                place = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:place] + word + lines[at][place:]
            case 5:
                lines[at] = b"  " + lines[at]
    return b"".join(lines)


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutations())
def test_a_damaged_contract_is_read_or_refused(data):
    try:
        build_contract(parse_document(data, "2024.yaml", AGREEMENT.parent), SHELF)
    except InputRefused as refusal:
        assert all(problem.what and problem.repair for problem in refusal.problems)
