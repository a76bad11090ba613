"""The report: tables in Markdown, and the ratios that the project has promised."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from statistics import median
from typing import Any

LEVELS = ("company", "team", "person")
FACTS, READY = "leitstern_facts", "leitstern_ready"

#: What we hold ourselves to: (words, other method, rolling and cumulative KPIs?, at most). It is the way
#: from the facts that is compared: the others have nothing ready either.
PROMISES = (
    ("fused SQL", "sql_fused", False, 0.4),
    ("one query per KPI", "sql_per_kpi", False, 0.3),
    ("Polars by hand", "polars_by_hand", False, 1.0),
    ("MetricFlow, rolling and cumulative, company", "metricflow_duckdb", True, 0.05),
)

Measured = dict[str, list[dict[str, Any]]]


def head() -> str:
    return (
        "# Engine benchmark: results\n\n"
        "Written by `bench/engine/run.py --write`; what is measured, and how, is in `bench/README.md`.\n\n"
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"DuckDB {version('duckdb')}. Seconds, medians.\n"
    )


def seconds(runs: list[dict[str, Any]], level: str, turn: int, clock: str = "rounds") -> float:
    """Median over runs; ``turn`` 0 is the first question of a process, -1 the last; ``clock`` or ``cpu``."""
    return median(run[clock][turn][level] for run in runs)


def _levels(runs: list[dict[str, Any]]) -> list[str]:
    return [level for level in LEVELS if level in runs[0]["rounds"][0]]


def total(runs: list[dict[str, Any]], turn: int, clock: str = "rounds") -> float:
    return sum(seconds(runs, level, turn, clock) for level in _levels(runs))


def _table(measured: Measured) -> list[str]:
    lines = [
        "| who | company | team | person | all three | again | CPU, again | in one go | open | peak MB |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for runs in measured.values():
        cells = [f"{seconds(runs, x, 0):.3f}" if x in _levels(runs) else "" for x in LEVELS]
        cells += [f"{total(runs, 0):.2f}", f"{total(runs, -1):.2f}", f"{total(runs, -1, 'cpu'):.2f}"]
        cells += [f"{seconds(runs, 'together', -1):.2f}" if "together" in runs[0]["rounds"][-1] else ""]
        opened = median(run["start"] + run["open"] for run in runs)
        cells += [f"{opened:.2f}", f"{median(run['peak_mb'] for run in runs):,.0f}"]
        lines.append(f"| {runs[0]['name']} | {' | '.join(cells)} |")
    return lines


def _ratios(main: Measured, shapes: Measured) -> list[str]:
    """First questions, questions asked again, and the three levels in one question (asked again)."""
    lines = [
        "| Leitstern, from the facts, over | first | again | CPU, again | in one go | CPU | at most |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    for words, other, shaped, limit in PROMISES:
        measured = shapes if shaped else main
        if FACTS not in measured or other not in measured:
            continue
        ours, theirs = measured[FACTS], measured[other]
        turns = ((0, "rounds"), (-1, "rounds"), (-1, "cpu"))
        if shaped:
            ratios = [seconds(ours, "company", *t) / seconds(theirs, "company", *t) for t in turns]
        else:
            ratios = [total(ours, *t) / total(theirs, *t) for t in turns]
            ratios += [seconds(ours, "together", *t) / total(theirs, *t) for t in turns[1:]]
        cells = [*(f"{ratio:.3f}" for ratio in ratios), *(["", ""] if shaped else [])]
        lines.append(f"| {words} | {' | '.join(cells)} | {limit} |")
    return lines


def _agreement(agreed: dict[str, list[str]]) -> list[str]:
    wrong = {name: lines for name, lines in agreed.items() if lines}
    lines = [f"{len(agreed) - len(wrong)} of {len(agreed)} comparisons agree in every value."]
    for name, differences in wrong.items():
        lines += [f"- {name}: {len(differences):,} differ, such as {differences[0]}"]
    return lines


def opening(activities: int, rows: dict[str, int], agreed: dict[str, list[str]]) -> list[str]:
    """A size's heading, its records, and whether the answers agree."""
    records = ", ".join(f"{count:,} {name}" for name, count in rows.items() if name not in ("stage", "team"))
    return [f"## {activities:,} activities", "", records, "", *_agreement(agreed), ""]


def figures(main: Measured, shapes: Measured, refresh: float | None) -> list[str]:
    """Tables of seconds, ratios, and what reading ready values takes."""
    lines = ["20 KPIs by month:", "", *_table(main), ""]
    lines += ["Four rolling and cumulative KPIs by month:", "", *_table(shapes), ""]
    if FACTS in main:
        lines += [*_ratios(main, shapes), ""]
    if READY in main:
        read = median(run["extra"]["dashboard_ms"] for run in main[READY])
        lines += [f"Building the generation: {refresh:.1f} s. A dashboard's read: {read:.1f} ms.", ""]
    return lines
