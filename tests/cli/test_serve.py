"""`leitstern serve` says what stands in its way."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.cli.conftest import Call


def test_a_taken_port_is_said_with_the_way_out(refreshed: Path, call: Call) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = call("-w", refreshed, "serve", "--port", port)
    assert done.code == 1
    assert f"--port {port + 1}" in done.err
    assert "Leitstern is at" not in done.err
