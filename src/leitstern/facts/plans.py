"""Ends that are only planned: many CRMs keep one date for when a deal closed and for when it shall close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from leitstern.sources.arrow import pc

if TYPE_CHECKING:
    from leitstern.facts.model import Fact


def plans(columns: dict[str, Any], fact: Fact, zone: str) -> int:
    """Take the end of records that are not over (by their status) for what is planned; of how many.

    ``columns`` are the typed fields of the rows and are changed in place. Moments are in UTC, the planned
    day is the one in ``zone``. Rows without a status keep their end.
    """
    moved = 0
    for end, plan in fact.planned:
        if end not in columns or "status" not in columns:
            continue
        ended, status = columns[end], columns["status"]
        over = pa.array(dict(fact.over)[end])
        runs = pc.and_(pc.invert(pc.is_in(status, over)), pc.is_valid(status))
        runs = pc.fill_null(pc.and_(runs, pc.is_valid(ended)), fill_value=False)
        found = int(pc.sum(runs).as_py() or 0)
        if not found:
            continue
        utc = pc.assume_timezone(ended.cast(pa.timestamp("us")), "UTC")
        days = pc.local_timestamp(utc.cast(pa.timestamp("us", zone))).cast(pa.date32())
        planned = pc.if_else(runs, days, pa.scalar(None, pa.date32()))
        columns[plan] = pc.coalesce(columns[plan], planned) if plan in columns else planned
        columns[end] = pc.if_else(runs, pa.scalar(None, ended.type), ended)
        moved += found
    return moved
