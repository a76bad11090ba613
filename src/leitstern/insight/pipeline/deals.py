"""Deals and their stays in stages as arrays, and what of them was known on a day.

Days are ``datetime64[D]``, the end of the day is meant. A deal that was won, lost or moved on day d was
still open, or in its old stage, at the end of day d - 1. Nothing here knows people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

#: No day, as a day number.
NEVER = np.iinfo(np.int64).max // 4
#: How a stay in a stage ends, besides the codes (0 and up) of the next stage.
WON, LOST, STILL = -1, -2, -3


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays of deals in open stages, one row each; a deal's stays do not overlap.

    ``deal`` is the row in ``Deals``, ``stage`` a code from 0; ``entered`` and ``left`` are day numbers
    (``left`` is ``NEVER`` while the stay lasts), ``leads_to`` the next stage's code, ``WON``, ``LOST`` or
    ``STILL``.
    """

    deal: Ints
    stage: Ints
    entered: Ints
    left: Ints
    leads_to: Ints


@dataclass(frozen=True, slots=True)
class Deals:
    """All deals with a known beginning, n of them, by row.

    ``amount`` is what was known while a deal was open (NaN: nothing), ``value`` what it brought if it was
    won; ``closed`` is a day number (``NEVER``: open). ``traits`` are
    codes of what a deal is (product, kind, source, ...), never of people. ``changes`` are earlier amounts:
    rows (deal, day number, amount before that day), sorted by day. ``stages`` is the number of codes.
    """

    created: Ints
    closed: Ints
    won: Bools
    amount: Floats
    value: Floats
    stays: Stays
    stages: int
    traits: dict[str, Ints] = field(default_factory=dict)
    changes: tuple[Ints, Ints, Floats] = field(
        default_factory=lambda: (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    )

    def __len__(self) -> int:
        return len(self.created)

    @property
    def first_close(self) -> int:
        """The first day a deal is known to have been closed; nobody kept books before (``NEVER``: none)."""
        return int(self.closed.min()) if len(self.closed) else NEVER

    @property
    def last_day(self) -> int:
        """The last day on which anything happened."""
        ended = self.closed[self.closed < NEVER]
        left = self.stays.left[self.stays.left < NEVER]
        return int(max(part.max() for part in (self.created, ended, left, self.stays.entered) if len(part)))


def day_numbers(days: Days) -> Ints:
    """Days as numbers (days since 1970-01-01), ``NEVER`` for NaT."""
    numbers = days.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(days), NEVER, numbers)


def one_stay_each(created: Ints, closed: Ints, won: Bools) -> Stays:
    """The stays of deals whose stages nobody wrote down: one each, in stage 0, from beginning to end."""
    ended = np.where(won, WON, LOST)
    return Stays(
        np.arange(len(created)),
        np.zeros(len(created), np.int64),
        created,
        closed,
        np.where(closed < NEVER, ended, STILL),
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The open deals at the end of a day: rows in ``Deals``, stage, days in it, days since the beginning,
    number of stays so far, and the amount as it was known then (NaN: not known)."""

    day: int
    deal: Ints
    stage: Ints
    age: Ints
    life: Ints
    moves: Ints
    amount: Floats


def snapshot(deals: Deals, day: int) -> Snapshot:
    """What was open at the end of ``day``."""
    stays = deals.stays
    entered = stays.entered <= day
    row = np.flatnonzero(entered & (stays.left > day))
    deal = stays.deal[row]
    moves = np.bincount(stays.deal[entered], minlength=len(deals))
    return Snapshot(
        day,
        deal,
        stays.stage[row],
        day - stays.entered[row],
        day - deals.created[deal],
        moves[deal],
        amounts_on(deals, day)[deal],
    )


def amounts_on(deals: Deals, day: int) -> Floats:
    """Every deal's amount as it was known at the end of ``day``."""
    amount = deals.amount.copy()
    deal, at, before = deals.changes
    later = np.flatnonzero(at > day)[::-1]  # the first change after the day is written last
    amount[deal[later]] = before[later]
    return amount


def worth_on(deals: Deals, day: int, trait: str = "product") -> Floats:
    """What each deal would bring if won, as known at the end of ``day``: its amount, else the mean value of
    deals won by then with the same trait, else that of all (NaN: nothing was won yet)."""
    worth = amounts_on(deals, day)
    unknown = np.isnan(worth)
    if not unknown.any():
        return worth
    won = np.flatnonzero(deals.won & (deals.closed <= day) & ~np.isnan(deals.value))
    if not len(won):
        return worth
    overall = float(deals.value[won].mean())
    code = deals.traits.get(trait, np.zeros(len(deals), np.int64))
    size = int(code.max()) + 1
    number = np.bincount(code[won], minlength=size)
    mean = (np.bincount(code[won], deals.value[won], size) + overall) / (number + 1)
    return np.where(unknown, mean[code], worth)
