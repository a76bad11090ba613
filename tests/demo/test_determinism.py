"""Same seed, same bytes; other seeds and sizes, other companies."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from leitstern.demo import simulate, write
from leitstern.demo.company import last_day

from .conftest import UNTIL


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a", seed=5, scale=0.3, until=UNTIL)
    write(tmp_path / "b", seed=5, scale=0.3, until=UNTIL)
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")


def test_another_seed_is_another_company(tmp_path: Path) -> None:
    write(tmp_path / "a", seed=5, scale=0.3, until=UNTIL)
    write(tmp_path / "b", seed=6, scale=0.3, until=UNTIL)
    one, other = _bytes(tmp_path / "a"), _bytes(tmp_path / "b")
    same = {name for name in one if one[name] == other[name]}
    assert same <= {"Stufen.csv", "Produkte.csv", "Kampagnen.csv", "Teams.csv"}
    assert one["Verkaufschancen.csv"] != other["Verkaufschancen.csv"]


def test_the_scale_multiplies_people_customers_and_deals() -> None:
    small, large = simulate(seed=3, scale=0.5, until=UNTIL), simulate(seed=3, scale=4.0, until=UNTIL)
    for fact, tolerance in (("person", 0.35), ("company", 0.15), ("deal", 0.2), ("lead", 0.1)):
        ratio = len(large.tables[fact]["key"]) / len(small.tables[fact]["key"])
        assert ratio == pytest.approx(8.0, rel=tolerance), fact
    assert small.start == large.start


@pytest.mark.parametrize(
    "until", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31), date(2025, 3, 30)]
)
def test_any_last_day_works(until: date) -> None:
    company = simulate(seed=2, scale=0.15, until=until)
    assert company.start.month == (until + timedelta(days=1)).month
    newest = np.datetime64(until + timedelta(days=1), "m")
    for fact, field in (
        ("deal", "closed_at"),
        ("deal_event", "at"),
        ("activity", "at"),
        ("lead", "created_at"),
    ):
        moments = company.tables[fact][field]
        assert moments[~np.isnat(moments)].max() < newest, fact


def test_it_ends_the_day_before_today_unless_told() -> None:
    assert simulate(scale=0.05).until == last_day()


def test_scale_one_is_written_in_seconds(tmp_path: Path) -> None:
    begin = perf_counter()
    write(tmp_path, until=UNTIL)
    assert perf_counter() - begin < 8
