"""Run what follows the calendar as if it were another day: the demo with its goals and analyses, and tests.

    python scripts/days.py                      # all days, three sizes of the demo, and the tests
    python scripts/days.py --turn 3 --scale .05 # the three days whose turn it is today
    python scripts/days.py --list               # the days
    python scripts/days.py 2027-01-04T23:50     # one day, or moment (Europe/Berlin)

For each day the program's clock is moved (``LEITSTERN_CLOCK_AHEAD``), `leitstern demo` is run at each size,
then the worker once, and the tests marked ``calendar``. One line a day; ends with 1 where anything failed.
"""

from __future__ import annotations

import argparse
import calendar
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
ZONE = ZoneInfo("Europe/Berlin")
YEARS = (2027, 2028, 2029)
SCALES = (0.05, 0.3, 1.0)
TESTS = ("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "calendar")
#: How a file says that its tests, or some of them, follow the calendar.
MARK = "pytest.mark.calendar"
#: A demo of full size with all its analyses takes about two minutes; then something hangs.
_PATIENCE = 1800


def moments() -> list[datetime]:
    """Sixty moments of three years on which something begins, ends, jumps or rests."""
    found = ["2026-11-30T09", "2026-12-31T23:50", "2027-01-03T23:50", "2027-03-29T09", "2027-04-01T00:05"]
    found += ["2027-05-06T09", "2028-02-28T09", "2028-10-03T09", "2029-07-01T09"]
    for year in YEARS:
        lasts = [calendar.monthrange(year, month)[1] for month in range(1, 13)]
        found += [f"{year}-{month:02}-{last}T09" for month, last in enumerate(lasts, 1)]
        found += [f"{year}-01-01T00:10", f"{year}-01-04T09", f"{year}-12-24T15"]
        found += [f"{day}T02:30" for day in _jumps(year)]
    return sorted(datetime.fromisoformat(moment).replace(tzinfo=ZONE) for moment in found)


def _jumps(year: int) -> list[date]:
    """The Sundays on which the clocks change: the last ones of March and October."""
    lasts = [date(year, month, 31) for month in (3, 10)]
    return [last - timedelta(days=last.isoweekday() % 7) for last in lasts]


def main() -> int:
    """Run the days asked for; 1 where one of them failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("days", nargs="*", metavar="DAY", type=datetime.fromisoformat)
    parser.add_argument("--turn", type=int, metavar="N", help="only the N days whose turn it is")
    parser.add_argument("--scale", type=float, nargs="*", default=SCALES)
    parser.add_argument("--no-tests", action="store_true", help="the demo alone")
    parser.add_argument("--tested", type=int, metavar="N", help="tests on the first N days only")
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_args()
    days = [_at(day) for day in asked.days] or moments()
    if asked.turn:
        first = datetime.now(UTC).toordinal() * asked.turn
        days = [days[(first + n) % len(days)] for n in range(asked.turn)]
    if asked.list:
        print("\n".join(f"{day:%Y-%m-%dT%H:%M}" for day in days))
        return 0
    tested = 0 if asked.no_tests else len(days) if asked.tested is None else asked.tested
    failed = sum(not _day(day, asked.scale, tests=n < tested) for n, day in enumerate(days))
    print(f"{len(days)} days, {failed} failed", flush=True)
    return 1 if failed else 0


def _at(day: datetime) -> datetime:
    """A day given without a time is meant in the morning."""
    return (day if day.hour or day.minute else day.replace(hour=9)).replace(tzinfo=ZONE)


def _day(moment: datetime, scales: Sequence[float], *, tests: bool) -> bool:
    begun = time.monotonic()
    ahead = (moment - datetime.now(UTC)).total_seconds()
    environment = os.environ | {"LEITSTERN_CLOCK_AHEAD": str(ahead)}
    with tempfile.TemporaryDirectory(prefix="leitstern-days-") as folder:
        wrong = [
            f"demo {scale:g}"
            for scale in scales
            if not _demo(Path(folder) / f"{scale:g}", scale, environment)
        ]
    if tests and not _run([*TESTS, *_following()], environment):
        wrong.append("tests")
    print(
        f"{moment:%Y-%m-%dT%H:%M}  {time.monotonic() - begun:4.0f} s  {', '.join(wrong) or 'ok'}", flush=True
    )
    return not wrong


def _following() -> list[str]:
    """The files with tests that follow the calendar: to read all others takes longer than to run these."""
    files = (ROOT / "tests").rglob("test_*.py")
    return sorted(str(file.relative_to(ROOT)) for file in files if MARK in file.read_text(encoding="utf-8"))


def _demo(folder: Path, scale: float, environment: dict[str, str]) -> bool:
    """Make a demo and run its analyses."""
    made = ["-m", "leitstern.cli", "demo", str(folder), "--scale", str(scale)]
    inside = environment | {"LEITSTERN_WORKSPACE": str(folder)}
    return _run(made, environment) and _run(["-m", "leitstern.server.work", "once"], inside)


def _run(arguments: Sequence[str], environment: dict[str, str]) -> bool:
    """Run Python; what it said is shown where it failed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=False, text=True, timeout=_PATIENCE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-60:]), flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
