"""The simulated CRM as a Leitstern workspace: same rows, written straight into its store.

Reading files has a benchmark of its own; here the rows go from Parquet into the store's tables as an
import would leave them. What the peers got ready made (local time, team) stays behind.

    python bench/engine/store.py DIR           # DIR/workspace, from the Parquet files in DIR
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import duckdb

from leitstern.facts.store import Store, stored_facts, stored_fields

KPIS = Path(__file__).parent / "kpis"
SETTINGS = """[workspace]
name = "Bench"
language = "en"
currency = "EUR"
timezone = "Europe/Berlin"
"""

#: Columns that are not simply the Parquet file's column of the same name.
RENAMED = {
    "membership": {
        "key": "person || '-' || team",
        "valid_from": "from_day",
        "valid_to": "until_day",
    },
}


def build(folder: Path) -> Path:
    """Write the workspace beside the data it comes from; returns its folder."""
    workspace = folder / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir()
    (workspace / "leitstern.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copytree(KPIS, workspace / "kpis")
    with Store(workspace / "store.duckdb") as store, store.batch():
        pass
    with duckdb.connect(str(workspace / "store.duckdb")) as connection:
        for fact in stored_facts():
            file = folder / f"{fact.name}.parquet"
            if file.exists():
                fields = [field.name for field in stored_fields(fact)]
                _copy(connection, fact.name, fields, file)
    return workspace


def _copy(connection: duckdb.DuckDBPyConnection, fact: str, fields: list[str], file: Path) -> None:
    source = "read_parquet('" + str(file).replace("'", "''") + "')"
    given = {row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()}
    names = {name: f'"{name}"' for name in ("key", *fields) if name in given} | RENAMED.get(fact, {})
    targets = {*(row[0] for row in connection.execute(f"DESCRIBE {fact}").fetchall())}
    values = {f'"{name}"': expression for name, expression in names.items()}
    values["batch"] = "1"
    values["source_row"] = "row_number() OVER ()"
    values["source_file"] = f"'{file.name}'"
    assert {name.strip('"') for name in values} <= targets
    connection.execute(
        f"INSERT INTO {fact} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {source}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Put the simulated CRM into a workspace.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--refresh", type=Path, help="build a generation too; its seconds go to this file")
    given = parser.parse_args()
    place = build(given.folder)
    if given.refresh:
        import leitstern

        begun = time.perf_counter()
        leitstern.open(place).refresh()
        given.refresh.write_text(json.dumps({"seconds": time.perf_counter() - begun}))
