"""Small imports for the tests: files written here, a store in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import pytest

from leitstern.facts.imports import Options, import_files
from leitstern.facts.mapping import parse
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.duckdb") as opened:
        yield opened


def bring_into(
    store: Store, folder: Path, files: dict[str, str], mapping: str | None = None, **options: object
) -> Receipt:
    """Write files into a folder of their own and import them."""
    place = Path(mkdtemp(prefix="files", dir=folder))
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    mappings = [] if mapping is None else [parse(mapping, "test.toml")]
    chosen = replace(Options(timezone="Europe/Berlin"), **options)  # type: ignore[arg-type]
    return import_files(store, folder / "raw", [place], mappings, chosen)


@pytest.fixture
def bring(tmp_path: Path, store: Store) -> Bring:
    """``bring({"deals.csv": text}, mapping_text)`` writes the files and imports them."""
    return partial(bring_into, store, tmp_path)


def all_rows(store: Store, fact: str, *fields: str) -> list[tuple[object, ...]]:
    """Fields of all records of a fact, by key."""
    columns = ", ".join(f'"{name}"' for name in fields)
    return store.connection.execute(f'SELECT {columns} FROM "{fact}" ORDER BY key').fetchall()
