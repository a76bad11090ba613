"""CPU and memory of importing and building, in one run beside plain DuckDB on the same file.

    python bench/import/run.py [--rows N]

Writes a German CSV of deals with 12 columns, then measures, each in a process of its own:

- DuckDB reading the file with casts into a table of a database file (it checks less, and keeps no account);
- `import` and `refresh` of it;
- `import` and `refresh` of one more day of deals (a thousandth of the rows).

Prints CPU seconds with those of child processes, ratios to DuckDB, and the largest memory of any process.
CPU seconds, and not those of the clock, so that other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

COLUMNS = (
    "Deal-ID;Name;Firma;Verantwortlich;Team;Betrag;Kosten;Status;Erstellt am;Abgeschlossen am;Quelle;Region"
)
MAPPING = """
name = "bench"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "Deal-ID"
[table.fields]
name = "Name"
company = "Firma"
owner = "Verantwortlich"
team = "Team"
amount = "Betrag"
cost = "Kosten"
source = "Quelle"
region = "Region"
created_at = "Erstellt am"
closed_at = "Abgeschlossen am"
status = {column = "Status", values = {gewonnen = "won", verloren = "lost", offen = "open"}}
"""
DUCKDB = """
import sys, duckdb
con = duckdb.connect(sys.argv[2])
con.execute("SET threads = 2")
con.execute("SET enable_progress_bar = false")
money = "CAST(replace(replace(\\"{}\\", '.', ''), ',', '.') AS DECIMAL(18, 4))"
day = "CAST(strptime(\\"{}\\", '%d.%m.%Y') AS TIMESTAMP)"
con.execute(f'''
    CREATE TABLE deal AS SELECT "Deal-ID" AS key, "Name", "Firma", "Verantwortlich", "Team",
    {money.format("Betrag")} AS amount, {money.format("Kosten")} AS cost, "Status",
    {day.format("Erstellt am")} AS created_at, {day.format("Abgeschlossen am")} AS closed_at,
    "Quelle", "Region"
    FROM read_csv(?, delim = ';', header = true, all_varchar = true)''', [sys.argv[1]])
con.close()
"""
IMPORT = """
import sys, leitstern
receipt = leitstern.open(sys.argv[2]).import_files([sys.argv[1]])
assert not receipt.questions, receipt.questions
print(*(f"{t.loaded} loaded, {t.rows_set_aside} set aside" for t in receipt.tables), file=sys.stderr)
"""
REFRESH = "import sys, leitstern; leitstern.open(sys.argv[1]).refresh()"


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a process and its children, and the most memory one of them held."""

    cpu: float
    megabytes: float


def write(file: Path, rows: int, first: int, day: date, days: int) -> None:
    """Deals numbered from ``first``, made on one of ``days`` days up to ``day``."""
    draw = random.Random(first)
    with file.open("w", encoding="utf-8") as target:
        target.write(COLUMNS + "\n")
        for number in range(first, first + rows):
            made = day - timedelta(days=draw.randrange(days))
            status = ("gewonnen", "verloren", "offen")[number % 3]
            closed = (
                "" if status == "offen" else f"{min(day, made + timedelta(days=draw.randrange(90))):%d.%m.%Y}"
            )
            amount = f"{draw.randrange(100, 99_999)},{draw.randrange(100):02}"
            cost = f"{draw.randrange(1, 9)}.{draw.randrange(1000):03},{draw.randrange(100):02}"
            target.write(
                f"D{number};Deal {number};F{draw.randrange(5000)};p{draw.randrange(40)};t{number % 5};"
                f"{amount};{cost};{status};{made:%d.%m.%Y};{closed};Messe;R{number % 7}\n"
            )


def measured(code: str, *arguments: str | Path) -> Cost:
    """Run Python code in a process of its own."""
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a step failed with exit code {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=500_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        import leitstern

        workspace = folder / "ws"
        leitstern.init(workspace, language="en")
        (workspace / "mappings" / "bench.toml").write_text(MAPPING, encoding="utf-8")
        today = date.today() - timedelta(days=1)  # noqa: DTZ011 - a bench, not the program
        write(folder / "deals.csv", rows, 0, today, 1000)
        write(folder / "deals_next.csv", rows // 1000, rows, today, 1)
        steps: dict[str, Callable[[], Cost]] = {
            "DuckDB, read_csv with casts": lambda: measured(
                DUCKDB, folder / "deals.csv", folder / "plain.duckdb"
            ),
            "import": lambda: measured(IMPORT, folder / "deals.csv", workspace),
            "build": lambda: measured(REFRESH, workspace),
            "import one more day": lambda: measured(IMPORT, folder / "deals_next.csv", workspace),
            "build one more day": lambda: measured(REFRESH, workspace),
        }
        print(f"{rows} rows x 12 columns, {(folder / 'deals.csv').stat().st_size / 1e6:.0f} MB")
        base = None
        for step, run in steps.items():
            cost = run()
            base = base or cost
            print(
                f"{step:<28} {cost.cpu:7.2f} s CPU  {cost.cpu / base.cpu:6.1f} x  {cost.megabytes:6.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
