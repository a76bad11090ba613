"""The benchmark's answers: ours are those of SQL written by hand, and a wrong one would be noticed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "engine"
#: What needs packages that Leitstern does not.
FOREIGN = ("polars_by_hand", "metricflow_duckdb", "bsl_duckdb")


@pytest.fixture
def agree(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCH))
    import agree

    yield agree
    for name in ("agree", "questions"):
        del sys.modules[name]


def test_company_team_and_person_answers_equal_sql_by_hand(tmp_path: Path) -> None:
    command = [sys.executable, BENCH / "run.py", "--activities", "4000", "--runs", "0"]
    command += ["--cache", tmp_path, "--python", sys.executable, "--without", *FOREIGN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # Per level: SQL per KPI and ours two ways for the 20 KPIs, ours two ways for rolling and cumulative ones.
    assert "15 of 15 comparisons agree in every value." in done.stdout


def test_an_answer_that_differs_is_reported(agree: ModuleType) -> None:
    expected = {("2023-01", "p1"): {"bench_calls": 5.0, "bench_won_value": 10.0, "bench_win_rate": None}}
    kpis = ("bench_calls", "bench_won_value", "bench_win_rate")

    def differing(**changes: float | None) -> list[str]:
        given = {key: {**values, **changes} for key, values in expected.items()}
        return agree.differences(given, expected, kpis)

    assert differing() == []
    assert differing(bench_won_value=10.004) == []
    assert len(differing(bench_won_value=10.01)) == 1
    assert len(differing(bench_calls=5.001)) == 1
    assert len(differing(bench_win_rate=0.0)) == 1
    assert len(agree.differences({}, expected, kpis)) == 2


def test_only_what_the_data_cannot_say_may_be_withheld(agree: ModuleType) -> None:
    expected = {(month, None): {"bench_calls": 3.0} for month in ("2025-12", agree.UNFINISHED)}
    assert agree.differences({}, expected, ("bench_calls",), "leitstern_facts") == [
        "2025-12 None bench_calls: 0.0 / 3.0"
    ]
