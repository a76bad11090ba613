"""Pages over the small made-up workspace: a Django client, and a real server on loopback for the browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leitstern.server.settings")

import django
from django.conf import settings
from django.test import Client

from leitstern.server.reader import Reader, _readers

from .fake import FakeWorkspace

django.setup()


class Shown(Reader):
    """A reader whose today is fixed."""

    def today(self) -> date:
        return date(2026, 11, 22)


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeWorkspace], None]:
    """Let the pages show a workspace."""

    def use(workspace: FakeWorkspace) -> None:
        ask = Shown(Path("nowhere"), lambda folder: workspace)  # type: ignore[arg-type,return-value]
        monkeypatch.setitem(_readers, Path(settings.WORKSPACE), ask)

    return use


@pytest.fixture
def client(show: Callable[[FakeWorkspace], None]) -> Client:
    """A client on the made-up workspace, in German."""
    show(FakeWorkspace())
    client = Client()
    client.cookies["language"] = "de"
    return client


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(show: Callable[[FakeWorkspace], None]) -> Iterator[str]:
    """The address of a server on loopback that shows the made-up workspace."""
    show(FakeWorkspace())
    from leitstern.server.wsgi import application

    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
