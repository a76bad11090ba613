"""The one clock of the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

#: Where the time comes from; tests put their own here.
read: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - it is replaced as a whole


def now() -> datetime:
    """The moment it is, in UTC."""
    return read()
