"""Every value of the shipped contracts changed by its path, against the contract with the text edited.

The edit replaces the value where YAML says that it stands. Both contracts must be equal; where the value has
a part in measuring, they are read apart, or what one reading of both measures equals what the edited contract
measures alone. A path that stands in several contracts in the same way is tried once, and files are read once
for each setting of costs and for each key of the others.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from vbc_cli.api import measure_facts
from vbc_cli.contract.agreement import Contract
from vbc_cli.contract.contract import build_contract
from vbc_cli.contract.definition import CONTRACT
from vbc_cli.contract.document import Document, List, Map, Node, Text, parse_document
from vbc_cli.contract.model import Shelf
from vbc_cli.contract.varied import parts, varied
from vbc_cli.problems import InputRefused
from vbc_cli.sample import write_sample
from vbc_cli.vary import OneReading, how_read

PROJECT = Path(__file__).parents[2]
SHIPPED = sorted((PROJECT / "contracts/commercial").glob("*_2025*.yaml"))
AT = "../../sample_data/"
SHELF: Shelf = {}
WIDE = """\
contract: wide
title: Every setting of measuring
payer: Plan
provider: Group
period: {start: 2025-01-01, end: 2025-12-31}
valuation:
  as_of: 2026-03-31
  run_out_months: 3
  cut_on: paid_date
  late_claims: ignore
  year_by: claim_start_date
  month_by: claim_end_date
data:
  claims:
    file: ../../sample_data/claims.csv.gz
    encoding: utf-8
    delimiter: ","
    decimal: point
    missing: ["NULL"]
    title_lines: 0
    date_format: iso
    amount_level: line
    columns:
      plan_paid_amount: {first_of: [paid_amount, allowed_amount]}
      member_liability_amount: [deductible_amount, copayment_amount]
      service_category: {cases: [{if: {claim_type: pharmacy}, then: rx}, {else: medical}]}
    negative_where: {claim_status: ["reversed"]}
    leave_out: [{if: {claim_type: ["dental"]}, reason: dental}]
  eligibility: ../../sample_data/eligibility.csv
  providers: ../../sample_data/providers.csv
  quality: ../../sample_data/quality.csv
  base_years: ../../sample_data/base_years.csv
  revenue: ../../sample_data/revenue.csv
enrolment:
  newborns: {enrolled_within_days: 31, month_of_birth: counts}
attribution:
  by: primary_care
  timing: retrospective
  window: {start: 2025-01-01, end: 2025-12-31}
  steps: [{hcpcs_codes: ["99213", "99214"]}, {hcpcs_codes: ["99203"]}]
  counted_by: visits
  provider: billing_npi
  minimum_visits: 1
  tie: latest_visit
  tie_goes_to: own
adjustments:
  - {name: rebates, amount_pmpm: -1.50, applies_to: [cost]}
facts:
  members:
    measured: member_months
    month_rule: fifteenth
    claims_counted: in_counted_months
    strata: [child, adult_18_44]
    exclude_members:
      care: {birth: {drg_codes: ["788", "807"], hcpcs_codes: ["59400"]}}
      died: yes
      left: no
      months_below: 2
      other_coverage: no
      newborn_days: 1
    risk:
      unscored: exclude
      steps: [{called: normalised, divide_by: 1.02}]
    cells: {by: [age_band, sex], age_bands: [0, 18, 45], age_on: first_of_month}
  cost:
    measured: spending
    amount: allowed_amount
    members: members
    owner: own
    exclude: [rx]
    capitated_encounters: count
    secondary_claims: {become: left_out, known_by: other_payer_amount}
    truncate: {percentile: 0.9, method: nearest_rank, by_stratum: no, annualised: no}
    high_cost_from: 1_000
    complete:
      case: best
      chain_ladder:
        average: volume_weighted
        experience_months: 12
        latest_months: 6
        tail_factor: 1.01
        by: category
        standard_errors: 1
  whole:
    measured: spending
    amount: plan_paid_amount
    attribution: while_attributed
    complete: {ibnr_pmpm: {low: 1, best: 2}, case: best}
  counts: {measured: quality}
  base: {measured: base_years}
  premium: {measured: revenue, net_of: taxes}
  published: {measured: quality_benchmarks, file: ../../sample_data/benchmarks.json}
arrangements:
  fee for service:
    - {model: fee_for_service, basis: plan_paid_amount, paid: as_claims, facts: {own_claims: whole}}
"""


def benchmarks(best: int) -> str:
    steps = {str(share): min(best, share) for share in (1, *range(10, 100, 10), 99)}
    named = {"measureId": "001", "submissionMethod": "claims", "performanceYear": 2025}
    return json.dumps([{**named, "isInverse": False, "percentiles": steps}])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with small files, and beside each another of its kind; return the contracts' folder."""
    root = tmp_path_factory.mktemp("project")
    for number, seed in (("", 3), ("other_", 4)):
        folder = root / f"{number}sample"
        write_sample(folder, 100, seed)
        (folder / "benchmarks.json").write_text(benchmarks(100 - seed))
        (root / "sample_data" / "bad_year").mkdir(parents=True, exist_ok=True)
        for file in folder.iterdir():
            shutil.copy(file, root / "sample_data" / f"{number}{file.name}")
            shutil.copy(file, root / "sample_data" / "bad_year" / f"{number}{file.name}")
    place = root / "contracts" / "commercial"
    place.mkdir(parents=True)
    for contract in SHIPPED:
        shutil.copy(contract, place)
    (place / "wide.yaml").write_text(WIDE)
    return place


def words(schema: Any) -> Iterator[tuple[str, ...]]:
    """Yield every list of words that the definition of a contract knows."""
    if isinstance(schema, dict):
        if all(isinstance(each, str) for each in schema.get("enum", ())):
            yield tuple(schema.get("enum", ()))
        yield from chain.from_iterable(words(each) for each in schema.values())
    elif isinstance(schema, list):
        yield from chain.from_iterable(words(each) for each in schema)


VOCABULARIES = sorted(set(words(CONTRACT.schema())))


def leaves(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Text]]:
    if isinstance(node, Text):
        yield path, node
        return
    for name, inner in parts(node):
        yield from leaves(inner, (*path, name))


def kind_of_path(path: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Return a path without the names that are the contract's own, and what is written there."""
    own = 2 if path[0] in ("facts", "arrangements") else 1
    written = "number" if text.replace(".", "").replace("_", "").lstrip("-").isdigit() else "text"
    kept = [part for before, part in pairwise(path) if before not in ("types", "columns")]
    return (path[0], *(part for part in kept[own - 1 :] if not part.isdigit()), written)


def others(text: str, folder: Path) -> Iterator[str]:
    """Yield texts that may stand in another's place."""
    if "/" in text and (folder / text).is_file():
        yield str(Path(text).parent / f"other_{Path(text).name}")
        return
    yield from (each for known in VOCABULARIES if text in known for each in known if each != text)
    yield from {"yes": ["no"], "no": ["yes"]}.get(text, [])
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        yield from (str(day + timedelta(days)) for days in (-31, 31, 1, -1))
    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:
        yield f"{text} too"
    else:
        yield from (str(number + 1), str(number * Decimal("0.9")), str(number - 1), str(number * 2))


def edited(document: Document, node: Any, path: tuple[str, ...], value: str, source: str) -> Document:
    """Return the document of a text in which the value at a path below a node of it is written over."""
    ours: Node = document.root
    for part in path:
        if isinstance(ours, Map):
            node = next(inner for key, inner in node.value if key.value == part)
        elif isinstance(ours, List):
            node = node.value[[name for name, _ in parts(ours)].index(part)]
        ours = dict(parts(ours))[part]  # type: ignore[arg-type]
    written = f"'{value}'" if node.style in ("'", '"') else value
    text = source[: node.start_mark.index] + written + source[node.end_mark.index :]
    return parse_document(text.encode(), document.file, document.folder)


def built(document: Document) -> Contract | tuple[str, ...]:
    """Return a contract, or what is wrong with it."""
    try:
        return build_contract(document, SHELF)
    except InputRefused as refusal:
        return tuple(map(str, refusal.problems))


def plain(node: Node) -> Any:
    if isinstance(node, Text):
        return node
    inner = [(name, plain(each)) for name, each in parts(node)]
    return (type(node).__name__, inner)


def compared(contract: Contract) -> tuple[Any, ...]:
    """Return all of a contract, but for what tells one file from another."""
    given = {name: (plain(each.node), each.source, each.line) for name, each in contract.given.items()}
    return replace(contract, sha256="", given={}, examples=None), given


def measured(contract: Contract, reading: OneReading | None = None) -> Any:
    """Return what is measured, from one reading of several contracts or alone, or what is wrong."""
    try:
        if reading is None:
            return measure_facts(contract, nullcontext)
        return reading.measured(contract, nullcontext)
    except InputRefused as refusal:
        return tuple(str(problem).replace(", variation 2", "") for problem in refusal.problems)


def tried(
    document: Document, path: tuple[str, ...], node: Text
) -> Iterator[tuple[str, Contract | tuple[str, ...]]]:
    """Yield a value that may stand at a path, and its contract; the first that was refused where none may."""
    refused = []
    for value in others(node.text, document.folder):
        found = built(varied(document, {".".join(path): value}))
        if isinstance(found, Contract):
            yield value, found
            return
        refused.append((value, found))
    yield from refused[:1]


def test_every_path_that_may_be_varied_is_the_edited_contract_measured_alone(files: Path) -> None:
    seen: set[tuple[str, ...]] = set()
    sections: set[tuple[str, ...]] = set()
    apart, read = 0, 0
    for contract in (files / "wide.yaml", *sorted(files.glob("*_2025*.yaml"))):
        source = contract.read_text()
        document = parse_document(source.encode(), str(contract), contract.parent)
        root, base = yaml.compose(source, yaml.CSafeLoader), build_contract(document, SHELF)
        for path, node in leaves(document.root):
            kind = kind_of_path(path, node.text)
            if kind in seen:
                continue
            seen.add(kind)
            for value, one in tried(document, path, node):
                where = f"{contract.name}: {'.'.join(path)} = {value}"
                other = built(edited(document, root, path, value, source))
                if not (isinstance(one, Contract) and isinstance(other, Contract)):
                    assert one == other, where
                    continue
                assert compared(one) == compared(other), where
                apart += 1
                if not one.measured or one.measuring == base.measuring:
                    continue
                together = how_read(one) == how_read(base)
                assert together == (replace(one.measuring, measures=base.measures) == base.measuring), where
                if together or kind[:2] not in sections:
                    sections.add(kind[:2])
                    read += 1
                    assert measured(one, OneReading([base, one])) == measured(other), where
    assert apart > 250 and read > 40
