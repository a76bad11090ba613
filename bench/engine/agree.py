"""Whether two methods gave the same answers: to the cent for money, exactly for counts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
from questions import ADDITIVE, KPIS, SHAPES

Answers = dict[tuple[str, str | None], dict[str, float | None]]

#: Sums of cents, kept as decimals by some and as floating point by others, may differ by less than this.
CENT = 0.005
MONEY = ("value", "pipeline", "cost")
#: The month that has one hour of data: the data ends at midnight in UTC.
UNFINISHED = "2026-01"
ROLLING = tuple(kpi for kpi in SHAPES if kpi.endswith("_28_days"))


def read(folder: Path, name: str) -> Answers:
    """The answers a method left for one level: (month, subject) -> KPI -> value."""
    found: Answers = {}
    for path in sorted(folder.glob(f"{name}-[0-9]*.parquet")):
        table = pq.read_table(path)
        months = [f"{month:%Y-%m}" for month in table.column("month").to_pylist()]
        subjects = [None] * len(months)
        if "subject" in table.column_names:
            subjects = table.column("subject").to_pylist()
        for kpi in table.column_names:
            if kpi in ("month", "subject"):
                continue
            for month, subject, value in zip(months, subjects, table.column(kpi).to_pylist(), strict=True):
                values = found.setdefault((month, subject), {})
                if kpi in values:
                    raise ValueError(f"{path}: {kpi} has two values for {month} {subject}")
                values[kpi] = None if value is None or math.isnan(value) else float(value)
    return found


def differences(given: Answers, expected: Answers, kpis: Iterable[str], method: str = "") -> list[str]:
    """A line for each value that is not the same. What is absent is 0 if additive, else no value.

    Two things are no disagreement. Leitstern withholds the values of the last month, of which there is
    one hour of data. MetricFlow gives, for a rolling window that is empty on the month's last day, the
    window of the last day that had something; so it is held to windows that are not empty.
    """
    kpis, lines = tuple(kpis), []
    for key in given.keys() | expected.keys():
        mine, theirs = given.get(key, {}), expected.get(key, {})
        for kpi in kpis:
            a, b = mine.get(kpi), theirs.get(kpi)
            if a == b:
                continue
            if kpi in ADDITIVE or kpi in SHAPES:
                a, b = a or 0.0, b or 0.0
            stale = method == "metricflow_duckdb" and kpi in ROLLING and not b
            withheld = method.startswith("leitstern") and key[0] == UNFINISHED and kpi not in mine
            if not (_same(kpi, a, b) or stale or withheld):
                lines.append(f"{key[0]} {key[1]} {kpi}: {a} / {b}")
    lines.sort()
    return lines


def _same(kpi: str, a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    cent = CENT if any(word in kpi for word in MONEY) else 0
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or abs(a - b) < cent


def compare(
    folder: Path, reference: str, methods: Iterable[str], names: Iterable[str]
) -> dict[str, list[str]]:
    """For each method and level the differences from the reference's answers."""
    found = {}
    for name in names:
        expected = read(folder / reference, name)
        if not expected:
            raise ValueError(f"{reference} gave no answers to {name}")
        for method in methods:
            given = read(folder / method, name)
            kpis = SHAPES if name.startswith("shapes") else KPIS
            found[f"{method} {name} ({len(given):,} rows)"] = differences(given, expected, kpis, method)
    return found
