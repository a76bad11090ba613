"""Handovers: how long somebody waits for the next department, and whom nobody met at all.

What waits (a qualified lead, a new customer) belongs to a key such as a company; a touch is a contact with
that key by the receiving department, on the day it began to wait or later. Never touched means: not by today,
among those who have waited for the grace days; who has only just come is not counted against anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.insight.funnel.waits import Days, Ints, Wait, length, wait
from leitstern.insight.shares import Share, share


@dataclass(frozen=True, slots=True)
class Handover:
    """The waits until the first touch, and the share never touched of those that waited ``grace`` days."""

    wait: Wait
    grace: int
    never: Share


def first_after(key: Ints, begin: Days, touched: Ints, at: Days, *, strictly: bool = False) -> Days:
    """The first touch of each key (n) on its day ``begin`` (n) or later, or ``strictly`` later; NaT for none.

    ``touched`` and ``at`` (m) are the key and the day of each touch. Keys below 0 have no touches.
    """
    fine = (touched >= 0) & ~np.isnat(at)
    order = np.lexsort((at[fine].astype(np.int64), touched[fine]))
    keys, days = touched[fine][order], at[fine][order].astype(np.int64)
    # One number for key and day, so that one search finds the first day of a key.
    span = 1 << 32
    wanted = np.where(np.isnat(begin), 0, begin.astype("datetime64[D]").astype(np.int64)) + int(strictly)
    place = np.searchsorted(keys * span + days, key * span + wanted)
    found = np.full(len(key), np.datetime64("NaT", "D"))
    there = (place < len(keys)) & (key >= 0) & ~np.isnat(begin)
    there[there] = keys[place[there]] == key[there]
    found[there] = days[place[there]].astype("datetime64[D]")
    return found


def handover(begin: Days, touch: Days, as_of: np.datetime64, grace: int) -> Handover:
    """Waits from ``begin`` to the first ``touch`` (both n; NaT: none)."""
    known = ~np.isnat(begin) & (begin <= as_of)
    begin, touch = begin[known], touch[known]
    old = length(begin, np.full(len(begin), as_of)) >= grace
    met = ~np.isnat(touch) & (touch <= as_of)
    return Handover(wait(begin, touch, as_of), grace, share(int((old & ~met).sum()), int(old.sum())))


def quiet(begin: Days, last: Days, as_of: np.datetime64, days: int) -> Ints:
    """The rows of customers without a contact for ``days`` or more, longest silence first.

    ``begin`` (n) is when they became customers last, ``last`` (n) their last contact (NaT: none ever); a
    contact before ``begin`` does not count.
    """
    since = np.where(~np.isnat(last) & (last > begin), last, begin)
    rows = np.flatnonzero(since <= as_of - np.timedelta64(days, "D"))
    return rows[np.argsort(since[rows], kind="stable")]
