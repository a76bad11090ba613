"""The web pages: a Django project that shows what the workspace knows and computes nothing itself."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leitstern.server.prepare import Prepared


#: Processes that answer, where ``LEITSTERN_PROCESSES`` says nothing. Two use two cores; each keeps the newest
#: generation's answers for itself.
WORKERS = min(2, os.cpu_count() or 1)
#: Milliseconds in which the head of a request has to come.
_HEAD = 10_000


def run(
    workspace_dir: str | Path,
    host: str = "127.0.0.1",
    port: int = 8321,
    about_to: Callable[[Prepared], None] = lambda _prepared: None,
) -> None:
    """Serve a workspace, with a worker for its analyses, until interrupted.

    ``about_to`` is called once nothing stands in the way.

    Any address but a loopback one is refused with a `Problem` while there are no accounts, or no names
    that the server answers to (``LEITSTERN_HOSTS``); so is a port that is taken. The application database
    is brought up to date first, and the workspace's files are made their owner's alone.
    """
    from leitstern import private
    from leitstern.errors import Problem
    from leitstern.server.prepare import prepare
    from leitstern.server.second_factor import named_roles

    folder = Path(workspace_dir).resolve()
    if not (folder / "leitstern.toml").is_file():
        raise Problem("leitstern.no_workspace", path=workspace_dir)
    if not is_loopback(host) and not os.environ.get("LEITSTERN_HOSTS", "").strip():
        raise Problem("leitstern.server_needs_hosts", host=host)
    address = "127.0.0.1" if host == "localhost" else host
    if is_taken(address, port):
        raise Problem("leitstern.server_port_taken", host=host, port=port, other=port + 1)
    named_roles(os.environ.get("LEITSTERN_SECOND_FACTOR", ""))
    private.from_now_on()
    repaired = private.repair(folder)
    prepared = replace(prepare(folder), repaired=len(repaired))
    if prepared.welcome is not None and not is_loopback(host):
        raise Problem("leitstern.server_needs_accounts", host=host, path=workspace_dir)
    about_to(prepared)
    os.environ["LEITSTERN_WORKSPACE"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "leitstern.server.settings"
    os.environ["LEITSTERN_WARM"] = "1"

    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from leitstern.server.work import beside

    pages = Granian(
        "leitstern.server.asgi:application",
        address=address,
        port=port,
        interface=Interfaces.ASGINL,
        workers=max(1, int(os.environ.get("LEITSTERN_PROCESSES") or WORKERS)),
        backlog=4096,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEAD),
        websockets=False,
        log_level=LogLevels.warning,
    )
    with beside(folder):
        pages.serve()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_taken(address: str, port: int) -> bool:
    """Whether something else listens there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False
