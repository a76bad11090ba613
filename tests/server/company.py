"""A small company in a real workspace: the people and teams of the made-up one (`fake`), and their deals."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import leitstern
from leitstern import clock
from leitstern.workspace import Workspace

MAPPING = """
name = "CRM"

[[table]]
file = "people*.csv"
fact = "person"
key = "id"
[table.fields]
name = "name"
manager = "manager"
joined_at = {column = "joined", read = "YYYY-MM-DD"}

[[table]]
file = "teams*.csv"
fact = "team"
key = "id"
[table.fields]
name = "name"
lead = "lead"
parent = "parent"

[[table]]
file = "stays*.csv"
fact = "membership"
key = "id"
[table.fields]
person = "person"
team = "team"
valid_from = {column = "from", read = "YYYY-MM-DD"}

[[table]]
file = "companies*.csv"
fact = "company"
key = "id"
[table.fields]
name = "name"
segment = "segment"

[[table]]
file = "deals*.csv"
fact = "deal"
key = "id"
[table.fields]
name = "name"
company = "company"
owner = "owner"
status = {column = "status", values = {won = "won", lost = "lost", open = "open"}}
created_at = {column = "created", read = "YYYY-MM-DD"}
closed_at = {column = "closed", read = "YYYY-MM-DD"}
amount = {column = "amount", read = "plain"}
"""
#: id, name, manager, team. P8 leads T1 (and T2 beneath it), P9 leads T3; P10 is the head.
PEOPLE = (
    ("P1", "Jasper Oldehus", "P8", "T1"),
    ("P2", "Anneke Brüning", "P8", "T1"),
    ("P3", "Mehmet Yıldız", "P8", "T2"),
    ("P4", "Wencke Harms", "P9", "T3"),
    ("P6", "Ilse Renken", "P9", "T3"),
    ("P8", "Frauke Dirks", "P10", "T1"),
    ("P9", "Gerrit Boom", "P10", "T3"),
    ("P10", "Heike Saathoff", "", "T4"),
)
TEAMS = (
    ("T1", "Vertrieb Nord", "P8", ""),
    ("T2", "Vertrieb Süd", "", "T1"),
    ("T3", "Vertrieb West", "P9", ""),
    ("T4", "Leitung", "P10", ""),
)
COMPANIES = (("C1", "Dorn GmbH", "A"), ("C2", "Ahrens AG", "B"))


def build(folder: Path) -> Workspace:
    """The workspace, imported and with a generation; deals were closed on every day of the last two years."""
    shutil.copytree(Path(_built(clock.today("Europe/Berlin")).name) / "company", folder)
    return leitstern.open(folder)


@cache
def _built(today: date) -> tempfile.TemporaryDirectory[str]:
    """The company as it is on a day, built once in a process; gone with it."""
    made = tempfile.TemporaryDirectory(prefix="halvorsen-")
    folder = Path(made.name) / "company"
    workspace = leitstern.init(folder, name="Halvorsen Pumpen GmbH", language="de", timezone="Europe/Berlin")
    (folder / "mappings" / "crm.toml").write_text(MAPPING, encoding="utf-8")
    files = folder / "files"
    files.mkdir()
    began = today - timedelta(days=730)
    _write(files / "people.csv", ("id", "name", "manager", "joined"), [(*p[:3], began) for p in PEOPLE])
    _write(files / "teams.csv", ("id", "name", "lead", "parent"), TEAMS)
    _write(
        files / "stays.csv",
        ("id", "person", "team", "from"),
        [(f"S{p[0]}", p[0], p[3], began) for p in PEOPLE],
    )
    _write(files / "companies.csv", ("id", "name", "segment"), COMPANIES)
    head = ("id", "name", "company", "owner", "status", "created", "closed", "amount")
    _write(files / "deals.csv", head, [_deal(number, began) for number in range(730)])
    receipt = workspace.import_files([files])
    assert not receipt.questions, receipt.questions
    assert not receipt.unmatched, receipt.unmatched
    workspace.refresh()
    return made


def _deal(number: int, began: date) -> tuple[object, ...]:
    closed = began + timedelta(days=number)
    owner = PEOPLE[number % len(PEOPLE)][0]
    status = ("won", "lost", "won")[number % 3]
    created = closed - timedelta(days=20)
    return (
        f"D{number}",
        f"Anlage {number}",
        COMPANIES[number % 2][0],
        owner,
        status,
        created,
        closed,
        f"{1000 + number}.{number * 37 % 100:02}",
    )


def _write(file: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(head)
        writer.writerows(rows)
