"""The one clock of the program: every "now" and every "today" is asked here."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: Seconds (a number, also below 0) by which the program's clock is ahead of the machine's: for tests on
#: other days, inherited by every process that is started.
AHEAD = "LEITSTERN_CLOCK_AHEAD"


def _machine() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=float(os.environ.get(AHEAD, "0")))


#: Where the time comes from; tests put their own here.
read: Callable[[], datetime] = _machine


def now() -> datetime:
    """The moment it is, in UTC."""
    return read().astimezone(UTC)


def today(timezone: str) -> date:
    """The day it is in a time zone such as ``Europe/Berlin``."""
    return read().astimezone(ZoneInfo(timezone)).date()
