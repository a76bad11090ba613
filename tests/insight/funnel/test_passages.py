"""Stays in stages become passages, on histories written by hand."""

from __future__ import annotations

import numpy as np

from leitstern.insight.funnel.passages import LOST, OPEN, WON, Stays, passages


def stays(*rows: tuple[int, int, int, str]) -> Stays:
    """Rows of deal, rank, outcome, day."""
    deal, rank, outcome = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    return Stays(deal, rank, outcome, np.array([row[3] for row in rows], dtype="datetime64[D]"))


def told(*rows: tuple[int, int, int, str]) -> list[tuple[object, ...]]:
    found = passages(stays(*rows))
    texts = [[str(d) for d in column] for column in (found.entered, found.passed, found.left)]
    columns = (found.deal.tolist(), found.rank.tolist(), *texts, found.lost_in.tolist())
    return list(zip(*columns, strict=True))


def test_a_deal_that_is_won_passed_every_stage_it_was_in() -> None:
    assert told((7, 0, OPEN, "2026-01-01"), (7, 2, OPEN, "2026-01-05"), (7, 0, WON, "2026-01-09")) == [
        (7, 0, "2026-01-01", "2026-01-05", "NaT", -1),
        (7, 2, "2026-01-05", "2026-01-09", "NaT", -1),
    ]


def test_a_deal_that_went_back_and_was_lost() -> None:
    rows = (
        (1, 0, OPEN, "2026-01-01"), (1, 1, OPEN, "2026-01-03"), (1, 0, OPEN, "2026-01-04"),
        (1, 0, LOST, "2026-01-08"),
    )  # fmt: skip
    assert told(*rows) == [
        (1, 0, "2026-01-01", "2026-01-03", "NaT", 0),
        (1, 1, "2026-01-03", "NaT", "2026-01-08", 0),
    ]


def test_a_loss_that_was_taken_back_is_none() -> None:
    rows = (
        (1, 0, OPEN, "2026-01-01"), (1, 0, LOST, "2026-01-03"), (1, 1, OPEN, "2026-02-04"),
        (1, 0, WON, "2026-02-08"),
    )  # fmt: skip
    assert told(*rows) == [
        (1, 0, "2026-01-01", "2026-02-04", "NaT", -1),
        (1, 1, "2026-02-04", "2026-02-08", "NaT", -1),
    ]


def test_what_is_open_neither_passed_nor_left() -> None:
    rows = ((3, 1, OPEN, "2026-01-02"), (2, 0, OPEN, "2026-01-01"), (2, 1, OPEN, "2026-01-07"))
    assert told(*rows) == [
        (2, 0, "2026-01-01", "2026-01-07", "NaT", -1),
        (2, 1, "2026-01-07", "NaT", "NaT", -1),
        (3, 1, "2026-01-02", "NaT", "NaT", -1),
    ]


def test_rows_of_one_day_stand_in_their_order() -> None:
    rows = ((1, 0, OPEN, "2026-01-01"), (1, 1, OPEN, "2026-01-01"), (1, 0, LOST, "2026-01-01"))
    assert told(*rows) == [
        (1, 0, "2026-01-01", "2026-01-01", "NaT", 1),
        (1, 1, "2026-01-01", "NaT", "2026-01-01", 1),
    ]


def test_without_stays_there_are_no_passages() -> None:
    assert told() == []
