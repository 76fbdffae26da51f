"""What stands behind each parameter: its citation and mark, taken from around it where it states none."""

from pathlib import Path

from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.parameters import Parameter, parameters
from vbc_cli.contract.strict import check_file

MODEL = """\
model: savings
title: A share of savings
summary: The provider keeps a share of what is left of a limit.
cite: Section 1
terms: {rate: rate, floor: rate}
facts: {saved: usd}
tables: {levels: {from: terms, key: level, columns: {level: code, limit: usd, part: rate}}}
lines:
  half: {formula: saved * rate, cite: Section 2, verification: unverified}
  earned: half + saved * floor + levels['A'].limit
results: {settlement: earned}
"""
CONTRACT = """\
contract: marks
title: One mark in another
payer: A program
period: {start: 2025-01-01, end: 2025-12-31}
cite: Rule 7
verification: {reproduced: 40, of: 50}
facts:
  saved: {given: 100, source: a letter, verification: secondary}
arrangements:
  savings:
    - model: ./model.yaml
      terms:
        rate: {value: 0.5, cite: Rule 8, verification: text_read}
        floor: 0.01
        levels:
          cite: Rule 9
          columns: {part: text_read}
          rows:
            - {level: A, limit: 10, part: 1}
            - {level: B, limit: {value: 20, verification: unverified}, part: 0.5}
"""


def written(folder: Path) -> Path:
    (folder / "model.yaml").write_text(MODEL)
    (folder / "contract.yaml").write_text(CONTRACT)
    return folder / "contract.yaml"


def found(folder: Path) -> dict[str, Parameter]:
    return {each.name: each for each in parameters(read_contract(written(folder), {}))}


def test_a_mark_and_a_citation_hold_for_everything_inside_that_states_none(tmp_path):
    behind = {
        name: (each.backing.cite, each.backing.verification.in_words())
        for name, each in found(tmp_path).items()
    }
    assert behind == {
        "saved": ("a letter", "secondary"),
        "rate": ("Rule 8", "text read"),
        "floor": ("Rule 7", "reproduced on 40 of 50 published rows"),
        "levels": ("Rule 9", "reproduced on 40 of 50 published rows"),
        "levels.part": ("Rule 9", "text read"),
        "levels[B].limit": ("Rule 9", "unverified"),
        "half": ("Section 2", "unverified"),
    }


def test_a_value_with_a_mark_settles_like_the_bare_value(tmp_path):
    (arrangement,) = read_contract(written(tmp_path), {}).arrangements
    (stream,) = arrangement.streams
    assert [row["limit"] for row in stream.tables["levels"].rows] == [10, 20]


def test_check_counts_the_marks_and_lists_what_is_unverified_with_its_line(tmp_path):
    summary, *unverified = check_file(written(tmp_path), strict=False, shelf={})
    assert summary.endswith(
        "1 arrangement, 7 parameters: 2 text read, 2 reproduced, 2 unverified, 1 secondary"
    )
    assert [line.rpartition("/")[2] for line in unverified] == [
        "contract.yaml:20: levels[B].limit is unverified",
        "model.yaml:9: half is unverified",
    ]
