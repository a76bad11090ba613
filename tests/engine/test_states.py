"""Random walks of a company through imports, changes, closings and rebuilds end where the oracle ends."""

from __future__ import annotations

import os

import pytest

from .conftest import Workshop
from .follow import followed
from .walks import walk

#: Which seeds: a fixed dozen, or those that scripts/walk_states.py asks for.
FIRST, END = (int(seed) for seed in os.environ.get("WALKS", "0:12").split(":"))


@pytest.mark.parametrize("seed", range(FIRST, END))
def test_a_company_that_goes_on_is_true_in_every_state(workshop: Workshop, seed: int) -> None:
    with followed(workshop, walk(seed, steps=2 + seed % 2)) as follower:
        follower.follow()
