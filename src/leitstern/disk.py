"""A full disk, as a message instead of an error: nothing half-written stays, and it says what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from leitstern.errors import Problem

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SAYS = "No space left"


@contextmanager
def with_room() -> Iterator[None]:
    """Raises ``Problem`` ``leitstern.disk_full`` where what is done inside finds no room on the disk.

    Arrow and DuckDB tell of it in words of their own errors, which are kinds of ``OSError`` or name it.
    """
    try:
        yield
    except Exception as error:
        if is_full(error):
            raise Problem("leitstern.disk_full") from error
        raise


def is_full(error: Exception) -> bool:
    """Whether an error says that the disk is full."""
    if isinstance(error, OSError):
        return error.errno in _FULL or _SAYS in str(error)
    import duckdb

    return isinstance(error, duckdb.Error) and _SAYS in str(error)
