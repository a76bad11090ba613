"""Requests come in whole before a thread takes them up, and what stalls costs nobody else anything."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from leitstern.server.front import Front, Limits

QUICK = Limits(stalled=0.2, grace=0.1, slowest=1000, largest=1000, from_one=3, waiting=2)


def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Says what it was asked."""
    start("200 OK", [("Content-Type", "text/plain")])
    body = environ["wsgi.input"].read()
    known = (
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        environ.get("HTTP_X_A"),
        environ["CONTENT_LENGTH"],
    )
    return [" ".join(map(str, known)).encode(), b" ", body]


def scope(
    path: str = "/", headers: list[tuple[bytes, bytes]] | None = None, client: str = "10.0.0.1"
) -> dict[str, Any]:
    return {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"a=b",
        "headers": [(b"content-length", b"9"), *(headers or [])], "scheme": "http",
        "client": (client, 5), "server": ("127.0.0.1", 80),
    }  # fmt: skip


class Visit:
    """One request: its parts come when they are put in; ``sent`` is the answer."""

    def __init__(self, front: Front, *parts: bytes, more: bool = False, **about: Any) -> None:
        self.parts: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for place, part in enumerate(parts):
            last = place == len(parts) - 1 and not more
            self.parts.put_nowait({"type": "http.request", "body": part, "more_body": not last})
        self.sent: list[dict[str, Any]] = []
        self.task = asyncio.ensure_future(front(scope(**about), self.parts.get, self._send))

    async def _send(self, message: Any) -> None:
        self.sent.append(dict(message))

    async def answer(self) -> tuple[int, bytes]:
        await self.task
        return self.sent[0]["status"], b"".join(one.get("body", b"") for one in self.sent[1:])


def run(story: Any) -> Any:
    return asyncio.run(story)


def test_a_request_arrives_whole() -> None:
    async def story() -> tuple[int, bytes]:
        front = Front(app, 1)
        visit = Visit(
            front, b"one ", b"two", path="/%C3%BC", headers=[(b"x-a", b"1"), (b"x-a", b"2"), (b"x_a", b"3")]
        )
        return await visit.answer()

    assert run(story()) == (200, "POST \u00c3\u00bc 1,2 7 one two".replace("POST ", "POST /").encode())


def test_slow_bodies_stop_nobody_and_are_sent_away() -> None:
    async def story() -> tuple[Any, list[tuple[int, bytes]]]:
        front = Front(app, 1, QUICK)
        slow = [Visit(front, b"a", more=True, client=f"10.0.0.{n}") for n in range(200)]
        await asyncio.sleep(0)
        quick = await Visit(front, b"b").answer()
        return quick, [await one.answer() for one in slow]

    quick, slow = run(story())
    assert quick[0] == 200
    assert {status for status, _said in slow} == {408}


def test_a_body_that_trickles_is_sent_away() -> None:
    async def story() -> tuple[int, bytes]:
        visit = Visit(Front(app, 1, QUICK), b"a", more=True)
        for _ in range(5):
            await asyncio.sleep(0.1)
            visit.parts.put_nowait({"type": "http.request", "body": b"a", "more_body": True})
        return await visit.answer()

    assert run(story())[0] == 408


def test_one_address_sends_so_many_at_a_time() -> None:
    async def story() -> list[int]:
        front = Front(app, 1, QUICK)
        held = [Visit(front, b"a", more=True) for _ in range(3)]
        await asyncio.sleep(0)
        found = [
            (await Visit(front, b"b").answer())[0],
            (await Visit(front, b"b", client="10.0.0.2").answer())[0],
        ]
        for one in held:
            await one.answer()
        return [*found, (await Visit(front, b"b").answer())[0]]

    assert run(story()) == [503, 200, 200]


def test_a_page_is_never_counted_as_a_body() -> None:
    async def story() -> int:
        front = Front(app, 1, QUICK)
        held = [Visit(front, b"a", more=True) for _ in range(3)]
        await asyncio.sleep(0)
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await front({**scope(), "method": "GET", "headers": []}, held[0].parts.get, send)
        for one in held:
            await one.answer()
        return int(sent[0]["status"])

    assert run(story()) == 200


def test_behind_a_proxy_visitors_are_told_apart() -> None:
    async def story() -> list[int]:
        front = Front(app, 1, QUICK, proxies=1)
        held = [Visit(front, b"a", more=True, headers=[(b"x-forwarded-for", b"1.1.1.1")]) for _ in range(3)]
        await asyncio.sleep(0)
        others = [(b"x-forwarded-for", b"1.1.1.1, 2.2.2.2")]
        found = (await Visit(front, b"b", headers=others).answer())[0]
        same = (await Visit(front, b"b", headers=[(b"x-forwarded-for", b"2.2.2.2, 1.1.1.1")]).answer())[0]
        for one in held:
            one.parts.put_nowait({"type": "http.disconnect"})
            await one.task
        return [found, same]

    assert run(story()) == [200, 503]


def test_a_body_has_a_largest_size() -> None:
    async def story() -> tuple[int, bytes]:
        return await Visit(Front(app, 1, QUICK), b"a" * 600, b"a" * 600).answer()

    assert run(story())[0] == 413


def test_where_too_much_waits_one_is_told_to_come_again() -> None:
    go = threading.Event()

    def waiting(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        go.wait(10)
        return app(environ, start)

    async def story() -> tuple[dict[bytes, bytes], list[int]]:
        front = Front(waiting, 1, QUICK)
        visits = [Visit(front, b"a") for _ in range(3)]
        await visits[2].task
        go.set()
        return dict(visits[2].sent[0]["headers"]), [(await one.answer())[0] for one in visits]

    headers, found = run(story())
    assert found == [200, 200, 503]
    assert headers[b"retry-after"] == b"5"


def test_whoever_left_is_not_answered() -> None:
    async def story() -> list[Any]:
        visit = Visit(Front(app, 1, QUICK), b"a", more=True)
        visit.parts.put_nowait({"type": "http.disconnect"})
        await visit.task
        return visit.sent

    assert run(story()) == []


@pytest.mark.parametrize("missing", ["client", "server"])
def test_a_socket_without_addresses_is_served(missing: str) -> None:
    async def story() -> int:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await Front(app, 1)({**scope(), missing: None}, receive, send)
        return int(sent[0]["status"])

    assert run(story()) == 200
