"""Pages over the small made-up workspace: a Django client, and a real server on loopback for the browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from playwright.sync_api import BrowserContext

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leitstern.server.settings")
# Playwright keeps a loop in the thread of the tests; nothing is awaited while the database is asked.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

import django
from django.conf import settings
from django.test import Client

django.setup()

from django.db import connections  # noqa: E402 - the settings stand only now

from leitstern.server import audit, looks  # noqa: E402 - the settings stand only now
from leitstern.server.models import Account, PrivacySetting  # noqa: E402 - the settings stand only now
from leitstern.server.reader import Reader, _readers  # noqa: E402 - the settings stand only now

from . import accounts  # noqa: E402 - the settings stand only now
from .fake import FakeWorkspace  # noqa: E402 - the settings stand only now


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


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, so that the threads of a server see what the test wrote."""
    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "app.sqlite3")


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the process keeps beside the database is forgotten after each test."""
    yield
    audit.forget()
    looks.forget()


@pytest.fixture
def account(db: None) -> Callable[..., Account]:
    """Makes an account: ``account("analyst", person="P1", leads=("T1",), email="a@example.org")``."""
    return accounts.make


@pytest.fixture
def client(show: Callable[[FakeWorkspace], None], db: None) -> Client:
    """A client on the made-up workspace, in German, of an analyst in the management who sees everything."""
    show(FakeWorkspace())
    PrivacySetting.objects.create(mode="full")
    return accounts.client_of(accounts.make("analyst", "management", email="client@example.org"))


@pytest.fixture
def clients(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Client]:
    """A client for each kind of visitor (`accounts.KINDS`) and ``anonymous``, on the made-up workspace."""
    show(FakeWorkspace())
    found = {kind: accounts.client_of(accounts.make_kind(kind)) for kind in accounts.KINDS}
    return {"anonymous": accounts.client_of(None), **found}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Puts the server's clock: ``at(datetime(2026, 11, 22, 8, tzinfo=UTC))``."""

    def put(moment: datetime) -> None:
        monkeypatch.setattr("leitstern.clock.read", lambda: moment.astimezone(UTC))

    return put


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(show: Callable[[FakeWorkspace], None], transactional_db: None) -> Iterator[str]:
    """The address of a server on loopback that shows the made-up workspace, everybody everything."""
    show(FakeWorkspace())
    PrivacySetting.objects.create(mode="full")
    from leitstern.server.wsgi import application

    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def log_in(site: str) -> Callable[[BrowserContext, Account], None]:
    """Logs an account in to a browser on `site`: ``log_in(context, account)``."""

    def use(context: BrowserContext, account: Account) -> None:
        session = accounts.client_of(account).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])

    return use
