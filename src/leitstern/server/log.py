"""What the server says on standard error, for whoever runs the machine."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.core.exceptions import DisallowedHost

#: Of what a visitor sent, so much is repeated.
_MOST = 200


class Refused(logging.Formatter):
    """A request that was refused for what it is: one line, whatever was sent, and no traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
        return f"{at} refused: {self._said(record)}"

    def _said(self, record: logging.LogRecord) -> str:
        request, error = getattr(record, "request", None), record.exc_info and record.exc_info[1]
        if isinstance(error, DisallowedHost) and request is not None:
            host = str(request.META.get("HTTP_HOST", ""))[:_MOST]
            return f"a request for {host!a}, which is no name of this server (LEITSTERN_HOSTS)"
        return ascii(record.getMessage()[:_MOST])[1:-1]
