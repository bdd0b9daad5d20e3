"""What the package states about a network is compared with Keras' own forward pass, on random networks.

A failed test prints the recipe of each network and the statements that do not hold on it.
"""

from __future__ import annotations

import pytest

from ..support.selection import slow_but
from .drawing import contradictions
from .statements import ALL, QUICK

# Blocks are split among processes.
TOGETHER, QUICK_BLOCKS, SLOW_BLOCKS = 1, 50, 320

pytestmark = pytest.mark.filterwarnings("ignore:.*does not support masking.*:UserWarning")


@pytest.mark.parametrize("block", slow_but(range(1), range(QUICK_BLOCKS)))
def test_statements_about_a_network_hold(block, record_property):
    _hold(range(block * TOGETHER, (block + 1) * TOGETHER), QUICK, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(SLOW_BLOCKS))
def test_statements_about_a_network_and_its_maps_hold_before_and_after_it_changes(block, record_property):
    _hold(range(1000 + block * TOGETHER, 1000 + (block + 1) * TOGETHER), ALL, record_property)


def _hold(numbers, checks, record_property):
    counted, wrong = contradictions(numbers, checks)
    record_property("claims", dict(counted))
    assert not wrong, f"\n{wrong}"
