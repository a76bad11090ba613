"""Purchase histories, cut down to what the models of customer value need.

A customer's history in a time of observation is told by three numbers: repeat purchases x, the time of the
last of them t_x, and the length of the observation T, both counted from the customer's first purchase
(Fader, Hardie and Lee 2005, "Counting your customers the easy way", Marketing Science 24). Purchases on
the same day are one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Days = NDArray[np.datetime64]

#: Days in the unit of time the models count in.
WEEK = 7.0


@dataclass(frozen=True, slots=True)
class Histories:
    """One row a customer, arrays of shape (customers,); times in weeks.

    ``customer`` holds the codes that were given in, ascending. ``x`` counts repeat purchases, ``t_x`` is the
    time of the last, ``age`` the time under observation; ``mean`` is the mean amount of a repeat purchase
    (0 where there is none) and ``total`` the amount of all purchases, the first included.
    """

    customer: Codes
    x: Floats
    t_x: Floats
    age: Floats
    mean: Floats
    total: Floats

    @property
    def n(self) -> int:
        """How many customers."""
        return len(self.customer)


def merged(customer: Codes, day: Days, amount: Floats) -> tuple[Codes, Days, Floats]:
    """One purchase for each customer and day, ordered by both; amounts of a day are added up."""
    days = day.astype("datetime64[D]").astype(np.int64)
    pairs, place = np.unique(np.stack([customer, days], axis=1), axis=0, return_inverse=True)
    sums = np.zeros(len(pairs))
    np.add.at(sums, place.ravel(), amount)
    who: Codes = pairs[:, 0]
    when: Days = pairs[:, 1].astype("datetime64[D]")
    return who, when, sums


def histories(customer: Codes, day: Days, amount: Floats, end: np.datetime64) -> Histories:
    """The histories of everybody who bought by ``end`` (included); later purchases are not looked at.

    ``customer`` are whole numbers that stand for customers, ``day`` days, ``amount`` money; all of shape
    (purchases,), in any order.
    """
    by_end = day.astype("datetime64[D]") <= end
    who, when, much = merged(customer[by_end], day[by_end], amount[by_end])
    codes, first, count = np.unique(who, return_index=True, return_counts=True)
    last = first + count - 1
    begun = when[first]
    total = np.add.reduceat(much, first) if len(codes) else np.zeros(0)
    x = (count - 1).astype(np.float64)
    return Histories(
        codes,
        x,
        _weeks(begun, when[last]),
        _weeks(begun, np.full(len(codes), end, "datetime64[D]")),
        np.where(x > 0, (total - much[first]) / np.maximum(x, 1), 0.0),
        total,
    )


def _weeks(start: Days, end: Days) -> Floats:
    weeks: Floats = (end - start).astype(np.int64) / WEEK
    return weeks
