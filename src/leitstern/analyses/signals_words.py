"""Signals in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from leitstern.messages import message

if TYPE_CHECKING:
    from collections.abc import Callable


class Figures(Protocol):
    """How numbers are written."""

    def short(self, value: float | None, unit: str) -> str:
        """A value with its unit, in three digits."""

    def change(self, value: float | None) -> str:
        """A signed relative change."""


def sentence(
    signal: Mapping[str, Any], row: Mapping[str, Any], kpi: str, language: str, figures: Figures,
    day: Callable[[date], str],
) -> str:  # fmt: skip
    """What a signal of a KPI says; ``signal`` and ``row`` are plain values as from ``as_json``."""
    since = day(date.fromisoformat(signal["since"]))
    of_week = row["step"] == "week"
    return message(
        f"signals.{signal['kind']}_{signal['direction']}",
        language,
        kpi=kpi,
        since=since,
        when=message("signals.in_week" if of_week else "signals.on_day", language, since=since),
        step=message(f"signals.{row['step']}", language),
        seen=figures.short(signal["seen"], row["unit"]),
        expected=figures.short(signal["expected"], row["unit"]),
        change=figures.change(signal["change"]),
    )


def summary(found: Mapping[str, Any], language: str) -> str:
    """How many KPIs changed lately; ``found`` is plain values as from ``as_json``."""
    count = sum(row["news"] > 0 for row in found["rows"])
    code = "all_quiet" if count == 0 else "one" if count == 1 else "news"
    return message(f"signals.{code}", language, count=count, watched=found["watched"])


def budget(found: Mapping[str, Any], language: str) -> str:
    """How many false alarms there are to be expected."""
    together = max(round(found["alarms"] * found["watched"]), 1)
    return message("signals.budget", language, watched=found["watched"], together=together)


def stale(row: Mapping[str, Any], kpi: str, language: str, day: Callable[[date], str]) -> str:
    """That a KPI's source is silent."""
    return message("signals.stale", language, kpi=kpi, until=day(date.fromisoformat(row["until"])))
