"""What all tests share: no silent skips in CI, and a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leitstern import clock

#: The moment at which tests run, whatever day it is, unless LEITSTERN_CLOCK_AHEAD says otherwise: what fails
#: must fail for everybody. Tests marked ``calendar`` are run on many other days by scripts/days.py.
PINNED = datetime(2026, 11, 24, 9, tzinfo=UTC)
os.environ.setdefault(clock.AHEAD, str((PINNED - datetime.now(UTC)).total_seconds()))

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


#: What takes longest begins first, so that no core waits at the end for another one's last file.
LONG = (
    "tests/engine/test_states.py",
    "tests/walk",
    "tests/bench/test_damage.py",
    "tests/demo/test_import_order.py",
    "tests/accessibility",
    "tests/server/test_first_run.py",
    "tests/engine",
    "tests/cli",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files of `LONG` in their order, then all others in theirs."""
    items.sort(key=lambda item: next((n for n, name in enumerate(LONG) if item.nodeid.startswith(name)), 99))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> object:
    """In CI a skipped test failed: what it needs is missing. An expected failure stays one."""
    report = yield
    return _skip_is_failure(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> object:
    """The same for a module that skips itself as a whole."""
    report = yield
    return _skip_is_failure(report)


def _skip_is_failure(
    report: pytest.TestReport | pytest.CollectReport,
) -> pytest.TestReport | pytest.CollectReport:
    if IN_CI and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, which fails the run in CI: {reason}"
    return report


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """The address of a private PostgreSQL server, alone on a socket in a temporary folder.

    The database is called ``leitstern``; tests that write use a schema of their own.
    """
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="lspg"))
    prefix: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]

    def run(tool: str, *arguments: str) -> None:
        subprocess.run(
            [*prefix, str(binaries / tool), *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )

    data = str(folder / "data")
    # No durability: the data live as long as the tests. Nothing listens on the network.
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off"
    try:
        run("initdb", "-D", data, "-U", "leitstern", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            run("createdb", "-h", str(folder), "-U", "leitstern", "leitstern")
            yield f"postgresql://leitstern@/leitstern?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _postgres_binaries() -> Path | None:
    """The newest installed server's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None
