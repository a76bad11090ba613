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
    except OSError as error:
        if error.errno in _FULL or _SAYS in str(error):
            raise Problem("leitstern.disk_full") from error
        raise
    except Exception as error:
        import duckdb

        if isinstance(error, duckdb.Error) and _SAYS in str(error):
            raise Problem("leitstern.disk_full") from error
        raise
