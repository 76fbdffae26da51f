"""What the contracts of public programs say they reproduce, counted again from the published files.

The files are CMS's public-use files, not part of the project: they are read from the folder
`published` of tests/shared.py.
"""

import pytest

from tests.shared import PROJECT, PUBLISHED, needs
from vbc_cli import api
from vbc_cli.contract.contract import read_contract
from vbc_cli.contract.verification import REPRODUCED
from vbc_cli.expect import compare, parse_expectations

LIBRARY = sorted(PROJECT.glob("contracts/medicare/*/20*.yaml"))
CONTRACTS = {path: read_contract(path, {}) for path in LIBRARY}
TRIED = [path for path in LIBRARY if CONTRACTS[path].backing.verification.mark == REPRODUCED]

COMPARED = {  # the line that a program's mark counts, and how exactly it is published
    "mssp": ("earned_savings_or_losses", "1"),
    "aco_reach": ("shared_savings", "0.02"),
    "hospital_vbp": ("total_performance_score", "0.0000000000005"),
    # The scores of the domains are printed to twelve places, and so is their weighted sum.
    "hospital_vbp 2021": ("total_performance_score", "0.000000000001"),
    "hrrp": ("payment_adjustment_factor", "0"),
    "snf_vbp": ("incentive_payment_multiplier", "0.000000008"),
}

pytestmark = needs(PUBLISHED)


def test_every_program_that_counts_rows_is_counted_again():
    assert {path.parent.name for path in TRIED} == {name.split()[0] for name in COMPARED}


@pytest.mark.parametrize("path", TRIED, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_as_many_rows_are_reproduced_as_the_contract_says_and_none_is_contradicted(path):
    program = path.parent.name
    line, within = COMPARED.get(f"{program} {path.stem}", COMPARED[program])
    settlement = api.settle(path, portfolio_folder=PUBLISHED)
    (found,) = compare(settlement, parse_expectations([line], [within]))
    mark = settlement.contract.backing.verification
    compared = found.agree + len(found.differences)
    assert found.outside == 0
    if compared != mark.of:
        pytest.skip(f"{compared} rows are another part of the file than the {mark.of} of the contract")
    assert found.agree == mark.rows
