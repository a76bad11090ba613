"""Results of the funnel as plain values."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leitstern.analyses.funnel import Bottleneck, Row
    from leitstern.analyses.funnel_data import Times
    from leitstern.insight.funnel.bottleneck import Cell
    from leitstern.insight.funnel.leaks import Leak
    from leitstern.insight.funnel.waits import Wait
    from leitstern.insight.shares import Share


def times_json(times: Times) -> dict[str, Any]:
    """The period, the one before, the last known day, and the day from which records are complete."""
    earlier = times.earlier and [day.isoformat() for day in times.earlier]
    return {
        "from": times.start.isoformat(), "to": times.end.isoformat(), "earlier": earlier,
        "as_of": times.as_of.isoformat(), "since": times.since.isoformat(),
    }  # fmt: skip


def share_json(share: Share) -> dict[str, Any]:
    """A share with its counts, interval and verdict."""
    return {
        "n": share.n, "hits": share.hits, "value": share.value, "low": share.low, "high": share.high,
        "verdict": share.verdict,
    }  # fmt: skip


def wait_json(wait: Wait) -> dict[str, Any]:
    """Median and 75 % in days, with intervals; None: not reached yet."""
    return {
        "n": wait.n, "ended": wait.ended, "open": wait.open, "median": asdict(wait.median),
        "upper": asdict(wait.upper), "verdict": wait.verdict,
    }  # fmt: skip


def row_json(row: Row, names: dict[str, str] | None = None) -> dict[str, Any]:
    """A step for a group; ``names`` names stages."""
    cohort = {**asdict(row.cohort), "within": share_json(row.cohort.within), "so_far": row.cohort.so_far}
    known = names or {}
    return {
        "step": row.step, "to": row.to,
        "name": known.get(row.step), "to_name": known.get(row.to),
        "group": None if row.group is None else asdict(row.group),
        "cohort": cohort,
        "flow": {
            "entered": row.flow.entered, "passed": row.flow.passed, "left": row.flow.left,
            "share": share_json(row.flow.share),
        },
        "wait": wait_json(row.wait),
    }  # fmt: skip


def leak_json(leak: Leak, keys: tuple[str, ...], names: dict[str, str]) -> dict[str, Any]:
    """What was lost in a stage for a reason."""
    key = keys[leak.step] if leak.step >= 0 else None
    return {
        "stage": key, "name": names.get(key or ""), "reason": leak.reason, "value": leak.value,
        "share": share_json(leak.share),
    }  # fmt: skip


def bottleneck_json(result: Bottleneck) -> dict[str, Any]:
    """The verdict, how many comparisons were made, the hints (the most expensive first) and all cells."""
    found = result.found
    return {
        "verdict": found.verdict, "tests": found.tests,
        "hints": [_cell_json(cell, result) for cell in found.hints],
        "cells": [_cell_json(cell, result) for cell in found.cells],
    }  # fmt: skip


def _cell_json(cell: Cell, result: Bottleneck) -> dict[str, Any]:
    key = result.stage_keys[cell.step]
    return {
        "stage": key, "name": result.stage_names.get(key, key), "group": asdict(result.groups[cell.group]),
        "entered": cell.entered, "n": cell.n, "share": cell.share if isfinite(cell.share) else None,
        "wait": wait_json(cell.wait), "mean_amount": cell.mean_amount, "p": cell.p, "verdict": cell.verdict,
        "cost": asdict(cell.cost) if cell.cost else None,
        "against": [
            {
                "reference": a.reference, "n": a.n, "share": a.share, "wait": wait_json(a.wait),
                "loss": a.loss, "delay": a.delay, "worse": a.worse, "cost": asdict(a.cost),
            }
            for a in cell.against
        ],
    }  # fmt: skip
