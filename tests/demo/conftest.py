"""One simulated company for all tests of the demo."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leitstern.demo import Written, write
from leitstern.demo.company import Company

UNTIL = date(2026, 11, 21)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The exports of the company at its usual size."""
    return write(tmp_path_factory.mktemp("exports"), seed=1, until=UNTIL)


@pytest.fixture(scope="session")
def company(written: Written) -> Company:
    """The truth behind them."""
    return written.company


@pytest.fixture(scope="session")
def folder(written: Written) -> Path:
    """Where the exports are."""
    return written.folder
