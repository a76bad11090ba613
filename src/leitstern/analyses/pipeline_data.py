"""A workspace's deals as the arrays that `leitstern.insight.pipeline` reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.pipeline.deals import (
    LOST,
    NEVER,
    STILL,
    WON,
    Bools,
    Deals,
    Floats,
    Ints,
    Stays,
    day_numbers,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.workspace import Workspace

#: Where a deal was before its stages were written down.
UNKNOWN_STAGE = None
_TRAITS = ("product", "kind", "source", "region")
_EPOCH = date(1970, 1, 1)

#: A stay while it is read: stage (a code, WON or LOST), first day, day it was left.
_Visit = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Read:
    """Deals with what is needed to name them.

    ``keys`` are the deals' keys by row, ``stages`` the keys of stages by code (None: not known), ``teams``
    the team each deal belongs to (None: none). ``day`` is the last day the data tell of, ``left_out`` the
    open deals without a beginning, ``amount_at_close`` whether amounts are known only after the closing.
    """

    deals: Deals
    keys: list[str]
    stages: list[str | None]
    teams: list[str | None]
    day: int
    left_out: int
    amount_at_close: bool


def read(ws: Workspace) -> Read:
    """Deals, stays in stages and earlier amounts, from the newest generation."""
    table = ws.facts("deal", "created_at", "closed_at", "status", "amount", "team@created_at", *_TRAITS)
    all_keys = [str(key) for key in table["key"].to_pylist()]
    status = np.array(table["status"].to_pylist(), dtype=object)
    created, closed = _days(table, "created_at"), _days(table, "closed_at")
    closed = np.where(status == "open", NEVER, closed)
    decided = np.isin(status, ("won", "lost")) & (closed < NEVER)
    rows = np.flatnonzero((created < NEVER) & ((status == "open") | decided))
    visits, stages = _visits(ws)
    keys = [all_keys[row] for row in rows]
    created = _begun(created[rows], closed[rows], keys, visits)
    won = status[rows] == "won"
    stays = stays_of(keys, created, closed[rows], won, visits, len(stages) - 1)
    amount = np.array([np.nan if a is None else float(a) for a in table["amount"].to_pylist()])[rows]
    at_close = _known_at_close_only(amount, status[rows])
    deals = Deals(
        created,
        closed[rows],
        won,
        np.full(len(rows), np.nan) if at_close else amount,
        amount,
        stays,
        len(stages),
        {name: codes(table[name].to_pylist(), rows) for name in _TRAITS},
        _changes(ws, keys),
    )
    teams = table["team@created_at"].to_pylist()
    undated = int(((status == "open") & (_days(table, "created_at") == NEVER)).sum())
    return Read(deals, keys, stages, [teams[row] for row in rows], _today(ws, deals), undated, at_close)


def _days(table: pa.Table, name: str) -> Ints:
    return day_numbers(table[name].to_numpy(zero_copy_only=False).astype("datetime64[D]"))


def codes(values: list[object], rows: Ints) -> Ints:
    """The most frequent values as codes from 1, all others 0."""
    number: dict[object, int] = defaultdict(int)
    for row in rows:
        number[values[row]] += 1
    common = sorted((v for v in number if v is not None), key=lambda v: (-number[v], str(v)))[:30]
    code = {value: place + 1 for place, value in enumerate(common)}
    return np.array([code.get(values[row], 0) for row in rows], dtype=np.int64)


def _known_at_close_only(amount: Floats, status: np.ndarray) -> bool:
    """Amounts that open deals mostly lack are written at the closing: no snapshot may know them."""
    is_open = np.asarray(status) == "open"
    return bool(is_open.any()) and float(np.mean(~np.isnan(amount[is_open]) & (amount[is_open] > 0))) < 0.5


def _visits(ws: Workspace) -> tuple[dict[str, list[_Visit]], list[str | None]]:
    """The stays that were written down, by deal, and the stages by code, the unknown one last."""
    table = ws.facts("stage_visit", "deal", "stage", "outcome", "entered_at", "left_at")
    rows = table.to_pylist()
    told = [r for r in rows if r["deal"] and r["key"] != f"{r['deal']}:stage" and r["entered_at"]]
    place = {s["key"]: (s["position"] or 0) for s in ws.facts("stage", "position").to_pylist()}
    stages: list[str | None] = sorted(
        {r["stage"] for r in told if r["outcome"] == "open" and r["stage"]},
        key=lambda s: (place.get(s, 0), s),
    )
    code: dict[str | None, int] = {stage: number for number, stage in enumerate(stages)}
    ends = {"won": WON, "lost": LOST}
    by_deal: dict[str, list[_Visit]] = defaultdict(list)
    for r in told:
        stage = ends.get(r["outcome"], code.get(r["stage"], len(stages)))
        by_deal[r["deal"]].append((stage, _number(r["entered_at"]), _number(r["left_at"])))
    for deal, visits in by_deal.items():
        by_deal[deal] = sorted((v for v in visits if v[2] > v[1] or v[0] < 0), key=lambda v: (v[1], v[2]))
    return by_deal, [*stages, UNKNOWN_STAGE]


def _number(day: date | None) -> int:
    return NEVER if day is None else (day - _EPOCH).days


def _begun(created: Ints, closed: Ints, keys: list[str], visits: dict[str, list[_Visit]]) -> Ints:
    """The first day of each deal: never after its first stay or its end."""
    first = np.array([visits[key][0][1] if visits.get(key) else NEVER for key in keys])
    return np.asarray(np.minimum(np.minimum(created, first), closed))


def stays_of(
    keys: list[str], created: Ints, closed: Ints, won: Bools,
    visits: dict[str, list[_Visit]], unknown: int,
) -> Stays:  # fmt: skip
    """Stays of deals from what was written down of each: (stage, or WON or LOST; first day; day left), in
    order.

    ``unknown`` is the code of the time before, and of deals of which nothing was written down.
    """
    rows: list[tuple[int, int, int, int, int]] = []
    for deal, key in enumerate(keys):
        end = int(closed[deal])
        last = STILL if end >= NEVER else (WON if won[deal] else LOST)
        rows += _chain(deal, int(created[deal]), end, last, visits.get(key, []), unknown)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return Stays(*(np.ascontiguousarray(column) for column in columns))


def _chain(
    deal: int, created: int, end: int, last: int, visits: list[_Visit], unknown: int
) -> Iterable[tuple[int, int, int, int, int]]:
    """A deal's stays in open stages: (deal, stage, entered, left, leads to)."""
    if not visits:
        visits = [(unknown, created, end)]
    elif visits[0][1] > created:
        visits = [(unknown, created, visits[0][1]), *visits]
    for number, (stage, entered, _) in enumerate(visits):
        follows = visits[number + 1] if number + 1 < len(visits) else None
        left, leads = (follows[1], follows[0]) if follows else (end, last)
        if left >= end:  # the closing has the last word
            left, leads = end, last
        if stage >= 0 and left > entered:
            yield deal, stage, entered, left, leads


def _changes(ws: Workspace, keys: list[str]) -> tuple[Ints, Ints, Floats]:
    """Earlier amounts from the deals' history."""
    place = {key: row for row, key in enumerate(keys)}
    found = sorted(
        (_number(row["at"]), place[row["deal"]], float(row["old"]))
        for row in ws.facts("deal_event", "deal", "at", "field", "old").to_pylist()
        if row["field"] == "amount" and row["deal"] in place and row["at"] and _is_number(row["old"])
    )
    return (
        np.array([f[1] for f in found], dtype=np.int64),
        np.array([f[0] for f in found], dtype=np.int64),
        np.array([f[2] for f in found], dtype=float),
    )


def _is_number(text: str | None) -> bool:
    return bool(text) and str(text).replace(".", "", 1).isdigit()


def _today(ws: Workspace, deals: Deals) -> int:
    """The last whole day, or the last on which anything happened where the export is late."""
    generation = ws.generation()
    if generation is None or not len(deals):
        return 0
    as_of = (generation.as_of - _EPOCH).days - 1
    newest = min(deals.last_day, as_of)
    return as_of if as_of - newest <= generation.facts["deal"].late_after else newest
