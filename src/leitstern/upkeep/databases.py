"""Looking at the databases of a workspace: the store, the generations, and the application database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from leitstern.errors import Problem
from leitstern.upkeep.found import Damage, Part, said

#: The application database where ``LEITSTERN_DATABASE`` names no other.
APP = "app.sqlite3"
_MOST = 20


def store(folder: Path) -> Part:
    """Of the imported data: every block is read, and the account of every import adds up."""
    import duckdb

    from leitstern.facts.store import Store

    file = folder / "store.duckdb"
    if not file.is_file():
        gone = (folder / "generations" / "current").exists()
        return Part("store", 0, (Damage(file.name, "missing"),) if gone else ())
    try:
        with Store(file, read_only=True) as opened:
            read_all(opened.connection)
            for receipt in opened.receipts():
                receipt.check()
    except Problem as problem:
        if problem.code == "facts.store_busy":
            return Part("store", 1, busy=True)
        code = "newer" if problem.code == "facts.store_newer" else "unreadable"
        return Part("store", 1, (Damage(file.name, code, said(problem)),))
    except (duckdb.Error, OSError) as error:
        return Part("store", 1, (Damage(file.name, "unreadable", said(error)),))
    except AssertionError as error:
        return Part("store", 1, (Damage(file.name, "receipts", said(error)),))
    return Part("store", 1)


def generations(folder: Path) -> Part:
    """Of the generations: the one that is named is there, every block is read, every month is what its
    fingerprint says."""
    place = folder / "generations"
    files = sorted(place.glob("[0-9]*.duckdb"))
    pointer = place / "current"
    found = []
    if files or pointer.exists():
        try:
            named = place / pointer.read_text(encoding="ascii").strip()
            if named not in files:
                found.append(Damage("generations/current", "points_nowhere"))
        except (OSError, ValueError) as error:
            found.append(Damage("generations/current", "unreadable", said(error)))
    for file in files:
        found += _generation(file)
    return Part("generations", len(files), tuple(found))


def _generation(file: Path) -> Iterator[Damage]:
    import duckdb

    from leitstern.engine import fingerprints
    from leitstern.engine.backends.duckdb import connect

    place = f"generations/{file.name}"
    try:
        with connect(file, read_only=True) as con:
            read_all(con)
            if differing := fingerprints.differing(con):
                yield Damage(place, "fingerprints", found=differing)
    except FileNotFoundError:  # a newer one was published meanwhile, and this one was the oldest
        return
    except (duckdb.Error, OSError, ValueError, KeyError, TypeError) as error:
        if file.exists():
            yield Damage(place, "unreadable", said(error))


def read_all(con: object) -> None:
    """Read every column of every table, so that each block is held against its checksum."""
    import duckdb

    assert isinstance(con, duckdb.DuckDBPyConnection)
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchall()
    for (name,) in tables:
        con.execute(f'SELECT bit_xor(hash(t)) FROM "{name}" AS t').fetchall()  # noqa: S608 - its own name


def database(folder: Path) -> Part:
    """Of the application database, where it is SQLite's: its pages and its references hold together."""
    file = folder / APP
    if os.environ.get("LEITSTERN_DATABASE") or not file.exists():
        return Part("database", 0)
    try:
        with closing(opened(file)) as con:
            told = [row[0] for row in con.execute(f"PRAGMA integrity_check({_MOST})")]
            if told != ["ok"]:
                return Part("database", 1, (Damage(APP, "unreadable", str(told[0])),))
            if con.execute("PRAGMA foreign_key_check").fetchone():
                return Part("database", 1, (Damage(APP, "references"),))
            if con.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                # A file without a byte lost them; one without tables was made by asking, and never had any.
                lost = (Damage(APP, "empty"),) if file.stat().st_size == 0 else ()
                return Part("database", 0, lost)
    except (sqlite3.Error, OSError) as error:
        return Part("database", 1, (Damage(APP, "unreadable", said(error)),))
    return Part("database", 1)


def opened(file: Path) -> sqlite3.Connection:
    """An SQLite database that is only read, also while others write to it."""
    return sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True, timeout=20)
