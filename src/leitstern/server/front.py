"""What stands before the pages: requests come in whole before one of the few threads takes them up.

A thread that waits for a form's next byte answers nobody else, so bodies are read beside the threads, with
limits on time, size and number. A connection that stalls costs its own time and nothing more.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import unquote_to_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer = tuple[int, list[tuple[bytes, bytes]], list[bytes]]


@dataclass(frozen=True, slots=True)
class Limits:
    """``stalled``: seconds without a byte; ``slowest``: bytes a second, once ``grace`` seconds are over;
    ``largest``: bytes of a body; ``from_one``: bodies that come in from one address at a time; ``waiting``:
    requests that wait for a thread."""

    stalled: float = 10
    grace: float = 20
    slowest: int = 2_000
    largest: int = 2**30
    from_one: int = 512
    waiting: int = 256


class _RefusedError(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class Front:
    """An ASGI application that hands whole requests to a WSGI application on a few threads.

    ``proxies`` in front tell the visitor's address in ``X-Forwarded-For``.
    """

    def __init__(self, app: Wsgi, threads: int, limits: Limits = Limits(), proxies: int = 0) -> None:
        self.app = app
        self.limits = limits
        self.proxies = proxies
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pages")
        self._coming: Counter[str] = Counter()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            body, size = await self._whole(scope, receive)
            if self._waiting >= self.limits.waiting:
                body.close()
                raise _RefusedError(503)
        except _RefusedError as refused:
            await _send(send, _said(refused.status))
            return
        except ConnectionError:
            return  # nobody is there to be answered
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._pool, self._run, _environ(scope, body, size))
        finally:
            self._waiting -= 1
            body.close()
        await _send(send, answer)

    async def _whole(self, scope: Scope, receive: Receive) -> tuple[IO[bytes], int]:
        """The body, on disk where it is large, and its size."""
        if not _has_body(scope):
            return tempfile.SpooledTemporaryFile(), 0
        address = self._address(scope)
        if self._coming[address] >= self.limits.from_one:
            raise _RefusedError(503)
        self._coming[address] += 1
        body = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 - closed once it is answered
        try:
            size = await self._read(receive, body)
        except BaseException:
            body.close()
            raise
        finally:
            self._coming[address] -= 1
            if not self._coming[address]:
                del self._coming[address]
        body.seek(0)
        return body, size

    async def _read(self, receive: Receive, body: IO[bytes]) -> int:
        size, began, more = 0, time.monotonic(), True
        while more:
            try:
                message = await asyncio.wait_for(receive(), self.limits.stalled)
            except TimeoutError:
                raise _RefusedError(408) from None
            if message["type"] == "http.disconnect":
                raise ConnectionError
            body.write(message.get("body", b""))
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size > self.limits.largest:
                raise _RefusedError(413)
            taken = time.monotonic() - began
            if more and taken > self.limits.grace and size < taken * self.limits.slowest:
                raise _RefusedError(408)
        return size

    def _address(self, scope: Scope) -> str:
        if self.proxies:
            told = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            hops = b",".join(told).decode("latin-1").split(",")
            if len(hops) >= self.proxies and hops[-self.proxies].strip():
                return hops[-self.proxies].strip()
        return str((scope.get("client") or ("",))[0])

    def _run(self, environ: dict[str, Any]) -> Answer:
        """The application's answer, whole; on one of the threads."""
        status, headers = 500, list[tuple[bytes, bytes]]()

        def start(line: str, given: list[tuple[str, str]], _error: Any = None) -> None:
            nonlocal status, headers
            status = int(line.split(maxsplit=1)[0])
            headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given]

        parts = self.app(environ, start)
        try:
            return status, headers, list(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()


def _has_body(scope: Scope) -> bool:
    """Whether a request brings a body; a page that is only asked for waits for nothing."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _environ(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    """A request as WSGI has it."""
    path = unquote_to_bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(size),
    }
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").upper(), value.decode("latin-1")
        if "_" in key or key in ("CONTENT-LENGTH", "TRANSFER-ENCODING"):
            continue  # X_Forwarded_For would be taken for X-Forwarded-For
        key = key.replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    return environ


async def _send(send: Send, answer: Answer) -> None:
    status, headers, parts = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for part in parts:
        if part:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _said(status: int) -> Answer:
    """What is answered before the pages are asked, in few words."""
    said = {408: "The request came too slowly.", 413: "The request is too large.", 503: "Too much to do."}
    text = said[status].encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    return status, headers, [text]


def end_with_parent() -> None:
    """End this process when the one that started it has ended, however it did: else the port stays taken."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()
