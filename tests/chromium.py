"""The browser of the tests: Debian's Chromium, headless, with nothing of its own to say to the network."""

from __future__ import annotations

import shutil

import pytest

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str:
    """Where Chromium is; without it the test is skipped, which fails in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not installed (apt install chromium)")
    return found
