"""How fast are the pages people open each morning, with 1,000 people and 20,000 goals?

    python bench/server/run.py            # makes the workspace in .cache/ once, then measures
    python bench/server/run.py --write    # keeps the report as bench/server/RESULTS.md

Needs `wrk` (Debian: apt install wrk). Everything stays on loopback.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

ROOT = Path(__file__).resolve().parent.parent.parent
WORKSPACE = ROOT / ".cache" / "bench" / "people-1000"
PORT = 8399
USERS = 50


def main() -> None:
    """Make what is missing, serve it, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    if not (WORKSPACE / "generations" / "current").exists():
        program = str(Path(sys.executable).with_name("leitstern"))
        subprocess.run([program, "demo", str(WORKSPACE), "--scale", "25"], check=True)
    os.environ |= {
        "LEITSTERN_WORKSPACE": str(WORKSPACE),
        "DJANGO_SETTINGS_MODULE": "leitstern.server.settings",
    }
    from fill import fill, sessions

    made = fill(WORKSPACE)
    people = sessions(WORKSPACE, USERS)
    kept = WORKSPACE / "bench-sessions"
    kept.write_text("".join(f"{cookie} {team}\n" for _, cookie, team in people), encoding="ascii")
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("leitstern")), "-w", str(WORKSPACE), "serve", "--port", str(PORT)]
    )
    try:
        report = _measure(people, made, kept, options.seconds)
    finally:
        server.terminate()
        server.wait()
    print(report)
    if options.write:
        (Path(__file__).with_name("RESULTS.md")).write_text(report, encoding="utf-8")


def _measure(people: list[tuple[str, str, str]], made: dict[str, int], kept: Path, seconds: int) -> str:
    _wait(people[0][1])
    lines = [
        "# Pages with 1,000 people",
        "",
        f"{made['accounts']} accounts, {made['goals']} goals, three years of history.",
        "Two cores, SQLite, loopback.",
        "",
        "| page | who | first, ms | median of 30, ms |",
        "| --- | --- | --- | --- |",
    ]
    for who, cookie, team in (people[0], people[-1]):
        for page in ("/", team, "/company"):
            times = [_time(page, cookie) for _ in range(31)]
            lines.append(f"| `{page}` | {who} | {times[0]:.0f} | {statistics.median(times[1:]):.0f} |")
    lines += ["", "| users | looking at a page for | requests | median | p95 | p99 | errors |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for think in (2000, 0):
        found = _load(kept, seconds, think)
        shown = "1 to 3 s" if think else "0 s (as fast as it goes)"
        lines.append(
            f"| {USERS} | {shown} | {found['requests']} | {found['median']} ms | {found['p95']} ms "
            f"| {found['p99']} ms | {found['errors']} |"
        )
    return "\n".join(lines) + "\n"


def _load(kept: Path, seconds: int, think: int) -> dict[str, str]:
    script = str(Path(__file__).with_name("pages.lua"))
    address = f"http://127.0.0.1:{PORT}/"
    run = subprocess.run(
        ["wrk", "-t1", f"-c{USERS}", f"-d{seconds}s", "--timeout", "30s", "-s", script, address],
        env=os.environ | {"BENCH_SESSIONS": str(kept), "BENCH_THINK": str(think)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(re.findall(r"(\w+) (\d+)", run.stdout.splitlines()[-1]))


def _time(page: str, cookie: str) -> float:
    """Milliseconds for one page; a page that is not there ends the run."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    begun = time.perf_counter()
    connection.request("GET", page, headers={"Cookie": f"sessionid={cookie}; language=de"})
    answer = connection.getresponse()
    answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        raise SystemExit(f"{page}: {answer.status}")
    return took


def _wait(cookie: str) -> None:
    for _ in range(600):
        try:
            _time("/data", cookie)
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the server did not come up")


if __name__ == "__main__":
    main()
