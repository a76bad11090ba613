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


def read(folder: Path, name: str) -> Answers:
    """The answers a method left for one level: (month, subject) -> KPI -> value."""
    found: Answers = {}
    for path in sorted(folder.glob(f"{name}-[0-9]*.parquet")):
        table = pq.read_table(path)
        months = table.column("month").to_pylist()
        subjects = (
            table.column("subject").to_pylist() if "subject" in table.column_names else [None] * len(months)
        )
        for kpi in table.column_names:
            if kpi in ("month", "subject"):
                continue
            for month, subject, value in zip(months, subjects, table.column(kpi).to_pylist(), strict=True):
                number = None if value is None or value != value else float(value)
                found.setdefault((f"{month:%Y-%m}", subject), {})[kpi] = number
    return found


def differences(ours: Answers, theirs: Answers, kpis: Iterable[str]) -> list[str]:
    """A line for each value that is not the same. What is absent is 0 if additive, else no value."""
    lines = []
    for key in sorted(ours.keys() | theirs.keys(), key=str):
        for kpi in kpis:
            nothing = 0.0 if kpi in ADDITIVE or kpi in SHAPES else None
            a = ours.get(key, {}).get(kpi)
            b = theirs.get(key, {}).get(kpi)
            a, b = (nothing if a is None else a), (nothing if b is None else b)
            if a is None or b is None:
                same = a is b
            else:
                same = math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or (abs(a - b) < CENT and _money(kpi))
            if not same:
                lines.append(f"{key[0]} {key[1]} {kpi}: {a} / {b}")
    return lines


def _money(kpi: str) -> bool:
    return any(word in kpi for word in ("value", "pipeline", "cost"))


def compare(
    folder: Path, reference: str, methods: Iterable[str], names: Iterable[str]
) -> dict[str, list[str]]:
    """For each method and level the differences from the reference's answers."""
    found = {}
    for name in names:
        expected = read(folder / reference, name)
        for method in methods:
            given = read(folder / method, name)
            if method == reference or not given:
                continue
            kpis = SHAPES if name.startswith("shapes") else KPIS
            found[f"{method} {name} ({len(given):,} rows)"] = differences(given, expected, kpis)
    return found
