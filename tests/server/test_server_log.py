"""What a server that is started says: nothing secret, and one line for each request that it refuses."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.test import Client

import leitstern
from leitstern.server.log import Refused
from leitstern.server.prepare import LOG_INS


@contextmanager
def served(folder: Path, log: Path) -> Iterator[HTTPConnection]:
    """A server of a workspace, as it is started; what it says is in ``log``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    left_out = ("DJANGO_SETTINGS_MODULE", "LEITSTERN_WORKSPACE", "LEITSTERN_LANGUAGE")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    command = [sys.executable, "-m", "leitstern.cli", "-w", str(folder), "serve", "--port", str(port)]
    with log.open("wb") as said:
        server = subprocess.Popen(command, env=environment, stdout=said, stderr=said, umask=0o022)
    try:
        until = time.monotonic() + 1200
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until
                time.sleep(0.1)
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            yield connection
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            raise


def test_a_server_that_is_started(tmp_path: Path) -> None:
    folder, log = tmp_path / "acme", tmp_path / "log"
    leitstern.init(folder, language="en")
    (folder / LOG_INS).write_text("administrator  boss@example.org\npassword  abcd-efgh\n", encoding="utf-8")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with served(folder, log) as server:
        server.request(
            "GET", "/", headers={"Host": "evil.example\u00a0\u00e9".encode("latin-1").decode("latin-1")}
        )
        assert server.getresponse().read() == b"Bad request"
        until = time.monotonic() + 120
        while not (folder / "insight").is_dir() or not (folder / "uploads").is_dir():
            assert time.monotonic() < until, "the workers have begun"
            time.sleep(0.1)
        wide = [str(path) for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]
    said = log.read_text(encoding="utf-8")
    assert wide == []
    assert "that others on this machine could read, and now only you can: " in said
    assert f"How to log in to the demo is in {folder / LOG_INS}." in said
    assert "abcd-efgh" not in said
    assert "boss@example.org" not in said
    refused = [line for line in said.splitlines() if "evil" in line]
    assert len(refused) == 1
    assert "which is no name of this server (LEITSTERN_HOSTS)" in refused[0]
    assert "Traceback" not in said


class Kept(logging.Handler):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(Refused().format(record))


def test_a_wrong_host_is_one_short_line(client: Client) -> None:
    kept, logger = Kept(), logging.getLogger("django.security.DisallowedHost")
    logger.addHandler(kept)
    hosts = ["evil.example", "a\r\nb", "x" * 5000, "[", "a b", "über.example"]
    try:
        for host in hosts:
            assert client.get("/", headers={"host": host}).status_code == 400
    finally:
        logger.removeHandler(kept)
    assert len(kept.lines) == len(hosts)
    for line in kept.lines:
        assert "LEITSTERN_HOSTS" in line
        assert line.isascii()
        assert len(line.splitlines()) == 1
        assert len(line) < 400


def test_what_else_is_refused_is_one_line_too() -> None:
    try:
        raise ValueError("a\nTraceback of one's own")
    except ValueError:
        record = logging.LogRecord(
            "django.security", logging.ERROR, "", 1, "a\nb %s", ("\x1b[2J",), sys.exc_info()
        )
    line = Refused().format(record)
    assert line.endswith(r" refused: a\nb \x1b[2J")


def test_an_accepted_goal_is_on_the_disk_before_it_is_answered(client: Client) -> None:
    from django.db import connection

    assert connection.vendor == "sqlite"  # PostgreSQL waits for the disk by itself
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
