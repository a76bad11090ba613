"""A server whose clock is a file: ``python -m tests.walk.serve WORKSPACE PORT CLOCK``.

The workspace and the database come from the environment, as they do for the real one. Only the time is
not real: ``CLOCK`` holds the moment it is.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


def set_clock(file: Path) -> None:
    """Let builds and pages of this process read the time from ``file``."""
    from leitstern import clock

    def read() -> datetime:
        return datetime.fromisoformat(file.read_text(encoding="ascii"))

    clock.read = read


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def main(workspace: Path, port: int, clock: Path) -> None:
    """Serve until ended."""
    os.environ["LEITSTERN_WORKSPACE"] = str(workspace)
    os.environ["DJANGO_SETTINGS_MODULE"] = "leitstern.server.settings"
    set_clock(clock)
    from leitstern.server.wsgi import application

    server = make_server("127.0.0.1", port, application, server_class=_Server, handler_class=_Quiet)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
