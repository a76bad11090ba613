"""Waits between departments, and customers nobody calls, counted by hand."""

from __future__ import annotations

import numpy as np

from leitstern.insight.funnel.handover import first_after, handover, quiet


def days(*texts: str) -> np.ndarray:
    return np.array([t or "NaT" for t in texts], dtype="datetime64[D]")


AS_OF = np.datetime64("2026-04-30")


def test_the_first_touch_is_that_of_the_same_key_from_the_day_on() -> None:
    key = np.array([3, 1, 2, -1, 1])
    begin = days("2026-01-05", "2026-01-01", "2026-01-01", "2026-01-01", "")
    touched = np.array([3, 1, 3, 1, -1, 3])
    at = days("2026-01-04", "2026-01-09", "2026-01-07", "2026-01-02", "2026-01-03", "2026-01-05")
    assert [str(d) for d in first_after(key, begin, touched, at)] == [
        "2026-01-05", "2026-01-02", "NaT", "NaT", "NaT",
    ]  # fmt: skip
    assert str(first_after(key, begin, touched, at, strictly=True)[0]) == "2026-01-07"


def test_never_touched_counts_only_those_who_waited_long_enough() -> None:
    begin = days("2026-04-01", "2026-04-02", "2026-04-03", "2026-04-20", "2026-04-29", "", "2026-05-01")
    touch = days("2026-04-03", "", "2026-05-02", "2026-04-20", "", "", "2026-05-01")
    found = handover(begin, touch, AS_OF, 7)
    assert (found.wait.n, found.wait.ended, found.wait.open) == (5, 2, 3)
    assert (found.never.hits, found.never.n) == (2, 4)


def test_customers_without_a_contact_longest_silence_first() -> None:
    begin = days("2026-01-01", "2026-01-01", "2026-01-31", "2026-04-01", "", "2026-02-01")
    last = days("2026-01-20", "2026-04-20", "2025-12-01", "", "2026-01-01", "")
    assert quiet(begin, last, AS_OF, 88).tolist() == [0, 2, 5]
    assert quiet(begin, last, AS_OF, 101).tolist() == []
    assert quiet(begin, last, AS_OF, 100).tolist() == [0]
